"""Everything that can go wrong for a user, each with the exit code of the command that met it.

Messages are one or two sentences: what happened, to what, what to do. They never hold a secret.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from pydantic import ValidationError


class MscwatchError(Exception):
    """The root. `exit_code` is what the command line answers with."""

    exit_code = 1


class ConfigError(MscwatchError):
    """A setting, a watch file or a command line that cannot be used."""

    exit_code = 2


class QueryRejectedError(ConfigError):
    """The registry calls the query malformed (HTTP 400); asking again will not help."""


class RefusedError(MscwatchError):
    """The registry answered and the answer failed the proof: nothing was published."""

    exit_code = 3


class NoAnswerError(MscwatchError):
    """The registry never gave a usable answer. `transient` says whether asking later may help."""

    exit_code = 4

    def __init__(self, message: str, *, transient: bool = True) -> None:
        super().__init__(message)
        self.transient = transient


class StillOwedError(MscwatchError):
    """The night is in the warehouse, but somebody has not been told."""

    exit_code = 5


class LockedError(MscwatchError):
    """Another run is at work in the same data directory."""

    exit_code = 6


class ChannelError(MscwatchError):
    """A message could not be delivered.

    `about` says what a person must see to before the same attempt can succeed: the "message" itself, its "recipient",
    or the whole "channel" (a webhook that is gone, credentials that are refused). None: trying later may help.
    `in_doubt` says that the message may have arrived all the same: nobody answered for it.
    """

    exit_code = 5

    def __init__(
        self,
        message: str,
        *,
        about: Literal["message", "recipient", "channel"] | None = None,
        in_doubt: bool = False,
    ) -> None:
        super().__init__(message)
        self.about = about
        self.in_doubt = in_doubt

    @property
    def permanent(self) -> bool:
        return self.about is not None


class WarehouseError(MscwatchError):
    """The warehouse cannot be opened, read or written."""


class BrokenFileError(WarehouseError):
    """The working file is no whole DuckDB file any more."""


def refused_keys(error: ValidationError, unknown: str) -> list[tuple[str, str]]:
    """The keys that pydantic refused, dotted, each with the reason in words and without its value.

    A key that concerns the whole is "". `unknown` is the reason for a key that does not exist.
    """
    return [
        (".".join(map(str, item["loc"])), _reason(item["type"], item["msg"], item.get("ctx", {}), unknown))
        for item in error.errors(include_url=False, include_input=False)
    ]


def _reason(kind: str, message: str, context: dict[str, Any], unknown: str) -> str:
    match kind:
        case "missing":
            return "is missing"
        case "extra_forbidden":
            return unknown
        case "enum" | "literal_error":
            return f"must be one of {context['expected']}"
        case _:
            message = message.removeprefix("Value error, ")
            return message.replace("Input should", "must").replace("String should", "must")
