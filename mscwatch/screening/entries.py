"""One decision of a person, an entry of the decisions file: on a trial, a link, a reading or a row. Pure."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from typing import Annotated, Any, Literal
from urllib.parse import unquote

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, Strict, model_validator

from mscwatch.errors import ConfigError
from mscwatch.record import nct_number
from mscwatch.screening import cells
from mscwatch.therapy import corrections
from mscwatch.vocabulary.patterns import pattern_of

KEYS = ("nct_id", "paper", "field", "value", "decision", "seen", "reason", "date", "by")

_PMID = pattern_of(
    r"(?:pmid\s*:?\s*|https?://pubmed\.ncbi\.nlm\.nih\.gov/)?0*([1-9]\d{0,7})/?", re.IGNORECASE
)
_DOI = pattern_of(r"(?:doi\s*:?\s*|https?://(?:dx\.)?doi\.org/)?(10\.\d{4,9}/\S+)", re.IGNORECASE)
_PREPRINT = pattern_of(r"(?:ppr:\s*)?(ppr\d{1,10})", re.IGNORECASE)  # of Europe PMC
_CODE = pattern_of(r"(?:ref:)?(ref-[0-9a-f]{8})", re.IGNORECASE)  # of a reference without a number


def paper_number(text: str) -> str | None:
    """The one spelling of a PMID, a DOI, a preprint's number or the code of a reference; None for another text.

    A PMID is bare digits, a DOI begins with "10." and is in lower case, because DOIs ignore case.
    """
    text = text.strip()
    if match := _PMID.fullmatch(text):
        return match[1]
    if match := _DOI.fullmatch(text):
        doi = unquote(match[1]) if text.lower().startswith("http") else match[1]
        return doi.rstrip(".,;").lower()
    if match := _PREPRINT.fullmatch(text):
        return match[1].upper()
    if match := _CODE.fullmatch(text):
        return match[1].lower()
    return None


def _as_paper(value: Any) -> Any:
    """The paper in its one spelling; a text that names none stays, and finds nothing to apply to."""
    text = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
    return paper_number(text) or text if isinstance(text, str) else text


def _as_nct_number(value: Any) -> str:
    number = str(value).upper().strip()
    if nct_number(number) != number:  # it pads a number that lost a digit, which would be another trial's
        raise ValueError("is not an NCT number, such as NCT02223897")
    return number


NctId = Annotated[str, BeforeValidator(_as_nct_number)]
PaperNumber = Annotated[str, BeforeValidator(_as_paper), Field(min_length=1)]


class Entry(BaseModel):
    """What every decision has: why, when, and by whom."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    reason: str = Field(min_length=1)
    date: Annotated[dt.date, Strict()]
    by: str = Field(min_length=1)

    @property
    def key(self) -> str:
        """What is decided, in words; a file decides it once."""
        raise NotImplementedError

    @property
    def outcome(self) -> str:
        """What was decided, as a past participle: "included", "rejected", "corrected to …"."""
        raise NotImplementedError

    def entry(self) -> dict[str, Any]:
        """The decision as an entry of the file, in the order of `KEYS`."""
        values = self.model_dump(exclude_none=True)
        return {key: values[key] for key in KEYS if key in values}


class TrialEntry(Entry):
    nct_id: NctId

    @property
    def key(self) -> str:
        return self.nct_id


class ScreeningDecision(TrialEntry):
    """Whether a trial belongs to the topic, whatever the rules read in it."""

    decision: Literal["include", "exclude"]

    @property
    def outcome(self) -> str:
        return f"{self.decision}d"


class LinkDecision(TrialEntry):
    """Whether a paper reports a trial. `paper` is a PMID, a DOI, or the code of a reference without either."""

    paper: PaperNumber
    decision: Literal["accept", "reject"]

    @property
    def key(self) -> str:
        return f"{self.nct_id} and paper {self.paper}"

    @property
    def outcome(self) -> str:
        return f"{self.decision}ed"


class ReadingDecision(TrialEntry):
    """What one field of a trial's therapy is, whatever the reader found.

    `value` is a word, words, a number, or doses as "1e6-2e6 cells/kg". A field that no therapy has is kept, and finds
    nothing to apply to.
    """

    field: str = Field(min_length=1)
    value: Any

    @model_validator(mode="before")
    @classmethod
    def _in_one_spelling(cls, data: Any) -> Any:
        if not isinstance(data, dict) or not isinstance(data.get("field"), str) or "value" not in data:
            return data
        name = corrections.field_name(data["field"])
        return _spelt(data, name, corrections.plain_value if corrections.is_field(name) else None)

    @property
    def is_of_a_field(self) -> bool:
        return corrections.is_field(self.field)

    @property
    def key(self) -> str:
        return f"{self.field} of {self.nct_id}"

    @property
    def outcome(self) -> str:
        return f"corrected to {_shown(self.value)}"


class RowDecision(Entry):
    """What a person says of the row that is drafted from a paper: yes, no, or what one of its cells is.

    `paper` is one of the paper's numbers. `seen` is the hash of the abstract that the person saw, or `not_read`: the
    cells of another abstract do not take the place of what was accepted. A field that no row has is kept, and finds
    nothing to apply to.
    """

    paper: PaperNumber
    decision: Literal["accept", "reject", "correct"]
    field: str | None = None
    value: Any = None
    seen: str | None = None

    @model_validator(mode="before")
    @classmethod
    def _in_one_spelling(cls, data: Any) -> Any:
        if not isinstance(data, dict):
            return data
        says = {name for name in ("field", "value") if data.get(name) is not None}
        if data.get("decision") != "correct":
            if says:
                raise ValueError(f"has a {' and a '.join(sorted(says))}, which only `correct` takes")
            return data
        if says != {"field", "value"} or not isinstance(data["field"], str):
            raise ValueError("corrects a cell, so it needs a field and a value")
        name = data["field"].strip().lower()
        return _spelt(data, name, cells.plain_value if name in cells.FIELDS else None)

    @property
    def is_of_a_cell(self) -> bool:
        """Whether it is about the row as a whole, or a cell that a row has."""
        return self.field in (None, *cells.FIELDS)

    @property
    def key(self) -> str:
        row = f"row of paper {self.paper}"
        return f"{self.field} in the {row}" if self.field else row

    @property
    def outcome(self) -> str:
        return f"corrected to {_shown(self.value)}" if self.decision == "correct" else f"{self.decision}ed"


def _spelt(data: dict[str, Any], name: str, plain_value: Callable[[str, Any], Any] | None) -> dict[str, Any]:
    """The entry with the name and the value of its field in their one spelling; a value of no known field is a text."""
    try:
        value = plain_value(name, data["value"]) if plain_value else str(data["value"])
    except ConfigError as error:
        raise ValueError(str(error)) from error
    return data | {"field": name, "value": value}


def _shown(value: Any) -> str:
    return ", ".join(value) if isinstance(value, list) else str(value)
