"""All settings, from the environment and `mscwatch.toml`. No other module reads either."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Callable, Collection
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple, TypeVar
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, PydanticBaseSettingsSource, SettingsConfigDict
from pydantic_settings.sources import TomlConfigSettingsSource

from mscwatch import schedule
from mscwatch.errors import ConfigError, refused_keys
from mscwatch.masking import credentials, masked

PREFIX = "MSCWATCH_"
FILE = Path("mscwatch.toml")
API_URL = "https://clinicaltrials.gov/api/v2"
EUROPEPMC_URL = "https://www.ebi.ac.uk/europepmc/webservices/rest"
PUBMED_URL = "https://eutils.ncbi.nlm.nih.gov/entrez/eutils"
NO_SETTING = "is not a setting"
MEMORY = re.compile(r"\s*\d+(\.\d+)?\s*[kmgt]i?b\s*", re.IGNORECASE)  # as every DuckDB since 1.5 reads it

UNSET = SecretStr("")
S = TypeVar("S", bound=BaseSettings)
Addresses = Annotated[tuple[str, ...], NoDecode]
MAIL_ADDRESS = re.compile(r"[^\s@<>,;\"]+@[^\s@<>,;\"]+|[^<>]*<[^\s@<>,;\"]+@[^\s@<>,;\"]+>")
BETWEEN_COMMAS = re.compile(r'(?:"[^"]*"|[^,"])+')  # a quoted display name may hold commas


def is_mail_address(text: str) -> bool:
    """Whether a text is a mail address, with or without a display name, and holds no control characters."""
    return text.isprintable() and bool(MAIL_ADDRESS.fullmatch(text))


class _Place(BaseSettings):
    """The data directory alone, whatever the other settings say. It also holds where all settings come from."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_ignore_empty=True,
        frozen=True,
        extra="ignore",
        hide_input_in_errors=True,
        toml_file=FILE,
    )

    data_dir: Path = Field(Path("warehouse"), description="where the warehouse lives")

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


class Settings(_Place):
    """Every setting, with its default. The environment wins over `mscwatch.toml`; an empty variable is not set."""

    model_config = SettingsConfigDict(extra="forbid")

    api_url: str = Field(API_URL, description="base of the registry's API")
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
    timeout: float = Field(90.0, gt=0, le=86_400, description="seconds that one registry request may take")
    retry_budget: float = Field(
        300.0, ge=0, description="seconds that a step may lose to useless answers and waits"
    )
    keep_landed: int = Field(3, ge=1, description="nights whose landed pages are kept")
    keep_published: int = Field(3, ge=0, description="earlier published files that are kept")
    report: bool = Field(True, description="whether report.html is written beside the published file")
    page_url: str = Field(
        "", description="where readers find the page; linked from mail and Slack; empty = no link"
    )
    memory_limit: str = Field("500MB", description="memory that DuckDB may take")
    smtp_url: SecretStr = Field(UNSET, description="smtp:// or smtps:// server; empty = off")
    email_from: str = Field("", description="sender of mails")
    email_to: Addresses = Field((), description="recipients, comma-separated")
    slack_webhook_url: SecretStr = Field(UNSET, description="Slack incoming webhook; empty = off")
    operator_email_to: Addresses = Field((), description="who is notified of failed nights; default email_to")
    atom_file: str = Field("", description="Atom feed to which events are added; empty = off")
    jsonl_file: str = Field("", description="file of JSON lines to which events are appended; empty = off")
    apprise_urls: SecretStr = Field(
        UNSET, description="Apprise URLs (Teams, Discord, ntfy, …), comma-separated; empty = off"
    )
    heartbeat_url: SecretStr = Field(
        UNSET, description="monitor that is called after a good night; empty = off"
    )
    late_after: float = Field(96.0, gt=0, description="hours without a good night before a notice is sent")
    weekly: Literal["", "mon", "tue", "wed", "thu", "fri", "sat", "sun"] = Field(
        "", description="weekday of a summary of the last seven days; empty = off"
    )
    export_url: SecretStr = Field(
        UNSET, description="folder or object-store URL of a Parquet export; empty = off"
    )
    papers: bool = Field(True, description="whether Europe PMC and PubMed are asked for papers each night")
    europepmc_url: str = Field(EUROPEPMC_URL, description="base of Europe PMC's service")
    pubmed_url: str = Field(PUBMED_URL, description="base of PubMed's E-utilities")
    ncbi_api_key: SecretStr = Field(UNSET, description="key of NCBI: ten requests a second in place of three")
    cron: str = Field("30 10 * * 1-5", description="schedule of the nightly run")
    timezone: str = Field("America/New_York", description="time zone of the schedule")

    @property
    def papers_are_asked(self) -> bool:
        """Whether papers are searched. A stand-in's invented trials are never asked about at the public services."""
        public = {self.europepmc_url, self.pubmed_url} & {EUROPEPMC_URL, PUBMED_URL}
        return self.papers and not (public and self.api_url != API_URL)

    @property
    def decisions(self) -> Path:
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
        for address in filter(None, [value]) if isinstance(value, str) else value:
            if not is_mail_address(address):
                raise ValueError("must be mail addresses, such as me@example.org or Me <me@example.org>")
        return value

    @field_validator("heartbeat_url", "page_url")
    @classmethod
    def _is_empty_or_http(cls, value: SecretStr | str) -> SecretStr | str:
        if url := value if isinstance(value, str) else value.get_secret_value():
            _check_http(url)
        return value

    @field_validator("api_url", "europepmc_url", "pubmed_url")
    @classmethod
    def _is_http(cls, value: str) -> str:
        _check_http(value)
        return value.rstrip("/")

    @field_validator("memory_limit")
    @classmethod
    def _is_memory(cls, value: str) -> str:
        if not MEMORY.fullmatch(value):
            raise ValueError("must be an amount of memory, such as 500MB or 2GB")
        return value

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


