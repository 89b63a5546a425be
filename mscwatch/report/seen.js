"use strict";
// What is new since the reader last looked: the browser remembers the newest event of the last visit.
(() => {
  const HOURS = 3_600_000;
  const key = `mscwatch ${document.body.dataset.watch}`;
  const sentence = document.querySelector("#new [data-since]");
  const events = [...document.querySelectorAll("#events [data-at]")];
  const newest = sentence.dataset.since;
  let memory = null;
  try {
    memory = JSON.parse(localStorage.getItem(key));
  } catch { /* a browser that keeps nothing shows the latest night */ }
  // Within two hours it is the same visit: what was new stays marked after a reload.
  const same = memory && Date.now() - memory.at < 2 * HOURS;
  const before = memory && (same ? memory.before : memory.newest);
  try {
    localStorage.setItem(key, JSON.stringify({ newest, before, at: same ? memory.at : Date.now(), last: same ? memory.last : memory?.at }));
  } catch { /* likewise */ }
  if (!before) return;

  for (const mark of document.querySelectorAll("[data-at]")) {
    if (mark.dataset.at > before) {
      mark.classList.add("unseen");
      (mark.querySelector("strong") ?? mark).before(page.make("span", "new", { class: "tag" }), " ");
    }
  }
  const unseen = events.filter((row) => row.dataset.at > before);
  const ids = [...new Set(unseen.map((row) => row.querySelector("a").textContent))];
  const last = same ? memory.last : memory.at;
  const when = last ? ` (${new Date(last).toISOString().slice(0, 10)})` : "";
  sentence.textContent = `${unseen.length === 1 ? "change" : "changes"} since you last looked${when}`;
  const big = document.querySelector("#new .big");
  big.textContent = "";
  if (!unseen.length) {
    big.textContent = "0";
    return;
  }
  const more = unseen.length === events.length && events.length >= 100 ? "+" : ""; // the page lists no more
  big.append(page.make("button", `${unseen.length}${more}`, {
    type: "button", class: "number", popovertarget: "query-events", "data-list": ids.join(" "), "data-title": "New since you last looked",
  }));
})();
