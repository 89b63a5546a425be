"""How many people a study treated in all, where it does not count its groups. Pure.

Of the enrolled, the treated and the analysed the treated count, or where no number says so the largest, which is that
of the enrolled; the words of the evidence say which.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence

from mscwatch.review.abstracts import Part, Quote, Sentence
from mscwatch.review.groups import NEAR, clause_of
from mscwatch.review.people import PEOPLE, Count, Counted, Size, around, counts
from mscwatch.therapy.words import find
from mscwatch.vocabulary.patterns import pattern_of

_TREATED = pattern_of(
    r"\b(?:treated|received|underwent|injected|transplanted|infused|given|administered|implanted|enrolled|includ(?:es"
    r"|ed)|recruited|randomi[sz]ed|assigned|allocated|divided|participated|entered"
    r"|comprised|consisted|involved|studied)\b",
    re.IGNORECASE,
)
_GOT = pattern_of(
    r"\b(?:received|underwent|(?:were|was) (?:treated|injected|infused|transplanted|given|implanted))\b",
    re.IGNORECASE,
)
_OF_TITLE = pattern_of(
    r"\b(?:in|of|for|treating) an? (?:[\w-]+ ){0,2}(?:patient|child|infant)\b|\bcase report\b", re.IGNORECASE
)
_OF_AN_AGE = pattern_of(
    r"\b(?:an?\s+)?\d{1,2}[\s-](?:years?|months?|days?)[\s-]old\s+(?:[\w/-]+\s+){0,4}?"
    r"(?:man|woman|boy|girl|male|female|patient|child|infant)\b",
    re.IGNORECASE,
)
_BEHIND_PEOPLE = pattern_of(rf"\b{PEOPLE}\b(?:\s+with\b[^.;()]{{1,60}})?\s*[(\[]\s*$", re.IGNORECASE)
_CASE_REPORTED = pattern_of(
    r"\b(?:report|describe|present)s?\s+(?:(?:here|on)\s+)?(?:an?|one|the)\s+(?:[\w-]+\s+){0,3}?(?:case|patient)\b",
    re.IGNORECASE,
)
_AGAIN = pattern_of(r"\b(?:second|third|repeat\w*|again|additional|another)\b", re.IGNORECASE)
_SUBSET = pattern_of(
    r"\b(?:follow(?:ed)?[- ]?up|biops\w*|died|deaths?|complet\w*|withdr\w*|dropped|lost|evaluat\w*"
    r"|assess\w*|arthroscop\w*|consent\w*|respon\w*|developed|experienced|achieved|showed|had)\b",
    re.IGNORECASE,
)


def total_of(told: tuple[Sentence, ...], controls: Collection[Count] = ()) -> Size | None:
    """The largest number of people whom the study treated, or else enrolled; knees count only where no people do.

    Those said to have got the cells count, unless they are so few that they must be a part of the enrolled.
    """
    every = (count for sentence in told for count in counts(sentence) if count not in controls)
    nouns = [count for count in every if count.way is not Counted.EACH]
    people = [count for count in nouns if not count.of_parts and count.way is Counted.NOUN]
    enrolled = _largest(count for count in people if _is_enrolled(count))
    treated = _largest(
        count
        for count in nouns
        if count.way is not Counted.EQUALS and not count.of_parts and _got_cells(count)
    )
    if enrolled and treated and 2 * treated.number >= enrolled.number:
        enrolled = treated
    largest = (
        enrolled
        or treated
        or _largest(
            count
            for count in people
            if count.sentence.part is not Part.CONCLUSION and not _is_some_of_them(count)
        )
        or _largest(count for count in nouns if count.way is Counted.NOUN and _is_enrolled(count))
    )
    return (largest.number, around(largest)) if largest else _behind_people(told)


def _largest(found: Iterable[Count]) -> Count | None:
    return max(found, key=lambda count: count.number, default=None)


def _got_cells(count: Count) -> bool:
    """Whether the words behind a number say that these people got the cells."""
    clause = clause_to_next(count)
    got = _GOT.search(clause)
    return bool(
        got
        and not _SUBSET.search(clause[: got.start()])
        and find("product", clause[got.start() :])
        and not _AGAIN.search(clause)
    )


def clause_to_next(count: Count) -> str:
    """A number of people with the words behind it, up to the next number or the end of the clause."""
    text, quote = count.sentence.text, count.quote
    following = (other.quote.start for other in counts(count.sentence) if other.quote.start > quote.start)
    return clause_of(text[quote.start : min(quote.end + NEAR, len(text), *following)])


def _is_enrolled(count: Count) -> bool:
    """Whether the words beside a number say that these people were enrolled or treated."""
    text, quote = count.sentence.text, count.quote
    before = re.split(r"[;.]\s", text[max(0, quote.start - 60) : quote.start])[-1]
    after = re.split(r"[;.]\s", text[quote.end : quote.end + NEAR])[0]
    near = _TREATED.search(after)
    return bool((near and not _SUBSET.search(after[: near.start()])) or _TREATED.search(before))


def of_a_case_report(told: Sequence[Sentence]) -> Size | None:
    """The patients of a case report: "a 29-year-old man", "we report a case", or "in a patient with" in the title."""
    text = [sentence for sentence in told if sentence.part is not Part.TITLE]
    for pattern, sentences in ((_OF_AN_AGE, text), (_OF_TITLE, told[:1]), (_CASE_REPORTED, text)):
        for sentence in sentences:
            if found := list(pattern.finditer(sentence.text)):
                number = len(found) if pattern is _OF_AN_AGE else 1
                return number, Quote(sentence, found[0].start(), found[-1].end())
    return None


def _behind_people(told: tuple[Sentence, ...]) -> Size | None:
    """The people of a sentence that counts them in brackets: "Patients with A (n = 15) or B (n = 12) received"."""
    for sentence in told:
        found = counts(sentence)
        if (
            found
            and all(count.way is Counted.EQUALS for count in found)
            and _BEHIND_PEOPLE.search(sentence.text[: found[0].quote.start])
            and (_got_cells(found[-1]) or _is_enrolled(found[-1]))
        ):
            return sum(count.number for count in found), around(found[0]).to(around(found[-1]))
    return None


def _is_some_of_them(count: Count) -> bool:
    """Whether a number of the results tells to how many of the patients something happened."""
    after = count.sentence.text[count.quote.end :].lstrip()
    return count.sentence.part is Part.RESULTS and bool(_SUBSET.match(after))
