"""How well the therapy reading agrees with records labelled by eye, field by field and by confidence.

    python tests/benchmarks/reading.py --records studies.ndjson.gz … --labels labels.csv … [--half a|b] [--rules msc-liver]

Labels are CSV with `nct_id` and any of the columns of `SCORED`; lists are joined by `;`, doses by ` | `. An empty cell or
`?` is not scored. `--half` takes only the half of the labels that a hash of the NCT number chooses: rules are written
with `a` in sight, and `b` is for measuring, but for rows that say `yes` under `seen`. The last line is one JSON object.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import hashlib
import json
import math
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mscwatch.record import record_nct_id
from mscwatch.screening import relevance
from mscwatch.therapy import NOT_STATED, Therapy, read_record
from mscwatch.vocabulary import Confidence

UNSCORED = {"", "?"}
LISTS = {"cell_source": "cell_source", "donor": "donor", "route": "route", "aetiology": "aetiology"}
LISTS |= {"product_form": "product_forms", "cell_types": "cell_types"}  # a label may name several forms
WORDS = ("indication_group", "cell_type", "modification", "area")
NUMBERS = ("infusions_max", "interval_days")
SCORED = ("relevance", *LISTS, *WORDS, "doses", *NUMBERS)
TIERS_HEAD = "# Made by tests/benchmarks/reading.py --tiers. `mscwatch/therapy/tiers.py` says what the figures decide.\n"
NEAR = 0.02  # a month may be 30 or 30.4 days


@dataclass
class Score:
    """What the readings of one field came to."""

    records: int = 0
    exact: int = 0
    values: Counter[str] = field(default_factory=Counter)  # right, missed, wrong
    sure: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    errors: list[str] = field(default_factory=list)

    def summary(self, name: str) -> str:
        """One line: exact, precision, recall, and right of all by confidence."""
        right = self.values["right"]
        precision = right / (right + self.values["wrong"] or 1)
        recall = right / (right + self.values["missed"] or 1)
        sure = ", ".join(
            f"{level} {self.sure[level]['right']}/{self.sure[level]['values']}"
            for level in Confidence
            if level in self.sure
        )
        share = self.exact / self.records
        return f"{name}: exact {self.exact}/{self.records} = {share:.3f}, precision {precision:.3f}, recall {recall:.3f}; {sure}"


def half(nct_id: str) -> str:
    """The half of the labels, a or b, that a trial belongs to."""
    return "ab"[hashlib.sha256(nct_id.encode()).digest()[0] % 2]


def labels(files: Iterable[Path]) -> Iterator[tuple[str, dict[str, str]]]:
    """Each labelled trial: the name of its file, and its row. Lines that begin with # are notes."""
    for path in files:
        with path.open(encoding="utf-8", newline="") as lines:
            yield from (
                (path.stem, row) for row in csv.DictReader(line for line in lines if not line.startswith("#"))
            )


def records(files: Iterable[Path]) -> Iterator[Any]:
    """The records of NDJSON files, gzipped or not."""
    for path in files:
        with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open() as lines:
            yield from (json.loads(line) for line in lines)


def labelled(name: str, cell: str) -> set[Any]:
    """The values of a cell; nothing where it is not stated."""
    if cell == NOT_STATED:
        return set()
    if name == "doses":
        items = [item.strip().rpartition(" ") for item in cell.split("|")]
        numbers = [
            (amount.partition("-") if "e-" not in amount else (amount, "", ""), unit)
            for amount, _, unit in items
        ]
        return {(float(low), float(high or low), unit) for (low, _, high), unit in numbers}
    if name in NUMBERS:
        return {float(cell)}
    return set(cell.split(";")) - {NOT_STATED}


def found(name: str, therapy: Therapy) -> set[Any]:
    """The values that were read; nothing where it is not stated."""
    if name == "doses":
        return {(level.low, level.high, str(level.unit)) for level in therapy.doses}
    value = getattr(therapy, LISTS.get(name, name))
    if name in NUMBERS:
        return set() if value is None else {float(value)}
    return {str(one) for one in (value if isinstance(value, tuple) else (value,))} - {NOT_STATED, "None"}


