"""Why an event matters to somebody who knows the field: short sentences, each from facts and by one rule.

A rule takes the item and what the warehouse knows around it, and answers with a sentence or with nothing. Rules say
what is known, never what it means for a patient; where a fact is missing, they are silent. Pure.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date

from mscwatch.model import NewsItem, Product, PublishedTrial
from mscwatch.vocabulary import UNSAID, EventKind, LinkConfidence

ARRIVING = frozenset({EventKind.NEW_TRIAL, EventKind.ENTERED_WATCH, EventKind.BECAME_RELEVANT})
ENDING = frozenset({EventKind.COMPLETED, EventKind.TERMINATED, EventKind.BECAME_UNKNOWN})
REPORTING = frozenset({EventKind.RESULTS_POSTED, EventKind.PUBLICATION_LINKED})
STATUS = ENDING | {EventKind.STATUS_CHANGED, EventKind.WITHDRAWN, EventKind.SUSPENDED}
ROWS_SHOWN = 3
IN_YEARS = 36  # months from which years are said


@dataclass(frozen=True, slots=True)
class Background:
    """What an event is compared with: the review's Table 2, and what only one relevant trial of the watch has.

    `only_source` and `only_route` lead from a value of the vocabulary to the NCT number of the one trial that has it.
    """

    published: tuple[PublishedTrial, ...] = ()
    only_source: Mapping[str, str] = field(default_factory=dict)
    only_route: Mapping[str, str] = field(default_factory=dict)


def reasons(item: NewsItem, around: Background) -> tuple[str, ...]:
    """Every rule's sentence about an item, what weighs most first; often none."""
    return tuple(said for rule in RULES if (said := rule(item, around)))


def taken_back(item: NewsItem, _: Background) -> str | None:
    """The event was retracted since: the registry took the answer back on which it rested."""
    return "The registry has taken this back since." if item.retracted_by else None


def silent_at_the_end(item: NewsItem, _: Background) -> str | None:
    """A trial that ended (completed, terminated, or gone UNKNOWN), and what the world knows of its outcome.

    Publications are those of type RESULT or DERIVED that the registry lists, and the review's own. How long ago
    the completion date was is said once a month has passed: in months, after three years in years.
    """
    trial = item.trial
    if item.event.kind not in ENDING or (trial.publications and trial.has_results):
        return None
    known = _count(trial.publications, "publication") + " known"
    posted = "results on the registry" if trial.has_results else "no results on the registry"
    waited = _waited(trial.completion_date, item.data_date or item.observed_at.date())
    return f"{known}, {posted}{waited}."


def first_account(item: NewsItem, _: Background) -> str | None:
    """Results were posted of a trial of which nothing is published."""
    if item.event.kind is not EventKind.RESULTS_POSTED or item.trial.publications:
        return None
    return "No publication known: these are the first results of this trial."


def how_the_paper_was_linked(item: NewsItem, _: Background) -> str | None:
    """A linked paper: whether it is the first one, and how sure the link is.

    PubMed links by the trial's number in the paper (DERIVED). A sponsor may list any paper as RESULT, and some list
    another trial's.
    """
    if item.event.kind is not EventKind.PUBLICATION_LINKED:
        return None
    first = "The first publication known of this trial. " if item.trial.publications == 1 else ""
    if '"DERIVED"' in (item.event.after or ""):
        return f"{first}PubMed found this trial's number in the paper."
    return f"{first}The sponsor lists it as a result: whether it is of this trial is to be confirmed."


def of_the_review(item: NewsItem, around: Background) -> str | None:
    """The trial is one of the review's Table 2; the words say how sure the link is."""
    for row in around.published:
        if row.nct_id == item.trial.nct_id and row.link_confidence is not LinkConfidence.NONE:
            probably = "This is" if row.link_confidence is LinkConfidence.HIGH else "This is probably"
            return f"{probably} the trial of the review's Table 2 {_rows([row])}."
    return None


