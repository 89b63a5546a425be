"""An abstract as sentences, each with its place and what it is for: background, methods, results, conclusion. Pure.

Labels such as "Methods:" tell the parts. Without labels the first sentence about the study itself ends the background,
the first sentence with a finding begins the results, and the last sentences conclude.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from mscwatch.vocabulary.patterns import pattern_of

LONGEST_TEXT = 10_000  # characters that are read; the longest abstracts have 5,000
LONGEST_SENTENCE = 1_000  # what is longer is cut, so that no pattern meets a long text
LONGEST_EVIDENCE = 300  # characters (contract, "Papers")


class Part(StrEnum):
    """What a sentence of a paper is for."""

    TITLE = "title"
    BACKGROUND = "background"
    METHODS = "methods"
    RESULTS = "results"
    CONCLUSION = "conclusion"


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence with its place (0 is the title). `text` has plain signs; `literal` is as long, and as printed."""

    place: int
    part: Part
    literal: str
    text: str


@dataclass(frozen=True, slots=True)
class Quote:
    """The words of a sentence from `start` to `end`."""

    sentence: Sentence
    start: int
    end: int

    @property
    def words(self) -> str:
        """The words as printed, without blanks around them, at most `LONGEST_EVIDENCE` characters."""
        return self.sentence.literal[self.start : self.end].strip()[:LONGEST_EVIDENCE].strip()

    def to(self, other: Quote) -> Quote:
        """The words from here to the end of another quote, where that is short and in the same sentence."""
        start, end = min(self.start, other.start), max(self.end, other.end)
        near = other.sentence.place == self.sentence.place and end - start <= LONGEST_EVIDENCE
        return replace(self, start=start, end=end) if near else self


# One sign for each meaning, each of the same length, so that places in the text stay valid.
_PLAIN = str.maketrans(
    dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212", "-")
    | dict.fromkeys("\u00a0\u2009\u202f\u2002\u2003\t\r\n", " ")
    | dict.fromkeys("\u2018\u2019", "'")
)
_MIDDLE_DOT = pattern_of(r"(?<=\d)[·•∙](?=\d+(?!\d)(?!\s?[\^(]))")  # 1·5, but not 2·10^6
_TEX = pattern_of(r"\\\(|\\\)|[{}]")  # 1 × \({10}^{6}\), as publishers' pages print it
_END = pattern_of(
    r"(?<!\bvs)(?<!\be\.g)(?<!\bi\.e)(?<!\bi\.v)(?<!\bet "
    r"al)(?<!\bapprox)(?<!\bno)(?<!\bDr)(?<!\bca)[.!?](?:\s+(?=[\"(\[]?[A-Z0-9\u00c0-\u024f])"
    r"|(?:(?<=[a-z)\]\d%][.!?])|(?<=[A-Z][A-Z][.!?]))(?=[A-Z][a-z]+(?:-[a-z]+)?[\s,:]|[A-Z]{6,}[a-z])"
    r"|\s*$)"
)
_METHODS = (
    r"(?:background (?:and|&) )?(?:study )?(?:aims?|objectives?|purposes?)(?: (?:and|&) (?:aims?|objectives?))?"
    r"|study design|(?:(?:materials?|patients?|subjects?) (?:and|&) )?methods?(?: (?:and|&) (?:results|materials))?"
)
_LABELS = (
    (Part.BACKGROUND, r"backgrounds?|introduction|rationale"),
    (Part.METHODS, _METHODS),
    (Part.RESULTS, r"(?:main )?(?:results?|findings)"),
    (Part.CONCLUSION, r"conclusions?|interpretation|level of evidence"),
)
_LABELS_BEFORE_COLONS = (
    (Part.BACKGROUND, r"context|importance"),
    (Part.METHODS, r"(?:experimental )?design|setting|patients|participants|interventions?|measurements?"),
    (Part.RESULTS, r"(?:main )?outcomes?(?: measures?)?"),
    (Part.CONCLUSION, r"discussion|summary|significance|(?:trial )?registration|funding|key ?words"),
)


def _labels(labels: tuple[tuple[Part, str], ...], group: str) -> str:
    return "|".join(rf"(?P<{group}_{part}>{words})" for part, words in labels)


