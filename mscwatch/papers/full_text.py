"""The full text of an open paper (JATS XML, as Europe PMC's `fullTextXML` gives it): the trials' numbers in it. Pure.

Only where a paper speaks of its own trial counts: its methods, its abstract, its ethics and its registration. A number
in a table, in the introduction or among the references is mostly another trial's (a review's, an earlier study's).
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from xml.etree.ElementTree import Element

from mscwatch.errors import NoAnswerError
from mscwatch.papers.numbers import numbers_of

LARGEST = 16_000_000  # bytes; an article has about 200,000
OWN = re.compile(
    r"method|patients|participants|subjects|(?:study|trial) (?:design|population|oversight)|ethic|regist|protocol",
    re.IGNORECASE,
)
REGISTERED = re.compile(r"regist|clinical ?trials", re.IGNORECASE)
FOREIGN = frozenset({"table-wrap", "ref-list", "ref"})
BLOCKS = frozenset({"sec", "title", "p", "fn", "notes", "list-item", "break"})  # which end a word


def numbers_in_full_text(body: bytes) -> tuple[str, ...]:
    """The registration numbers of the trial that an article reports, each once, in order; mostly one or none.

    Raises `NoAnswerError` for anything but an article.
    """
    article = _article(body)
    declared = [item.get("document-id", "") for item in article.iter("related-object")]
    _part_words(article)
    texts = [_text(place) for place in _own_places(article)]
    return tuple(number.number for number in numbers_of([*declared, *texts]))


def _article(body: bytes) -> Element:
    if len(body) > LARGEST or b"<!ENTITY" in body[:100_000]:
        raise _unusable("a full text that is too large or declares entities")
    try:
        root = ET.fromstring(body)  # noqa: S314  expat loads nothing from outside, and no entity is declared
    except ET.ParseError as error:
        raise _unusable("a full text that is no whole XML") from error
    article = root if root.tag == "article" else root.find(".//article")
    if article is None:
        raise _unusable("XML without an article for a full text")
    return article


def _part_words(article: Element) -> None:
    """Empty tables and references, and put a blank after each block. A mark-up inside a word does not part it."""
    for element in list(article.iter()):
        tail = element.tail or ""
        if element.tag in FOREIGN:
            element.clear()
        element.tail = f" {tail}" if element.tag in BLOCKS | FOREIGN else tail


def _own_places(article: Element) -> Iterator[Element]:
    """The sections that speak of the paper's own trial, each once, and the notes about its registration."""
    yield from article.iterfind("front/article-meta/abstract")
    within: set[int] = set()
    for section in article.iter("sec"):
        title = section.find("title")
        named = f"{section.get('sec-type', '')} {_text(title) if title is not None else ''}"
        if id(section) not in within and OWN.search(named):
            within.update(id(inner) for inner in section.iter("sec"))
            yield section
    for place in (*article.iter("fn"), *article.iter("notes")):
        if REGISTERED.search(_text(place)):
            yield place


def _text(place: Element) -> str:
    return "".join(place.itertext())


def _unusable(what: str) -> NoAnswerError:
    return NoAnswerError(f"Europe PMC gave {what}. Its numbers were not read.", transient=False)
