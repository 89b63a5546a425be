"""Values of the warehouse as text on the page."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from markupsafe import Markup

from mscwatch.digest.text import CAUSE, DISEASE, plain, span

LONGEST = 600  # characters of one value
NOT_SHOWN = "(cannot be shown)"
NAMES = {
    **DISEASE,
    **CAUSE,
    "msc": "MSC",
    "none": "none stated",
    "infusions_max": "most administrations",
    "NA": "n/a",
    "EARLY_PHASE1": "early 1",
    "ACTIVE_NOT_RECRUITING": "Active, not recruiting",
    "ENROLLING_BY_INVITATION": "By invitation",
}


def shown(value: Any) -> Any:
    """Any value on one line, without control characters. Markup that the page made itself is left as it is."""
    match value:
        case Markup():
            return value
        case None:
            return ""
        case datetime():
            return f"{value:%Y-%m-%d %H:%M}"
        case date():
            return value.isoformat()
        case list() | tuple():
            return ", ".join(map(str, map(shown, value)))
        case _:
            return plain(str(value), LONGEST)


def label(value: Any) -> str:
    """A value of the warehouse's or the registry's vocabulary as a person writes it. A list is joined by commas."""
    if isinstance(value, (list, tuple)):
        return ", ".join(map(label, value))
    text = str(shown(value))
    if text in NAMES:
        return NAMES[text]
    if text.startswith("PHASE"):
        return text.removeprefix("PHASE")
    if len(text) > len("NASH") and text.isupper():  # HBV stays, COMPLETED becomes Completed
        text = text.capitalize()
    return text.replace("_", " ")


def guarded(show: Callable[..., str]) -> Callable[..., str]:
    """The same way of showing a value, but a value that it cannot show costs its own cell only."""

    def safely(*values: Any) -> str:
        try:
            return show(*values)
        except Exception:  # noqa: BLE001  whatever it is, the rest of the page is good
            return NOT_SHOWN

    return safely


def amount(low: float | None, high: float | None, unit: str | None) -> str:
    """The dose of one administration, such as `5×10⁵ cells/kg`; empty if none is stated."""
    return "" if low is None or high is None else f"{span(low, high)} {shown(unit)}".rstrip()
