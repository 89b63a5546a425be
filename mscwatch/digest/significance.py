"""Why an event matters to somebody who knows the field: short sentences, each made from facts by one rule. Pure.

A rule takes an item and its background, and returns a sentence or None. Rules say what is known, never what it means
for a patient. When a fact is missing, a rule returns None.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date

from mscwatch.digest.text import words
from mscwatch.model import NewsItem, Product, PublishedTrial
from mscwatch.vocabulary import UNSAID, EventKind, LinkConfidence, Severity

ARRIVING = frozenset({EventKind.NEW_TRIAL, EventKind.ENTERED_WATCH, EventKind.BECAME_RELEVANT})
ENDING = frozenset({EventKind.COMPLETED, EventKind.TERMINATED, EventKind.BECAME_UNKNOWN})
REPORTING = frozenset({EventKind.RESULTS_POSTED, EventKind.PUBLICATION_LINKED, EventKind.PUBLICATION_FOUND})
# Statuses that say nothing of results; a trial that is published under one of them is `published_though`.
NOT_REPORTED = ("UNKNOWN", "RECRUITING", "NOT_YET_RECRUITING", "ACTIVE_NOT_RECRUITING", "TERMINATED")
STATUS = ENDING | {EventKind.STATUS_CHANGED, EventKind.WITHDRAWN, EventKind.SUSPENDED}
ROWS_SHOWN = 3
IN_YEARS = 36  # months; longer spans are given in years


@dataclass(frozen=True, slots=True)
class Background:
    """What an event is compared with (from `store.news`): the review's Table 2, and values that only one trial has.

    `only_source` and `only_route` map a cell source or a route to the NCT number of the only relevant trial with it.
    """

    published: tuple[PublishedTrial, ...] = ()
    only_source: Mapping[str, str] = field(default_factory=dict)
    only_route: Mapping[str, str] = field(default_factory=dict)


def reasons(item: NewsItem, background: Background) -> tuple[str, ...]:
    """The sentences of all rules about an item, most important first; often none."""
    return tuple(sentence for rule in RULES if (sentence := rule(item, background)))


def retracted_since(item: NewsItem, _: Background) -> str | None:
    """The event was retracted: the registry took back the answer that it was based on."""
    return "The registry has since taken this back." if item.retracted_by else None


def known_outcome(item: NewsItem, _: Background) -> str | None:
    """What is known of the outcome of a trial that was completed, terminated or became UNKNOWN.

    Publications are papers of results that the registry or the review lists. The time since the
    completion date is given from one month on: in months, and from three years on in years.
    """
    trial = item.trial
    if item.event.kind not in ENDING or (trial.publications and trial.has_results):
        return None
    known = _count(trial.publications, "publication") + " known"
    posted = "results on the registry" if trial.has_results else "no results on the registry"
    waited = _waited(trial.completion_date, item.data_date or item.observed_at.date())
    return f"{known}, {posted}{waited}."


def first_results(item: NewsItem, _: Background) -> str | None:
    """Results were posted for a trial without a known publication."""
    if item.event.kind is not EventKind.RESULTS_POSTED or item.trial.publications:
        return None
    return "No publication known: these are the first results of this trial."


def linked_paper(item: NewsItem, _: Background) -> str | None:
    """Whether a linked paper is the trial's first, and how sure the link is. A paper without results is no publication.

    PubMed links a paper that gives the trial's number (DERIVED). A sponsor may list any paper as RESULT, and some list
    papers about another trial.
    """
    if item.event.kind is not EventKind.PUBLICATION_LINKED:
        return None
    if item.event.severity is Severity.LOW:
        return "The paper reports no results of this trial, as far as its title tells."
    first = "The first publication known of this trial. " if item.trial.publications == 1 else ""
    if '"DERIVED"' in (item.event.after or ""):
        return f"{first}PubMed found this trial's number in the paper."
    return f"{first}The sponsor lists it as a result; a person should confirm that it is about this trial."


def found_paper(item: NewsItem, _: Background) -> str | None:
    """Whether a paper that the registry does not list is the trial's first publication."""
    if item.event.kind is EventKind.PUBLICATION_FOUND and item.trial.publications == 1:
        return "The first publication known of this trial."
    return None


def published_though(item: NewsItem, _: Background) -> str | None:
    """The trial is published, although its status says that it is under way, stopped, or not known."""
    status, event = item.trial.overall_status, item.event
    if status not in NOT_REPORTED or not item.trial.published:
        return None
    is_linked = event.kind is EventKind.PUBLICATION_LINKED and event.severity is Severity.HIGH
    if event.kind in ENDING | {EventKind.PUBLICATION_FOUND} or is_linked:
        return f"Published although the registry calls it {words(status).lower()}."
    return None


