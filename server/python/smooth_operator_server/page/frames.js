// The right-hand side: every frame as it crossed the wire, with the requirements that speak of it.

const MOST = 600;
let began = performance.now();

export class Frames {
  constructor(list, requirements) {
    this.list = list;
    this.requirements = requirements; // {actions: {name: [ids]}, events: {type: [ids]}}
  }

  add(direction, frame) {
    const row = document.createElement("li");
    const low = this.list.scrollHeight - this.list.scrollTop - this.list.clientHeight < 40;
    if (direction === "mark") this.#mark(row, frame);
    else this.#fill(row, direction, frame);
    this.list.append(row);
    while (this.list.childElementCount > MOST) this.list.firstElementChild.remove();
    if (low) this.list.scrollTop = this.list.scrollHeight;
  }

  clear() { this.list.replaceChildren(); began = performance.now(); }

  #mark(row, text) {
    row.className = "mark";
    row.textContent = "— " + text;
  }

  #fill(row, direction, frame) {
    const name = frame.action || frame.type;
    row.dataset.type = name;
    const ids = (direction === "out" ? this.requirements.actions : this.requirements.events)[name] || [];
    const details = document.createElement("details");
    const summary = document.createElement("summary");
    summary.append(
      piece("at", `${((performance.now() - began) / 1000).toFixed(2)}s`),
      piece(direction, `${direction === "out" ? "→" : "←"} ${name}`),
      piece("peek", peek(frame)),
      piece("ids", ids.length ? `${ids.slice(0, 3).join(" ")}${ids.length > 3 ? ` +${ids.length - 3}` : ""}` : ""),
    );
    details.append(summary);
    details.addEventListener("toggle", () => {
      if (details.childElementCount > 1) return;
      const text = document.createElement("pre");
      text.textContent = JSON.stringify(hideToken(frame), null, 1);
      details.append(text);
      for (const id of ids) details.append(piece("ids-all", `${id} ${this.requirements.texts?.[id] || ""}`));
    }, { once: false });
    row.append(details);
  }
}

function piece(name, text) {
  return Object.assign(document.createElement("span"), { className: name, textContent: text });
}

function hideToken(frame) {
  return "token" in frame && frame.action ? { ...frame, token: "…" } : frame;
}

function peek(frame) {
  const parts = [];
  if (frame.seq) parts.push(`#${frame.seq}${frame.replay ? " replay" : ""}`);
  if (frame.status) parts.push(frame.status);
  if (frame.token && frame.type) parts.push(JSON.stringify(frame.token));
  if (frame.error) parts.push(frame.error.code);
  if (frame.node) parts.push(frame.node);
  if (frame.message && frame.action) parts.push(JSON.stringify(frame.message.slice(0, 60)));
  return parts.join(" ");
}
