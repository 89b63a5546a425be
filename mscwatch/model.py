"""The nouns. Each stage of a night has its own type, so that stages cannot be confused.

Times are naive `datetime` in UTC, as in the warehouse. A *record* is one study as API v2 gives it
(a `dict` of JSON values) without contact data.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from mscwatch.vocabulary import (
    Aetiology,
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
    """The registry's answer to `/version`; `data_timestamp` is optional there and UTC without saying so."""

    api_version: str
    data_timestamp: datetime | None


@dataclass(frozen=True, slots=True)
class Screening:
    """What our own rules make of a record: whether it belongs to the topic, and why."""

    relevance: Relevance
    reason: str
    indication_group: IndicationGroup


@dataclass(frozen=True, slots=True)
class StoredTrial:
    """What the warehouse held of one trial before tonight."""

    nct_id: str
    version_no: int
    content_hash: str
    derived_hash: str
    in_watch: bool
    times_before: int  # how many of its versions already had tonight's content
    record: Record
    earlier: PreviousVersion | None = None


@dataclass(frozen=True, slots=True)
class RaisedEvent:
    """An event that the warehouse holds, as far as a retraction names it."""

    event_id: str
    kind: EventKind
    summary: str


@dataclass(frozen=True, slots=True)
class PreviousVersion:
    """The version before the known one: what a record returns to when the registry takes an answer back.

    `events` were raised when the known content replaced this one; `told` is who was told of them or is still owed.
    """

    record: Record
    events: tuple[RaisedEvent, ...] = ()
    told: tuple[Address, ...] = ()


@dataclass(frozen=True, slots=True)
class FetchedTrial:
    """What the registry showed of one trial tonight."""

    nct_id: str
    content_hash: str
    derived_hash: str
    record: Record


@dataclass(frozen=True, slots=True)
class LookupResult:
    """One missing trial's place. `record` (without contacts) when here or withheld, `target` when forwarded."""

    nct_id: str
    verdict: LookupVerdict
    record: Record | None = None
    target: str | None = None


@dataclass(frozen=True, slots=True)
class WatchedTrial:
    """A trial of the watch, as the warehouse knows it when the night begins; tonight's search may not show it."""

    nct_id: str
    relevance: Relevance
    missing_since: datetime | None  # data timestamp of the first "not found", if there was one
    indication_group: IndicationGroup = IndicationGroup.NONE


@dataclass(frozen=True, slots=True)
class MembershipChange:
    """What the warehouse notes of a missing trial: its new membership (`watched.standing`)."""

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
    rule: str = "content"  # why it is material, or why it is not (see `diff.Difference`)


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
    """A message that is not about one event (a row of `notices`)."""

    notice_id: str
    kind: NoticeKind
    summary: str


@dataclass(frozen=True, slots=True)
class Address:
    """Where something can be told: a channel and, there, a recipient (secrets masked)."""

    channel: str
    recipient: str


@dataclass(frozen=True, slots=True)
class Delivery:
    """Something owed to somebody: an event (or a notice) at an address (a row of `deliveries`)."""

    event_id: str
    address: Address


@dataclass(frozen=True, slots=True)
class Product:
    """What was given for which disease, on the review's axes (a row of `therapies` or of `published_trials`).

    The dose is of one administration, in `dose_unit`; None is not stated.
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
    """A row of the review's Table 2; `link_confidence` says how sure its registration `nct_id` is."""

    review_row: int
    first_author: str
    year: int
    product: Product
    nct_id: str | None
    link_confidence: LinkConfidence


@dataclass(frozen=True, slots=True)
class TrialFacts:
    """What a message says of a trial beside what changed. `product` is None where no therapy was read."""

    nct_id: str
    title: str
    overall_status: str
    lead_sponsor: str | None
    countries: tuple[str, ...]
    enrollment: int | None
    conditions: tuple[str, ...]
    interventions: tuple[str, ...]
    relevance: Relevance
    product: Product | None = None
    completion_date: date | None = None  # planned or actual; a month or a year is its last day
    has_results: bool = False
    publications: int = 0  # papers of its own that the registry or the review lists


@dataclass(frozen=True, slots=True)
class NewsItem:
    """An event with the facts of its trial, ready to be told; `why` it matters, in sentences."""

    event: Event
    observed_at: datetime
    trial: TrialFacts
    data_date: date | None = None  # the day of the registry's data that showed it
    retracted_by: str | None = None  # the event that took this one back
    why: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Digest:
    """One message for one address: the same news as subject, plain text, HTML, and CSV of all rows."""

    digest_id: str
    subject: str
    text: str
    html: str
    csv: str
    items: tuple[NewsItem, ...]
    notices: tuple[Notice, ...]
    title: str
    banner: str = ""


@dataclass(frozen=True, slots=True)
class Retraction:
    """An event that takes earlier ones back (`events.retracted_by`)."""

    event_id: str
    taken_back: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sweep:
    """A whole reading of the topic, landed on disk but not yet believed."""

    before: RegistryVersion
    after: RegistryVersion
    total_count: int | None
    distinct: int
    duplicates: int
    nameless: int  # records without an NCT number
    walks: int  # 1, or more when the data moved in between


@dataclass(frozen=True, slots=True)
class Proof:
    """Why a night may be trusted, or why not (`runs.proof`). `reasons` is empty when it may.

    `acceptable` says that only bounds of the watch file speak against it, which a person may overrule.
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
    """What one query of the report found, with the query itself, so that every number can show where it comes from."""

    name: str
    meaning: str  # what the query asks, in words
    query: str
    rows: tuple[dict[str, Any], ...]
