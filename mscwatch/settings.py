"""All settings, from the environment and `mscwatch.toml`. No other module reads either."""

from __future__ import annotations

import os
import re
import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple
from zoneinfo import ZoneInfo

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, PydanticBaseSettingsSource, SettingsConfigDict
from pydantic_settings.sources import TomlConfigSettingsSource

from mscwatch import schedule
from mscwatch.errors import ConfigError, refused_keys

PREFIX = "MSCWATCH_"
FILE = Path("mscwatch.toml")

NO_SETTING = "is not a setting; `mscwatch doctor` lists them"

Addresses = Annotated[tuple[str, ...], NoDecode]
MAIL_ADDRESS = re.compile(r"[^\s@<>,;\"]+@[^\s@<>,;\"]+|[^<>]*<[^\s@<>,;\"]+@[^\s@<>,;\"]+>")
BETWEEN_COMMAS = re.compile(r'(?:"[^"]*"|[^,"])+')  # a quoted display name may hold commas


def is_mail_address(text: str) -> bool:
    """Whether a text is a mail address, with or without a display name, and holds no control characters."""
    return text.isprintable() and bool(MAIL_ADDRESS.fullmatch(text))


class Settings(BaseSettings):
    """Every setting, with its default. The environment wins over `mscwatch.toml`."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        frozen=True,
        extra="forbid",
        hide_input_in_errors=True,
        toml_file=FILE,
    )

    data_dir: Path = Field(Path("warehouse"), description="where the warehouse lives")
    api_url: str = Field("https://clinicaltrials.gov/api/v2", description="base of the registry's API")
    watch: str = Field("msc-liver", description="packaged watch, or a path to a watch file")
    decisions_file: str = Field(
        "", description="file of people's decisions; default decisions.toml in the data directory"
    )
    min_interval: float = Field(1.0, ge=0, description="least seconds between two registry requests")
    user_agent: str = Field(
        "", description="own user agent; the python-requests token is added where it is missing"
    )
    contact: str = Field("", description="mail address added to the user agent")
    page_size: int = Field(1000, ge=1, le=1000, description="records asked for per registry request")
    timeout: float = Field(90.0, gt=0, description="seconds that one registry request may take")
    retry_budget: float = Field(
        300.0, ge=0, description="seconds that a step may lose to useless answers and waits"
    )
    keep_landed: int = Field(3, ge=1, description="nights whose landed pages are kept")
    keep_published: int = Field(3, ge=0, description="earlier published files that are kept")
    report: bool = Field(True, description="whether report.html is written beside the published file")
    memory_limit: str = Field("500MB", description="memory that DuckDB may take")
    smtp_url: SecretStr = Field(SecretStr(""), description="smtp:// or smtps:// server; empty = off")
    email_from: str = Field("", description="sender of mails")
    email_to: Addresses = Field((), description="recipients, comma-separated")
    slack_webhook_url: SecretStr = Field(SecretStr(""), description="Slack incoming webhook; empty = off")
    operator_email_to: Addresses = Field((), description="who is notified of failed nights; default email_to")
    atom_file: str = Field("", description="Atom feed to which events are added; empty = off")
    jsonl_file: str = Field("", description="file of JSON lines to which events are appended; empty = off")
    apprise_urls: SecretStr = Field(
        SecretStr(""), description="Apprise URLs (Teams, Discord, ntfy, …), comma-separated; empty = off"
    )
    heartbeat_url: SecretStr = Field(
        SecretStr(""), description="monitor that is called after a good night; empty = off"
    )
    late_after: float = Field(96.0, gt=0, description="hours without a good night before a notice is sent")
    weekly: Literal["", "mon", "tue", "wed", "thu", "fri", "sat", "sun"] = Field(
        "", description="weekday of a summary of the last seven days; empty = off"
    )
    export_url: SecretStr = Field(
        SecretStr(""), description="folder or object-store URL of a Parquet export; empty = off"
    )
    cron: str = Field("30 10 * * 1-5", description="schedule of the nightly run")
    timezone: str = Field("America/New_York", description="time zone of the schedule")

    @property
    def decisions(self) -> Path:
        """The file of people's decisions."""
        return Path(self.decisions_file) if self.decisions_file else self.data_dir / "decisions.toml"

    @field_validator("email_to", "operator_email_to", mode="before")
    @classmethod
    def _split(cls, value: Any) -> Any:
        if isinstance(value, str):
            return tuple(part.strip() for part in BETWEEN_COMMAS.findall(value) if part.strip())
        return value

    @field_validator("email_from", "email_to", "operator_email_to")
    @classmethod
    def _are_addresses(cls, value: Any) -> Any:
        for address in (value,) if isinstance(value, str) else value:
            if address and not is_mail_address(address):
                raise ValueError("must be mail addresses, such as me@example.org or Me <me@example.org>")
        return value

    @field_validator("heartbeat_url")
    @classmethod
    def _is_empty_or_http(cls, value: SecretStr) -> SecretStr:
        if value.get_secret_value():
            _check_http(value.get_secret_value())
        return value

    @field_validator("api_url")
    @classmethod
    def _is_http(cls, value: str) -> str:
        _check_http(value)
        return value.rstrip("/")

    @field_validator("cron")
    @classmethod
    def _is_cron(cls, value: str) -> str:
        schedule.check(value)
        return value

    @field_validator("timezone")
    @classmethod
    def _is_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (KeyError, ValueError, OSError) as error:
            raise ValueError("is not a known time zone, such as Europe/Paris") from error
        return value

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003  the base class names it
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)


