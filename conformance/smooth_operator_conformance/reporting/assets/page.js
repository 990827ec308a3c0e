"use strict";
// Narrows scenarios, failures and requirements, changes colours, opens what a link points at,
// copies a command. The page says everything without this script; it only saves scrolling.
(() => {
  const $ = (id) => document.getElementById(id);
  const fields = {
    text: $("filter-text"), area: $("filter-area"), outcome: $("filter-outcome"),
    target: $("filter-target"), requirement: $("filter-requirement"),
  };
  const rows = [...document.querySelectorAll("[data-scenario]")];
  const heads = [...document.querySelectorAll("[data-area-head]")];
  const columns = [...document.querySelectorAll("[data-column]")];
  const requirements = [...document.querySelectorAll("[data-requirement]")];

  const wanted = () => {
    const found = {};
    for (const [name, field] of Object.entries(fields)) found[name] = field.value.trim();
    return found;
  };

  const fits = (data, ask) => {
    if (!data.scenario.toLowerCase().includes(ask.text.toLowerCase())) return false;
    if (ask.area && data.area !== ask.area) return false;
    if (ask.requirement) {
      const ids = data.requirements.split(" ");
      if (!ids.some((id) => id.startsWith(ask.requirement.toUpperCase()))) return false;
    }
    if (!ask.outcome && !ask.target) return true;
    // One line for each "outcome target" of the row; both must hold for the same one.
    return data.where.split("\n").some((line) => {
      const blank = line.indexOf(" ");
      const outcome = line.slice(0, blank), target = line.slice(blank + 1);
      return (!ask.outcome || ask.outcome === outcome) && (!ask.target || ask.target === target);
    });
  };

  const apply = () => {
    const ask = wanted();
    let shown = 0;
    for (const row of rows) {
      row.hidden = !fits(row.dataset, ask);
      if (!row.hidden && row.tagName === "TR") shown += 1;
    }
    for (const head of heads) {
      head.hidden = rows.every((row) => row.hidden || row.dataset.area !== head.dataset.areaHead);
    }
    for (const cell of columns) cell.hidden = Boolean(ask.target) && cell.dataset.column !== ask.target;
    for (const row of requirements) {
      row.hidden = !row.dataset.requirement.startsWith(ask.requirement.toUpperCase());
    }
    $("none-shown").hidden = shown > 0;
    $("filter-count").textContent = `${shown} scenarios shown`;
  };

  const only = (values) => {
    for (const [name, field] of Object.entries(fields)) field.value = values[name] || "";
    apply();
  };

  const open = () => {
    const found = location.hash && $(decodeURIComponent(location.hash.slice(1)));
    if (!(found instanceof HTMLDetailsElement)) return;
    found.hidden = false;
    found.open = true;
    found.querySelector("summary").focus();
  };

  // Storage may be refused to pages from file://.
  const remembered = () => { try { return localStorage.getItem("theme"); } catch { return null; } };
  const theme = (name) => {
    if (name === "auto") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = name;
    try { localStorage.setItem("theme", name); } catch { /* it lasts as long as the page */ }
  };
  const chosen = remembered();
  for (const radio of document.querySelectorAll("[name=theme]")) {
    radio.checked = radio.value === (["light", "dark"].includes(chosen) ? chosen : "auto");
    if (radio.checked) theme(radio.value);
    radio.addEventListener("change", () => theme(radio.value));
  }
  document.querySelector(".themes").hidden = false;

  for (const button of document.querySelectorAll("[data-copy]")) {
    button.hidden = !navigator.clipboard;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(button.previousElementSibling.textContent);
      button.textContent = "Copied";
    });
  }
  for (const button of document.querySelectorAll("button[data-area]")) {
    button.addEventListener("click", () => {
      only({ area: button.dataset.area, target: button.dataset.target });
      ($("not-green") || $("matrix")).scrollIntoView();
    });
  }
  for (const button of document.querySelectorAll("button[data-only]")) {
    button.addEventListener("click", () => {
      only({ requirement: button.dataset.only });
      $("matrix").scrollIntoView();
    });
  }
  $("filter-clear").addEventListener("click", () => only({}));
  document.querySelector(".filter").hidden = false;
  for (const field of Object.values(fields)) field.addEventListener("input", apply);
  window.addEventListener("hashchange", open);
  apply();
  open();
})();
