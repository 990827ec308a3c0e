// What the server asks in mid-turn: an approval, a code, a card with fields or choices.

import { make } from "./chat.js";

export class Cards {
  #open = null; // {seq, requestId, interactionId}

  constructor(place, line) {
    this.place = place;
    this.line = line;
  }

  event(event) {
    const show = { write_confirmation_required: approval, interaction_required: card, otp_verification_required: code }[event.type];
    if (show) this.#show(show(event, this), event);
    else if (event.type === "interaction_invalid") this.#problems(event.data.data.errors.map(({ field, message }) => `${field}: ${message}`));
    else if (event.type === "otp_sent") this.#note(`A code was sent to ${event.data.data.maskedDestination}.`);
    else if (event.type === "otp_invalid") this.#problems([`${event.data.data.message} ${event.data.data.attemptsRemaining} tries left.`]);
    else if (event.type === "park_resolved" && this.#open?.seq === event.data.parkSeq) this.close();
  }

  close() {
    if (!this.#open) return;
    this.#open = null;
    this.place.replaceChildren();
    document.getElementById("message").focus();
  }

  answer(frame) {
    const sessionId = this.line.sessionId;
    this.line.request({ sessionId, ...frame }).catch((wrong) => this.#problems([wrong.message]));
  }

  #show(node, event) {
    this.#open = { seq: event.seq, requestId: event.requestId };
    const problems = make("p", "wrong");
    problems.setAttribute("role", "alert");
    node.append(problems);
    this.place.replaceChildren(node);
    node.querySelector("input, button")?.focus();
  }

  #problems(lines) { this.#line(lines.join(" · ")); }

  #note(text) { this.#line(text); }

  #line(text) {
    const line = this.place.querySelector(".wrong");
    if (line) line.textContent = text;
  }
}

function approval(event, cards) {
  const { toolId, actionDescription } = event.data.data;
  const box = ask(actionDescription, `The tool is ${toolId}.`);
  const answer = (approved) => cards.answer({ action: "confirm_tool_action", approved, parkSeq: event.seq });
  box.append(row(button("Approve", () => answer(true), "main"), button("Reject", () => answer(false))));
  return box;
}

function code(event, cards) {
  const form = make("form");
  form.append(make("strong", "", event.data.data.actionDescription));
  const field = labelled(form, "Code", "code");
  Object.assign(field, { inputMode: "numeric", autocomplete: "one-time-code", required: true });
  form.append(row(submitButton("Verify")));
  form.onsubmit = (submitted) => {
    submitted.preventDefault();
    cards.answer({ action: "verify_otp", code: field.value.trim() });
    field.value = "";
  };
  return form;
}

function card(event, cards) {
  const { interactionId, kind, spec, reason } = event.data.data;
  const form = make("form");
  form.noValidate = true;
  form.append(make("strong", "", reason));
  const read = (KINDS[kind] || (() => null))(form, spec);
  const answer = (rest) => cards.answer({ action: "submit_interaction", interactionId, kind, ...rest });
  const decline = button(read ? "No, thank you" : "Skip", () => answer({ declined: true }));
  form.append(row(...(read ? [submitButton("Send")] : []), decline));
  form.onsubmit = (submitted) => {
    submitted.preventDefault();
    if (read) answer({ values: read() });
  };
  return form;
}

const KINDS = {
  identity_intake(form, spec) {
    const fields = spec.fields.map(({ key, label, required }) => {
      const field = labelled(form, (label || key) + (required === false ? " (optional)" : ""), key);
      Object.assign(field, { type: { email: "email", phone: "tel" }[key] || "text", autocomplete: { phone: "tel" }[key] || key });
      return [key, field];
    });
    return () => Object.fromEntries(fields.filter(([, field]) => field.value.trim()).map(([key, field]) => [key, field.value]));
  },
  choices(form, spec) {
    const readers = spec.questions.map((question, at) => choiceGroup(form, question, at));
    return () => ({ answers: readers.map((read) => read()) });
  },
};

function choiceGroup(form, { question, header, options, multiSelect }, at) {
  const group = make("fieldset");
  group.append(make("legend", "", question));
  for (const { label, description } of options) {
    const line = make("label", "pick");
    const box = make("input");
    Object.assign(box, { type: multiSelect ? "checkbox" : "radio", name: `q${at}`, value: label });
    line.append(box, make("span", "", description ? `${label} — ${description}` : label));
    group.append(line);
  }
  const other = labelled(group, "Something else", `other${at}`);
  form.append(group);
  return () => {
    const picked = [...group.querySelectorAll(`input[name="q${at}"]:checked`)].map((box) => box.value);
    const answer = { header, options: picked };
    if (other.value.trim()) answer.other = other.value;
    return answer;
  };
}

function ask(title, detail) {
  const box = make("div", "ask");
  box.setAttribute("role", "group");
  box.setAttribute("aria-label", title);
  box.append(make("strong", "", title), make("span", "", detail));
  return box;
}

function row(...nodes) {
  const line = make("div", "row");
  line.append(...nodes);
  return line;
}

function button(text, act, name = "") {
  const node = make("button", name, text);
  node.type = "button";
  node.onclick = act;
  return node;
}

function submitButton(text) {
  const node = make("button", "main", text);
  node.type = "submit";
  return node;
}

function labelled(place, text, name) {
  const label = make("label", "", text);
  const field = make("input");
  field.name = name;
  label.append(field);
  place.append(label);
  return field;
}
