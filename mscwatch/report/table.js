"use strict";
// The table of trials: search, filter, sort. And the buttons that copy a query.
(() => {
  const table = document.getElementById("table");
  const filters = document.getElementById("filters");
  const body = table.tBodies[0];
  const rows = [...body.rows];
  const selects = [...filters.querySelectorAll("select")];
  const more = document.getElementById("more");
  let most = 250; // rows that a page lays out quickly; "show all" lifts it
  const text = new Map(rows.map((row) => [row, row.textContent.toLowerCase()]));
  const values = (row, name) => row.querySelector(`[data-of=${name}]`).dataset.values.split("|");

  for (const select of selects) {
    const name = select.dataset.filter;
    const found = new Set(rows.flatMap((row) => values(row, name)).filter(Boolean));
    select.append(...[...found].sort().map((value) => new Option(value, value)));
  }

  function show() {
    const wanted = document.getElementById("search").value.toLowerCase().split(/\s+/).filter(Boolean);
    const chosen = selects.filter((select) => select.value);
    let found = 0;
    for (const row of rows) {
      const fits = wanted.every((word) => text.get(row).includes(word))
        && chosen.every((select) => values(row, select.dataset.filter).includes(select.value));
      found += fits ? 1 : 0;
      row.hidden = !fits || found > most;
    }
    document.getElementById("shown").textContent = `${found} of ${rows.length} trials`;
    more.textContent = `Show all ${found} trials`;
    more.hidden = found <= most;
    document.dispatchEvent(new Event("rows"));
  }

  function key(row, column) {
    const cell = row.cells[column];
    const value = (cell.dataset.sort ?? cell.textContent).trim();
    return value !== "" && !Number.isNaN(Number(value)) ? Number(value) : value.toLowerCase();
  }

  function sort(column, header) {
    const down = header.getAttribute("aria-sort") === "ascending";
    for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
    header.setAttribute("aria-sort", down ? "descending" : "ascending");
    const keys = new Map(rows.map((row) => [row, key(row, column)]));
    rows.sort((a, b) => {
      const [left, right] = [keys.get(a), keys.get(b)];
      if (left === "" || right === "") return (left === "") - (right === ""); // what is not stated comes last
      const order = typeof left === "number" && typeof right === "number" ? left - right : String(left).localeCompare(String(right));
      return down ? -order : order;
    });
    body.append(...rows);
    show();
  }

  [...table.tHead.rows[0].cells].forEach((header, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = header.textContent;
    button.addEventListener("click", () => sort(column, header));
    header.replaceChildren(button);
  });
  let waiting;
  const soon = () => { clearTimeout(waiting); waiting = setTimeout(show, 120); };
  filters.addEventListener("input", soon);
  filters.addEventListener("reset", soon);
  filters.addEventListener("submit", (event) => event.preventDefault());
  more.addEventListener("click", () => { most = Infinity; show(); });
  filters.hidden = false;
  show();

  for (const button of document.querySelectorAll("[data-copy]")) {
    button.addEventListener("click", async () => {
      const code = button.parentElement.querySelector("code");
      try {
        await navigator.clipboard.writeText(code.textContent);
        button.textContent = "Copied";
      } catch {
        getSelection().selectAllChildren(code); // where the browser forbids it, the person copies
      }
    });
  }
})();
