"""How often the product is given, and how long after one another: stated, listed, or a frequency times a duration.

The largest plan of any arm counts. One session (an operation in which it is given, one day) is one administration; a
bare "injection", a harvest or a carrier alone says nothing (labelling rule).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from mscwatch.therapy import additions, counts, courses, days, intervals, schedules, sessions, terms
from mscwatch.therapy.counts import Count
from mscwatch.therapy.model import Evidence, Unread
from mscwatch.therapy.passages import Passage, Passages
from mscwatch.therapy.terms import DESCRIPTION, IMPLIED, NOTHING, PRODUCT, SUMMARY, TITLES, Told
from mscwatch.therapy.times import ORDINAL
from mscwatch.therapy.words import names
from mscwatch.vocabulary.patterns import pattern_of

_DOSES = pattern_of(
    rf"(?:the\s+|these\s+|this\s+|all\s+|both\s+|an?\s+)?(?:(?:\d|{counts.WORD}|{ORDINAL}|same|next)\s+)?"
    rf"(?:{counts.GIVEN}|procedure|process|courses?|cycles?)\s+(?:will\s+be|(?:may|can|could)\s+be|are|is|were|was|follows?|repeats?)\b",
    re.IGNORECASE,
)
_LATER_DOSES = pattern_of(r"\bsubsequent\s+(?:doses|injections|infusions|administrations)\b", re.IGNORECASE)
_AGAIN = pattern_of(rf"\w+\s+(?:{ORDINAL}|same|next)\b|[^.;]{{0,40}}\brepeated\b", re.IGNORECASE)
_PATIENTS = pattern_of(  # of texts in lower case
    r"\b(?:patients?|subjects?|participants?|(?:non-?)?responders|group|we|they|total)\b[^.;]{0,60}\b(?:re-?)?(?:receive|undergo|given|use|treated|inject|infus)"
)
MOST = 400  # more administrations than this is a misreading
STATED, LISTED, SCHEDULED, DATED, SESSION = "stated", "listed", "from a schedule", "dated", "one session"
AT_ONCE = "a mixture from the patient's own body is taken and given in one session"
Reader = Callable[[Passage], Iterator[Count]]
_STATED: tuple[Reader, ...] = (counts.told, days.listed, schedules.again, schedules.numbered)


@dataclass(frozen=True, slots=True)
class Given:
    """The largest number of administrations and the smallest interval, each a value with its words."""

    count: Told = NOTHING
    interval: Told = NOTHING
    unread: tuple[Unread, ...] = ()


def read(
    passages: Passages, levels: int = 0, *, local: bool = False, taken: tuple[Evidence, ...] = ()
) -> Given:
    """The schedule of a trial's product. `levels`: how many dose levels it has; "three doses" may count those.

    `local`: it goes into no vessel, so that an operation may give all of it. `taken`: the words that say that it is a
    mixture from the patient's own body, which is taken and given in one session.
    """
    product = list(terms.about_product(passages.product, passages.brands))
    count, tier = _count(passages, product, levels, local=local)
    if count is None and local and taken and not terms.is_named("repeated", passages.texts):
        return Given(Told(("1",), (replace(taken[0], rule=AT_ONCE),), f"{SESSION} {IMPLIED}"))
    if count is None:
        return Given(interval=_interval(product, passages, None), unread=tuple(_not_counted(product)))
    told = Told((str(count.number),), (_quoted(count, tier),), tier)
    return Given(told, _interval(product, passages, count.number) if count.number > 1 else NOTHING)


def _count(
    passages: Passages, product: list[Passage], levels: int, *, local: bool
) -> tuple[Count | None, str]:
    """The largest number of the product with its tier, and None without any."""
    stated = _most(product, _STATED)
    if stated and stated.is_doses and stated.number == levels > 1:
        singles = any(_all(_described(passages), (counts.single,)))
        stated = None if singles else stated  # "three doses" are its levels
    if stated and stated.number == 1 and any(_LATER_DOSES.search(one.text) for one in product):
        stated = None  # "at a single dose ... Subsequent doses may be reduced"
    added = _sum(product)
    if added and (stated.number if stated else 0) < added.number <= MOST:
        return added, f"{SCHEDULED} {PRODUCT}"
    scheduled = _most(product, (schedules.scheduled,))
    # A single dose first, and then repeated; or days and then a schedule.
    if stated and scheduled and (stated.number == 1 or scheduled.rule == schedules.SUM):
        return max(stated, scheduled, key=lambda one: one.number), f"{SCHEDULED} {PRODUCT}"
    if stated:
        return stated, f"{STATED if stated.rule == counts.A_NUMBER else LISTED} {PRODUCT}"
    if scheduled:
        return scheduled, f"{SCHEDULED} {PRODUCT}"
    return _count_elsewhere(passages, product, levels, local=local)


def _sum(texts: list[Passage]) -> Count | None:
    """The larger of what courses and additions come to."""
    sums = filter(None, (courses.cycles(texts), additions.added(texts)))
    return max(sums, key=lambda one: one.number, default=None)


def _count_elsewhere(
    passages: Passages, product: list[Passage], levels: int, *, local: bool
) -> tuple[Count | None, str]:
    """The number where the product states none: in the other texts, or implied by dates or by one session."""
    described = list(_described(passages))
    if levels > 1 and any(_all(described, (counts.single,))):
        described = [one for one in described if not _counts_levels(one, levels)]
    operations: tuple[Reader, ...] = (sessions.operation,) if local else ()
    once = (*operations, sessions.day, sessions.after_harvest)
    for tier, texts, readers in (
        (f"{STATED} {SUMMARY}", described, (*_STATED, schedules.scheduled)),
        (f"{STATED} {TITLES}", list(terms.sentences(passages.titles)), _STATED),
        (f"{SCHEDULED} {DESCRIPTION}", terms.treatment_sentences(passages), (schedules.scheduled,)),
        (f"{DATED} {PRODUCT}", product, (days.dated,)),
        (f"{SESSION} {PRODUCT}", product, once),
        (f"{SESSION} {SUMMARY}", described, once),
        (f"{SESSION} {DESCRIPTION}", terms.treatment_sentences(passages), operations),
        (f"{SESSION} {TITLES}", list(terms.sentences(passages.titles)), once),
    ):
        found = _most(texts, readers)
        if tier == f"{STATED} {SUMMARY}":
            more = _sum(described)
            if more and (more.rule == additions.MORE or 0 < (found.number if found else 0) < more.number):
                found = more
        if found and tier.startswith(SESSION) and _goes_on(passages, described):
            return None, ""
        if found and not (tier.endswith(TITLES) and found.is_doses and found.number > 1):
            return found, tier
    return None, ""


def _goes_on(passages: Passages, described: list[Passage]) -> bool:
    """Whether one session is not all: something is repeated, "the same dose is given on day 15"."""
    return terms.is_named("repeated", passages.texts) or any(
        _is_repeated(one) and _AGAIN.match(one.text) for one in described
    )


@lru_cache(maxsize=2)  # a record is asked for its number and its interval
def _described(passages: Passages) -> tuple[Passage, ...]:
    """The sentences of summary and description about the trial's own cells, and those that give without naming them."""
    told = (*passages.summary, *passages.description)
    own = tuple(terms.own_sentences(told, passages.brands))
    others = (one for one in terms.sentences(told) if one not in own)
    return (*own, *(one for one in others if _gives_patients(one) or _is_repeated(one)))


