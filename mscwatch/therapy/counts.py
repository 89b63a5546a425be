"""Numbers of administrations that a sentence states: "4 times", "a single infusion", "two doses of UC-MSC"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from mscwatch.therapy.amounts import plain_signs
from mscwatch.therapy.mentions import is_only_mentioned
from mscwatch.therapy.passages import Passage
from mscwatch.therapy.words import find, lower_case
from mscwatch.vocabulary.patterns import pattern_of

A_NUMBER = "a number of administrations"
_NAMED = 12  # a larger number before a singular "infusion" belongs to a name

_NUMBERS = {
    "a": 1, "an": 1, "single": 1, "unique": 1, "sole": 1, "solitary": 1, "one-off": 1, "one-shot": 1,
    "one": 1, "once": 1, "two": 2, "twice": 2, "double": 2, "dual": 2, "pair of": 2, "three": 3, "thrice": 3,
    "triple": 3, "four": 4, "quadruple": 4, "five": 5,
    "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "eleven": 11, "twelve": 12,
    "fourteen": 14, "fifteen": 15, "twenty": 20,
}  # fmt: skip
WORD = r"(?:fourteen|fifteen|twenty|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)"
_N = rf"(?P<n>\d{{1,2}}|{WORD})"
GIVEN = (
    r"(?:doses?|does|infusions?|injections?|administrations?|transplantations?|treatments?|transfusions?|applications?|"
    r"implantations?|instillations?|rounds|inoculations?|sessions)"
)
# What makes "3 times" or "once" a frequency ("3 times a week") or a comparison ("three times higher").
_OFTEN = (
    r"(?:(?:an?|per|each|every|in\s+a(?!\s+\d+-\w+\s+interval))\s+(?:\w+\s+)?(?:week|day|month|year|\d)"
    r"|every|daily|weekly|monthly|/)"
)
_COMPARED = (
    r"(?:higher|lower|more|less|(?:the\s+)?upper|the\s+normal|of\s+normal|as\s(?!a\scourse)|greater|\d|uln)"
)
_NOT_RATE = (  # "two infusions a week", "two infusions of 2 million cells/kg per week"
    r"(?!(?:\s+of\s+\d[\w.,^*\s]{0,20}(?:cells|\w*mscs?)?(?:\s*/\s*kg)?)?"
    r"\s*(?:(?:per|an?)\s+|/\s*)(?:day|week|month)\b(?!\s+apart))"
)
_WHEN = (
    r"(?:the|both|they|you|it|again|all|in(?!\s+(?:phase|part|stage|total|all|group|arm|cohort)\b)|patients?|subjects?|"
    r"enrolled|registered|randomi[sz]ed|confirmed|included|admitted|recruited|screened|"
    r"inform\w*|consent\w*|eligib\w*|at\sleast)\b"
)
# What may be between a number and what is given: "two intravenous UC-MSC infusions"; not "2 weeks after infusions".
_NOT_KIND = (
    r"(?:days?|weeks?|months?|years?|hours?|hrs?|minutes?|min|patients?|subjects?|participants?|cases?|people|groups?|"
    r"arms?|cohorts?|centers?|centres?|times?|ml|mg|kg|cc|million|billion|x|between|after|before|of|in|at|to|and|or|with|"
    r"for|from|by|on|post(?!-)|following|since|prior|during|until|"
    r"than|via|that|who|will|was|were|is|are|has|had|have|receiv\w*|the|each|per|every|different|dose|phase|studies|drugs?|"
    r"points?|sites?|places?|locations?|party|type|diabetes|mellitus|undergo\w*|new|increasing|ascending|escalat\w*|intramyocardial|transendocardial|placebo|saline|sham|control|plasma|blood|liver|kidney|organ|"
    r"ha?ematopoietic)"
)
KIND = rf"(?!{_NOT_KIND}\b)[A-Za-z][\w./]*"
LEVELS = r"(?:levels?|regimens?|groups?|cohorts?|arms?|escal\w*|finding|ranging|of\s+placebo)"
# "Phase 2 treatment", "at week 24 treatments are reversed", "one of three infusions", "compared two doses".
_NOT_BEFORE = (
    "phase", "one of", "one of the", "group", "cohort", "arm", "x", "day", "days", "week", "weeks", "month", "months",
    "compare", "compared", "comparing",
)  # fmt: skip
_NO_COUNT = "".join(f"(?<!{word} )" for word in _NOT_BEFORE)
_BEGINS = r"\b(?=[\defnost])"  # a number: looked at before what stands before it
_DOSES = pattern_of(r"\bdos(?:e|es|ages?)\b", re.IGNORECASE)
_OTHER_SINGLES = r"(?:center|centre|arm|blind|group|site|patient|donor|institution|cell)\b"
_GIVEN_WORDS = (
    "dose", "does", "infus", "inject", "administ", "transpl", "treatment", "transfus", "applicat", "implant", "instill",
    "round", "inocul", "session",
)  # fmt: skip
# Each pattern of texts in lower case, with words of which it needs one.
_COUNT = [
    (needs, pattern_of(pattern))
    for needs, pattern in (
        (
            ("time", "x", "occasion"),
            (
                rf"(?<![\d.,^])\b{_N}[\s-]*(?:(?:consecutive|separate|repeated)\s+)?(?:times?|x|occasions)\b(?![\s-]*(?:points?|(?:dose\s+)?{LEVELS}))"
                rf"(?!\s*(?:{_OFTEN}|{_COMPARED}))"
            ),
        ),
        (("in total", "in all"), rf"\b{_N}\s+in\s+(?:total|all)\b(?!\s+\w)"),
        (("total",), rf"\(\s*(?:in\s+)?total(?:ly)?\s*[:=]?\s*{_N}\s*(?:{GIVEN}\s*)?\)"),
        (
            ("double", "dual", "triple", "quadruple", "pair of"),
            rf"\b(?P<n>double|dual|triple|quadruple|pair\sof)\s+(?:{KIND}\s+){{0,3}}(?:treatment|infusion|injection|administration)s?\b",
        ),
        (
            ("x",),
            (
                rf"(?<!per )\b(?:{GIVEN}|i\.?v\.?|mscs?)[\s,]*\(?x\s?{_N}\b"
                r"(?!\s*(?:10|[x.\d^*%]|,\d+\b(?![\s-]*(?:hour|day|week|month))|ml\b|mg\b|cm|million|cells?))"
            ),
        ),
        (("x",), rf"(?:kg|\bcells?|\bmscs?)\)?\s*x\s?{_N}\s+(?:doses|infusions|injections|times)\b"),
        (
            ("number of", "no. of"),
            rf"\b(?:number|no\.)\s+of\s+(?:{KIND}\s+){{0,3}}{GIVEN}\s*(?:is|are|will\s+be|[:=(])\s*{_N}\b",
        ),
        (("twice", "thrice"), rf"\b(?P<n>twice|thrice)\b(?!\s*(?:{_OFTEN}|the|as))"),
        (
            _GIVEN_WORDS,
            rf"{_BEGINS}{_NO_COUNT}(?<![-\d.^]){_N}(?:\s*\(\d{{1,2}}\))?\s+(?:{KIND}[\s-]+){{0,5}}{GIVEN}\b(?![\s-]*{LEVELS}){_NOT_RATE}",
        ),
        (
            _GIVEN_WORDS,
            rf"{_BEGINS}{_NO_COUNT}(?P<n>{WORD})\s+(?:{KIND}[\s-]+){{6,8}}{GIVEN}\b(?![\s-]*{LEVELS})",
        ),
        (
            _GIVEN_WORDS,
            rf"(?<![\w.^])\d{{1,2}}\s?(?:-|to|or)\s?{_N}\s+(?:{KIND}[\s-]+){{0,5}}{GIVEN}\b(?![\s-]*{LEVELS}){_NOT_RATE}",
        ),
        (
            ("single", "unique", "sol", "one-off"),
            rf"\b(?P<n>single|unique|sole|solitary|one-off)[\s-]+(?!{_OTHER_SINGLES})(?:(?!dose-)[\w./+^()-]+\s+){{0,5}}?{GIVEN}\b(?!\s*escal)",
        ),
        (
            ("regim", "schedul", "protocol", "series"),
            rf"\b{_N}-(?:dose|infusion|injection)\s+(?:\w+\s+)?(?:regimen|schedule|protocol|series)\b",
        ),
        (("one-off", "one-shot"), r"\b(?P<n>one-off|one-shot)\b"),
        (
            ("procedure", "session", "sitting", "occasion"),
            r"\b(?:in|during|at|as)\s+(?:an?\s+)?(?P<n>one|single)\s+(?:\w+\s+)?(?:procedure|session|sitting|occasion)\b",
        ),
        (("n=", "n ="), rf"\b(?:daily|weekly|monthly)\s+(?:\w+\s+)?\(n\s?=\s?{_N}\)"),
        (
            ("single",),
            r"\b(?P<n>single)[\s-](?:dose\b|time\b(?![\s-]*points?)|(?:iv\b|i\.v\.?|intra(?:venous|thecal|-?articular)\b)(?!\s+(?:line|access|cath)))",
        ),
        (
            ("once",),
            rf"(?!^once\s*,|^once\s+(?:[\w-]+\s+){{0,4}}?(?:is|are|was|were|has|have)\b)\b(?P<n>once)\b(?!\s*(?:{_OFTEN}|a\s|per|\d|{_WHEN}))",
        ),
        (
            ("cutive", "succes", "sequential"),
            (
                rf"\b{_N}\s+(?:consecutive|successive|sequential)\s+(?:\w+\s+){{0,2}}?"
                r"(?:therap(?:y|ies)|sessions?|procedures?)\b"
            ),
        ),
        (  # "2 x 50 million MSC": so many times that dose
            ("million",),
            r"(?<![\d.,^x*-])\b(?P<n>[2-9])\s?x\s?\d{2,3}\s?million\b(?!\s+(?:cells\s+)?(?:/|per)\s*(?:site|side|knee|eye))",
        ),
        (
            ("days,",),
            rf"\bon\s+{_N}\s+(?:consecutive\s+|separate\s+|different\s+)?days,\s*(?:once|one\s+dose)\b",
        ),
        (("total",), rf"\btotal\s+(?:number\s+)?of\s+{_N}\s+(?:\w+\s+){{0,3}}?(?:times|{GIVEN})\b"),
    )
]

# Several needles of one administration: "15 injections in the anterior wall".
_SITES = pattern_of(
    r"\s*(?:in|into|to|at|along|around|per)\b[^(]{0,30}"
    r"(?:wall|\bparts?\b|ventric|myocard|sites?\b|segment|points?\b|muscle|lesion|scar)",
    re.IGNORECASE,
)
_DIVIDED = pattern_of(r"\bdivid\w*\s+(?:in|into|among|over|across|between)\s*$", re.IGNORECASE)
_STEP = pattern_of(  # of one session: "this process is repeated 6 times"
    r"\b(?:process|step|manoeuv\w+|maneuv\w+|inflation|balloon|occlusion)\b[^.;]{0,40}\b(?:repeated|performed|done)\s*[\d\s-]*$",
    re.IGNORECASE,
)
_CARRIED = pattern_of(  # "cells in hyaluronic acid" are one product
    r"\b(?:cells?|\w*MSCs?|\w*MPCs?|\w*ASCs?|exosomes?)\W+(?:\(\w+\)\W+)?"
    r"(?:(?:suspended|mixed|combined|embedded|diluted|together)\s+)?(?:in|with)\s+$",
    re.IGNORECASE,
)
_PEOPLE = pattern_of(  # who are counted in "(total 20)"
    r"\b(?:patients|subjects|participants|people|persons|children|adults|volunteers|groups|cohorts|arms)\b",
    re.IGNORECASE,
)
_SENTENCE = 200  # letters before a place in which its treatment is named
_SITES_FROM = 8
_SCHEDULED = pattern_of(
    r"\b(?:days?|weeks?|months?|weekly|monthly|daily|sessions?|courses?|cycles?)\b", re.IGNORECASE
)
_IN_PEOPLE = pattern_of(  # "fifteen applications in 14 patients"
    r"\s*(?:in|to|of)\s+\d{1,3}\s+(?:patients|subjects|participants|eyes|knees|cases|people)\b", re.IGNORECASE
)
_ANOTHER_CLAUSE = pattern_of(
    r";|\b(?:apart|under|while|whilst|despite|after|before|not|no|without|during|on)\b", re.IGNORECASE
)
_OR_MORE = pattern_of(r"\s*(?:or|and/or)\s+(?:several|more|multiple|repeated)", re.IGNORECASE)
_OTHER = pattern_of(
    r"plasma exchange|leukapher|\b(?:harvested|collected)\s*$|blood draw|liposuction|aspirat|G-?CSF|mobili[sz]|"
    r"plasmapher|washed|passag|"
    r"\bscreened|\bconcentrated\s*$|placebo(?![\s-]*control)|(?<!trial\s)(?<!study\s)\btests?\b|centrifug|rinsed|scann|endocard|myocard",
    re.IGNORECASE,
)
_OF_OTHER = pattern_of(rf"\s*(?:of|with)?\s*(?:\w+\s+)?(?:{_OTHER.pattern})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Count:
    """A number of administrations, with the words it was read from and the rule that read it."""

    number: int
    span: str
    path: str
    rule: str

    @property
    def is_doses(self) -> bool:
        """Whether it counts "doses", which may be levels."""
        return bool(_DOSES.search(self.span))


def single(sentence: Passage) -> Iterator[Count]:
    """One administration, told by "single" or "once"."""
    return (count for count in told(sentence) if count.number == 1)


def told(sentence: Passage) -> Iterator[Count]:
    """Every number of administrations that a sentence states."""
    text = plain_signs(sentence.text)
    lower = lower_case(text)
    able = (pattern for needs, pattern in _COUNT if any(need in lower for need in needs))
    for pattern in able:
        for match in pattern.finditer(lower):
            clause = re.split(r"[(;]", text[max(0, match.start() - 90) : match.start()])[-1]
            span = sentence.text[match.start() : match.end()]
            if _DIVIDED.search(clause):
                yield Count(1, span, sentence.path, "parts of one dose")
                continue
            following = text[match.end() : match.end() + 50]
            if (
                _STEP.search(clause)
                or _OTHER.search(clause[-40:])
                or _OF_OTHER.match(following)
                or _OR_MORE.match(following)
                or _IN_PEOPLE.match(following)
                or _SITES.match(following)
                or is_before_a_drug(following[:30])
                or of_a_drug(text, match.start(), carrier=False)
                or is_only_mentioned(text, match.start(), match.end())
                or (
                    match[0][0] == "("
                    and _PEOPLE.search(text, max(0, match.start() - _SENTENCE), match.start())
                )
            ):
                continue
            found = number(match["n"])
            if match[0].endswith("sessions") and not find("product", text):
                continue  # of an exercise
            if found >= _SITES_FROM and "inject" in match[0] and not _SCHEDULED.search(text):
                yield Count(1, span, sentence.path, "many sites of one session")
                continue
            if found > _NAMED and not match[0].endswith("s"):
                continue  # "50 Adipose Stem Cell Infusion" is a name
            yield Count(found, span, sentence.path, A_NUMBER)


def is_before_a_drug(following: str) -> bool:
    """Whether a drug is what comes next: "of cyclophosphamide", not "of MSC with ..." nor "apart, under aspirin"."""
    drug = next(iter(find("other_drug", following)), None)
    if drug is None:
        return False
    between = following[: drug.start]
    return not (_ANOTHER_CLAUSE.search(between) or find("product", between))


def of_a_drug(text: str, place: int, *, carrier: bool = True) -> bool:
    """Whether a drug is named before a place, and no cells between it and the place.

    `carrier`: "cells in hyaluronic acid" counts as the drug.
    """
    text = text[max(0, place - _SENTENCE) : place]
    drugs = [
        one.start for one in find("other_drug", text) if carrier or not _CARRIED.search(text, 0, one.start)
    ]
    cells = [one.start for one in find("product", text)]
    return bool(drugs) and max(cells, default=-1) < drugs[-1]


def number(text: str) -> int:
    """A whole number in digits or as one of the words that count administrations."""
    return int(text) if text.isdigit() else _NUMBERS[text.lower()]
