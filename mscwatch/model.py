"""The nouns of a run: frozen types that one stage hands to the next.

Times are naive UTC, as in the warehouse. A *record* is one study as API v2 gives it (a `dict`), without its contacts;
rules read it made plain (`record.plain`), and `as_came` is how it came, where that differs.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, NamedTuple

from mscwatch.vocabulary import (
    Aetiology,
    Area,
    CellSource,
    CellType,
    Donor,
    DoseUnit,
    EventKind,
    IndicationGroup,
    LinkConfidence,
    LookupVerdict,
    Membership,
    Modification,
    NoticeKind,
    ProductForm,
    Relevance,
    Route,
    Severity,
)

Record = dict[str, Any]


@dataclass(frozen=True, slots=True)
class RegistryVersion:
    """The registry's answer to `/version`. `dataTimestamp` is UTC without a zone and may be missing."""

    api_version: str
    data_timestamp: datetime | None


@dataclass(frozen=True, slots=True)
class Screening:
    """How the rules and decisions of `screening` judge a record: whether it belongs to the topic, and why."""

    relevance: Relevance
    reason: str
    indication_group: IndicationGroup


@dataclass(frozen=True, slots=True)
class StoredTrial:
    """The current version of one trial in the warehouse, before this run writes anything (from `store.load`)."""

    nct_id: str
    version_no: int
    content_hash: str
    derived_hash: str
    in_watch: bool
    times_before: int  # how many of its versions already had the content that was fetched now
    record: Record
    previous: PreviousVersion | None = None
    as_came: Record | None = None


@dataclass(frozen=True, slots=True)
class RaisedEvent:
    """The part of a stored event that a retraction refers to (a row of `events`)."""

    event_id: str
    kind: EventKind
    summary: str


@dataclass(frozen=True, slots=True)
class PreviousVersion:
    """The content before the current one, the events raised when that replaced it, and who received or is owed them."""

    record: Record
    events: tuple[RaisedEvent, ...] = ()
    addresses: tuple[Address, ...] = ()


@dataclass(frozen=True, slots=True)
class FetchedTrial:
    """One trial as this run fetched it from the registry. `changes` compares it with the `StoredTrial`."""

    nct_id: str
    content_hash: str
    derived_hash: str
    record: Record
    as_came: Record | None = None
    is_understood: bool = False  # known to hold no value that was not understood


@dataclass(frozen=True, slots=True)
class LookupResult:
    """The registry's answer to a lookup of one missing trial (from `registry.responses`).

    `record` is set when the verdict is `here` or `withheld`; `target` is the other NCT number when it is `forwarded`.
    """

    nct_id: str
    verdict: LookupVerdict
    record: Record | None = None
    target: str | None = None


@dataclass(frozen=True, slots=True)
class WatchedTrial:
    """A trial that is in the watch when a run begins. Those that the search does not return are looked up."""

    nct_id: str
    relevance: Relevance
    missing_since: datetime | None  # data timestamp of the first "not found" answer, if there was one
    indication_group: IndicationGroup = IndicationGroup.NONE
    area: Area | None = None


@dataclass(frozen=True, slots=True)
class MembershipChange:
    """The new membership of a trial that the search no longer returns (written to `watched.standing`)."""

    nct_id: str
    membership: Membership


@dataclass(frozen=True, slots=True)
class Change:
    """One path of a record that differs between two versions (a row of `changes`)."""

    nct_id: str
    from_version: int
    to_version: int
    path: str
    before: str | None
    after: str | None
    is_material: bool
    rule: str = "content"  # why it is material or not (see `diff.Difference`)


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened to one trial (a row of `events`)."""

    event_id: str
    nct_id: str
    kind: EventKind
    severity: Severity
    field: str
    before: str | None
    after: str | None
    summary: str
    is_baseline: bool = False


@dataclass(frozen=True, slots=True)
class Issue:
    """A value in a record that was not understood (a row of `issues`)."""

    nct_id: str
    path: str
    value: str
    message: str


@dataclass(frozen=True, slots=True)
class Notice:
    """A message that is not about a single event (a row of `notices`, made by `digest.notices`)."""

    notice_id: str
    kind: NoticeKind
    summary: str


@dataclass(frozen=True, slots=True)
class Address:
    """A channel and one recipient on it, with secrets masked: where a message can be sent."""

    channel: str
    recipient: str
    person: str = field(default="", compare=False)  # a mail address unmasked; never in the warehouse


@dataclass(frozen=True, slots=True)
class Delivery:
    """An event or notice that is owed at an address (a row of `deliveries`). `event_id` may be a notice's id."""

    event_id: str
    address: Address


