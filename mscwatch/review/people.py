"""Numbers of people in an abstract: "Fifty-six patients", "(n = 28)", "20 in the control group". Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from mscwatch.review.abstracts import Part, Quote, Sentence
from mscwatch.vocabulary.patterns import pattern_of

Size = tuple[int, Quote]

_ONES = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_TEENS = (
    "ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_WORTH = {word: number for number, word in enumerate((*_ONES, *_TEENS), 1)}
_WORTH |= {word: number * 10 for number, word in enumerate(_TENS, 2)}
_BELOW_HUNDRED = rf"(?:(?:{'|'.join(_TENS)})(?:[\s-]+(?:{'|'.join(_ONES)}))?|{'|'.join((*_TEENS, *_ONES))})"
NUMBER = (
    r"(?:(?<![\d./^-])(?<!\d,)\d{1,5}(?![\d.,]*\d)"
    rf"|(?:\b|(?<=(?-i:[A-Z]{{6}})))"
    rf"(?:(?:an?|{'|'.join(_ONES)})\s+hundred(?:\s+(?:and\s+)?{_BELOW_HUNDRED})?|{_BELOW_HUNDRED})\b)"
)
PEOPLE = (
    r"(?:(?:in|out)?patients?|participants?|subjects?|children|adults|adolescents|(?:non-)?recipients?|cases"
    r"|individuals|volunteers|persons|people|enrollees|infants|neonates|newborns|men|women|boys|girls)"
)
PARTS = r"(?:knees|eyes|limbs|hips|joints|ankles|legs|feet|hands)"  # where each of them is a case
# What stands between a number and the people: "12 consecutive adult patients", not "12 months in patients".
_NO_KIND = (
    r"(?:of|in|with|from|to|and|or|for|at|by|on|per|as|than|the|all|were|was|who|that|had|years?|months?|weeks?|days?"
    r"|hours?|points?|times?|arms?|groups?|ml|mg|kg|cm|mm|out|million|x|these|remaining|phase|grade|stage|type|class"
    r"|more|fewer|whereas|while|but|versus|vs|compared)"
)
_KIND = rf"(?:(?:[A-Za-z]+-\s(?:and|or)\s)?(?!(?:{_NO_KIND}|{PEOPLE})\b)[A-Za-z][\w/+-]*,?\s+){{0,5}}"
_GOT = (
    r"(?:received|underwent|were\s+(?:randomly\s+)?(?:treated|given|randomi[sz]ed|assigned|allocated|infused"
    r"|injected))"
)
_NOUN = pattern_of(
    rf"(?P<k>{NUMBER})\s+(?:out\s+)?of\s+(?:the\s+|all\s+)?{NUMBER}\s+{_KIND}{PEOPLE}(?=\s+{_GOT}\b)"
    rf"|(?P<n>{NUMBER})(?:\s*\([^()]{{1,30}}\))?[\s-]+{_KIND}(?P<what>{PEOPLE}|{PARTS})\b(?!\s+(?:out\s+)?of\s+\d)"
    rf"(?:(?<=men|oys|rls)\s+and\s+(?P<more>{NUMBER})\s+(?:men|women|boys|girls)\b)?"
    rf"|(?P<m>{NUMBER})\s+were\s+(?:\w+ly\s+)?(?:enrolled|recruited)\b"
    rf"|(?:(?<=enrolled )|(?<=recruited ))(?P<j>{NUMBER})(?=\s*[,.;])",
    re.IGNORECASE,
)
# A group and what joins its size to it: "the MSC group = 19", "control group: 20", "the other arm comprised 12."
_HEAD = (
    r"\b(?:(?:groups?|arms?|cohorts?)(?:\s?[=:,]\s?|\s(?:[\w-]+\s){0,3}(?:had|included|comprised|contained"
    r"|consisted of)\s)|(?:untreated|treated|controls?|placebo)\s?[=:,]\s?|\w*MSCs?\s?[=:]\s?)"
)
_EQUALS = pattern_of(
    rf"\bn\s?[=:]\s?(?P<n>\d{{1,5}})\b(?!\s?[%.]\d)"
    rf"|(?<=[(\[])(?P<m>{NUMBER})\s+(?!(?:men|women|boys|girls)\b)(?:{PEOPLE}|{PARTS})\b"
    rf"|(?P<head>{_HEAD}(?={NUMBER}(?:\s*[,.;)]|\sand\s[a-z]))"
    rf"|\b(?:group|arm)(?:\s(?:of|with)|:|,)?\s(?={NUMBER}\s+{_KIND}{PEOPLE}\b)"
    rf"|\b(?:group|arm)\s(?:of|with)\s(?={NUMBER}(?:\sand\b|\s*[,.;)])))(?P<k>{NUMBER})",
    re.IGNORECASE,
)
_LABEL = r"\s+(?:[\w-]+\s+){0,2}(?:placebo|controls?|saline|sham|treated|standard(?: of)? care|\w*MSCs?)"
_GOES_ON = pattern_of(
    rf"(?:(?<=other )|(?<=remaining ))(?P<j>{NUMBER})\s+with\b"
    rf"|(?P<n>{NUMBER})\s+(?:of (?:whom|them|these)\s+)?"
    r"(?:(?:were\s+)?(?:randomly\s+)?(?:assigned|allocated|randomi[sz]ed)\s+(?:in)?to"
    r"|without\b(?=\s*[,.;)])|(?:in|to|into|with(?:out)?)\s+(?:the\b|an?\b|either\b|receive"
    r"|(?:\w+[\s-]+){1,3}(?:group|arm)|(?=(?:\w+\s+)?(?:placebo|controls?|standard|conventional|usual|sham|saline"
    r"|cells|\w*MSCs?)\b))|received|underwent|(?:were\s+)?treated\s+with|were treated|(?:were\s+)?given|had received"
    r"|served as|were\s+(?:in\s+)?the\s+(?:\w+[\s-]+){1,3}group|(?:\w+\s+){0,2}controls?\b|(?:placebo|sham"
    r"|(?:standard|conventional|usual|routine)\s+(?:\w+\s+)?(?:treatment|therapy|care))\b|did\s+not(?=\s+(?:receive"
    r"|undergo|get)\b|\s*[.,;(]))"
    rf"|(?:(?<=\()|(?<=: ))(?P<m>{NUMBER})(?={_LABEL}(?:[,;]|\sand)\s(?:and\s)?\d)"
    rf"|(?:(?<=[,;]\s)|(?<=\sand\s))(?P<k>{NUMBER})(?={_LABEL}[).])",
    re.IGNORECASE,
)
_EACH = pattern_of(
    rf"\b(?:groups|arms)\s+(?:of|with|comprising)\s+(?P<n>{NUMBER})\b"
    rf"|\b(?:each|both|every)\b[^.;,]{{0,60}}?\b(?:group|arm)s?\s+(?:had|included|comprised|contained|consisted of)"
    rf"\s+(?P<j>{NUMBER})\b|(?P<k>{NUMBER})\s?/\s?(?:group|arm)\b"
    rf"|(?P<m>{NUMBER})\s+(?:{_KIND}{PEOPLE}\s+|{PARTS}\s+)?(?:(?:were\s+\w+\s+)?(?:in|to|for)\s+each(?:\s+\w+)?|each"
    r"|per\s+(?:group|arm|cohort)|in\s+both\s+groups)\b",
    re.IGNORECASE,
)
# People who are not in the trial, or only a part of it.
_OTHERS = pattern_of(r"\b(?:donors?|million|siblings)\b", re.IGNORECASE)
_HEALTHY = pattern_of(r"\b(?:healthy|volunteers)\b", re.IGNORECASE)
_ARE_GIVEN = pattern_of(rf"\s{_GOT}\b", re.IGNORECASE)
_NOT_OURS = pattern_of(
    r"\b(?:screened|assessed for eligibility|eligib\w+(?!.*\b(?:enrolled|included|recruited|treated|randomi[sz]ed)\b)"
    r"|worldwide|per year|annually|excluded|declined(?!.*\bcontrols?))\b",
    re.IGNORECASE,
)
# "type 2 patients", "(one cycle: n = 3)": not a number of people, or only of some.
_OF_SOMETHING_ELSE = pattern_of(
    r"\b(?:screen(?:ed|ing)|types?|phase|stage|grade|class|day|week|month|patient|cycles?:?|stage [\d-]+,?"
    r"|\d+\s?(?:to|-)|between \d+ and|aged)\s*$",
    re.IGNORECASE,
)
_NEAR = 20  # characters before a number that may say what it is instead
_BEHIND = 40  # characters behind a number that may say that these people are not the trial's
_YEARS = range(1900, 2100)
_EVENTS = pattern_of(r"\b(?:events?|episodes|complications)\b", re.IGNORECASE)  # which are no people
# "9 of 30 patients", "All of 30 patients", "Of 30 patients, 9"
_OUT_OF = pattern_of(
    rf"(?:(?:{NUMBER}|%\)?|\b(?:all|none|some|most|half|each|any|both))\s+(?:out\s+)?of\s+(?:the\s+|all\s+)?"
    r"|(?:^|[.;:,]\s)(?:of|among|out of)\s+(?:the\s+|all\s+)?|/\s?)$",
    re.IGNORECASE,
)

# "MSC group (" or, in the brackets, "(MSC group, "; and up to where a clause behind a number ends.
_LABEL_BEFORE = pattern_of(r"(?<=[(\[])[^()\[\]]{3,80}$|(?:\b\w[^,;:()\[\]]{0,79})?[(\[]?$")
_WORDS_BEHIND = pattern_of(r"[^,;:]{0,80}(?=[,;:])|.{0,60}(?!\w)")


class Counted(StrEnum):
    """How a number of people is written."""

    NOUN = "noun"  # thirty patients
    EQUALS = "equals"  # (n = 30), (30 patients)
    GOES_ON = "goes on"  # 30 in the control group
    EACH = "each"  # two groups of 30, 30 in each group


@dataclass(frozen=True, slots=True)
class Count:
    """A number of people with the place of its words. `of_parts`: knees or eyes are counted, not people."""

    number: int
    quote: Quote
    way: Counted
    of_parts: bool = False

    @property
    def sentence(self) -> Sentence:
        return self.quote.sentence


@lru_cache(maxsize=256)  # the sentences of an abstract are asked for several times
def counts(sentence: Sentence) -> tuple[Count, ...]:
    """The numbers of people in a sentence, in order and without overlaps; those of other people are left out."""
    found: list[Count] = []
    taken = bytearray(len(sentence.text))
    for count in (*_found(sentence, _EACH, Counted.EACH), *_found(sentence, _EQUALS, Counted.EQUALS),
                  *_found(sentence, _NOUN, Counted.NOUN), *_found(sentence, _GOES_ON, Counted.GOES_ON)):  # fmt: skip
        start, end = count.quote.start, count.quote.end
        if count.number and taken.find(b"x", start, end) < 0:
            taken[start:end] = b"x" * (end - start)
            found.append(count)
    return tuple(sorted(found, key=lambda count: count.quote.start))


def _found(sentence: Sentence, pattern: re.Pattern[str], way: Counted) -> Iterator[Count]:
    text = sentence.text
    for match in pattern.finditer(text):
        groups = match.groupdict()
        written = next(groups[name] for name in ("n", "m", "k", "j") if groups.get(name))
        start = match.end("head") if groups.get("head") else match.start()
        if way in (Counted.NOUN, Counted.GOES_ON) and (
            _OTHERS.search(match[0])
            or (_HEALTHY.search(match[0]) and not _ARE_GIVEN.match(text, match.end()))
            or _NOT_OURS.search(text[start : match.end() + _BEHIND])
        ):
            continue
        if (
            way is Counted.GOES_ON
            and (
                written.lower() in ("one", "1")  # "one given MSCs": a group
                or (written.isdigit() and int(written) in _YEARS)
                or _EVENTS.search(text[:start])
            )
        ):
            continue
        if _OF_SOMETHING_ELSE.search(text[max(0, start - _NEAR) : start]):
            continue
        number = parsed(written) + (parsed(groups["more"]) if groups.get("more") else 0)
        of_parts = bool(re.search(rf"{PARTS}\W*$", match[0], re.IGNORECASE))
        yield Count(number, Quote(sentence, start, match.end()), way, of_parts)


def around(count: Count) -> Quote:
    """The number with the words that say whose it is, as far as they are near."""
    text, quote = count.sentence.text, count.quote
    if count.way is not Counted.EQUALS:
        behind = _WORDS_BEHIND.match(text, quote.end)
        return Quote(count.sentence, quote.start, behind.end() if behind else quote.end)
    label = _LABEL_BEFORE.search(text, 0, quote.start)
    start, closes = label.start() if label else quote.start, text.startswith((")", "]"), quote.end)
    return Quote(count.sentence, start, quote.end + closes)


def is_share(count: Count) -> bool:
    """Whether a number is the whole of which a part is told: "9 of 30 patients"."""
    return bool(_OUT_OF.search(count.sentence.text, 0, count.quote.start))


def parsed(written: str) -> int:
    """A number in digits or in words below a thousand: "56", "fifty-six", "one hundred and ten"."""
    if written.isdigit():
        return int(written)
    number = 0
    for word in re.split(r"[\s-]+", written.lower()):
        number = max(number, 1) * 100 if word == "hundred" else number + _WORTH.get(word, 0)
    return number


def ours(told: Sequence[Sentence]) -> tuple[Sentence, ...]:
    """The sentences where a study tells whom it treated: not its title, whose numbers are round."""
    return tuple(sentence for sentence in told if sentence.part is not Part.TITLE)
