"""Rows of the living table in the review's own columns, and the table as Markdown for a manuscript. Pure.

A row is one of the view `living_table`. A printed row shows the words of the review. A drafted or confirmed row shows
its normalised cells in words; where the paper states none, what the registration says stands there, marked.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from mscwatch.digest import markdown_escaped, plain
from mscwatch.report.words import amount, label

COLUMNS = (
    *("Row", "Paper", "Disease", "Design", "Treated", "Control", "Source", "Route", "Dose", "Infusions"),
    *("Response", "Registration"),
)
# The cells of a drafted row, each in the order in which a person checks it.
CELLS = (
    *("n_treated", "n_control", "design", "disease", "indication_group", "aetiology", "cell_source", "donor"),
    *("product_form", "route", "dose", "infusions_max", "effect", "indicators"),
)
# Of these, the ones that a registration states too, each by its own name.
REGISTERED = (
    *("indication_group", "aetiology", "cell_source", "donor", "product_form", "route", "infusions_max"),
)
TEXTS = ("disease", "indicators")  # in the paper's own words
NOT_STATED = "not stated"
LONGEST = 400  # characters of one cell
UNSTATED: tuple[Any, ...] = (None, [], ["not_stated"], "not_stated", "")
_DESIGNS = {
    "single_arm": "No control group",
    "randomised": "Randomised controlled trial",
    "controlled_not_randomised": "Controlled, not randomised",
    "retrospective": "Retrospective",
}


def in_columns(row: Mapping[str, Any]) -> dict[str, str]:
    """A row in the review's columns (`COLUMNS`), each cell a text on one line."""
    cells = _as_printed(row) if row["origin"] == "review" else _as_drafted(row)
    shown = (
        {"Row": _name(row), "Paper": _paper(row)} | cells | {"Registration": row["nct_id"] or "none found"}
    )
    return {column: plain(str(shown[column]), LONGEST) for column in COLUMNS}


def evidence(row: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """Each stated cell of a drafted or confirmed row: its name, as corrections use it, its value, and its words."""
    told = []
    for name in CELLS:
        value = amount(row["dose_low"], row["dose_high"], row["dose_unit"]) if name == "dose" else row[name]
        if value not in UNSTATED:
            shown = _own_words(value) if name in TEXTS else label(value)
            told.append((name, shown, plain(row[f"{name}_evidence"] or "", LONGEST)))
    return told


def markdown(rows: Iterable[Mapping[str, Any]], credit: str) -> str:
    """The rows as a table in Markdown (GFM), with notes below it; no text of a paper acts as markup."""
    chosen = list(rows)
    lines = [_line(COLUMNS), _line(["---"] * len(COLUMNS))]
    lines += [_line([markdown_escaped(text) for text in in_columns(row).values()]) for row in chosen]
    notes = [
        f"- {markdown_escaped(_name(row))}: {markdown_escaped(note)}"
        for row in chosen
        if (note := remarks(row))
    ]
    return "\n".join([*lines, "", *notes, *([""] if notes else []), markdown_escaped(credit), ""])


def remarks(row: Mapping[str, Any]) -> str:
    """What a reader of a row has to know: that it is a draft, whose patients it shares, who confirmed it, its state."""
    said = []
    if row["origin"] == "drafted":
        said.append("drafted from the abstract; no person has confirmed it, and it counts nowhere")
    elif row["origin"] == "confirmed":
        said.append(f"confirmed by {row['decided_by']} on {row['decided_on']}")
    if row["joined_to"]:
        said.append(f"of the same patients as {row['joined_to']}, who are counted once")
    if row["corrected"]:
        said.append(f"set by a person: {', '.join(row['corrected'])}")
    if row["notes"]:
        said.append(row["notes"])
    return plain("; ".join(said), LONGEST * 2)


def _name(row: Mapping[str, Any]) -> str:
    return str(row["row_id"]).removeprefix("row ")


def _paper(row: Mapping[str, Any]) -> str:
    number = f"PMID {row['pmid']}" if row["pmid"] else row["doi"] or row["paper_id"]
    return ", ".join(str(part) for part in (row["first_author"], row["year"], number) if part)


def _as_printed(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "Disease": row["disease_as_printed"],
        "Design": row["design_as_printed"],
        "Treated": row["n_treated"],
        "Control": row["n_control"],
        "Source": row["source_as_printed"],
        "Route": row["route_as_printed"],
        "Dose": row["dose_as_printed"] or "not printed",
        "Infusions": row["infusions"] or "not printed",
        "Response": row["response_as_printed"],
    }


def _as_drafted(row: Mapping[str, Any]) -> dict[str, Any]:
    sources = [*_stated(row["donor"]), *_stated(row["cell_source"])]
    response = "; ".join(filter(None, (label(row["effect"]), _own_words(row["indicators"]))))
    stated = {
        "Disease": row["disease"] or label(_stated(row["indication_group"])),
        "Design": _DESIGNS.get(row["design"] or "", ""),
        "Treated": _number(row["n_treated"]),
        "Control": _number(row["n_control"]),
        "Source": _capital(label(sources)),
        "Route": _capital(label(_stated(row["route"]))),
        "Dose": amount(row["dose_low"], row["dose_high"], row["dose_unit"]),
        "Infusions": _number(row["infusions_max"]),
        "Response": _capital(response),
    }
    registered = _registered(row)
    return {
        name: value
        or (f"{NOT_STATED} (registered: {registered[name]})" if registered.get(name) else NOT_STATED)
        for name, value in stated.items()
    }


def beside(row: Mapping[str, Any]) -> str:
    """What the registration says of cells that a later paper does not state, by their names; empty if nothing."""
    said = {
        name: label(_stated(row[f"registered_{name}"]))
        for name in REGISTERED
        if not _stated(row[name]) and _stated(row[f"registered_{name}"])
    }
    registered = _registered(row)
    if row["n_treated"] is None or row["n_control"] is None:
        said["participants"] = registered["Treated"]
    if row["dose_low"] is None:
        said["dose"] = registered["Dose"]
    return "; ".join(f"{name} {value}" for name, value in said.items() if value)


def _registered(row: Mapping[str, Any]) -> dict[str, str]:
    enrolled, kind = row["registered_enrollment"], row["registered_enrollment_type"]
    donors_and_sources = [*_stated(row["registered_donor"]), *_stated(row["registered_cell_source"])]
    return {
        "Disease": label(_stated(row["registered_indication_group"])),
        "Treated": "" if enrolled is None else f"{enrolled}{' planned' * (kind == 'ESTIMATED')} in all",
        "Source": label(donors_and_sources),
        "Route": label(_stated(row["registered_route"])),
        "Dose": amount(row["registered_dose_low"], row["registered_dose_high"], row["registered_dose_unit"]),
        "Infusions": _number(row["registered_infusions_max"]),
    }


def _stated(value: Any) -> list[str]:
    values = value if isinstance(value, list) else [value]
    return [word for word in values if word not in (None, "not_stated", "none")]


def _own_words(value: str | list[str]) -> str:
    """A text, or several, as the paper has them: `NAFLD` stays."""
    return plain(value if isinstance(value, str) else ", ".join(value), LONGEST)


def _number(value: int | None) -> str:
    return "" if value is None else str(value)


def _capital(text: str) -> str:
    """The text with its first letter in upper case, the others as they are: `HBV` stays."""
    return text[:1].upper() + text[1:]


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
