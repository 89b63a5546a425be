"""The errors that a user may meet, each with the exit code of the command.

A message is one or two sentences: what happened, to what, what to do. It never holds a secret.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from pydantic import ValidationError


class MscwatchError(Exception):
    """The base class. The command line exits with `exit_code` (contract, section 1)."""

    exit_code = 1


class ConfigError(MscwatchError):
    """A setting, watch file, decisions file or command line that cannot be used."""

    exit_code = 2


class QueryRejectedError(ConfigError):
    """The registry rejected the query as malformed (HTTP 400). Trying again does not help."""


class RefusedError(MscwatchError):
    """The registry's answer failed the proof, so nothing was published."""

    exit_code = 3


class NoAnswerError(MscwatchError):
    """The registry gave no usable answer. `transient` says whether trying later may help."""

    exit_code = 4

    def __init__(self, message: str, *, transient: bool = True) -> None:
        super().__init__(message)
        self.transient = transient


class NoPrefectError(MscwatchError):
    """Prefect cannot run a night, for the reason in the message; no step of that night has begun."""


class StillOwedError(MscwatchError):
    """The run is stored, but at least one message could not be delivered."""

    exit_code = 5


class LockedError(MscwatchError):
    """Another run holds the lock of the data directory."""

    exit_code = 6


class ChannelError(MscwatchError):
    """A message could not be delivered.

    `about` says what a person must correct before a retry can succeed: the "message", its "recipient", or the whole
    "channel" (a webhook that is gone, credentials that are refused). None means that trying later may help.
    `in_doubt` is True when the message may have arrived, because the service never confirmed or refused it. `silent` is
    True when the service could not be reached or did not answer in time, whatever it was sent.
    """

    exit_code = 5

    def __init__(
        self,
        message: str,
        *,
        about: Literal["message", "recipient", "channel"] | None = None,
        in_doubt: bool = False,
        silent: bool = False,
    ) -> None:
        super().__init__(message)
        self.about = about
        self.in_doubt = in_doubt
        self.silent = silent

    @property
    def permanent(self) -> bool:
        return self.about is not None


class WarehouseError(MscwatchError):
    """The warehouse cannot be opened, read or written."""


class BrokenFileError(WarehouseError):
    """The working file is not a complete DuckDB file."""


def refused_keys(error: ValidationError, unknown: str, *, quote: bool = False) -> list[tuple[str, str]]:
    """The keys that pydantic refused, dotted, each with the reason in words.

    A key that concerns the whole is "". `unknown` is the reason for a key that does not exist. A word outside a closed
    list is quoted only with `quote`, where no value can be a secret.
    """
    refused = error.errors(include_url=False)
    return [(".".join(map(str, item["loc"])), _reason(dict(item), unknown, quote=quote)) for item in refused]


def _reason(item: dict[str, Any], unknown: str, *, quote: bool) -> str:
    message: str = item["msg"]
    match item["type"]:
        case "missing":
            return "is missing"
        case "extra_forbidden":
            return unknown
        case "enum" | "literal_error":
            found = f", not {item['input']!r:.60}" if quote else ""
            return f"must be one of {item['ctx']['expected']}{found}"
        case _:
            message = message.removeprefix("Value error, ")
            return message.replace("Input should", "must").replace("String should", "must")
