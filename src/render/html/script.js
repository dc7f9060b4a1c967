"use strict";
// Searches and filters the rows that are there. The address bar keeps the view, so that it can be sent to somebody.
(() => {
  const by = (id) => document.getElementById(id);
  const rows = [...document.querySelectorAll("#tickets tr[data-action]")];
  const sections = [...document.querySelectorAll("#tickets > tbody")];
  const inputs = ["q", "action", "wave", "system", "day"].map(by).filter(Boolean);
  const search = by("q");
  const texts = new Map();
  if (!rows.length) return;

  const offer = (id, key, labels) => {
    const select = by(id);
    if (!select) return;
    const counts = new Map();
    for (const row of rows) counts.set(key(row), (counts.get(key(row)) || 0) + 1);
    for (const [value, count] of counts) select.add(new Option(`${labels(value)} (${count})`, value));
    select.closest("label").hidden = counts.size < 2;
  };
  const words = new Map(rows.map((row) => [row.dataset.action, row.querySelector(".badge").dataset.word]));
  const titles = new Map(sections.map((section) => [section.dataset.wave, section.querySelector(".title").textContent]));
  const systems = new Map([...document.querySelectorAll("[data-system-name]")].map((cell) => [cell.dataset.systemName, cell.textContent]));
  offer("action", (row) => row.dataset.action, (value) => words.get(value));
  offer("wave", (row) => row.parentElement.dataset.wave, (value) => titles.get(value));
  offer("system", (row) => row.dataset.system, (value) => systems.get(value) || value);
  by("day").closest("label").hidden = !rows.some((row) => row.dataset.day);

  const text = (row) => {
    if (!texts.has(row)) texts.set(row, row.textContent.toLowerCase().replace(/\s+/g, " "));
    return texts.get(row);
  };
  const value = (id) => by(id).value;

  const show = () => {
    const wanted = value("q").toLowerCase().split(/\s+/).filter(Boolean);
    const [action, wave, system, day] = ["action", "wave", "system", "day"].map(value);
    let shown = 0;
    for (const section of sections) {
      let some = 0;
      const inWave = !wave || section.dataset.wave === wave;
      for (const row of section.rows) {
        if (!row.dataset.action) continue;
        const { action: is, system: of, day: on } = row.dataset;
        const fits = inWave && (!action || is === action) && (!system || of === system) && (!day || on === day) &&
          wanted.every((word) => text(row).includes(word));
        row.hidden = !fits;
        some += fits;
      }
      section.hidden = !some;
      shown += some;
    }
    by("found").textContent = shown === rows.length ? `All ${rows.length} tickets` : `${shown} of ${rows.length} tickets`;
    by("none").hidden = shown > 0;
    by("all").hidden = inputs.every((input) => !input.value);
  };

  const keep = () => {
    const view = new URLSearchParams();
    for (const input of inputs) if (input.value) view.set(input.id, input.value);
    try {
      history.replaceState(null, "", view.size ? `#${view}` : location.pathname + location.search);
    } catch {
      // A page in a sandboxed frame has no history of its own: the view is not kept.
    }
    show();
  };

  const read = () => {
    const fragment = location.hash.slice(1);
    const row = /^t\d+$/.test(fragment) && by(fragment);
    if (row) {
      if (row.hidden) for (const input of inputs) input.value = "";
      show();
      for (const details of row.querySelectorAll("details")) details.open = true;
      row.scrollIntoView();
      return;
    }
    const view = new URLSearchParams(fragment.includes("=") ? fragment : "");
    for (const input of inputs) input.value = view.get(input.id) || "";
    show();
    if (view.size) by("tickets").scrollIntoView();
  };

  for (const input of inputs) input.addEventListener("input", keep);
  by("all").addEventListener("click", () => {
    for (const input of inputs) input.value = "";
    keep();
    search.focus();
  });
  by("open").addEventListener("click", () => {
    const seen = rows.filter((row) => !row.hidden).flatMap((row) => [...row.querySelectorAll("details")]);
    const open = seen.some((details) => !details.open);
    for (const details of seen) details.open = open;
  });
  addEventListener("hashchange", read);
  addEventListener("beforeprint", () => {
    for (const details of document.querySelectorAll("details.diff")) details.open = true;
  });
  document.documentElement.classList.add("js");
  by("controls").hidden = false;
  read();
})();
