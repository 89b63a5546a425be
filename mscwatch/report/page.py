"""Rendering the page from the queries' answers and the facts in `meta`."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any
from urllib.parse import quote

from jinja2 import BytecodeCache, Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from mscwatch.digest import heading, study_url
from mscwatch.model import QueryAnswer
from mscwatch.report.index import compact, index_of, positions
from mscwatch.report.living import in_columns, remarks
from mscwatch.report.places import on_map
from mscwatch.report.words import amount, guarded, label, shown
from mscwatch.review import prisma

HERE = files(__package__)
SCRIPTS = (
    "vendor/d3.min.js",
    "vendor/plot.umd.min.js",
    "vendor/topojson-client.min.js",
    "lists.js",
    "seen.js",
    "table.js",
    "charts.js",
    "over_time.js",
    "draw.js",
)
EVIDENCE = "_evidence"


def render_page(
    facts: Mapping[str, str], answers: Mapping[str, QueryAnswer], compiled: BytecodeCache | None = None
) -> str:
    """The whole HTML document. `facts` is the table `meta` as a mapping, `answers` has each query's answer by its name.

    `compiled` keeps the compiled templates; to compile them takes longer than to fill them.
    The same input gives the same bytes: nothing on the page depends on when it is made.
    """
    scripts = [_text(name) for name in SCRIPTS]
    known = index_of(answers)
    place_of = positions(known)
    pages = _PAGES.overlay(bytecode_cache=compiled)
    return pages.get_template("page.html.j2").render(
        facts=facts,
        answers=answers,
        style=Markup(_text("page.css")),  # noqa: S704  our own file
        scripts=[Markup(text) for text in scripts],  # noqa: S704  our own files and the vendored ones
        policy=f"default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; "
        f"form-action 'none'; script-src {' '.join(map(_allowed, scripts))}",
        listed=lambda ids: " ".join(
            str(place_of.get(id_, shown(id_))).replace(" ", "_") for id_ in ids or ()
        ),
        known=Markup(_inlined(compact(known))),  # noqa: S704  escaped there
        flow=Markup(prisma.svg(answers["prisma_flow"].rows)),  # noqa: S704  escaped there
        world=Markup(_inlined(json.loads(_text("vendor/countries-110m.json")))),  # noqa: S704  escaped there
    )


def evidence(row: Mapping[str, Any]) -> list[tuple[str, Any, str]]:
    """What was read of a trial's therapy, as (part, value, words of the record); parts without words are left out."""
    values = {**row, "dose": guarded(amount)(row["dose_low"], row["dose_high"], row["dose_unit"])}
    parts = (name.removesuffix(EVIDENCE) for name in row if name.endswith(EVIDENCE) and row[name])
    return [(label(part), values[part], row[part + EVIDENCE]) for part in parts]


def pubmed(pmid: Any) -> str:
    """The address of a paper on PubMed; empty for what is no PMID."""
    text = str(pmid or "")
    return f"https://pubmed.ncbi.nlm.nih.gov/{text}/" if text.isascii() and text.isdigit() else ""


def doi_address(doi: Any) -> str:
    """The address of a DOI; empty for what is none."""
    text = str(doi or "")
    return f"https://doi.org/{quote(text, safe='/')}" if text.startswith("10.") else ""


def _inlined(value: Any) -> str:
    """JSON that cannot close the script element around it."""
    text = json.dumps(value, ensure_ascii=True, separators=(",", ":"))
    return text.replace("&", r"\u0026").replace("<", r"\u003c").replace(">", r"\u003e")


def _allowed(script: str) -> str:
    """A script's source expression in the content security policy: the hash of its text."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"


def _verbatim(text: str) -> Markup:
    """Escaped text that keeps its lines; `shown` would put it on one line."""
    return Markup(escape(text.strip()))  # noqa: S704  escaped here


@cache
def _text(name: str) -> str:
    return HERE.joinpath(name).read_text(encoding="utf-8")


_PAGES = Environment(
    loader=PackageLoader("mscwatch.report", ""),
    autoescape=True,
    undefined=StrictUndefined,
    finalize=shown,
    trim_blocks=True,
    lstrip_blocks=True,
)
_PAGES.filters |= {
    "label": guarded(label),
    "verbatim": guarded(_verbatim),
    "on_map": on_map,
    "kind": guarded(heading),
    "pubmed": pubmed,
    "doi_address": doi_address,
    "study_url": study_url,
}
_PAGES.globals |= {
    "amount": guarded(amount),
    "evidence": evidence,
    "in_columns": in_columns,
    "remarks": guarded(remarks),
}
