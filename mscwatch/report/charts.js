"use strict";
// Every chart is drawn from the table that stands behind it, so that both always say the same.
(() => {
  const COLOUR = {
    published: "var(--published)", at_review: "var(--review)", today: "var(--today)", registered: "var(--today)",
  };
  const look = { style: { background: "none", color: "var(--ink)", fontSize: "12px", fontFamily: "inherit", overflow: "visible" } };
  const day = (text) => (text ? new Date(text) : null);

  const power = (value) => { // 10⁶ at the decades, nothing between them
    const exponent = Math.log10(value);
    return exponent % 1 ? "" : `10${[...String(exponent)].map((digit) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[digit]).join("")}`;
  };

  function behind(figure) {
    const table = figure.querySelector("table");
    const names = [...table.tHead.rows[0].cells].map((cell) => cell.dataset.name);
    const words = Object.fromEntries(names.map((name, i) => [name, table.tHead.rows[0].cells[i].textContent]));
    const rows = [...table.tBodies[0].rows].filter((row) => row.cells.length === names.length).map((row) =>
      Object.fromEntries(names.map((name, i) => [name, row.cells[i].dataset.value ?? row.cells[i].textContent.trim()])));
    return { names, words, rows, table };
  }

  function series({ names, words, rows }) {
    const [category, ...columns] = names;
    const said = columns.filter((name) => name && rows.some((row) => row[name] !== ""));
    return {
      colour: { domain: said.map((name) => words[name]), range: said.map((name) => COLOUR[name]), legend: said.length > 1 },
      points: rows.flatMap((row) => said.map((name) => ({ category: row[category], series: words[name], trials: Number(row[name]) }))),
      several: said.length > 1,
    };
  }

  function bars(figure, width) {
    const { points, colour, several } = series(behind(figure));
    const longest = Math.max(...points.map((point) => point.category.length));
    const margin = Math.min(longest * 6.6 + 12, width * 0.42);
    return Plot.plot({
      ...look, width, marginLeft: margin, marginRight: 34, marginTop: 4, marginBottom: 4,
      height: new Set(points.map((point) => point.category)).size * (several ? 12 * colour.domain.length + 12 : 24) + 8,
      color: colour, x: { axis: null }, y: { axis: null, domain: colour.domain, padding: 0.12 },
      fy: { label: null, domain: [...new Set(points.map((point) => point.category))], padding: several ? 0.22 : 0.1 },
      marks: [
        Plot.axisFy({ anchor: "left", label: null, lineWidth: margin / 12 - 1, textOverflow: "ellipsis" }),
        Plot.barX(points, { x: "trials", y: "series", fy: "category", fill: "series" }),
        Plot.text(points, { x: "trials", y: "series", fy: "category", text: "trials", dx: 5, textAnchor: "start", fill: "currentColor" }),
      ],
    });
  }

  function years(figure, width) {
    const { points, colour } = series(behind(figure));
    const every = Math.ceil((new Set(points.map((point) => point.category)).size * 36) / width);
    return Plot.plot({
      ...look, width, height: 240, marginLeft: 30, color: colour, fx: { label: null, padding: 0.12, tickFormat: (year) => (year % every ? "" : year) },
      x: { axis: null, domain: colour.domain, padding: 0 }, y: { grid: true, label: null, ticks: 5, tickFormat: "d" }, 
      marks: [Plot.barY(points, { fx: "category", x: "series", y: "trials", fill: "series", tip: true }), Plot.ruleY([0])],
    });
  }

  function doses(figure, width) {
    const { rows, table } = behind(figure);
    const points = rows.map((row, i) => ({ ...row, said: table.tBodies[0].rows[i].dataset.said, dose_low: Number(row.dose_low), dose_high: Number(row.dose_high) }));
    const colour = { domain: ["published", "registered"], range: [COLOUR.published, COLOUR.today], legend: true };
    const panes = d3.groups(points, (point) => point.dose_unit).map(([unit, group]) => {
      const ranked = d3.sort(group, (point) => point.dose_low, (point) => point.dose_high).map((point, i) => ({ ...point, place: i }));
      return Plot.plot({
        ...look, width: width < 700 ? width : Math.floor(width / 2) - 12, height: Math.min(60 + ranked.length * 9, 420), marginBottom: 36, color: { ...colour, legend: false },
        marginLeft: 12, x: { type: "log", label: `${unit}, log scale`, grid: true, tickFormat: power }, y: { axis: null },
        marks: [
          Plot.ruleY(ranked, { y: "place", x1: "dose_low", x2: "dose_high", stroke: "origin", strokeWidth: 2 }),
          Plot.dot(ranked, { y: "place", x: "dose_low", fill: "origin", r: 3, tip: true, title: "said" }),
          Plot.dot(ranked, { y: "place", x: "dose_high", fill: "origin", r: 3 }),
        ],
      });
    });
    const whole = document.createElement("div");
    whole.className = "panes";
    whole.append(Plot.legend({ color: colour }), ...panes);
    return whole;
  }

  function map(figure, width) {
    const { table, rows } = behind(figure);
    const places = [...table.tBodies[0].rows].map((row, i) => ({ ...rows[i], here: row.cells[0].dataset.map }));
    const trials = d3.rollup(places.filter((place) => place.here), (group) => d3.sum(group, (place) => place.trials), (place) => place.here);
    const world = JSON.parse(document.getElementById("world").textContent);
    const shapes = topojson.feature(world, world.objects.countries).features.filter((shape) => shape.properties.name !== "Antarctica");
    const shown = shapes.filter((shape) => trials.has(shape.properties.name));
    const most = Math.max(1, ...trials.values());
    const drawn = Plot.plot({
      ...look, width, height: width * 0.5, margin: 0, projection: { type: "equal-earth", domain: { type: "FeatureCollection", features: shapes } },
      r: { range: [0, width / 32], domain: [0, most] },
      marks: [
        Plot.geo(shapes, { fill: "var(--land)", stroke: "var(--card)", strokeWidth: 0.5 }),
        Plot.geo(shown, { fill: COLOUR.today, fillOpacity: (shape) => 0.25 + 0.75 * Math.sqrt(trials.get(shape.properties.name) / most), stroke: "var(--card)", strokeWidth: 0.5 }),
        Plot.tip(shown, Plot.pointer(Plot.geoCentroid({ title: (shape) => `${shape.properties.name}: ${trials.get(shape.properties.name)}` }))),
      ],
    });
    const missing = places.filter((place) => !place.here);
    if (!missing.length) return drawn;
    const whole = document.createElement("div");
    const note = document.createElement("p");
    note.className = "meaning";
    note.textContent = `Not on this map: ${missing.map((place) => `${place.country} ${place.trials}`).join(", ")}.`;
    whole.append(drawn, note);
    return whole;
  }

  const MOST = 120; // trials in one drawing: more is no longer read
  function times(figure, width) {
    const all = [...document.querySelectorAll("#table tbody tr:not([hidden])")].map((row) => row.dataset);
    const trials = all.slice(0, MOST);
    document.getElementById("times-note").textContent = all.length > MOST ? `The first ${MOST} of ${all.length} trials in the table; search or filter to see others.` : "";
    const marks = trials.flatMap((one) => [
      { id: one.id, what: "registered", when: day(one.registered) }, { id: one.id, what: "results posted", when: day(one.results) },
      ...one.papers.split(", ").filter(Boolean).map((year) => ({ id: one.id, what: "paper", when: day(`${year}-12-31`) })),
    ]).filter((mark) => mark.when);
    const runs = trials.filter((one) => one.start && one.end).map((one) => ({ id: one.id, from: day(one.start), to: day(one.end), sure: one.endType !== "ESTIMATED" }));
    const kinds = ["registered", "results posted", "paper"];
    const scale = { domain: kinds, range: ["var(--review)", "var(--today)", "var(--published)"], legend: false };
    const drawn = Plot.plot({
      ...look, width, height: 60 + trials.length * 15, marginLeft: 104, marginTop: 24, marginRight: 16, color: scale,
      symbol: { domain: kinds, range: ["circle", "diamond", "triangle"], legend: true },
      x: { axis: "top", grid: true, label: null, type: "utc" }, y: { domain: trials.map((one) => one.id), label: null, tickSize: 0 },
      marks: [
        Plot.ruleY(runs, { y: "id", x1: "from", x2: "to", stroke: "currentColor", strokeOpacity: 0.55, strokeWidth: (run) => (run.sure ? 4 : 1.5) }),
        Plot.dot(marks, { y: "id", x: "when", symbol: "what", fill: "what", stroke: "var(--card)", r: 4.5, tip: { format: { symbol: false, fill: true } } }),
      ],
    });
    return drawn;
  }

  const DRAWN = { bars, years, doses, map, times };
  function draw(figure) {
    const place = figure.querySelector(".drawing");
    const width = Math.floor(place.clientWidth);
    if (!width) return;
    const drawing = DRAWN[figure.dataset.chart](figure, width);
    for (const svg of [drawing, ...drawing.querySelectorAll("svg")].filter((node) => node.tagName === "svg" && node.getAttribute("width") > 60)) {
      svg.setAttribute("role", "img");
      svg.setAttribute("aria-label", `${figure.querySelector("h3").textContent}. The table beside it holds the same numbers.`);
    }
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
  document.addEventListener("rows", () => draw(document.getElementById("times")));
})();
