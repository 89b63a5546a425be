"""One topic, as its watch file (TOML) describes it: what is asked, what is believed, what is told. Pure."""

from __future__ import annotations

import hashlib
import json
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from mscwatch.vocabulary import EventKind, IndicationGroup, Relevance, Severity

QUIET_KINDS = frozenset(
    {EventKind.STATUS_CHANGED, EventKind.ENROLLMENT_CHANGED, EventKind.DATE_CHANGED, EventKind.LEFT_WATCH}
)


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Query(_Part):
    """What is sent to the registry, as it is; the parts are ANDed there, an empty part is not sent."""

    cond: str = ""
    intr: str = ""
    term: str = ""
    advanced: str = ""

    def parameters(self) -> dict[str, str]:
        """The `/studies` parameters of this query."""
        named = {
            "query.cond": self.cond,
            "query.intr": self.intr,
            "query.term": self.term,
            "filter.advanced": self.advanced,
        }
        return {name: " ".join(text.split()) for name, text in named.items() if text.strip()}


class Expect(_Part):
    """What a night must show to be trusted; a missing key switches that check off."""

    min: int | None = Field(None, ge=0)
    max: int | None = Field(None, ge=0)
    max_drop: float | None = Field(None, ge=0, le=1)
    sentinels: tuple[str, ...] = ()


class Rules(_Part):
    """Which packaged reading rules decide relevance; `none` reads nothing (all `unsure`)."""

    rules: str = "none"


class Alerts(_Part):
    """What is told: trials of these relevances, events of these kinds."""

    relevance: tuple[Relevance, ...] = (Relevance.CORE, Relevance.UNSURE)
    kinds: tuple[EventKind, ...] = tuple(kind for kind in EventKind if kind not in QUIET_KINDS)


class Subscription(_Part):
    """What one channel, or some of its recipients, are told of what `alerts` admits. An empty key limits nothing."""

    channel: str = Field(min_length=1)
    to: tuple[str, ...] = ()
    kinds: tuple[EventKind, ...] = ()
    severities: tuple[Severity, ...] = ()
    indications: tuple[IndicationGroup, ...] = ()


class Watch(_Part):
    """One topic of the registry. `banner` heads everything that is told about it."""

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$")
    title: str = Field(min_length=1)
    banner: str = ""
    query: Query
    expect: Expect = Expect()
    relevance: Rules = Rules()
    alerts: Alerts = Alerts()
    subscriptions: tuple[Subscription, ...] = ()

    @model_validator(mode="after")
    def _subscribes_to_what_is_told(self) -> Self:
        wanted = {kind for one in self.subscriptions for kind in one.kinds}
        if untold := sorted(wanted - set(self.alerts.kinds)):
            msg = f"a subscription asks for {', '.join(untold)}, which alerts.kinds leaves out"
            raise ValueError(msg)
        return self

    @model_validator(mode="after")
    def _asks_for_something(self) -> Self:
        if not self.query.parameters():
            msg = "the query is empty, which would read the whole registry"
            raise ValueError(msg)
        return self

    @property
    def digest(self) -> str:
        """A hash of what decides membership and what is told: an edit makes the next run read again."""
        said = self.model_dump(mode="json", exclude={"title", "banner", "subscriptions"})
        return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()