def _counts_levels(sentence: Passage, levels: int) -> bool:
    return any(count.is_doses and count.number == levels for count in counts.told(sentence))


def _interval(product: list[Passage], passages: Passages, count: int | None) -> Told:
    for tier, found in _intervals(product, passages, count):
        if found:
            least = min(found, key=lambda one: one.days)
            return Told((str(least.days),), (Evidence(least.path, least.span, f"interval {tier}"),), tier)
    return NOTHING


def _intervals(
    product: list[Passage], passages: Passages, count: int | None
) -> Iterator[tuple[str, list[intervals.Interval]]]:
    """The intervals of each place, the surest place first; what is not asked for is not read."""
    ours = [
        one
        for one in terms.sentences((*passages.summary, *passages.description))
        if not names("background", one.text)
    ]
    described = list(_described(passages))
    if count is None:
        yield PRODUCT, _stated_in([one for one in product if days.gives(one)], intervals.repeated)
        told = (*described, *(one for one in ours if _of_doses(one)))
        giving = [one for one in told if days.gives(one) or _is_repeated(one)]
        yield SUMMARY, _stated_in(giving, intervals.repeated)
        return
    yield PRODUCT, _stated_in(product)
    yield f"{DATED} {PRODUCT}", list(intervals.dated(product, count))
    yield SUMMARY, _stated_in(described) or _stated_in([one for one in ours if _of_doses(one)])
    yield f"{DATED} {SUMMARY}", list(intervals.dated(ours, count))


def _of_doses(sentence: Passage) -> bool:
    """Whether a sentence without the cells' name speaks of their doses: "the three doses will be 3 days apart"."""
    return bool(_DOSES.match(sentence.text)) and not names("other_drug", sentence.text)


def _is_repeated(sentence: Passage) -> bool:
    """Whether a sentence says when what was described is done again: "this procedure will be repeated every week"."""
    return _of_doses(sentence) and not days.follow_up(sentence.text)


def _gives_patients(sentence: Passage) -> bool:
    """Whether a sentence gives patients something, and names no other treatment: "they will receive 2 injections"."""
    text = sentence.text
    others = ("other_drug", "background", "other_treatment")
    return (
        bool(_PATIENTS.search(text.lower()))
        and days.gives(sentence)
        and not any(names(one, text) for one in others)
    )


def _stated_in(
    sentences: list[Passage], reader: Callable[[Passage], Iterator[intervals.Interval]] = intervals.read
) -> list[intervals.Interval]:
    return [one for text in sentences for one in reader(text)]


def _not_counted(product: list[Passage]) -> Iterator[Unread]:
    """Sentences of the product that speak of repetition without a number that could be read."""
    for text in product:
        if names("repeated", text.text):
            reason = "administrations that are repeated, but how often could not be read"
            yield Unread(text.path, text.text[:200], reason)
            return


def _quoted(count: Count, tier: str) -> Evidence:
    return Evidence(count.path, count.span, f"{count.rule}, {tier}")


def _all(texts: Iterable[Passage], readers: tuple[Reader, ...]) -> list[Count]:
    return [
        count for text in texts for reader in readers for count in reader(text) if 0 < count.number <= MOST
    ]


def _most(texts: Iterable[Passage], readers: tuple[Reader, ...]) -> Count | None:
    return max(_all(texts, readers), key=lambda count: count.number, default=None)
