"""How much of a record's text is read: some patterns take the square of a text's length. Pure."""

from __future__ import annotations

from typing import Any

from mscwatch.model import Issue, Record
from mscwatch.record import part, record_nct_id

# Characters. The registry admits 32,000 in its longest field, and the longest of 1,425 real records has 32,037.
LONGEST_TEXT = 33_000
LONGEST_RECORD = 300_000

_MODULES = (
    "identificationModule", "conditionsModule", "descriptionModule", "designModule", "armsInterventionsModule",
    "eligibilityModule",
)  # fmt: skip


def within(record: Record) -> tuple[Record, tuple[Issue, ...]]:
    """The record with texts that are short enough to be read, and an issue for each that was cut.

    A record that is within the bounds comes back as it is.
    """
    protocol = part(record, "protocolSection")
    if not isinstance(protocol, dict):
        return record, ()
    lengths = [len(text) for module in _MODULES for text in _texts(protocol.get(module))]
    if not lengths or (max(lengths) <= LONGEST_TEXT and sum(lengths) <= LONGEST_RECORD):
        return record, ()
    cutter = _Cutter(record_nct_id(record) or "")
    short = {
        name: cutter.cut(protocol[name], f"protocolSection.{name}") for name in _MODULES if name in protocol
    }
    return record | {"protocolSection": protocol | short}, tuple(cutter.issues)


class _Cutter:
    """Cuts texts until `LONGEST_RECORD` is used up; what comes after that is empty."""

    def __init__(self, nct_id: str) -> None:
        self.nct_id = nct_id
        self.left = LONGEST_RECORD
        self.issues: list[Issue] = []

    def cut(self, value: Any, path: str) -> Any:
        if isinstance(value, dict):
            return {key: self.cut(inner, f"{path}.{key}") for key, inner in value.items()}
        if isinstance(value, list):
            return [self.cut(inner, f"{path}[{place}]") for place, inner in enumerate(value)]
        return self._cut_text(value, path) if isinstance(value, str) else value

    def _cut_text(self, text: str, path: str) -> str:
        kept = text[: min(LONGEST_TEXT, self.left)]
        self.left -= len(kept)
        if len(kept) < len(text):
            reason = f"so long that only {len(kept)} of its {len(text)} characters were read for the therapy"
            self.issues.append(Issue(self.nct_id, path, f"{text[:60]}…", reason))
        return kept


def _texts(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [text for one in inner for text in _texts(one)]
