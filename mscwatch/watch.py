"""One watched topic, as its watch file (TOML) describes it: what to ask, what to trust, what to send. Pure."""

from __future__ import annotations

import hashlib
import json
import re
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from mscwatch.vocabulary import Area, EventKind, IndicationGroup, Relevance, Severity

QUIET_KINDS = frozenset(
    {EventKind.STATUS_CHANGED, EventKind.ENROLLMENT_CHANGED, EventKind.DATE_CHANGED, EventKind.LEFT_WATCH}
)

# Every key that the digest of schema 7 held, with its default then.
EARLIER_DEFAULTS: dict[str, dict[str, Any]] = {
    "query": {"cond": "", "intr": "", "term": "", "advanced": ""},
    "expect": {"min": None, "max": None, "max_drop": None, "sentinels": []},
    "relevance": {"rules": "none"},
    "alerts": {
        "relevance": ["core", "unsure"],
        "kinds": [
            *("new_trial", "entered_watch", "completed", "terminated", "withdrawn", "suspended"),
            *("became_unknown", "results_posted", "results_removed", "primary_outcome_changed"),
            *(
                "publication_linked",
                "became_relevant",
                "merged",
                "withheld",
                "removed",
                "returned",
                "retracted",
            ),
        ],
    },
}


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


_WORD = re.compile(r"\w+")
_NUMBER_OR_OPERATOR = re.compile(r"NCT\d{1,8}|OR|AND|NOT", re.IGNORECASE)


class Query(_Part):
    """What is sent to the registry, unchanged. The registry ANDs the parts; an empty part is not sent."""

    cond: str = ""
    intr: str = ""
    term: str = ""
    advanced: str = ""

    def parameters(self) -> dict[str, str]:
        """The parameters of API v2's `/studies` for this query, white space collapsed."""
        parts = {
            "query.cond": self.cond,
            "query.intr": self.intr,
            "query.term": self.term,
            "filter.advanced": self.advanced,
        }
        return {name: " ".join(text.split()) for name, text in parts.items() if text.strip()}

    def warnings(self) -> list[str]:
        """A sentence for each part that holds NCT numbers alone: the registry then ignores everything else."""
        parts = self.parameters()
        found = []
        for name, text in parts.items():
            words = _WORD.findall(text)
            are_numbers = "NCT" in text.upper() and all(map(_NUMBER_OR_OPERATOR.fullmatch, words))
            if name.startswith("query.") and are_numbers:
                others = ", ".join(other for other in parts if other != name)
                ignored = f" ({others})" if others else ""
                found.append(
                    f"{name} of the watch file holds NCT numbers alone: the registry then ignores every other part of "
                    f"the query{ignored}. Add a word, or give these trials a watch of their own."
                )
        return found


class Expect(_Part):
    """What a run must find to be trusted. A missing key switches that check off."""

    min: int | None = Field(None, ge=0)
    max: int | None = Field(None, ge=0)
    max_drop: float | None = Field(None, ge=0, le=1)  # share of the known trials that may be missing at once
    sentinels: tuple[str, ...] = ()


class Rules(_Part):
    """The packaged reading rules (`screening/rules/*.toml`) that decide relevance. `none`: every trial is `unsure`."""

    rules: Literal["none", "msc-liver", "cell-therapy-liver", "msc"] = "none"


class Alerts(_Part):
    """Which events are sent: the relevance, areas of disease (empty: all) and kinds that their trials may have."""

    relevance: tuple[Relevance, ...] = (Relevance.CORE, Relevance.UNSURE)
    areas: tuple[Area, ...] = ()
    kinds: tuple[EventKind, ...] = tuple(kind for kind in EventKind if kind not in QUIET_KINDS)


class Review(_Part):
    """Whether the warehouse shows the review's Table 2, the links of its rows and its claims."""

    table: bool = False


class Papers(_Part):
    """What is asked of Europe PMC, and what a search must find to be trusted. Without a query, nothing is asked."""

    query: str = Field("", max_length=1_300)  # with a date and the sentinels it must stay under 1,500
    min: int | None = Field(None, ge=0)
    sentinels: tuple[Annotated[str, Field(pattern=r"^[1-9]\d{0,8}$")], ...] = Field((), max_length=5)


class Subscription(_Part):
    """What one channel, or some of its recipients, get of what `alerts` admits. An empty key limits nothing."""

    channel: str = Field(min_length=1)
    to: tuple[str, ...] = ()
    kinds: tuple[EventKind, ...] = ()
    severities: tuple[Severity, ...] = ()
    indications: tuple[IndicationGroup, ...] = ()


class Watch(_Part):
    """One topic of the registry. `banner` heads every message about it."""

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$")
    title: str = Field(min_length=1)
    banner: str = ""
    query: Query
    expect: Expect = Expect()
    relevance: Rules = Rules()
    alerts: Alerts = Alerts()
    review: Review = Review()
    papers: Papers = Papers()
    subscriptions: tuple[Subscription, ...] = ()

    @model_validator(mode="after")
    def _subscriptions_stay_within_alerts(self) -> Self:
        subscribed = {kind for subscription in self.subscriptions for kind in subscription.kinds}
        if excluded := sorted(subscribed - set(self.alerts.kinds)):
            raise ValueError(f"a subscription asks for {', '.join(excluded)}, which alerts.kinds leaves out")
        return self

    @model_validator(mode="after")
    def _query_is_not_empty(self) -> Self:
        if not self.query.parameters():
            raise ValueError("the query is empty, which would read the whole registry")
        return self

    @property
    def digest(self) -> str:
        """A SHA-256 of what decides membership and alerts. When it moves, the next run reads the registry again.

        A key at its default is not part of it, so that a later version may add keys without editing every watch.
        """
        return _hashed(self._content)

    def has_digest(self, digest: str) -> bool:
        """Whether this is the watch of `digest`, also where an earlier version made it of all its keys then."""
        return digest in (self.digest, self._earlier_digest)

    @property
    def _content(self) -> dict[str, Any]:
        return self.model_dump(
            mode="json", exclude_defaults=True, exclude={"title", "banner", "subscriptions", "papers"}
        )

    @property
    def _earlier_digest(self) -> str | None:
        """The digest as schema 7 made it; None when the watch sets a key that did not exist then.

        Every warehouse showed Table 2 then, so that key changes nothing.
        """
        tables = self._content
        name = tables.pop("name")
        tables.pop("review", None)
        if any(
            not isinstance(keys, dict) or keys.keys() - EARLIER_DEFAULTS.get(table, {}).keys()
            for table, keys in tables.items()
        ):
            return None
        return _hashed(
            {"name": name} | {key: old | tables.get(key, {}) for key, old in EARLIER_DEFAULTS.items()}
        )


def _hashed(content: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
