"""How well the cells of the living table are read from abstracts, on abstracts labelled by eye.

    python tests/benchmarks/abstracts.py --abstracts JSONL --labels CSV [--predictions FILE] [--half a|b]

An abstract is one JSON line with `pmid` or `doi`, `title` and `abstract`; a label is a row with `pmid_or_doi` and any of
the columns of `FIELDS`. Lists are joined by `;`, dose levels by ` | `; an empty label is not scored, nor one that says
that the text did not show it. A field is right when it equals the label: lists as sets, numbers as numbers, a dose by
its lowest and highest level, a disease where one names the other. What is not stated is right where the label says so,
and what is stated there is invented. `--half` takes the half of the abstracts that a hash of their number chooses: the
rules were written with `a` in sight. `--predictions` writes one JSON line per abstract. The last line is one JSON object.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mscwatch.papers.kind import judge
from mscwatch.review.draft import Cell, draft

NOT_STATED = "not_stated"
ABSENT = {"", "none", NOT_STATED}
UNSCORED = {"", "?", "not_seen", "not_applicable"}
# The label file's column -> the column of the living table. A dose has three.
FIELDS = {
    "n_treated": "n_treated", "n_control": "n_control", "design": "design", "cell_source": "cell_source", "donor": "donor",
    "product_form": "product_form", "route": "route", "dose": "dose_low", "dose_unit": "dose_unit",
    "infusions": "infusions_max", "disease_as_written": "disease", "indication_group": "indication_group",
    "registry_ids_in_abstract": "registry_ids", "direction": "effect",
}  # fmt: skip
LISTS = {"cell_source", "donor", "route", "registry_ids_in_abstract"}


def main() -> None:
    arguments = read_arguments()
    labels = {row["pmid_or_doi"]: row for row in rows(arguments.labels)}
    papers = [
        paper for paper in lines(arguments.abstracts) if arguments.half in (None, half(number_of(paper)))
    ]
    tally = Tally()
    predictions = []
    for paper in papers:
        predicted = predict(paper)
        predictions.append(predicted)
        tally.spans(paper, predicted)
        if label := labels.get(paper.get("pmid") or "") or labels.get(paper.get("doi") or ""):
            tally.compare(number_of(paper), label, predicted)
    if arguments.predictions:
        text = "".join(json.dumps(prediction, ensure_ascii=False) + "\n" for prediction in predictions)
        arguments.predictions.write_text(text, encoding="utf-8")
    tally.print_errors()
    print(json.dumps({"abstracts": len(papers)} | tally.summary()))


def read_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--abstracts", type=Path, required=True, metavar="JSONL")
    parser.add_argument("--labels", type=Path, required=True, metavar="CSV")
    parser.add_argument("--predictions", type=Path, metavar="FILE")
    parser.add_argument("--half", choices=["a", "b"])
    return parser.parse_args()


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def lines(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as file:
        yield from (json.loads(line) for line in file if line.strip())


def number_of(paper: dict[str, Any]) -> str:
    return str(paper.get("pmid") or paper.get("doi") or paper["title"])


def half(number: str) -> str:
    """`a` or `b`: whether the first digit of the hash of a paper's number is even or odd."""
    return "ab"[int(hashlib.sha256(number.encode()).hexdigest()[0], 16) & 1]


def predict(paper: dict[str, Any]) -> dict[str, Any]:
    """The fields of the label file, and the words of each in `spans`."""
    title, abstract = paper["title"] or "", paper["abstract"] or ""
    types = paper.get("publication_types") or ()
    cells = draft(title, abstract, types)
    predicted: dict[str, Any] = {
        "pmid_or_doi": number_of(paper),
        "kind": judge(title, publication_types=types, abstract=abstract).kind,
    }
    predicted |= {name: said(cells, name, column) for name, column in FIELDS.items()}
    predicted["spans"] = {name: cells[column].evidence for name, column in FIELDS.items() if column in cells}
    return predicted


def said(cells: dict[str, Cell], name: str, column: str) -> str:
    """A value as the label file writes it."""
    if column not in cells:
        return NOT_STATED
    value = cells[column].value
    if name == "dose":
        low, high = cells["dose_low"].value, cells["dose_high"].value
        return f"{low:g}" if low == high else f"{low:g}-{high:g}"
    return ";".join(value) if isinstance(value, tuple) else str(value)


def same(name: str, label: str, predicted: str) -> bool:
    """Whether a value is that of the label."""
    if label in ABSENT or predicted in ABSENT:
        return label in ABSENT and predicted in ABSENT
    if name == "dose":
        return bounds(label) == bounds(predicted)
    if name == "disease_as_written":
        one, other = (re.sub(r"[^\w]+", " ", text.lower()).strip() for text in (label, predicted))
        return one in other or other in one
    if name in LISTS:
        return set(map(str.strip, label.split(";"))) == set(predicted.split(";"))
    return label.strip() == predicted


def bounds(levels: str) -> tuple[float, float]:
    """The lowest and the highest number of dose levels such as "1e7 | 5e7-1e8"."""
    numbers = [float(number) for number in re.findall(r"\d+(?:\.\d+)?(?:e[+]?\d+)?", levels)]
    return (min(numbers), max(numbers)) if numbers else (0.0, 0.0)


class Tally:
    """Counts what is right, invented and literal, and keeps the errors with their words."""

    def __init__(self) -> None:
        self.right: dict[str, list[bool]] = defaultdict(list)
        self.literal: list[bool] = []
        self.invented = 0
        self.errors: list[str] = []

    def spans(self, paper: dict[str, Any], predicted: dict[str, Any]) -> None:
        texts = (paper["title"] or "", paper["abstract"] or "")
        self.literal += [
            any(span in text for text in texts) and len(span) <= 300 for span in predicted["spans"].values()
        ]

    def compare(self, number: str, label: dict[str, str], predicted: dict[str, Any]) -> None:
        for name in ("kind", *FIELDS):
            if (expected := label.get(name, "")) in UNSCORED:
                continue
            is_right = same(name, expected, predicted[name])
            self.right[name].append(is_right)
            if not is_right:
                invented = expected in ABSENT
                self.invented += invented
                words = predicted["spans"].get(name, "")
                self.errors.append(
                    f"{number} {name}: {predicted[name]} for {expected}{' (invented)' * invented}: {words!r}"
                )

    def print_errors(self) -> None:
        print(*self.errors, sep="\n")
        for name, answers in self.right.items():
            print(f"{name:26}{sum(answers):4} of {len(answers)}")

    def summary(self) -> dict[str, Any]:
        shares = {name: round(sum(answers) / len(answers), 4) for name, answers in self.right.items()}
        kind = shares.pop("kind", None)
        literal = round(sum(self.literal) / len(self.literal), 4) if self.literal else 1.0
        return {"fields": shares, "kind": kind, "spans_literal": literal, "invented": self.invented}


if __name__ == "__main__":
    main()
