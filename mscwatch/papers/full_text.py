"""The full text of an open paper (JATS XML, as Europe PMC's `fullTextXML` gives it): the trials' numbers in it. Pure.

Only where a paper speaks of its own trial counts: its methods, its abstract, its ethics and its registration. A number
in a table, in the introduction, in the discussion or among the references is mostly another trial's (a review's, an
earlier study's). So is one in a sentence about another study.
"""

from __future__ import annotations

import html
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from xml.etree.ElementTree import Element

from mscwatch.errors import NoAnswerError
from mscwatch.papers.numbers import numbers_of
from mscwatch.vocabulary.patterns import pattern_of

LARGEST = 16_000_000  # bytes; an article has about 200,000
NAMED_ENTITY = pattern_of(rb"&(?!(?:amp|lt|gt|quot|apos);)([A-Za-z]\w{1,30});")  # of a DTD that is not read
OTHERS = pattern_of(
    r"^\W*(?:[\dIVX]+\b\W*)*(?:introduction|background|rationale|results?|findings|discussion|conclusions?|limitations"
    r"|references|(?:conflicts?|competing|declarations? of) (?:of )?(?:financial )?interests?|funding)\b",
    re.IGNORECASE,
)
OTHER_TYPES = frozenset({"intro", "results", "discussion", "conclusions", "COI-statement"})
OWN = pattern_of(
    r"^\W*(?:[\dIVX]+\b\W*)*(?:(?:[\w,&-]+\s+){0,5}method(?:s|ology)\b"
    r"|(?:patients?|participants?|subjects?)(?: (?:and|&) \w+)?$"
    r"|(?:clinical )?(?:study|trial) (?:design|population|protocol|oversight|procedures?|participants|registration)"
    r"|(?:study )?design$|experimental (?:section|procedures?|design)|clinical trials?(?: information| number)?$"
    r"|(?:clinical )?registration|(?:statement of )?ethic|declarations?$)",
    re.IGNORECASE,
)
OWN_NOTE = pattern_of(
    r"^\W*(?:(?:the|this|our|study|trial|clinical|protocol|was|is|identifier|number)\W+){0,5}"
    r"(?:regist(?:ration|ered|ry)|clinical ?trials\b)",
    re.IGNORECASE,
)
REGISTERED = pattern_of(r"regist|clinical ?trials ?\.? ?gov", re.IGNORECASE)
OF_ANOTHER = pattern_of(
    r"\b(?:earlier|previous(?:ly)?|prior|another|other|ongoing|parallel|companion)\b", re.IGNORECASE
)
SENTENCE_END = pattern_of(r"(?<=[.;!?])\s+(?=[A-Z(])")
LEFT_OUT = frozenset(
    {"table-wrap", "ref-list", "ref", "sub-article", "response", "xref", "sup"}
)  # with what they hold
BLOCKS = frozenset({"sec", "title", "p", "fn", "notes", "list-item", "break"})  # which end a word


def numbers_in_full_text(body: bytes) -> tuple[str, ...]:
    """The registration numbers of the trial that an article reports, each once, in order; mostly one or none.

    Where sentences say that a trial is registered, only their numbers are its own.
    Raises `NoAnswerError` for anything but an article.
    """
    article = _article(body)
    _part_words(article)
    declared = [item.get("document-id", "") for item in article.iterfind("front//related-object")]
    texts = [sentence for place in _own_places(article) for sentence in SENTENCE_END.split(_text(place))]
    own = [sentence for sentence in texts if not OF_ANOTHER.search(sentence)]
    registered = [sentence for sentence in own if REGISTERED.search(sentence)]
    numbers = numbers_of([*declared, *registered]) or numbers_of(own)
    return tuple(number.number for number in numbers)


def _article(body: bytes) -> Element:
    if len(body) > LARGEST or b"<!ENTITY" in body[:100_000]:
        raise _unusable("a full text that is too large or declares entities")
    try:
        root = ET.fromstring(NAMED_ENTITY.sub(_character, body))  # noqa: S314  expat loads nothing from outside
    except ET.ParseError as error:
        raise _unusable("a full text that is no whole XML") from error
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]  # without its namespace
    article = root if root.tag == "article" else root.find(".//article")
    if article is None:
        raise _unusable("XML without an article for a full text")
    return article


def _character(entity: re.Match[bytes]) -> bytes:
    """The character of a named entity, such as `&nbsp;`; a blank for an unknown one."""
    character = html.unescape(entity[0].decode())
    return b" " if character.startswith("&") else f"&#{ord(character[0])};".encode()


def _part_words(article: Element) -> None:
    """Empty what is not the paper's own words, and put a blank after each block. Mark-up in a word parts nothing."""
    for element in list(article.iter()):
        tail = element.tail or ""
        if element.tag in LEFT_OUT:
            element.clear()
        element.tail = f" {tail}" if element.tag in BLOCKS | LEFT_OUT else tail


def _own_places(article: Element) -> Iterator[Element]:
    """The sections that speak of the paper's own trial, each once, and the notes about its registration."""
    yield from article.iterfind("front/article-meta/abstract")
    waiting = [
        *article.iterfind("body/sec"),
        *article.iterfind("back/sec"),
        *article.iterfind("back//notes/sec"),
    ]
    while waiting:
        section = waiting.pop(0)
        title, kind = section.find("title"), section.get("sec-type", "")
        named = _text(title) if title is not None else ""
        if kind in OTHER_TYPES or OTHERS.match(named):
            continue
        if "methods" in kind or OWN.match(named):
            yield section
        else:
            waiting = [*section.iterfind("sec"), *waiting]
    yield from (place for place in article.iterfind("body/p") if REGISTERED.search(_text(place)))
    yield from (place for place in article.iterfind("back/ack") if OWN.match(_text(place)))
    for part in ("front", "back"):
        for place in (*article.iterfind(f"{part}//fn"), *article.iterfind(f"{part}//notes")):
            if OWN_NOTE.match(_text(place)):
                yield place


def _text(place: Element) -> str:
    return "".join(place.itertext())


def _unusable(what: str) -> NoAnswerError:
    return NoAnswerError(f"Europe PMC gave {what}. Its numbers were not read.", transient=False)