_LABEL = pattern_of(
    rf"\s*(?:abstract\W+)?(?=(?-i:[A-Z]))(?:(?:{_labels(_LABELS, 'a')})(?:\s?[:.]|\s-"
    rf"|(?=\s+(?-i:[a-z]{{0,4}}[A-Z0-9]))|(?-i:(?<=[A-Z][A-Z])(?=[A-Z][a-z])))"
    rf"|(?:{_labels(_LABELS_BEFORE_COLONS, 'b')})\s?:)",
    re.IGNORECASE,
)
_METHODS_AND_RESULTS = pattern_of(r"\s*methods? (?:and|&) results\b", re.IGNORECASE)
_OWN = pattern_of(
    r"\b(?:we|our|this (?:[\w-]+ ){0,3}(?:study|trial|work|report|paper|analysis)|the (?:aim|purpose|objective"
    r"|goal)s?|the present|present study|(?:patients|participants|subjects|knees|children) (?:\([^)]*\) "
    r"|with [^.;]{0,80} )?(?:were|underwent|received|who|was|had)|(?:was|were) (?:enrolled|included|recruited"
    r"|randomi[sz]ed|randomly)|to (?:evaluate|investigate|assess|compare|determine|explore|examine|analy[sz]e|test"
    r"|study"
    r"|report))\b",
    re.IGNORECASE,
)
_FINDING = pattern_of(
    r"\bsignificant|\bp\s?[<=>]|\badverse events?\b|\b(?:side effects?|complications?|reactions?) (?:was|were"
    r"|occurred)|\bimprove(?:[ds]|ments?)?\b|\bshowed\b|\bobserved\b|\bsurvived\b|\bas effective as\b|\b(?:better"
    r"|superior|responded|resolved|achieved|healed)\b|\b(?:were|was|there (?:was|were)) no\b|\bno (?:serious|severe"
    r"|side|significant|adverse|difference)|\b(?:did|was|were) not\b|\bcompared (?:with|to) baseline|\b(?:increased"
    r"|decreased|reduced|rose|fell|declined|survival rates?|remissions?|respon(?:se|ded)|well tolerated|unchanged"
    r"|had similar|similar (?:in|between))\b",
    re.IGNORECASE,
)
_PLANNED = pattern_of(
    r"\b(?:to (?:evaluate|investigate|assess|compare|determine)|aim|purpose|endpoint|outcome measure"
    r"|outcomes? (?:was|were))\b",
    re.IGNORECASE,
)
_CONCLUDES = pattern_of(
    r"\b(?:conclu\w+|in summary|taken together|these (?:\w+ )?(?:results|findings|data)|our (?:\w+ )?(?:results"
    r"|findings|data|study|trial)|the results of (?:our|this)|may (?:be|provide|offer)|further (?:studies"
    r"|investigation|research"
    r"|trials)|suggests?|(?:is|are|was|were) (?:an? |both )?(?:safe|effective|feasible|well tolerated))\b",
    re.IGNORECASE,
)


def sentences(title: str, abstract: str) -> tuple[Sentence, ...]:
    """The title, then the sentences of the abstract in order. What is beyond `LONGEST_TEXT` is not read."""
    told = [_sentence(0, title[:LONGEST_SENTENCE])]
    told += [_sentence(place, text) for place, text in enumerate(_split(abstract[:LONGEST_TEXT]), 1)]
    return (told[0], *_with_parts(told[1:]))


def own(told: Sequence[Sentence]) -> tuple[Sentence, ...]:
    """The sentences about the study itself: what the literature says is left out."""
    return tuple(sentence for sentence in told if sentence.part is not Part.BACKGROUND)


def _sentence(place: int, literal: str) -> Sentence:
    text = _TEX.sub(lambda match: " " * len(match[0]), literal.translate(_PLAIN))
    text = _MIDDLE_DOT.sub(".", text)
    return Sentence(place, Part.TITLE if place == 0 else Part.METHODS, literal, text)


def _split(text: str) -> Iterator[str]:
    start = 0
    for end in [match.end() for match in _END.finditer(text)] + [len(text)]:
        for begin in range(start, end, LONGEST_SENTENCE):
            if piece := text[begin : min(end, begin + LONGEST_SENTENCE)].strip():
                yield piece
        start = end


def _with_parts(told: list[Sentence]) -> list[Sentence]:
    labels = [_label(sentence.text) for sentence in told]
    if any(part in labels for part in (Part.METHODS, Part.RESULTS)):
        return [replace(sentence, part=part) for sentence, part in _carried(told, labels)]
    return _by_words(told)


def _label(text: str) -> Part | None:
    """The part that a sentence is labelled with. Without a colon the label needs a sentence behind it."""
    found = _LABEL.match(text)
    return Part((found.lastgroup or "")[2:]) if found else None


def _carried(told: list[Sentence], labels: list[Part | None]) -> Iterator[tuple[Sentence, Part]]:
    """Each sentence with the label that stands at it or before it; an aim told in the background ends it.

    Under "Methods and results", and where no label tells of results, the first finding begins them.
    """
    part, is_both = Part.BACKGROUND, Part.RESULTS not in labels
    for sentence, label in zip(told, labels, strict=True):
        part = label or part
        if label:
            is_both = Part.RESULTS not in labels or bool(_METHODS_AND_RESULTS.match(sentence.text))
        if part is Part.BACKGROUND and _OWN.search(sentence.text):
            part = Part.METHODS
        if is_both and not label and _FINDING.search(sentence.text) and not _PLANNED.search(sentence.text):
            part = Part.RESULTS
        yield sentence, part


def _by_words(told: list[Sentence]) -> list[Sentence]:
    first = next((index for index, one in enumerate(told) if _OWN.search(one.text)), 0)
    found = next(
        (
            index
            for index, one in enumerate(told)
            if index > first and _FINDING.search(one.text) and not _PLANNED.search(one.text)
        ),
        len(told),
    )
    ends = [index for index, one in enumerate(told) if index > first and _CONCLUDES.search(one.text)]
    concluded = min([index for index in ends if index >= len(told) - 3], default=None)
    last = len(told) - 1 if concluded is None else concluded
    found = found if concluded is None else min(found, concluded)
    return [
        replace(one, part=_part(index, first, found, last if concluded else max(last, found + 1)))
        for index, one in enumerate(told)
    ]


def _part(index: int, first: int, found: int, last: int) -> Part:
    if index < first:
        return Part.BACKGROUND
    if index < found:
        return Part.METHODS
    return Part.RESULTS if index < last else Part.CONCLUSION
