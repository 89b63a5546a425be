"""What kind of paper a paper is, with the reason: from its publication types, abstract, title and reference. Pure.

What a library declared decides first, then the abstract's own words about the study, then the title (`kinds.toml`).
A paper that names nothing is `unknown`: a person should look. The kind says what a paper is, not whose it is.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from mscwatch.papers.model import Paper
from mscwatch.vocabulary import PaperKind

LONGEST_TITLE = 500  # characters; what a sponsor typed instead of a title may have no end
KINDS_VERSION = 4  # raise it when a kind moves, so that stored papers are judged anew

_PEOPLE = (
    r"(?:patients?|participants?|subjects?|children|adults|volunteers?|men|women|infants|recipients?|individuals"
    r"|cases|people)"
)
_NUMBER = r"(?:\b\d{1,4}|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|\w+teen|\w+ty(?:-\w+)?))"
_PLANNED = re.compile(
    rf"\b{_PEOPLE} (?:[^.;]{{0,60}} )?will (?:be|receive|undergo|have)\b"
    r"|\bwill be (?:\w+ )?(?:randomi[sz]ed|recruited|enrolled|included|allocated|assigned|invited)"
    r"|\bthis (?:study|trial|protocol) will|\bwe will (?:conduct|recruit|enrol|randomi[sz]e|include)|\bwe plan to\b"
    r"|^[^.]{0,400}\bthis protocol\b"
)
_REVIEWED = re.compile(
    r"\b(?:this|the present|our|the) (?!retrospective|chart|record)(?:\w+ )?review\b(?! (?:board|committee))"
    r"|\bliterature review (?:was|is)\b"
    r"|\b(?:studies|trials|literature|evidence|advances) (?:are|is|have been) (?:\w+ )?"
    r"(?:reviewed|summari[sz]ed|discussed)\b"
    r"|\bthis (?:article|paper|chapter) (?:\w+ )?(?:provides|gives|presents) an? (?:\w+ )?(?:update|overview|summary)\b"
    r"|\bthis (?:article|paper|chapter) (?:\w+ )?(?:reviews|summari[sz]es|discusses|outlines)\b"
    r"|\bwe (?:\w+ )?(?:review|reviewed|summari[sz]e|discuss|outline) "
    r"(?!\w+ (?:patients|cases|charts|records|hips|knees)\b)(?!\d)"
)
_CALLED_A_REVIEW = re.compile(r"\breview|\bmeta-?analys|\bguideline|\bconsensus\b|\boverview\b")
_LIBRARY = r"(?:pubmed|medline|embase|cochrane|web of science|scopus|cnki|google scholar)"
_SEARCHED = re.compile(
    r"\b(?:this|the present|our|a) (?:\w+ )?(?:(?:systematic|scoping|literature|narrative) (?:review|search)"
    r"|meta-?analysis)\b"
    rf"|\b(?:search\w*|databases?|retriev\w+)\b[^.]{{0,120}}\b{_LIBRARY}\b"
    rf"|\b{_LIBRARY}\b[^.]{{0,120}}\b(?:search\w*|databases?|retriev\w+)"
    r"|\b(?:studies|articles|publications|trials|researches)\b (?:[^.;]{0,80} )?"
    r"(?:were|was) (?:searched|retrieved|screened|reviewed|eligible|identified)\b"
    r"|\b(?:studies|articles|publications) (?:\(n ?= ?\d+\) )?(?:[^.;]{0,60} )?were (?:included|enrolled|analy[sz]ed)\b"
)
_NAMES_A_LIBRARY = re.compile(rf"\b{_LIBRARY}\b")
_COUNTED_PEOPLE = re.compile(
    rf"{_NUMBER} (?:[\w/+-]+ ){{0,6}}{_PEOPLE} (?:\([^)]{{0,200}}\) )?(?:[^.;]{{1,160}} )?"
    r"(?:were (?:\w+ )?(?:enrolled|included|recruited|treated|randomi[sz]ed|randomly|injected|transplanted|divided)"
    r"|received|underwent|treated)\b"
    r"|\b(?:transplanted|administered|infused|injected|given|treated|enrolled|recruited|reviewed|report|reported)"
    rf" (?:\w+ ){{0,4}}{_NUMBER} (?:[\w/+-]+ ){{0,6}}{_PEOPLE}\b"
    r"|\b\d{1,2}[- ](?:years?|months?|days?)[- ]old (?:[\w/-]+ ){0,4}(?:man|woman|boy|girl|male|female|patient)\b"
)
_ANIMALS = (
    r"(?:rats?|mice|mouse|murine|rabbits?|pigs?|minipigs?|swine|porcine|dogs?|canine|sheep|monkeys?|rodents?)"
)
_IN_ANIMALS = re.compile(
    rf"\b{_ANIMALS} (?:were|was|received|underwent)\b|\b(?:in|with) (?:an? |two |three |the )?(?:[\w-]+ )?"
    rf"{_ANIMALS} (?:[\w-]+ )?models?\b|\bmodel was (?:\w+ )?(?:in|with) (?:[\w-]+ ){{0,2}}{_ANIMALS}\b"
)
_IN_A_DISH = re.compile(
    r"\bcells? were (?:\w+ )?(?:co-?cultured|cultured|incubated|transfected)\b|\bin vitro (?:study|model)\b"
)
_LONG = 500  # characters of an abstract that would name a study if there were one
_OWN_STUDY = re.compile(r"\b(?:we|our|was|were|this (?:study|trial)|received|underwent)\b")
_DONE_IN_PEOPLE = re.compile(
    rf"\b{_PEOPLE} (?:\([^)]{{0,200}}\) )?"
    r"(?:were|received|underwent|completed|had|who received)\b"
)
_MARKED_REVIEW = re.compile(r"\.\s+(Review)\.\s*(?:$|No abstract|[A-Z])")
_JOURNAL_OF_REVIEWS = re.compile(
    r"\. (Cochrane Database Syst Rev|Nat Rev [A-Z][\w ]*|Curr Opin [A-Z][\w ]*|Annu Rev [A-Z][\w ]*"
    r"|Trends [A-Z][\w ]*)"
    r"\. (?:19|20)\d\d\b"
)
_JOURNAL_OF_PROTOCOLS = re.compile(r"\. (Trials|JMIR Res Protoc)\. (?:19|20)\d\d\b")
_OF_FINDINGS = re.compile(
    r"\b(?:results?|outcomes?|findings|lessons|follow-?up|analys[ie]s)\b", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class JudgedKind:
    """The kind of a paper and the reason in words."""

    kind: PaperKind
    reason: str


@dataclass(frozen=True, slots=True)
class _Rule:
    kind: PaperKind
    reason: str
    of_types: frozenset[str]  # reference types of the registry that it needs; empty: any
    patterns: re.Pattern[str]
    unless: re.Pattern[str]


def kind_of(paper: Paper) -> JudgedKind:
    """The kind of a paper that a search found or a person imported."""
    return judge(
        paper.title,
        publication_types=paper.publication_types,
        abstract=paper.abstract,
        corrects=paper.corrects,
    )


def judge(
    title: str,
    *,
    reference_types: Collection[str] = (),
    citation: str = "",
    publication_types: Collection[str] = (),
    abstract: str = "",
    corrects: Sequence[str] = (),
) -> JudgedKind:
    """The kind of a paper, from as much as is known of it.

    `reference_types` are those that records of the registry give it (RESULT, DERIVED, BACKGROUND). `citation` is the
    registry's text, where a review is marked `Review.` behind its pages. `publication_types` are PubMed's or Europe
    PMC's, `corrects` the PMIDs of what it corrects or retracts. Raises nothing: what is not known is `unknown`, with
    that as the reason.
    """
    line = _flat(title[:LONGEST_TITLE])
    by_title, declared = _by_title(line, frozenset(reference_types)), _declared(publication_types)
    if declared and declared.kind is not PaperKind.RESULTS:
        return declared
    if corrects:
        return JudgedKind(
            PaperKind.COMMENT, f"the library calls it the erratum or retraction of PMID {corrects[0]}"
        )
    if by_title.kind in {PaperKind.COMMENT, PaperKind.PROTOCOL}:
        return by_title
    if marked := _MARKED_REVIEW.search(citation) or _JOURNAL_OF_REVIEWS.search(citation):
        return JudgedKind(PaperKind.REVIEW, f'the citation is that of a review: "{marked[1]}"')
    if declared:
        return by_title if by_title.kind is PaperKind.SECONDARY else declared
    if by_abstract := _by_abstract(abstract, by_title, line):
        return by_abstract
    journal = _JOURNAL_OF_PROTOCOLS.search(citation)
    if journal and by_title.kind is PaperKind.RESULTS and not abstract and not _OF_FINDINGS.search(title):
        return JudgedKind(PaperKind.UNKNOWN, f"{journal[1]} prints protocols, and the title names no finding")
    return by_title


def _declared(publication_types: Collection[str]) -> JudgedKind | None:
    """What the library calls the paper; None where it names no type that tells."""
    types = {entry.strip().lower() for entry in publication_types}
    for kind, names in _tables()["declared"].items():
        if found := sorted(types.intersection(names)):
            return JudgedKind(PaperKind(kind), f"the library calls it {found[0]}")
    return None


def _by_title(line: str, reference_types: frozenset[str]) -> JudgedKind:
    for rule in _rules():
        if rule.of_types and not rule.of_types & reference_types:
            continue
        if (match := rule.patterns.search(line)) and not rule.unless.search(line):
            return JudgedKind(rule.kind, rule.reason.replace("{word}", match[0].strip()))
    return JudgedKind(PaperKind.UNKNOWN, "neither its title nor its reference says what it reports")


def _by_abstract(abstract: str, by_title: JudgedKind, title: str) -> JudgedKind | None:
    """What the abstract says of the study; None where it does not move what the title said."""
    text = _flat(abstract)
    counted, animals = _COUNTED_PEOPLE.search(text), _IN_ANIMALS.search(text)
    done = counted or _DONE_IN_PEOPLE.search(text)
    planned = list(_PLANNED.finditer(text))
    if planned and (not done or (len(planned) > 1 and not counted)):
        return JudgedKind(PaperKind.PROTOCOL, f'the abstract announces a study: "{planned[0][0]}"')
    searched = _SEARCHED.search(text)
    if (
        searched
        and by_title.kind is not PaperKind.SECONDARY
        and (_NAMES_A_LIBRARY.search(text) or not counted)
    ):
        return JudgedKind(PaperKind.REVIEW, f'the abstract searches the literature: "{searched[0]}"')
    treated = None if searched or animals or _CALLED_A_REVIEW.search(title) else counted
    if treated and by_title.kind in {PaperKind.REVIEW, PaperKind.PRECLINICAL}:
        return JudgedKind(PaperKind.RESULTS, f'the abstract tells of people: "{treated[0]}"')
    if by_title.kind is PaperKind.RESULTS and not done:
        return _of_no_study(text)
    if by_title.kind not in {PaperKind.UNKNOWN, PaperKind.OTHER}:
        return None
    return _by_words(text, counted, done)


def _of_no_study(text: str) -> JudgedKind | None:
    """What a paper is whose title speaks of results and whose abstract of nobody who was treated."""
    if reviewed := _REVIEWED.search(text):
        return JudgedKind(PaperKind.REVIEW, f'the abstract calls it a review: "{reviewed[0]}"')
    if len(text) > _LONG and not _OWN_STUDY.search(text):
        return JudgedKind(PaperKind.UNKNOWN, "the abstract tells of no study of its own")
    return None


def _by_words(text: str, counted: re.Match[str] | None, done: re.Match[str] | None) -> JudgedKind | None:
    """What the abstract alone says, where the title says nothing."""
    if not counted and (reviewed := _REVIEWED.search(text)):
        return JudgedKind(PaperKind.REVIEW, f'the abstract calls it a review: "{reviewed[0]}"')
    if done:
        return JudgedKind(PaperKind.RESULTS, f'the abstract tells of people: "{done[0]}"')
    if found := _IN_ANIMALS.search(text) or _IN_A_DISH.search(text):
        return JudgedKind(
            PaperKind.PRECLINICAL, f'the abstract tells of animals or cells alone: "{found[0]}"'
        )
    return None


def _flat(text: str) -> str:
    """In lower case, with plain hyphens and quotes and single spaces."""
    return " ".join(re.sub(r"[‐‑‒–—]", "-", text).replace("’", "'").lower().split())


@cache
def _tables() -> dict[str, Any]:
    return tomllib.loads((files("mscwatch.papers") / "kinds.toml").read_text("utf-8"))


@cache
def _rules() -> tuple[_Rule, ...]:
    return tuple(
        _Rule(
            PaperKind(rule["kind"]),
            rule["reason"],
            frozenset(rule.get("of_types", [])),
            _any(rule["patterns"]),
            _any(rule.get("unless", [])),
        )
        for rule in _tables()["rule"]
    )


def _any(patterns: list[str]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns) or r"(?!)")
