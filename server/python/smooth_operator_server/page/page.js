// Puts the page together: the line to the server, the chat, the cards, the frames.

import { Cards } from "./cards.js";
import { Chat } from "./chat.js";
import { Frames } from "./frames.js";
import { Line } from "./socket.js";

const at = (id) => document.getElementById(id);
const TERMINAL = ["eventual_response", "cancelled", "error"];

const requirements = await fetch("requirements.json").then((answer) => answer.json()).catch(() => ({ actions: {}, events: {} }));
const chat = new Chat(at("log"), at("said"));
const frames = new Frames(at("frames"), requirements);
let running = null; // requestId of the turn that this page watches
let waiting = null; // what was typed while the socket was down

const line = new Line({
  frame: (direction, frame) => frames.add(direction, frame),
  state: (text, kind) => Object.assign(at("state"), { textContent: text, className: kind }),
  agent: (name) => { chat.agentName = name; document.title = name; },
  ready: () => { buttons(); if (waiting) { const text = waiting; waiting = null; say(text); } },
  down: buttons,
  idle: () => { if (running) { chat.abandon("The answer was lost with the connection."); run(null); cards.close(); } },
  history: (messages, lost) => {
    chat.history(messages);
    run(null);
    cards.close();
    if (lost) chat.note("The server was started anew and no longer knows this conversation. This is a fresh one.", true);
  },
  event: take,
});
const cards = new Cards(at("card"), line);

function take(event) {
  if (event.type === "turn_started") { chat.turn(event.requestId); run(event.requestId); }
  if (event.type === "error" && event.requestId !== running) { chat.note(`${event.error.message} (${event.error.code})`, true); return; }
  cards.event(event);
  if (event.requestId !== running) return;
  chat.event(event);
  if (TERMINAL.includes(event.type)) { cards.close(); run(null); }
}

function say(text) {
  if (!line.open) { waiting = text; chat.note("Not connected; this is sent as soon as the server answers."); return; }
  chat.mine(text);
  const requestId = "turn-" + (crypto.randomUUID ? crypto.randomUUID() : Date.now());
  chat.turn(requestId);
  run(requestId);
  line.send({ action: "send_message", requestId, sessionId: line.sessionId, message: text, clientMessageId: requestId });
}

function run(requestId) {
  running = requestId;
  buttons();
}

function buttons() {
  at("stop").hidden = !running;
  at("send").hidden = Boolean(running);
  at("stop").disabled = !line.open;
}

function stop() { if (running && line.open) line.send({ action: "cancel", requestId: running, sessionId: line.sessionId }); }

at("compose").onsubmit = (submitted) => {
  submitted.preventDefault();
  const text = at("message").value.trim();
  if (!text || running) return;
  at("message").value = "";
  say(text);
};
at("message").onkeydown = (key) => {
  if (key.key === "Enter" && !key.shiftKey && !key.isComposing) { key.preventDefault(); at("compose").requestSubmit(); }
};
document.addEventListener("keydown", (key) => { if (key.key === "Escape") stop(); });
at("stop").onclick = stop;
at("fresh").onclick = () => { if (line.open) line.startOver().catch((wrong) => chat.note(wrong.message, true)); };
at("cut").onclick = () => line.cut();
at("clear").onclick = () => frames.clear();
at("tokens").onchange = () => at("frames").classList.toggle("quiet", !at("tokens").checked);
at("show-frames").onclick = () => at("show-frames").setAttribute("aria-expanded", document.body.classList.toggle("frames"));
at("log").onclick = ({ target }) => { if (target.dataset.say && !running) say(target.dataset.say); };

line.connect();
at("message").focus();
