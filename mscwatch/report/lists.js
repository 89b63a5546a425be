"use strict";
// What all scripts of the page share: the index of trials, the list behind a number, and files made of a list.
const page = (() => {
  const { columns, rows } = JSON.parse(document.getElementById("known").textContent);
  const known = rows.map((row) => Object.fromEntries(columns.map((name, i) => [name, row[i]])));
  const byId = new Map(known.map((one) => [one.id, one]));
  const dialog = document.getElementById("list");
  const table = dialog.querySelector("table");
  const isTrial = (id) => /^NCT\d{8}$/.test(id);
  const registry = (id) => `https://clinicaltrials.gov/study/${id}`;
  const pubmed = (pmid) => `https://pubmed.ncbi.nlm.nih.gov/${pmid}/`;
  const doiAddress = (doi) => `https://doi.org/${encodeURIComponent(doi).replaceAll("%2F", "/")}`;
  // A token is a position in the index, or the number of a trial.
  const entry = (token) => (/^\d+$/.test(token) ? known[token] : undefined) ?? byId.get(token) ?? { id: token.replaceAll("_", " "), papers: [] };

  function make(name, text, attributes = {}) {
    const node = document.createElement(name);
    node.append(text ?? "");
    for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
    return node;
  }

  const link = (text, href) => make("a", text, { href, rel: "noreferrer" });

  function doors(papers) {
    const whole = make("span");
    for (const [pmid, doi, year] of papers || []) {
      if (/^\d+$/.test(pmid)) whole.append(link(`PubMed ${pmid}`, pubmed(pmid)), " ");
      if (doi?.startsWith("10.")) whole.append(link("DOI", doiAddress(doi)), " ");
      if (year) whole.append(`(${year}) `);
    }
    return whole;
  }

  function titled(one) {
    const cell = make("th", "", { scope: "row", "data-label": "Trial" });
    const whole = make("span", isTrial(one.id) ? link(one.id, registry(one.id)) : one.id);
    whole.append(` ${one.title ?? ""} `, make("small", one.sponsor));
    cell.append(whole);
    return cell;
  }

  const SHOWN = [["Trial", "id"], ["Status", "status"], ["n", "n"], ["Registered", "registered"], ["Ends", "end"], ["Papers", "papers"]];
  let listed = [];
  function fill() {
    table.tBodies[0].replaceChildren(...listed.map((one) => {
      const row = make("tr");
      row.append(titled(one), ...SHOWN.slice(1, -1).map(([words, name]) => make("td", String(one[name] ?? ""), { "data-label": words, class: /^(registered|end)$/.test(name) ? "date" : "" })));
      const papers = make("td", "", { "data-label": "Papers" });
      if (one.papers?.length) papers.append(doors(one.papers));
      row.append(papers);
      return row;
    }));
  }

  // A header's button sorts by it, first up, then down; what is not stated comes last.
  function sortable(header, order) {
    const button = make("button", header.textContent, { type: "button" });
    button.addEventListener("click", () => {
      const down = header.getAttribute("aria-sort") === "ascending";
      for (const other of header.parentElement.cells) other.removeAttribute("aria-sort");
      header.setAttribute("aria-sort", down ? "descending" : "ascending");
      order(down);
    });
    header.replaceChildren(button);
  }

  function sorted(things, value, down) {
    const keys = new Map(things.map((thing) => {
      const text = String(value(thing) ?? "").trim();
      return [thing, text !== "" && !Number.isNaN(Number(text)) ? Number(text) : text.toLowerCase()];
    }));
    return things.sort((a, b) => {
      const [left, right] = [keys.get(a), keys.get(b)];
      if (left === "" || right === "") return (left === "") - (right === "");
      const order = typeof left === "number" && typeof right === "number" ? left - right : String(left).localeCompare(String(right));
      return down ? -order : order;
    });
  }

  for (const [words, name] of SHOWN) {
    const header = make("th", words, { scope: "col" });
    table.tHead.rows[0].append(header);
    sortable(header, (down) => {
      listed = sorted(listed, (one) => (name === "papers" ? (one.papers || []).length : one[name]), down);
      fill();
    });
  }

  function open(title, tokens, query) {
    listed = [...new Set(tokens)].map(entry);
    for (const header of table.tHead.rows[0].cells) header.removeAttribute("aria-sort");
    document.getElementById("list-title").textContent = `${title}: ${listed.length}`;
    document.getElementById("list-query").hidden = !query;
    document.getElementById("list-query").dataset.query = query ?? "";
    fill();
    dialog.showModal();
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("button[data-list]");
    if (!button) return;
    event.preventDefault(); // the query is the second thing; the list has a button for it
    open(button.dataset.title || "Trials", button.dataset.list.split(" "), button.getAttribute("popovertarget"));
  });
  document.getElementById("list-query").addEventListener("click", (event) => {
    dialog.close();
    document.getElementById(event.target.dataset.query)?.showPopover();
  });

  const paperNumber = ([pmid, doi]) => (pmid ? `PMID ${pmid}` : doi);
  function csv(entries) {
    const cell = (value) => {
      const text = Array.isArray(value) ? value.map((part) => (Array.isArray(part) ? paperNumber(part) : part)).join("; ") : String(value ?? "");
      return `"${(/^[\s]*[=+\-@\t\r]/.test(text) ? `'${text}` : text).replaceAll('"', '""')}"`;
    };
    const names = columns.filter((name) => name !== "estimated");
    return [[...names, "url"], ...entries.map((one) => [...names.map((name) => one[name]), isTrial(one.id) ? registry(one.id) : ""])]
      .map((row) => row.map(cell).join(",")).join("\r\n");
  }

  function ris(entries) {
    const lines = (fields) => `${fields.filter(([, value]) => value).map(([tag, value]) => `${tag}  - ${String(value).replaceAll(/\s+/g, " ")}`).join("\r\n")}\r\nER  - \r\n`;
    const papers = new Map(entries.flatMap((one) => (one.papers || []).filter(([pmid, doi]) => pmid || doi).map((paper) => [paperNumber(paper), [one, paper]])));
    return [
      ...entries.filter((one) => isTrial(one.id)).map((one) => lines([["TY", "ELEC"], ["ID", one.id], ["TI", one.title], ["AU", one.sponsor], ["PY", one.registered?.slice(0, 4)], ["AN", one.id], ["DB", "ClinicalTrials.gov"], ["N1", one.status], ["UR", registry(one.id)]])),
      ...[...papers.values()].map(([one, [pmid, doi, year]]) => lines([["TY", "JOUR"], ["ID", pmid || doi], ["TI", isTrial(one.id) ? `Paper of ${one.id}: ${one.title}` : one.title], ["PY", year], ["AN", pmid], ["DO", doi], ["N1", `reports ${one.id}`], ["UR", pmid ? pubmed(pmid) : doiAddress(doi)]])),
    ].join("\r\n");
  }

  function save(kind, entries) {
    const [text, type] = kind === "csv" ? [csv(entries), "text/csv"] : [ris(entries), "application/x-research-info-systems"];
    const href = URL.createObjectURL(new Blob(["\ufeff".repeat(kind === "csv"), text], { type }));
    make("a", "", { href, download: `${document.body.dataset.watch}-${document.body.dataset.day}.${kind}` }).click();
    setTimeout(() => URL.revokeObjectURL(href), 10_000);
  }
  for (const button of dialog.querySelectorAll("[data-save]")) button.addEventListener("click", () => save(button.dataset.save, listed));

  // Sections are folded on a phone, and whatever is folded opens when a link leads into it, and for the printer.
  // A long list shows its first rows until somebody wants all, comes by a link, or prints.
  const cut = [];
  for (const list of document.querySelectorAll("table.list > tbody, ul.list")) {
    const rest = list.querySelectorAll(":scope > [hidden]");
    if (!rest.length) continue;
    const more = make("button", `Show all ${list.children.length}`, { type: "button", class: "more-rows" });
    const show = () => { for (const row of rest) row.hidden = false; more.remove(); };
    more.addEventListener("click", show);
    list.closest("table, ul").after(more);
    cut.push({ list, show });
  }
  addEventListener("beforeprint", () => { for (const { show } of cut) show(); });

  const folds = [...document.querySelectorAll("details.fold")];
  if (matchMedia("(max-width: 700px)").matches) for (const fold of folds) fold.open = false;
  function unfold() {
    let name = location.hash.slice(1);
    try {
      name = decodeURIComponent(name);
    } catch {
      // "#100%" is no encoded text: it is a name as it stands
    }
    const target = document.getElementById(name);
    for (let node = target?.querySelector("details.fold") ?? target; node; node = node.parentElement) if (node.tagName === "DETAILS") node.open = true;
    for (const { list, show } of cut) if (target && list.contains(target)) show();
    target?.scrollIntoView();
  }
  addEventListener("hashchange", unfold);
  if (location.hash) unfold();
  addEventListener("beforeprint", () => { for (const fold of folds) fold.open = true; });

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
  return { byId, make, open, save, sortable, sorted };
})();
