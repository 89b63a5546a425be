"use strict";
// The table of trials: search, filter, sort; what is chosen stands in the address, and can be saved.
(() => {
  const table = document.getElementById("table");
  const filters = document.getElementById("filters");
  const search = document.getElementById("search");
  const body = table.tBodies[0];
  const selects = [...filters.querySelectorAll("select")];
  const more = document.getElementById("more");
  const headers = [...table.tHead.rows[0].cells];
  let rows = [...body.rows];
  let most = rows.filter((row) => !row.hidden).length; // what a page lays out quickly; "show all" lifts it
  const text = new Map(rows.map((row) => [row, row.textContent.toLowerCase()]));
  const values = (row, name) => [page.byId.get(row.dataset.id)?.[name] ?? []].flat();

  for (const select of selects) {
    const found = new Set(rows.flatMap((row) => values(row, select.dataset.filter)).filter(Boolean));
    select.append(...[...found].sort().map((value) => new Option(value, value)));
  }
  headers.forEach((header, column) => {
    for (const row of rows) row.cells[column].dataset.label = header.textContent;
    page.sortable(header, (down) => {
      rows = page.sorted(rows, (row) => row.cells[column].dataset.sort ?? (column ? row.cells[column].textContent : row.dataset.id), down);
      body.append(...rows);
      show();
    });
  });

  function fitting() {
    const wanted = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const chosen = selects.filter((select) => select.value);
    return rows.filter((row) => wanted.every((word) => text.get(row).includes(word))
      && chosen.every((select) => values(row, select.dataset.filter).includes(select.value)));
  }

  function show() {
    const fits = new Set(fitting());
    let found = 0;
    for (const row of rows) {
      found += fits.has(row) ? 1 : 0;
      row.hidden = !fits.has(row) || found > most;
    }
    document.getElementById("shown").textContent = `${found} of ${rows.length} trials`;
    more.textContent = `Show all ${found} trials`;
    more.hidden = found <= most;
    document.dispatchEvent(new Event("rows"));
  }

  function remember() { // only what is chosen; the part after # stays
    const chosen = new URLSearchParams([...new FormData(filters)].filter(([, value]) => value));
    const query = String(chosen) && `?${chosen}`;
    try {
      history.replaceState(null, "", `${location.pathname}${query}${location.hash}`);
    } catch { /* some viewers forbid it */ }
  }

  function recall() {
    for (const [name, value] of new URLSearchParams(location.search)) {
      const field = filters.elements.namedItem(name);
      if (field instanceof HTMLSelectElement || field instanceof HTMLInputElement) field.value = value;
      if (field) table.closest("details").open = true;
    }
    for (const select of selects) if (select.selectedIndex < 0) select.selectedIndex = 0; // a value that is gone
  }

  let waiting;
  const soon = () => { clearTimeout(waiting); waiting = setTimeout(() => { show(); remember(); }, 120); };
  filters.addEventListener("input", soon);
  filters.addEventListener("reset", soon);
  filters.addEventListener("submit", (event) => event.preventDefault());
  more.addEventListener("click", () => { most = Infinity; show(); });
  for (const kind of ["csv", "ris"]) {
    document.getElementById(`save-${kind}`).addEventListener("click", () => page.save(kind, fitting().map((row) => page.byId.get(row.dataset.id))));
  }
  filters.hidden = false;
  recall();
  show();
})();