class ShownSetting(NamedTuple):
    """One setting as `doctor` shows it: a secret is masked; `origin` says where the value comes from."""

    name: str
    value: str
    origin: str
    meaning: str


def load_settings(**overrides: Any) -> Settings:
    """Read the settings; `overrides` (from the command line) win over everything.

    Raises `ConfigError` for an unusable setting or file. It names the setting and its origin, never its value.
    """
    try:
        return Settings(**overrides)
    except ValidationError as error:  # its own text holds no value either: `hide_input_in_errors`
        raise ConfigError(_sentence(error)) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{FILE} is not valid TOML ({error}). Correct it or remove it.") from error
    except OSError as error:
        raise ConfigError(f"{FILE} cannot be read: {error.strerror or error}.") from error


def default_settings(**values: Any) -> Settings:
    """The defaults, with these values in place of some, whatever the environment and the file say (the demo).

    The values are taken as they are, unchecked.
    """
    return Settings.model_construct(**values)


def show_settings(settings: Settings) -> list[ShownSetting]:
    """Every setting, in the order of `Settings`."""
    in_file = _names_in_file()
    shown = []
    for name, field in type(settings).model_fields.items():
        value = getattr(settings, name)
        if isinstance(value, SecretStr):
            text = "***" if value.get_secret_value() else ""
        elif isinstance(value, tuple):
            text = ", ".join(value)
        else:
            text = str(value)
        shown.append(
            ShownSetting(PREFIX + name.upper(), text, _origin(name, in_file), field.description or "")
        )
    return shown


def unknown_variables() -> list[str]:
    """`MSCWATCH_…` variables of the environment that name no setting: most often a typing error."""
    known = {PREFIX + name.upper() for name in Settings.model_fields}
    return sorted(name for name in os.environ if name.startswith(PREFIX) and name.upper() not in known)


def _check_http(url: str) -> None:
    if not url.startswith(("http://", "https://")):
        raise ValueError("must begin with http:// or https://")


def _sentence(error: ValidationError) -> str:
    in_file = _names_in_file()
    parts = []
    for key, reason in refused_keys(error, NO_SETTING):
        name = key.partition(".")[0]
        if reason == NO_SETTING:
            parts.append(f"{name} in {FILE} {reason}")
        else:
            parts.append(f"{PREFIX}{name.upper()} ({_origin(name, in_file)}): {reason}")
    return "Unusable settings: " + "; ".join(parts) + "."


def _origin(name: str, in_file: frozenset[str]) -> str:
    if any(key.upper() == PREFIX + name.upper() for key in os.environ):
        return "environment"
    return str(FILE) if name in in_file else "default"


def _names_in_file() -> frozenset[str]:
    try:
        return frozenset(tomllib.loads(FILE.read_text(encoding="utf-8")))
    except (OSError, ValueError):
        return frozenset()