@dataclass(frozen=True, slots=True)
class Product:
    """What was given for which disease, on the review's axes (a row of `therapies` or `published_trials`).

    Doses are per administration, in `dose_unit`. None means not stated. The values are those of contract, section 5.
    """

    indication_group: IndicationGroup
    aetiology: tuple[Aetiology, ...]
    cell_type: CellType
    cell_source: tuple[CellSource, ...]
    donor: tuple[Donor, ...]
    product_form: ProductForm
    modification: Modification
    route: tuple[Route, ...]
    dose_low: float | None = None
    dose_high: float | None = None
    dose_unit: DoseUnit | None = None
    infusions_max: int | None = None


@dataclass(frozen=True, slots=True)
class PublishedTrial:
    """A row of the review's Table 2. `link_confidence` says how sure it is that `nct_id` is its registration."""

    review_row: int
    first_author: str
    year: int
    product: Product
    nct_id: str | None
    link_confidence: LinkConfidence


@dataclass(frozen=True, slots=True)
class TrialFacts:
    """The facts about a trial that a message shows beside the event. `product` is None where no therapy was read."""

    nct_id: str
    title: str
    overall_status: str
    relevance: Relevance
    lead_sponsor: str | None = None
    countries: tuple[str, ...] = ()
    enrollment: int | None = None
    conditions: tuple[str, ...] = ()
    interventions: tuple[str, ...] = ()
    product: Product | None = None
    completion_date: date | None = None  # planned or actual; a month or a year means its last day
    has_results: bool = False
    publications: int = 0  # papers of its results that the registry or the review lists
    published: int = 0  # those of them whose link is sure
    area: Area | None = None


@dataclass(frozen=True, slots=True)
class NewsItem:
    """An event with its trial's facts, from `store.news`; `problem` says why it cannot be put into words."""

    event: Event
    observed_at: datetime
    trial: TrialFacts
    data_date: date | None = None  # date of the registry data in which the event was found
    retracted_by: str | None = None  # id of the event that retracts this one
    why: tuple[str, ...] = ()
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Digest:
    """One message for one address, in every form that a channel may need (from `digest.compose`).

    `text` and `html` name the first items, `csv` has a row for each. `banner` marks demo and test messages.
    `page_url` is where readers find the page; empty where nobody set it. `waiting` is how many links wait for a person.
    """

    digest_id: str
    subject: str
    text: str
    html: str
    csv: str
    items: tuple[NewsItem, ...]
    notices: tuple[Notice, ...]
    title: str
    banner: str = ""
    page_url: str = ""
    waiting: int = 0


@dataclass(frozen=True, slots=True)
class Proof:
    """Whether a sweep can be trusted (`runs.proof`): yes if `reasons`, what speaks against it, is empty.

    `acceptable` is True when only bounds of the watch file failed. A person may overrule those (`run --accept`).
    """

    checks: dict[str, Any]
    reasons: tuple[str, ...]
    warnings: tuple[str, ...] = ()
    acceptable: bool = True

    @property
    def trusted(self) -> bool:
        return not self.reasons


@dataclass(frozen=True, slots=True)
class QueryAnswer:
    """The rows of one query of the report, with the query itself, which the page shows behind each number."""

    name: str
    meaning: str  # the question in plain words
    query: str
    rows: tuple[dict[str, Any], ...]


class HistoryVersion(NamedTuple):
    """A version in the registry's history: its number there (from 0), the day of submission, the record."""

    number: int
    submitted: date
    record: Record