def like_the_review(item: NewsItem, around: Background) -> str | None:
    """Rows of Table 2 that gave the same kind of cells by the same route for the same group of diseases.

    At most three are named: those that also share the aetiology, say the same donor, and overlap in dose come
    first, then the later ones. A trial of the review itself is not compared with its fellows.
    """
    product = item.trial.product
    if product is None or item.event.kind not in ARRIVING | ENDING | REPORTING:
        return None
    if of_the_review(item, around):
        return None
    alike = [row for row in around.published if _is_alike(product, row.product)]
    if not alike:
        return None
    alike.sort(key=lambda row: (-_closeness(product, row.product), -row.year, row.review_row))
    return f"Same kind of cells, route and disease as the review's Table 2 {_rows(alike)}."


def first_of_its_kind(item: NewsItem, around: Background) -> str | None:
    """A trial that arrives with a source of cells or a route that no other relevant trial of the watch has."""
    product, nct_id = item.trial.product, item.trial.nct_id
    if product is None or item.event.kind not in ARRIVING:
        return None
    new = [
        f"cells from {_words(one)}" for one in product.cell_source if around.only_source.get(one) == nct_id
    ]
    new += [f"the route {_words(one)}" for one in product.route if around.only_route.get(one) == nct_id]
    return f"The only trial of the watch with {' and '.join(new)}." if new else None


def moves_again(item: NewsItem, _: Background) -> str | None:
    """A status leaves UNKNOWN: after two years of silence or more, somebody verified the record."""
    if item.event.kind not in STATUS or item.event.before != "UNKNOWN":
        return None
    return "It had been silent for two years or more; now its record was verified again."


RULES: tuple[Callable[[NewsItem, Background], str | None], ...] = (
    taken_back,
    silent_at_the_end,
    first_account,
    how_the_paper_was_linked,
    moves_again,
    of_the_review,
    like_the_review,
    first_of_its_kind,
)


def _waited(completion: date | None, today: date) -> str:
    """`, 29 months after its completion date (2020-05)`, or nothing within the first month."""
    if completion is None:
        return ""
    months = (
        (today.year - completion.year) * 12 + today.month - completion.month - (today.day < completion.day)
    )
    if months <= 0:
        return ""
    long = _count(months, "month") if months < IN_YEARS else _count(months // 12, "year")
    return f", {long} after its completion date ({completion:%Y-%m})"


def _is_alike(one: Product, other: Product) -> bool:
    """The same kind of cells, treated alike, by a shared route for the same group of diseases."""
    same = ("indication_group", "cell_type", "product_form", "modification")
    return (
        all(getattr(one, name) == getattr(other, name) for name in same)
        and _shared(one.cell_source, other.cell_source)
        and _shared(one.route, other.route)
        and (_shared(one.donor, other.donor) or not (_stated(one.donor) and _stated(other.donor)))
    )


def _closeness(one: Product, other: Product) -> int:
    """How many of aetiology, donor and dose two products share; the aetiology weighs most."""
    return (
        4 * _shared(one.aetiology, other.aetiology)
        + 2 * _shared(one.donor, other.donor)
        + _doses_meet(one, other)
    )


def _doses_meet(one: Product, other: Product) -> bool:
    ends = (one.dose_low, one.dose_high, other.dose_low, other.dose_high)
    if one.dose_unit != other.dose_unit or None in ends:
        return False
    low, high, other_low, other_high = (end or 0.0 for end in ends)
    return low <= other_high and other_low <= high


def _stated(values: tuple[str, ...]) -> set[str]:
    return set(values) - UNSAID


def _shared(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    return bool(_stated(one) & _stated(other))


def _rows(rows: list[PublishedTrial]) -> str:
    """`row 15 (Suk KT 2016)`, or `rows 15 (Suk KT 2016), 11 (Jang YO 2014), 13 (Xu L 2014) and 2 more`."""
    named = ", ".join(f"{row.review_row} ({row.first_author} {row.year})" for row in rows[:ROWS_SHOWN])
    more = len(rows) - ROWS_SHOWN
    return ("row " if len(rows) == 1 else "rows ") + named + (f" and {more} more" if more > 0 else "")


def _count(number: int, noun: str) -> str:
    return f"{number or 'No'} {noun}{'' if number <= 1 else 's'}"


def _words(value: str) -> str:
    return value.replace("_", " ")
