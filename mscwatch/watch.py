"""A watch file (TOML) says everything about one topic; here it becomes a validated `Watch`."""

from __future__ import annotations

import hashlib
import json
import tomllib
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from mscwatch.errors import ConfigError
from mscwatch.model import EventKind, Severity

QUIET_KINDS = frozenset({"status_changed", "enrollment_changed", "date_changed", "left_watch"})


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

    relevance: tuple[str, ...] = ("core", "unsure")
    kinds: tuple[EventKind, ...] = tuple(kind for kind in EventKind if kind not in QUIET_KINDS)


class Subscription(_Part):
    """What one channel, or some of its recipients, are told of what `alerts` admits. An empty key limits nothing."""

    channel: str = Field(min_length=1)
    to: tuple[str, ...] = ()
    kinds: tuple[EventKind, ...] = ()
    severities: tuple[Severity, ...] = ()
    indications: tuple[Literal["cirrhosis", "liver_failure", "transplant", "other_liver", "none"], ...] = ()


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


def packaged() -> list[str]:
    """Names of the watches that come with the package."""
    folder = files("mscwatch") / "watches"
    return sorted(
        entry.name.removesuffix(".toml").replace("_", "-")
        for entry in folder.iterdir()
        if entry.name.endswith(".toml")
    )


def load(name_or_path: str) -> Watch:
    """Read a packaged watch by name or a watch file by path, following `extends`.

    Raises `ConfigError` naming the file and the key.
    """
    try:
        return Watch.model_validate(_resolved(name_or_path))
    except ValidationError as error:
        item = error.errors(include_url=False)[0]
        key = ".".join(str(part) for part in item["loc"]) or "the file"
        what = "is not a key of a watch file" if item["type"] == "extra_forbidden" else item["msg"]
        msg = f"Watch {name_or_path}: {key}: {what.removeprefix('Value error, ')}. Correct the watch file."
        raise ConfigError(msg) from None


def _resolved(name_or_path: str, seen: tuple[str, ...] = ()) -> dict[str, Any]:
    if name_or_path in seen:
        msg = f"Watch {seen[0]} extends itself by way of {name_or_path}. Remove one `extends`."
        raise ConfigError(msg)
    told = _read(name_or_path)
    base_name = told.pop("extends", None)
    if base_name is None:
        return told
    base = _resolved(str(base_name), (*seen, name_or_path))
    for key, value in told.items():
        inherited = base.get(key)
        if isinstance(inherited, dict) and isinstance(value, dict):
            base[key] = inherited | value
        else:
            base[key] = value
    return base


def _read(name_or_path: str) -> dict[str, Any]:
    if name_or_path in packaged():
        text = (files("mscwatch") / "watches" / f"{name_or_path.replace('-', '_')}.toml").read_text("utf-8")
        return tomllib.loads(text)
    try:
        return tomllib.loads(Path(name_or_path).read_text(encoding="utf-8"))
    except FileNotFoundError:
        known = ", ".join(packaged())
        msg = f"There is no watch {name_or_path}: neither a file nor a packaged watch ({known})."
        raise ConfigError(msg) from None
    except OSError as error:
        msg = f"Watch file {name_or_path} cannot be read: {error.strerror or error}."
        raise ConfigError(msg) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        msg = f"Watch file {name_or_path} is not valid TOML: {error}."
        raise ConfigError(msg) from None
