"use strict";
// Charts with a time axis: shares by year, doses, concerns, and the trials' timelines.
(() => {
  const { COLOUR, look, behind, clickable, thinned, together, drawers } = charts;
  const WHOSE = { published: ["Table 2", COLOUR.published], living: ["Table 2 with confirmed rows", COLOUR.published], registered: ["Registered", COLOUR.today] };
  function whose(origins) {
    const domain = Object.keys(WHOSE).filter((origin) => origins.includes(origin));
    return { domain, range: domain.map((origin) => WHOSE[origin][1]), tickFormat: (origin) => WHOSE[origin][0] };
  }
  const FROM = { living: "Table 2 with confirmed rows, by year", registered: "Registered, by year of first posting" };
  const day = (text) => (text ? new Date(text) : null);
  const panes = (...parts) => Object.assign(together(...parts), { className: "panes" });

  const power = (value) => { // 10⁶ at the decades, nothing between them
    const exponent = Math.log10(value);
    return exponent % 1 ? "" : `10${[...String(exponent)].map((digit) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[digit]).join("")}`;
  };

  function shares(figure, width) {
    const points = behind(figure).rows.map((row) => ({ ...row, year: Number(row.year), trials: Number(row.trials), button: row.buttons.trials }));
    const isUnsaid = (words) => words.startsWith("not stated");
    const domain = d3.groupSort(points, (group) => -d3.sum(group, (point) => point.trials), (point) => point.category).sort((a, b) => isUnsaid(a) - isUnsaid(b));
    const color = { domain, range: domain.map((words, i) => (isUnsaid(words) ? "var(--unsaid)" : d3.schemeObservable10[i % 10])) };
    const years = d3.range(d3.min(points, (point) => point.year), d3.max(points, (point) => point.year) + 1);
    const drawn = d3.groups(points, (point) => point.origin).map(([origin, group]) => {
      const sizes = [...d3.rollup(group, (rows) => rows[0].of_trials, (point) => point.year)].map(([year, n]) => ({ year, n }));
      const svg = Plot.plot({
        ...look, width, height: 150, marginLeft: 48, marginTop: 30, color,
        x: { type: "band", domain: years, label: null, padding: 0.1, tickFormat: thinned(years.length, width) },
        y: { percent: true, label: null, ticks: [0, 50, 100], tickFormat: (share) => `${share} %` },
        marks: [
          Plot.barY(group, Plot.stackY({ offset: "normalize", order: domain }, { x: "year", y: "trials", fill: "category", z: "category", title: (point) => `${point.year}: ${point.category}, ${point.trials}` })),
          Plot.text(sizes, { x: "year", y: 1, text: "n", dy: -7 }),
          Plot.text([FROM[origin] ?? origin], { frameAnchor: "top-left", dx: -44, dy: -30, fontWeight: 600 }),
        ],
      });
      return clickable(svg, "[aria-label=bar] rect", group);
    });
    return together(Plot.legend({ color }), ...drawn);
  }

  function doses(figure, width) {
    const points = behind(figure).rows.map((row) => ({ ...row, when: day(row.dated), dose_low: Number(row.dose_low), dose_high: Number(row.dose_high), button: row.buttons.label }));
    const color = whose(points.map((point) => point.origin));
    const drawn = d3.groups(points, (point) => point.dose_unit).map(([unit, group]) => {
      const svg = Plot.plot({
        ...look, width: width < 700 ? width : Math.floor(width / 2) - 12, height: 260, marginLeft: 44, marginTop: 26, color,
        x: { type: "utc", label: null }, y: { type: "log", nice: true, label: `${unit}, log scale`, grid: true, tickFormat: power },
        marks: [
          Plot.ruleX(group, { x: "when", y1: "dose_low", y2: "dose_high", stroke: "origin", strokeWidth: 2 }),
          Plot.dot(group, { x: "when", y: "dose_high", fill: "origin", r: 4 }),
          Plot.dot(group, { x: "when", y: "dose_low", fill: "origin", r: 4, tip: true, title: "said" }),
        ],
      });
      return clickable(svg, "[aria-label=dot] circle", group);
    });
    return panes(Plot.legend({ color }), ...drawn);
  }

  function concerns(figure, width) {
    const points = behind(figure).rows.map((row) => ({ ...row, year: Number(row.year), share: Number(row.share), trials: Number(row.trials), button: row.buttons.stating }));
    const color = whose(points.map((point) => point.origin));
    const across = Math.max(2, Math.min(4, Math.floor(width / 240)));
    const years = d3.extent(points, (point) => point.year);
    const each = Math.floor(width / across) - 24;
    const drawn = d3.groups(points, (point) => point.category).map(([concern, group]) => clickable(Plot.plot({
      ...look, width: each, height: 140, marginLeft: 48, marginTop: 24, color, r: { domain: [0, d3.max(points, (point) => point.trials)], range: [0, 6] },
      x: { label: null, tickFormat: "d", ticks: Math.floor(each / 60), domain: years }, y: { label: null, domain: [0, 1], ticks: [0, 0.5, 1], tickFormat: ".0%" },
      marks: [
        Plot.lineY(group, { x: "year", y: "share", stroke: "origin", z: "origin", strokeOpacity: 0.6 }),
        Plot.dot(group, { x: "year", y: "share", fill: "origin", r: "trials", title: (point) => `${point.year}, ${WHOSE[point.origin][0]}: ${point.stating} of ${point.trials}` }),
        Plot.text([concern], { frameAnchor: "top-left", dy: -22, fontWeight: 600 }),
      ],
    }), "[aria-label=dot] circle", group));
    return panes(Plot.legend({ color }), ...drawn);
  }

  const MOST = 120; // trials in one drawing: more is no longer read
  const GROUPS = {
    "open or opening": ["Recruiting", "Not yet recruiting", "By invitation"], "under way": ["Active, not recruiting"], completed: ["Completed"],
    "gone quiet": ["Unknown"], stopped: ["Terminated", "Withdrawn", "Suspended"],
  };
  const groupOf = (status) => Object.keys(GROUPS).find((name) => GROUPS[name].includes(status)) ?? "other";
  function times(figure, width) {
    const all = [...document.querySelectorAll("#table tbody tr:not([hidden])")].map((row) => page.byId.get(row.dataset.id)).filter(Boolean);
    const trials = all.slice(0, MOST);
    document.getElementById("times-note").textContent = all.length > MOST ? `The first ${MOST} of ${all.length} trials in the table; search or filter to see others.` : "";
    const marks = trials.flatMap((one) => [
      { id: one.id, what: "registered", when: day(one.registered) }, { id: one.id, what: "results posted", when: day(one.results) },
      ...one.papers.filter(([, , year]) => year).map(([, , year]) => ({ id: one.id, what: "paper", when: day(`${year}-12-31`) })),
    ]).filter((mark) => mark.when);
    const runs = trials.filter((one) => one.start && one.end).map((one) => ({ id: one.id, from: day(one.start), to: day(one.end), sure: !one.estimated, status: groupOf(one.status) }));
    const symbol = { domain: ["registered", "results posted", "paper"], range: ["circle", "diamond", "triangle"] };
    const isNarrow = width < 700;
    const margin = isNarrow ? 96 : 330;
    const colour = { domain: [...Object.keys(GROUPS), "other"], range: ["var(--open)", "var(--way)", "var(--today)", "var(--quiet)", "var(--published)", "currentColor"] };
    const drawn = Plot.plot({
      ...look, width, height: 60 + trials.length * 17, marginLeft: margin, marginTop: 24, marginRight: 16, color: colour,
      symbol,
      x: { axis: "top", grid: true, label: null, type: "utc" }, y: { domain: trials.map((one) => one.id), axis: null },
      marks: [
        Plot.axisY({ label: null, tickSize: 0, tickFormat: (id) => (isNarrow ? id : `${id} ${page.byId.get(id).title}`), lineWidth: isNarrow ? Infinity : margin / 13.2, textOverflow: "ellipsis" }),
        Plot.ruleX([day(document.body.dataset.day)], { stroke: "var(--warn)", strokeDasharray: "4 3" }),
        Plot.ruleY(runs, { y: "id", x1: "from", x2: "to", stroke: "status", strokeWidth: (run) => (run.sure ? 5 : 2) }),
        Plot.dot(marks, { y: "id", x: "when", symbol: "what", fill: "var(--card)", stroke: "currentColor", strokeWidth: 1.5, r: 4, tip: true, title: (mark) => `${mark.id}: ${mark.what} ${mark.when.toISOString().slice(0, 10)}` }),
      ],
    });
    for (const label of drawn.querySelectorAll("[aria-label='y-axis tick label'] text")) {
      label.style.cursor = "pointer";
      label.addEventListener("click", () => page.open("Trial", [label.textContent.slice(0, 11)]));
    }
    return together(Plot.legend({ color: colour }), Plot.legend({ symbol }), drawn);
  }

  Object.assign(drawers, { shares, doses, concerns, times });
})();
