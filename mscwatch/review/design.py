"""The design of a study by an abstract's own words: randomised, controlled, retrospective or a single arm. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from mscwatch.review.abstracts import Part, Quote, Sentence
from mscwatch.vocabulary import TrialDesign
from mscwatch.vocabulary.patterns import pattern_of

# What is asked for or under way elsewhere is not this study: "randomised trials are needed".
_ELSEWHERE = pattern_of(
    r"\b(?:future|needs?(?: to)?|further|ongoing|on-going|needed|warranted|required|should|awaited|larger|planned"
    r"|underway|necessary|the next|pav(?:es?|ing) the way|call(?:s|ed)? for|previous(?:ly)? (?:published|reported))\b",
    re.IGNORECASE,
)
_RANDOMISED = pattern_of(
    r"(?<!non)(?<!non-)(?<!non )(?<!not )(?<!without )(?<!quasi-)\brandomi[sz](?:ed|ation|ing|e)\b"
    r"|\brandomly (?:and \w+ )?(?:assigned|allocated|divided|distributed|grouped|separated|received|split)\b"
    r"|\b(?:assigned|allocated|divided|enrolled|separated) (?:\w+ )?(?:randomly|at random)\b|(?-i:\bRCT\b)",
    re.IGNORECASE,
)
_RETROSPECTIVE = pattern_of(
    r"\bretrospective(?:ly)?\b(?!(?:\s+\w+){0,2}\s+(?:controls?|chosen|selected)\b)|\b(?:records"
    r"|charts) (?:of [^.;]{1,60} )?(?:were|was) review",
    re.IGNORECASE,
)
_SINGLE = pattern_of(
    r"\b(?:single|one)[- ]arm(?:ed)?\b|\bsingle[- ]group\b|\buncontrolled\b|\bnon-?controlled\b|\b(?:no"
    r"|without(?: an?)?|lack of(?: an?)?|lacks an?) (?:\w+ )?control(?:s| group| arm)?\b|\bcase (?:series|reports?)\b"
    r"|\bbefore[- ]and[- ]after\b|\bself-?controlled\b",
    re.IGNORECASE,
)
_CONTROLLED = pattern_of(
    r"(?<!own )(?<!healthy )(?<!normal )(?<!no )(?<!without )\bcontrol[- ](?:group|arm|patients|subjects|cohort"
    r"|knees?|treatment)s?\b|(?<!own )(?<!healthy )(?<!normal )(?<!no )(?<!as )\bcontrols\b(?! (?:the|of))|\b(?:in"
    r"|into|to) (?:two|three|four|[2-4]) (?:\w+ ){0,2}(?:groups|arms)\b(?![^;]*(?:\bdos(?:e|age)|[x×*] ?10|\bmillion"
    r"|/kg))|\b(?:assigned|allocated|divided)\b[^.;]{0,60}\b[1-5] ?: ?[1-5]\b|\b(?:acellular"
    r"|cell-free) (?:\w+ ){0,2}(?:scaffolds?|controls?|groups?|implants?)\b"
    r"|(?<!no )(?<!without )(?<!without a )\bplacebo\b(?!-free)|\bsham\b|\b(?:double|triple)[- ]blind(?:ed)?\b"
    r"|(?<!un)(?<!dose-)(?<!dose )\bcontrolled[, -]+(?:\w+[- ]+){0,3}(?:study|trial)\b"
    r"|\bcomparative (?:\w+ )?(?:study|trial|analysis)\b|\bcase[- ]control|\bcompared (?:with"
    r"|to) (?:the )?(?:\w+[- ]){0,3}(?:controls?|placebo|alone|standard|conventional|untreated|those (?:who|without)"
    r"|patients (?:who|without))\b"
    r"|\bmatched (?:\w+[ -]){0,3}(?:controls?|patients|cohort|pairs)\b",
    re.IGNORECASE,
)
_EARLY = pattern_of(
    r"\bfirst[- ]in[- ](?:hu)?man\b|\bphase (?:1|I)(?:/?I?[ab])?\b|\bpilot\b"
    r"|\bproof[- ]of[- ](?:concept|principle)\b",
    re.IGNORECASE,
)
_OF_TITLE = pattern_of(
    r"\b(?:versus|vs\.?|compared (?:with|to)|comparison (?:of|with|between))(?=\s)", re.IGNORECASE
)


def design(told: Sequence[Sentence], control: Quote | None) -> tuple[TrialDesign, Quote] | None:
    """The design with its words; None where none says it. `control`: the words of a counted group without the cells.

    A study that says nothing of a comparison is left to the caller: a single arm is told by its patients.
    """
    if quote := _first(_RANDOMISED, told):
        return TrialDesign.RANDOMISED, quote
    methods = tuple(one for one in told if one.part in (Part.TITLE, Part.METHODS))
    if quote := _first(_RETROSPECTIVE, methods):
        return TrialDesign.RETROSPECTIVE, quote
    if quote := _first(_SINGLE, told, elsewhere=True):
        return TrialDesign.SINGLE_ARM, quote
    if quote := _first(_OF_TITLE, told[:1]) or _first(_CONTROLLED, told):
        return TrialDesign.CONTROLLED_NOT_RANDOMISED, quote
    if control:
        return TrialDesign.CONTROLLED_NOT_RANDOMISED, control
    quote = _first(_EARLY, methods)
    return (TrialDesign.SINGLE_ARM, quote) if quote else None


def compares(told: Sequence[Sentence]) -> bool:
    """Whether words tell of people without the cells, with whom those with them are compared."""
    return any(_quotes(_CONTROLLED, told))


def _first(pattern: re.Pattern[str], told: Sequence[Sentence], *, elsewhere: bool = False) -> Quote | None:
    return next(_quotes(pattern, told, elsewhere=elsewhere), None)


def _quotes(
    pattern: re.Pattern[str], told: Sequence[Sentence], *, elsewhere: bool = False
) -> Iterator[Quote]:
    """The words that a pattern finds; unless `elsewhere`, not in sentences that ask for other studies."""
    for sentence in told:
        if not elsewhere and _ELSEWHERE.search(sentence.text):
            continue
        if match := pattern.search(sentence.text):
            yield Quote(sentence, match.start(), match.end())