def same(one: Any, other: Any) -> bool:
    """Whether two values are the same, numbers as nearly as a month is long."""
    if isinstance(one, tuple):
        return all(map(same, one, other))
    return math.isclose(one, other, rel_tol=NEAR) if isinstance(one, float) else bool(one == other)


def score(
    scores: dict[str, Score], name: str, where: str, expected: set[Any], therapy: Therapy, got: set[Any]
) -> bool:
    """Add one cell to the score of its field; whether it was read exactly."""
    right = sum(any(same(one, other) for other in got) for one in expected)
    exact = right == len(expected) == len(got)
    one = scores[name]
    one.records += 1
    one.exact += exact
    one.values.update(right=right, missed=len(expected) - right, wrong=len(got) - right)
    level = therapy.confidences.get(name)
    if level is not None:
        one.sure[level].update(values=1, right=int(exact))
    if not exact:
        words = [seen.span for seen in therapy.evidence.get(name, ())]
        one.errors.append(
            f"  {where}: labelled {sorted(map(str, expected))}, read {sorted(map(str, got))} ({level}) from {words}"
        )
    return exact


def tiers_file(measured: dict[tuple[str, str], Counter[str]]) -> str:
    """The tiers as TOML, by field and then by tier."""
    rows = [
        f'[[tier]]\nfield = "{name}"\ntier = "{tier}"\n'
        + "".join(f"{key} = {counts[key]}\n" for key in ("seen", "seen_right", "unseen", "unseen_right"))
        for (name, tier), counts in sorted(measured.items())
    ]
    return "\n".join([TIERS_HEAD, *rows])


def main() -> None:
    """Read, score, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", nargs="+", type=Path, required=True)
    parser.add_argument("--labels", nargs="+", type=Path, required=True)
    parser.add_argument("--half", choices=("a", "b"))
    parser.add_argument("--tiers", type=Path, help="write the measured tiers of confidence to this file")
    parser.add_argument("--rules", default="msc-liver", help="rules of relevance (default: msc-liver)")
    options = parser.parse_args()

    at_hand = {record_nct_id(one): one for one in records(options.records)}
    read_record(next(iter(at_hand.values())))  # the packaged words are read once
    began = time.process_time()
    readings = {nct_id: read_record(one) for nct_id, one in at_hand.items()}
    per_second = len(readings) / (time.process_time() - began)

    scores: dict[str, Score] = defaultdict(Score)
    scored = set()
    measured: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for file, row in labels(options.labels):
        nct_id = row["nct_id"]
        if nct_id not in at_hand or options.half not in (None, half(nct_id)):
            continue
        scored.add(nct_id)
        therapy = readings[nct_id]
        for name in SCORED:
            cell = (row.get(name) or "").strip()
            if cell in UNSCORED:
                continue
            if name == "relevance":
                got = {str(relevance.read(at_hand[nct_id], options.rules).relevance)}
            else:
                got = found(name, therapy)
            exact = score(scores, name, f"{file} {nct_id}", labelled(name, cell), therapy, got)
            if name in therapy.tiers:
                seen = "seen" if half(nct_id) == "a" or row.get("seen") else "unseen"
                measured[name, therapy.tiers[name]].update({seen: 1, f"{seen}_right": int(exact)})

    if options.tiers:
        options.tiers.write_text(tiers_file(measured))
    for name, one in scores.items():
        print("\n".join([one.summary(name), *one.errors]))
    sure = {
        level: sum((one.sure[level] for one in scores.values() if level in one.sure), Counter())
        for level in Confidence
    }
    print(
        json.dumps(
            {
                "records": len(scored),
                "fields": {name: round(one.exact / one.records, 4) for name, one in scores.items()},
                **{
                    level: {"values": sure[level]["values"], "right": sure[level]["right"]}
                    for level in Confidence
                },
                "per_second": round(per_second, 1),
            }
        )
    )


if __name__ == "__main__":
    main()
