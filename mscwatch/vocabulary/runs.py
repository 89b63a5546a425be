"""What happens: kinds of events and notices, outcomes of runs and lookups, states of trials and deliveries."""

from __future__ import annotations

from enum import StrEnum


class EventKind(StrEnum):
    """What happened to a trial (`events.kind`; contract, section 4)."""

    NEW_TRIAL = "new_trial"
    ENTERED_WATCH = "entered_watch"
    COMPLETED = "completed"
    TERMINATED = "terminated"
    WITHDRAWN = "withdrawn"
    SUSPENDED = "suspended"
    BECAME_UNKNOWN = "became_unknown"
    STATUS_CHANGED = "status_changed"
    RESULTS_POSTED = "results_posted"
    RESULTS_REMOVED = "results_removed"
    PRIMARY_OUTCOME_CHANGED = "primary_outcome_changed"
    ENROLLMENT_CHANGED = "enrollment_changed"
    DATE_CHANGED = "date_changed"
    PUBLICATION_LINKED = "publication_linked"
    PUBLICATION_FOUND = "publication_found"
    PUBLICATION_RETRACTED = "publication_retracted"
    BECAME_RELEVANT = "became_relevant"
    LEFT_WATCH = "left_watch"
    MERGED = "merged"
    WITHHELD = "withheld"
    REMOVED = "removed"
    RETURNED = "returned"
    RETRACTED = "retracted"


class Severity(StrEnum):
    """How much an event matters by default (`events.severity`)."""

    HIGH = "high"
    NORMAL = "normal"
    LOW = "low"


class RunOutcome(StrEnum):
    """How a run ended (`runs.outcome`)."""

    RUNNING = "running"
    BASELINE = "baseline"
    PUBLISHED = "published"
    UNCHANGED = "unchanged"
    REFUSED = "refused"
    FAILED = "failed"
    INTERRUPTED = "interrupted"


class LookupVerdict(StrEnum):
    """What the registry says about a trial that the search no longer returns."""

    HERE = "here"  # still on the registry, no longer matched by the query
    WITHHELD = "withheld"
    FORWARDED = "forwarded"  # merged into another registration
    GONE = "gone"  # HTTP 404


class Membership(StrEnum):
    """Whether a trial is in the watch and, if not, why (`watched.standing`)."""

    MATCHED = "matched"  # the query returns it
    PENDING = "pending"  # answered 404 once; the next data timestamp decides
    LEFT = "left"  # still on the registry, no longer matched by the query
    MERGED = "merged"
    WITHHELD = "withheld"
    REMOVED = "removed"


class NoticeKind(StrEnum):
    """The subject of a message that is not about a single event (`notices.kind`)."""

    BASELINE = "baseline"
    BULK = "bulk"
    WEEKLY = "weekly"
    REFUSED = "refused"
    FAILED = "failed"
    LATE = "late"
    RECOVERED = "recovered"  # a run succeeded after refused or failed ones
    MENDED = "mended"  # the published state replaced a broken working file
    SET_ASIDE = "set_aside"  # records that cannot be read, or on which the rules fail
    DRIFT = "drift"
    PAPERS = "papers"  # about the search for papers: it begins, it is not trusted, its first find
    CHANNEL_OFF = "channel_off"
    CHANNEL_ON = "channel_on"
    GAVE_UP = "gave_up"
    NOT_SHOWN = "not_shown"  # an event cannot be put into words
    NO_EFFECT = "no_effect"  # a person's decision finds nothing to apply to
    NOT_SENT = "not_sent"  # a service refuses the message about one event for its content


class DeliveryState(StrEnum):
    """The state of a delivery to one address (`deliveries.state`)."""

    OWED = "owed"
    IN_DOUBT = "in_doubt"  # perhaps sent: the service never confirmed it
    SENT = "sent"
    GAVE_UP = "gave_up"
