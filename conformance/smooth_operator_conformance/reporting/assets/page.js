"use strict";
// Narrows the matrix and the failures, opens what a link points at, copies a command. The page
// says everything without this script; it only saves scrolling.
(() => {
  const text = document.getElementById("filter-text");
  const outcome = document.getElementById("filter-outcome");
  const count = document.getElementById("filter-count");
  const rows = [...document.querySelectorAll("[data-scenario]")];
  const areas = [...document.querySelectorAll("[data-area-head]")];

  const apply = () => {
    const wanted = text.value.trim().toLowerCase();
    let shown = 0;
    for (const row of rows) {
      const named = row.dataset.scenario.toLowerCase().includes(wanted);
      const fits = !outcome.value || row.dataset.outcomes.split(" ").includes(outcome.value);
      row.hidden = !(named && fits);
      if (!row.hidden && row.tagName === "TR") shown += 1;
    }
    for (const head of areas) {
      const mine = rows.filter((row) => row.dataset.area === head.dataset.areaHead);
      head.hidden = mine.every((row) => row.hidden);
    }
    count.textContent = `${shown} scenarios shown`;
  };

  const open = () => {
    const found = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!found) return;
    if (found instanceof HTMLDetailsElement) {
      found.hidden = false;
      found.open = true;
      found.querySelector("summary").focus();
    }
  };

  for (const button of document.querySelectorAll("[data-copy]")) {
    button.hidden = !navigator.clipboard;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(button.previousElementSibling.textContent);
      button.textContent = "Copied";
    });
  }
  document.querySelector(".filter").hidden = false;
  text.addEventListener("input", apply);
  outcome.addEventListener("change", apply);
  window.addEventListener("hashchange", open);
  apply();
  open();
})();
