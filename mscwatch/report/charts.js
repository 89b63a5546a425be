"use strict";
// Charts of one moment. Every chart is drawn from the table that stands behind it, so that both always say the same, and
// a click on a bar or a country is one on the number in that table.
const charts = (() => {
  const COLOUR = {
    published: "var(--published)", living: "var(--way)", at_review: "var(--review)", today: "var(--today)", registered: "var(--today)",
  };
  const look = { style: { background: "none", color: "var(--ink)", fontSize: "12px", fontFamily: "inherit", overflow: "visible" } };

  function behind(figure) {
    const table = figure.querySelector("table");
    const names = [...table.tHead.rows[0].cells].map((cell) => cell.dataset.name);
    const words = Object.fromEntries(names.map((name, i) => [name, table.tHead.rows[0].cells[i].textContent]));
    const rows = [...table.tBodies[0].rows].filter((row) => row.cells.length === names.length).map((row) => ({
      ...Object.fromEntries(names.map((name, i) => [name, row.cells[i].dataset.value ?? row.cells[i].textContent.trim()])),
      buttons: Object.fromEntries(names.map((name, i) => [name, row.cells[i].querySelector("[data-list]")])),
      cells: row.cells,
      said: row.dataset.said,
    }));
    return { names, words, rows };
  }

  // The marks that `selector` finds open the list of their point, which may have a `button`.
  function clickable(svg, selector, points) {
    for (const node of svg.querySelectorAll(selector)) {
      const point = points[[node.__data__].flat()[0]];
      if (!point?.button) continue;
      node.style.cursor = "pointer";
      node.addEventListener("click", () => point.button.click());
    }
    return svg;
  }

  function together(...parts) {
    const whole = document.createElement("div");
    whole.append(...parts);
    return whole;
  }

  const note = (text) => page.make("p", text, { class: "meaning" });

  // So few of `count` years are written below an axis that they do not touch.
  function thinned(count, width) {
    const every = Math.ceil((count * 42) / width);
    return (year) => (year % every ? "" : String(year));
  }

  function series({ names, words, rows }) {
    const [category, ...columns] = names;
    const said = columns.filter((name) => COLOUR[name] && rows.some((row) => row[name] !== ""));
    return {
      colour: { domain: said.map((name) => words[name]), range: said.map((name) => COLOUR[name]), legend: said.length > 1 },
      points: rows.flatMap((row) => said.map((name) => ({ category: row[category], series: words[name], trials: Number(row[name]), button: row.buttons[name] }))),
      several: said.length > 1,
    };
  }

  function bars(figure, width) {
    const table = behind(figure);
    const { points, colour, several } = series(table);
    const reviewed = table.rows.filter((row) => row.review).map((row) => ({ category: row.category, review: Number(row.review) }));
    const longest = Math.max(...points.map((point) => point.category.length));
    const margin = Math.min(longest * 6.6 + 12, width * 0.42);
    const drawn = Plot.plot({
      ...look, width, marginLeft: margin, marginRight: 34, marginTop: 4, marginBottom: 4,
      height: new Set(points.map((point) => point.category)).size * (several ? 12 * colour.domain.length + 12 : 24) + 8,
      color: colour, x: { axis: null }, y: { axis: null, domain: colour.domain, padding: 0.12 },
      fy: { label: null, domain: [...new Set(points.map((point) => point.category))], padding: several ? 0.22 : 0.1 },
      marks: [
        Plot.axisFy({ anchor: "left", label: null, lineWidth: margin / 12 - 1, textOverflow: "ellipsis" }),
        Plot.barX(points, { x: "trials", y: "series", fy: "category", fill: "series" }),
        Plot.tickX(reviewed, { x: "review", fy: "category", stroke: "currentColor", strokeWidth: 2, strokeDasharray: "3 2" }),
        Plot.text(points, { x: "trials", y: "series", fy: "category", text: "trials", dx: 5, textAnchor: "start", fill: "currentColor" }),
      ],
    });
    clickable(drawn, "[aria-label=bar] rect", points);
    return reviewed.length ? together(drawn, note(`The dashed mark is what the review says: ${reviewed.map((row) => `${row.category} ${row.review}`).join(", ")}.`)) : drawn;
  }

  function years(figure, width) {
    const { points, colour } = series(behind(figure));
    const drawn = Plot.plot({
      ...look, width, height: 240, marginLeft: 30, color: colour, fx: { label: null, padding: 0.12, tickFormat: thinned(new Set(points.map((point) => point.category)).size, width) },
      x: { axis: null, domain: colour.domain, padding: 0 }, y: { grid: true, label: null, ticks: 5, tickFormat: "d" },
      marks: [Plot.barY(points, { fx: "category", x: "series", y: "trials", fill: "series", tip: true }), Plot.ruleY([0])],
    });
    return clickable(drawn, "[aria-label=bar] rect", points);
  }

  function map(figure, width) {
    const places = behind(figure).rows.map((row) => ({ ...row, here: row.cells[0].dataset.map, button: row.buttons.trials }));
    const trials = d3.rollup(places.filter((place) => place.here), (group) => d3.sum(group, (place) => place.trials), (place) => place.here);
    const world = JSON.parse(document.getElementById("world").textContent);
    const shapes = topojson.feature(world, world.objects.countries).features.filter((shape) => shape.properties.name !== "Antarctica");
    const shown = shapes.filter((shape) => trials.has(shape.properties.name));
    const most = Math.max(1, ...trials.values());
    const drawn = Plot.plot({
      ...look, width, height: width * 0.5, margin: 0, projection: { type: "equal-earth", domain: { type: "FeatureCollection", features: shapes } },
      marks: [
        Plot.geo(shapes, { fill: "var(--land)", stroke: "var(--card)", strokeWidth: 0.5 }),
        Plot.geo(shown, { fill: COLOUR.today, fillOpacity: (shape) => 0.25 + 0.75 * Math.sqrt(trials.get(shape.properties.name) / most), stroke: "var(--card)", strokeWidth: 0.5 }),
        Plot.tip(shown, Plot.pointer(Plot.geoCentroid({ title: (shape) => `${shape.properties.name}: ${trials.get(shape.properties.name)}` }))),
      ],
    });
    // The second layer holds the countries with trials. The registry may have two names of one shape: its list holds both.
    const countries = shown.map(({ properties: { name } }) => {
      const ids = places.filter((place) => place.here === name).flatMap((place) => place.button.dataset.list.split(" "));
      return { button: { click: () => page.open(`${name}: trials`, ids, "query-countries") } };
    });
    clickable(drawn, "[aria-label=geo] ~ [aria-label=geo] path", countries);
    const missing = places.filter((place) => !place.here);
    return missing.length ? together(drawn, note(`Not on this map: ${missing.map((place) => `${place.country} ${place.trials}`).join(", ")}.`)) : drawn;
  }

  return { COLOUR, look, behind, clickable, thinned, together, drawers: { bars, years, map } };
})();