class ShownSetting(NamedTuple):
    """One setting as `doctor` shows it: a secret is masked; `origin` says where the value comes from."""

    name: str
    value: str
    origin: str
    meaning: str


def load_settings(**overrides: Any) -> Settings:
    """Read the settings; `overrides` (from the command line), unless they are None, win over everything.

    Raises `ConfigError` for an unusable setting or file. It names the setting and its origin, never its value.
    """
    return _read(Settings, **{name: value for name, value in overrides.items() if value is not None})


def load_data_dir() -> Path:
    """The data directory, also where another setting is unusable. Raises `ConfigError` for an unusable file."""
    return _read(_Place).data_dir


def _read(model: type[S], **overrides: Any) -> S:
    try:
        return model(**overrides)
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
    in_file = _file()
    shown = []
    for name, field in type(settings).model_fields.items():
        value = getattr(settings, name)
        if isinstance(value, SecretStr):
            text = "***" if value.get_secret_value() else ""
        elif isinstance(value, tuple):
            text = ", ".join(value)
        else:
            text = masked(str(value))
        shown.append(ShownSetting(_variable(name), text, _origin(name, in_file), field.description or ""))
    return shown


def unknown_variables() -> list[str]:
    """A sentence for each `MSCWATCH_…` variable of the environment that names no setting: often a typing error."""
    ours = sorted(name for name, value in os.environ.items() if value and name.upper().startswith(PREFIX))
    unknown = [(name, key) for name in ours if (key := _key(name)) not in Settings.model_fields]
    return [f"{name} {NO_SETTING}.{_meant(key, _variable)} It has no effect." for name, key in unknown]


def secret_names() -> list[str]:
    """The names of the settings that are secret as a whole."""
    return [name for name, field in Settings.model_fields.items() if field.annotation is SecretStr]


def secret_values() -> list[str]:
    """The values of all secret settings, as the environment and the file give them, usable or not.

    Of other settings, the user and the password of a URL.
    """
    given = [(_key(name), value) for name, value in os.environ.items() if name.upper().startswith(PREFIX)]
    given += [(name, str(value)) for name, value in _file().items()]
    fields = {name: field.annotation for name, field in Settings.model_fields.items()}
    found: list[str] = []
    for name, value in given:
        found += [value] if fields.get(name) is SecretStr else sorted(credentials(value))
    return [value for value in found if value]


def prefect_url() -> str:
    """The address of the Prefect server that the environment names, or nothing."""
    return os.environ.get("PREFECT_API_URL", "").rstrip("/")


def _variable(name: str) -> str:
    return PREFIX + name.upper()


def _key(variable: str) -> str:
    return variable[len(PREFIX) :].lower()


def _meant(key: str, written: Callable[[str], str] = str) -> str:
    nearest = get_close_matches(key, Settings.model_fields, n=1)
    return f" Do you mean {written(nearest[0])}?" if nearest else " `mscwatch doctor` lists the settings."


def _check_http(url: str) -> None:
    if not url.startswith(("http://", "https://")):
        raise ValueError("must begin with http:// or https://")
    try:
        urlsplit(url).port  # noqa: B018  it is read to be checked
    except ValueError as error:
        raise ValueError("must be an address such as https://example.org/path") from error


def _sentence(error: ValidationError) -> str:
    in_file = _file()
    parts = []
    for key, reason in refused_keys(error, NO_SETTING):
        name = key.partition(".")[0]
        if reason == NO_SETTING:
            parts.append(f"{name} in {FILE} {reason}.{_meant(name.lower())}")
        else:
            parts.append(f"{_variable(name)} ({_origin(name, in_file)}): {reason}.")
    return "Unusable settings: " + " ".join(parts)


def _origin(name: str, in_file: Collection[str]) -> str:
    if any(value and key.upper() == _variable(name) for key, value in os.environ.items()):
        return "environment"
    return str(FILE) if name in in_file else "default"


def _file() -> dict[str, Any]:
    try:
        return tomllib.loads(FILE.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