def in_the_review(item: NewsItem, background: Background) -> str | None:
    """The trial is one of the review's Table 2. The sentence says how sure the link is."""
    for row in background.published:
        if row.nct_id == item.trial.nct_id and row.link_confidence is not LinkConfidence.NONE:
            probably = "" if row.link_confidence is LinkConfidence.HIGH else " probably"
            return f"This is{probably} the trial of the review's Table 2 {_rows([row])}."
    return None


def like_the_review(item: NewsItem, background: Background) -> str | None:
    """The rows of Table 2 with the same kind of cells, the same route and the same group of diseases.

    At most three are named. Rows that also share aetiology, donor and dose come first, then the later ones. A trial
    that is itself in Table 2 is not compared.
    """
    product = item.trial.product
    if product is None or item.event.kind not in ARRIVING | ENDING | REPORTING:
        return None
    if in_the_review(item, background):
        return None
    alike = [row for row in background.published if _is_alike(product, row.product)]
    if not alike:
        return None
    alike.sort(key=lambda row: (-_closeness(product, row.product), -row.year, row.review_row))
    return f"Same kind of cells, route and disease as the review's Table 2 {_rows(alike)}."


def only_of_its_kind(item: NewsItem, background: Background) -> str | None:
    """A trial enters with a cell source or a route that no other relevant trial of the watch has."""
    product, nct_id = item.trial.product, item.trial.nct_id
    if product is None or item.event.kind not in ARRIVING:
        return None
    only_source, only_route = background.only_source, background.only_route
    new = [f"cells from {words(name)}" for name in product.cell_source if only_source.get(name) == nct_id]
    new += [f"the route {words(name)}" for name in product.route if only_route.get(name) == nct_id]
    return f"The only trial of the watch with {' and '.join(new)}." if new else None


def verified_again(item: NewsItem, _: Background) -> str | None:
    """The status is no longer UNKNOWN: somebody verified the record after two years or more."""
    if item.event.kind not in STATUS or item.event.before != "UNKNOWN":
        return None
    return "It had been silent for two years or more. Now its record was verified again."


RULES: tuple[Callable[[NewsItem, Background], str | None], ...] = (
    retracted_since,
    known_outcome,
    first_results,
    linked_paper,
    found_paper,
    published_though,
    verified_again,
    in_the_review,
    like_the_review,
    only_of_its_kind,
)


def _waited(completion: date | None, today: date) -> str:
    """`, 29 months after its completion date (2020-05)`; empty within the first month."""
    if completion is None:
        return ""
    years, months = today.year - completion.year, today.month - completion.month
    months += 12 * years - (today.day < completion.day)
    if months <= 0:
        return ""
    span = _count(months, "month") if months < IN_YEARS else _count(months // 12, "year")
    return f", {span} after its completion date ({completion:%Y-%m})"


def _is_alike(product: Product, other: Product) -> bool:
    """Whether cells, their modification, a route and the group of diseases agree, and the donors do not differ."""
    same = ("indication_group", "cell_type", "product_form", "modification")
    return (
        all(getattr(product, name) == getattr(other, name) for name in same)
        and _shared(product.cell_source, other.cell_source)
        and _shared(product.route, other.route)
        and (_shared(product.donor, other.donor) or not (_stated(product.donor) and _stated(other.donor)))
    )


def _closeness(product: Product, other: Product) -> int:
    """A score of what two products share: aetiology 4, donor 2, overlapping doses 1."""
    return (
        4 * _shared(product.aetiology, other.aetiology)
        + 2 * _shared(product.donor, other.donor)
        + _doses_meet(product, other)
    )


def _doses_meet(product: Product, other: Product) -> bool:
    ends = (product.dose_low, product.dose_high, other.dose_low, other.dose_high)
    if product.dose_unit != other.dose_unit or None in ends:
        return False
    low, high, other_low, other_high = (end or 0.0 for end in ends)
    return low <= other_high and other_low <= high


def _stated(values: tuple[str, ...]) -> set[str]:
    return set(values) - UNSAID


def _shared(values: tuple[str, ...], others: tuple[str, ...]) -> bool:
    return bool(_stated(values) & _stated(others))


def _rows(rows: list[PublishedTrial]) -> str:
    """`row 15 (Suk KT 2016)`, or `rows 15 (Suk KT 2016), 11 (Jang YO 2014), 13 (Xu L 2014) and 2 more`."""
    named = ", ".join(f"{row.review_row} ({row.first_author} {row.year})" for row in rows[:ROWS_SHOWN])
    more = len(rows) - ROWS_SHOWN
    return ("row " if len(rows) == 1 else "rows ") + named + (f" and {more} more" if more > 0 else "")


def _count(number: int, noun: str) -> str:
    return f"{number or 'No'} {noun}{'' if number <= 1 else 's'}"
