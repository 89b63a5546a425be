"use strict";
// Draws what is visible, again when the width changes, and everything for the printer.
(() => {
  function draw(figure) {
    const place = figure.querySelector(".drawing");
    const width = Math.floor(place.clientWidth);
    if (!width) return; // in a section that is folded
    const drawing = charts.drawers[figure.dataset.chart](figure, width);
    for (const svg of [drawing, ...drawing.querySelectorAll("svg")].filter((node) => node.tagName === "svg" && node.getAttribute("width") > 60)) {
      svg.setAttribute("role", "img");
      svg.setAttribute("aria-label", `${figure.querySelector("h3").textContent}. The table with it holds the same numbers.`);
    }
    for (const mark of drawing.querySelectorAll("g[aria-label]")) { // a group without a role has no name
      mark.dataset.mark = mark.getAttribute("aria-label");
      mark.removeAttribute("aria-label");
    }
    for (const svg of drawing.querySelectorAll("svg:not([role=img])")) svg.setAttribute("aria-hidden", "true");
    place.replaceChildren(drawing);
  }

  const figures = [...document.querySelectorAll("[data-chart]")].filter((figure) => figure.dataset.chart === "times" || figure.querySelector("td[data-value]"));
  for (const figure of figures) {
    const table = figure.querySelector("details");
    if (table) table.open = false;
  }
  let width = 0;
  new ResizeObserver(() => {
    if (width === document.body.clientWidth) return;
    width = document.body.clientWidth;
    figures.forEach(draw);
  }).observe(document.body);
  for (const fold of document.querySelectorAll("details.fold")) {
    fold.addEventListener("toggle", () => {
      for (const figure of figures) if (fold.contains(figure) && !figure.querySelector(".drawing").firstChild) draw(figure);
    });
  }
  addEventListener("beforeprint", () => figures.filter((figure) => !figure.querySelector(".drawing").firstChild).forEach(draw));
  document.addEventListener("rows", () => draw(document.getElementById("times")));
})();
