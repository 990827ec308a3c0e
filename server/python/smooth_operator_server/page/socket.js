// Keeps one conversation connected: hello, session, reconnect with backoff, resume of the running turn.

const SUPPORTS = ["event_seq", "otp_park", "token_renewal"];
const RENDERS = ["identity_form", "choice_chips"];
const FIRST_DELAY = 500;
const LAST_DELAY = 8000;
const PAUSE_AFTER_CUT = 1500; // long enough to see what being cut off looks like
const KEPT = "smooth-operator";

const newId = () => "req-" + (crypto.randomUUID ? crypto.randomUUID() : Date.now() + "-" + Math.random());

export class Line {
  #socket = null;
  #delay = FIRST_DELAY;
  #timer = 0;
  #waiting = new Map();
  #place = JSON.parse(localStorage.getItem(KEPT) || "null");
  #lastSeq = 0;
  #epoch = null;
  #active = null;

  constructor(hooks) {
    this.hooks = hooks; // frame(direction, frame), state(text, kind), event(event), history(messages, lost)
  }

  get sessionId() { return this.#place?.sessionId; }
  get open() { return this.#socket?.readyState === WebSocket.OPEN && Boolean(this.sessionId); }

  connect() {
    clearTimeout(this.#timer);
    this.hooks.state("connecting", "warn");
    const url = new URL("ws", location.href);
    url.protocol = url.protocol.replace("http", "ws");
    const token = new URLSearchParams(location.hash.slice(1)).get("token");
    if (token) url.searchParams.set("token", token);
    url.hash = "";
    const socket = new WebSocket(url);
    this.#socket = socket;
    socket.onopen = () => this.#greet().catch((wrong) => this.#refuse(socket, wrong));
    socket.onmessage = ({ data }) => socket === this.#socket && this.#read(JSON.parse(data));
    socket.onclose = ({ code, reason }) => socket === this.#socket && this.#lost(code, reason);
  }

  cut() { // what a tunnel, a lift or a closed lid does; the turn goes on, and so do we in a moment
    const socket = this.#socket;
    socket.close(4000, "cut by hand");
    this.#lost(4000, "cut by hand", PAUSE_AFTER_CUT);
    this.#socket = null; // what still comes on the old one is not read
  }

  async startOver() {
    this.#forget();
    await this.#create();
    this.hooks.history([], false);
  }

  request(frame) {
    const requestId = frame.requestId || newId();
    return new Promise((resolve, reject) => {
      this.#waiting.set(requestId, { resolve, reject });
      this.#write({ ...frame, requestId });
    });
  }

  send(frame) { this.#write({ requestId: newId(), ...frame }); }

  #write(frame) {
    this.hooks.frame("out", frame);
    this.#socket.send(JSON.stringify(frame));
  }

  async #greet() {
    const welcome = await this.request({ action: "hello", protocolVersions: ["1"], supports: SUPPORTS })
      .catch((wrong) => { if (wrong.code !== "UNSUPPORTED_ACTION") throw wrong; });
    if (!this.sessionId) { await this.#create(); this.hooks.history([], false); } else await this.#comeBack();
    this.#delay = FIRST_DELAY;
    const server = welcome?.data.server;
    this.hooks.state(server ? `connected to ${server.name} ${server.version}` : "connected", "");
    this.hooks.ready();
  }

  async #create(conversationId) {
    const agentId = new URLSearchParams(location.search).get("agent") || "default";
    const ack = await this.request({ action: "create_conversation_session", agentId, supports: RENDERS, conversationId });
    this.#place = { sessionId: ack.data.sessionId, conversationId: ack.data.conversationId, agentName: ack.data.agentName };
    this.#lastSeq = 0;
    localStorage.setItem(KEPT, JSON.stringify(this.#place));
    this.hooks.agent(ack.data.agentName);
  }

  async #comeBack() {
    try {
      const session = await this.request({ action: "get_session", sessionId: this.sessionId });
      this.hooks.agent(session.data.agentName);
    } catch (wrong) {
      if (wrong.code !== "SESSION_NOT_FOUND") throw wrong;
      this.#forget(); // the server was started anew with an empty memory
      await this.#create();
      this.hooks.history([], true);
      return;
    }
    const fresh = this.#lastSeq === 0;
    if (fresh) await this.#reload();
    await this.#resume(fresh);
  }

  async #reload() {
    const page = await this.request({ action: "get_conversation_messages", sessionId: this.sessionId, limit: 50 });
    this.hooks.history(page.data.messages.reverse(), false);
  }

  async #resume(fresh) {
    const requestId = newId();
    const frame = { action: "resume_stream", requestId, sessionId: this.sessionId, afterSeq: this.#lastSeq };
    if (this.#epoch) frame.epoch = this.#epoch;
    this.#onAck = { requestId, take: (data) => this.#rewind(data, fresh) };
    const ack = await this.request(frame).catch((wrong) => { if (wrong.code !== "UNSUPPORTED_ACTION") throw wrong; });
    if (!ack) return;
    if (ack.data.truncated && !fresh) await this.#reload();
    if (!ack.data.activeRequestId && (fresh || ack.data.truncated)) this.hooks.idle();
  }

  #rewind({ epoch, truncated, lastSeq, activeRequestId }, fresh) { // before any replayed event is read
    this.#epoch = epoch;
    if (truncated) this.#lastSeq = 0;
    if (!fresh && !truncated) { this.#active = undefined; return; }
    this.#active = activeRequestId ?? null; // everything else is drawn from the history
    if (!activeRequestId) this.#lastSeq = lastSeq;
  }

  #onAck = null;

  #read(event) {
    this.hooks.frame("in", event);
    if (this.#onAck && event.requestId === this.#onAck.requestId && event.data) {
      this.#onAck.take(event.data);
      this.#onAck = null;
    }
    const waiting = this.#waiting.get(event.requestId);
    if (waiting && this.#answers(event)) {
      this.#waiting.delete(event.requestId);
      if (event.type === "error") waiting.reject(event.error || event.data.error);
      else waiting.resolve(event);
    }
    if ("seq" in event) {
      if (event.seq <= this.#lastSeq) return; // seen before the cut
      this.#lastSeq = event.seq;
    }
    if (event.type === "turn_started") this.#epoch = event.data.epoch;
    if (event.replay && this.#active !== undefined && event.requestId !== this.#active) return; // drawn from the history
    this.hooks.event(event);
  }

  #answers({ type }) { return ["immediate_response", "error", "welcome", "pong", "otp_verified", "otp_invalid", "interaction_invalid"].includes(type); }

  #refuse(socket, wrong) {
    if (socket !== this.#socket) return;
    this.hooks.state(`refused: ${wrong.message || wrong}`, "bad");
    socket.close();
  }

  #lost(code, reason, wait) {
    for (const { reject } of this.#waiting.values()) reject({ code: "CLOSED", message: "the socket was closed" });
    this.#waiting.clear();
    this.hooks.frame("mark", `socket closed: ${code}${reason ? " " + reason : ""}`);
    this.hooks.down();
    if (wait === undefined) {
      wait = this.#delay * Math.random();
      this.#delay = Math.min(this.#delay * 2, LAST_DELAY);
    }
    this.hooks.state("connection lost, trying again; an answer goes on at the server", "bad");
    this.#timer = setTimeout(() => this.connect(), wait);
  }

  #forget() {
    this.#place = null;
    this.#lastSeq = 0;
    this.#epoch = null;
    localStorage.removeItem(KEPT);
  }
}
