"""A citation as the registry prints it: who wrote it, its title, where and when it appeared. Pure.

PubMed's references follow one pattern: `Authors. Title. Journal. 2016 Dec;64(6):2196-2209. doi: 10.1002/hep.28693.`
What sponsors typed themselves may follow none. Then the whole text stands for the title.
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass, replace
from datetime import date

from mscwatch.vocabulary.patterns import pattern_of

LONGEST = 5_000  # characters; the longest citation of PubMed, with hundreds of authors, has fewer
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

_AUTHOR = r"[^.,;:?!]{1,60}?\s[A-Z][A-Za-z]{0,3}(?:\s(?:Jr|Sr|II|III|IV|2nd|3rd))?"
_AUTHORS = pattern_of(rf"(?P<first>{_AUTHOR})(?:,\s[^.,?!]{{1,80}})*(?:;[^.]{{1,150}})?\.\s+")
_PLACE = pattern_of(
    r"[.?!\]]['\"”]?\s+(?P<journal>[^.;]{2,120})\.\s+(?P<year>(?:18|19|20)\d\d)\b"
    rf"(?:\s(?P<month>{'|'.join(MONTHS)})\b(?:\s(?P<day>\d\d?)\b)?)?"
)
_EARLIER = pattern_of(
    rf"\bEpub\s(?P<year>(?:19|20)\d\d)\s(?P<month>{'|'.join(MONTHS)})\b(?:\s(?P<day>\d\d?)\b)?"
)
_DOI = pattern_of(r"\b(10\.\d{4,9}/[^\s\"<>]*[^\s\"<>.,;:)\]])", re.IGNORECASE)
_YEAR = pattern_of(r"\b((?:19|20)\d\d)\b")


@dataclass(frozen=True, slots=True)
class Citation:
    """The parts of a citation; None where it does not say.

    `published_on` is the earlier of print and electronic publication. Without a day it is the last day of the month,
    without a month the last day of the year: the latest day that the citation can mean.
    """

    title: str
    first_author: str | None = None
    journal: str | None = None
    year: int | None = None
    published_on: date | None = None
    doi: str | None = None


def parse(text: str) -> Citation:
    """Read a citation, of which `LONGEST` characters count. Raises nothing: what has no pattern is all title."""
    text = " ".join(text[:LONGEST].split())
    doi = _DOI.search(text)
    authors = _AUTHORS.match(text)
    title_from = authors.end() if authors else 0
    place = _PLACE.search(text, title_from)
    read = Citation(text[title_from:], first_author=authors and authors["first"], doi=doi and doi[1].lower())
    if place is None:
        year = _YEAR.search(text)
        return replace(read, year=int(year[1]) if year else None)
    return replace(
        read,
        title=text[title_from : place.start() + 1].strip("[]. ") or text,
        journal=place["journal"],
        year=int(place["year"]),
        published_on=min(_day(match) for match in (place, _EARLIER.search(text)) if match),
    )


def latest_day(year: int, month: str = "", day: str = "") -> date:
    """The last day that a date of publication can mean; `month` is a number or an English name, or unreadable.

    A month is its last day, a year its last (contract, section 3). A day that its month lacks is its nearest.
    """
    number = (
        int(month)
        if month.isdecimal()
        else MONTHS.index(name) + 1
        if (name := month[:3].title()) in MONTHS
        else 0
    )
    if not 1 <= number <= 12:  # noqa: PLR2004  months
        return date(year, 12, 31)
    last = date(year, number, calendar.monthrange(year, number)[1])
    return last.replace(day=min(int(day) or 1, last.day)) if day.isdecimal() else last


def _day(match: re.Match[str]) -> date:
    """The last day that a date of a citation can mean."""
    return latest_day(int(match["year"]), match["month"] or "", match["day"] or "")
