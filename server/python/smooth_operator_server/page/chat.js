// The left-hand side: what was said, as it is being said, with tools and sources.

export class Chat {
  #turns = new Map(); // requestId → the article that shows its answer

  constructor(log, said) {
    this.log = log;
    this.said = said;
    this.agentName = "agent";
  }

  clear() {
    this.#turns.clear();
    this.log.replaceChildren();
  }

  note(text, bad = false) {
    const line = make("p", `note${bad ? " bad" : ""}`, text);
    this.#show(line);
    this.said.textContent = text;
  }

  history(messages) {
    this.clear();
    for (const { direction, content } of messages) {
      if (direction === "inbound") this.mine(content.text || "(a picture)");
      else this.#article().querySelector(".text").textContent = content.text || "";
    }
  }

  mine(text) { this.#show(make("div", "turn mine", text)); }

  turn(requestId) {
    let article = this.#turns.get(requestId);
    if (!article) {
      article = this.#article();
      article.classList.add("busy");
      article.setAttribute("aria-busy", "true");
      this.#turns.set(requestId, article);
    }
    return article;
  }

  event(event) {
    const draw = DRAW[event.type];
    if (!draw) return;
    const follow = this.#atEnd();
    draw(this, this.turn(event.requestId), event);
    if (follow) this.log.scrollTop = this.log.scrollHeight;
  }

  done(requestId) {
    const article = this.#turns.get(requestId);
    article?.classList.remove("busy");
    article?.removeAttribute("aria-busy");
    this.#turns.delete(requestId);
  }

  abandon(text) {
    for (const [requestId, article] of this.#turns) {
      article.append(make("p", "note bad", text));
      this.done(requestId);
    }
  }

  #article() {
    const article = make("article", "turn");
    article.setAttribute("aria-label", this.agentName);
    article.append(make("div", "side"), make("div", "tools-used"), make("div", "text"));
    this.#show(article);
    return article;
  }

  #atEnd() { return this.log.scrollHeight - this.log.scrollTop - this.log.clientHeight < 60; }

  #show(node) {
    this.log.append(node);
    this.log.scrollTop = this.log.scrollHeight;
  }
}

const DRAW = {
  stream_preamble(chat, article, { token }) { article.querySelector(".side").textContent = token; },
  stream_reasoning(chat, article, { token }) { article.querySelector(".side").textContent += token; },
  stream_token(chat, article, { token }) { article.querySelector(".text").textContent += token; },
  stream_chunk(chat, article, { data }) {
    const { toolCall, toolResult } = data.state.rawResponse || {};
    if (toolCall) useTool(article, toolCall);
    if (toolResult) endTool(article, toolResult);
  },
  eventual_response(chat, article, event) {
    const answer = event.data.data;
    const text = (answer.response.responseParts || []).join("");
    article.querySelector(".text").textContent = text;
    if (answer.citations?.length) article.append(sources(answer.citations));
    const actions = answer.response.suggestedNextActions || [];
    if (actions.length) article.append(chips(actions));
    chat.done(event.requestId);
    chat.said.textContent = `${chat.agentName}: ${text}`;
  },
  cancelled(chat, article, event) {
    article.append(make("p", "note", "Stopped."));
    chat.done(event.requestId);
    chat.said.textContent = "Stopped.";
  },
  error(chat, article, event) {
    const { code, message } = event.error || event.data.error;
    article.append(make("p", "note bad", `${message} (${code})`));
    chat.done(event.requestId);
    chat.said.textContent = message;
  },
};

function useTool(article, { id, name, arguments: given }) {
  const text = typeof given === "string" ? given : JSON.stringify(given);
  const line = make("p", "tool", `${name} ${text}`);
  line.dataset.call = id || name;
  article.querySelector(".tools-used").append(line);
}

function endTool(article, { id, name, isError, result }) {
  const line = article.querySelector(`.tool[data-call="${CSS.escape(id || name)}"]`);
  if (!line) return;
  line.classList.toggle("failed", isError);
  const short = result.length > 200 ? result.slice(0, 200) + "…" : result;
  line.textContent += `  →  ${isError ? "failed: " : ""}${short}`;
}

function sources(citations) {
  const list = make("ul", "sources");
  list.setAttribute("aria-label", "Sources");
  for (const { title, snippet, url, id } of citations) {
    const details = make("details");
    details.append(make("summary", "", title === id ? title : `${title} · ${id}`), make("p", "", snippet));
    if (/^https?:\/\//.test(url || "")) {
      const link = make("a", "", url);
      Object.assign(link, { href: url, rel: "noopener noreferrer", target: "_blank" });
      details.append(link);
    }
    const item = make("li");
    item.append(details);
    list.append(item);
  }
  return list;
}

function chips(actions) {
  const row = make("div", "chips");
  for (const text of actions) {
    const button = make("button", "", text);
    button.type = "button";
    button.dataset.say = text;
    row.append(button);
  }
  return row;
}

export function make(tag, name = "", text = "") {
  const node = document.createElement(tag);
  if (name) node.className = name;
  if (text) node.textContent = text;
  return node;
}
