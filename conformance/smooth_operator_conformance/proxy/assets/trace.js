"use strict";
// Narrows the timeline and opens what a link points at; the page says everything without it.
(() => {
  const text = document.getElementById("filter-text");
  const on = document.getElementById("filter-on");
  const broken = document.getElementById("filter-broken");
  const count = document.getElementById("filter-count");
  const rows = [...document.querySelectorAll("[data-on]")];

  const apply = () => {
    const wanted = text.value.trim().toLowerCase();
    let shown = 0;
    for (const row of rows) {
      const fits = (!on.value || row.dataset.on === on.value) && (!broken.checked || row.matches(".broken, .odd"));
      row.hidden = !(fits && (!wanted || row.textContent.toLowerCase().includes(wanted)));
      shown += row.hidden ? 0 : 1;
    }
    count.textContent = `${shown} of ${rows.length} rows shown`;
  };

  const open = () => {
    const found = location.hash && document.getElementById(location.hash.slice(1));
    if (!found) return;
    found.hidden = false;
    for (const details of found.querySelectorAll("details")) details.open = true;
    found.scrollIntoView({ block: "center" });
  };

  for (const button of document.querySelectorAll("[data-copy]")) {
    button.hidden = !navigator.clipboard;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(button.previousElementSibling.textContent);
      button.textContent = "Copied";
    });
  }
  document.querySelector(".filter").hidden = false;
  for (const [field, event] of [[text, "input"], [on, "change"], [broken, "change"]]) {
    field.addEventListener(event, apply);
  }
  window.addEventListener("hashchange", open);
  apply();
  open();
})();
