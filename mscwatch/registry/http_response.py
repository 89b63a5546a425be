"""One HTTP answer, received whole: parsed, and what went wrong on the way in plain words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import msgspec
import orjson
import requests
from urllib3 import exceptions as urllib3_errors
from urllib3.util import Retry

Shape = TypeVar("Shape")

LONGEST_QUOTE = 300  # characters
REDIRECTS = frozenset({301, 302, 303, 307, 308})

# The first match counts. `requests` raises until the headers are there, and `urllib3` while the body is read.
_FAILURES: tuple[tuple[type[Exception] | tuple[type[Exception], ...], str], ...] = (
    ((requests.Timeout, urllib3_errors.TimeoutError), "no answer in time"),
    (
        (requests.exceptions.SSLError, urllib3_errors.SSLError),
        "no trusted connection (its TLS was not accepted)",
    ),
    (requests.exceptions.ProxyError, "no connection through the proxy"),
    (requests.ConnectionError, "no connection"),
    (urllib3_errors.ProtocolError, "the answer broke off"),
)


class TransientError(Exception):
    """An answer that may be better next time.

    `limited`: the service calls for silence, and `retry_after` is its own wish, in seconds. `refused`: it does not let
    this client in. `cut`: the answer began and was not whole.
    """

    def __init__(
        self,
        what: str,
        *,
        limited: bool = False,
        retry_after: float | None = None,
        refused: bool = False,
        cut: bool = False,
    ) -> None:
        super().__init__(what)
        self.limited = limited
        self.retry_after = retry_after
        self.refused = refused
        self.cut = cut


class OversizedError(TransientError):
    """An answer larger than the limit. The same question would be answered so again."""


@dataclass(frozen=True, slots=True)
class Response:
    """One whole answer. `json` is the parsed body of a 200, and None for other statuses."""

    status: int
    headers: Mapping[str, str]  # names in any case
    body: bytes
    json: Any = None

    @property
    def quote(self) -> str:
        """The start of a body of plain text or JSON, on one line, without a full stop; empty for anything else."""
        kind = self.headers.get("Content-Type", "")
        line = self._line if "text/plain" in kind or "json" in kind else ""
        return "" if line.startswith("<") else line[:LONGEST_QUOTE].rstrip(". ")

    def says(self, sentence: str) -> bool:
        """Whether the body holds a sentence, in any case and whatever its Content-Type: headers of errors vary."""
        return sentence.casefold() in self._line.casefold()

    @property
    def _line(self) -> str:
        text = self.body.decode("utf-8", errors="replace")
        printable = "".join(letter if letter.isprintable() else " " for letter in text)
        return " ".join(printable.split())

    @property
    def retry_after(self) -> float | None:
        """`Retry-After` in seconds, sent as seconds or as a date; None when absent, unreadable or past."""
        value = self.headers.get("Retry-After")
        if value is None:
            return None
        try:
            return float(Retry().parse_retry_after(value)) or None
        except (urllib3_errors.InvalidHeader, ValueError, OverflowError):
            return None


def parse_json(response: Response, kind: type[Shape]) -> Shape:
    """The JSON of an answer with status 200. Raises `TransientError` when it is not a whole `kind`."""
    if "html" in response.headers.get("Content-Type", ""):
        raise TransientError("an HTML page in place of data")
    try:
        if from_body := getattr(kind, "from_body", None):  # a kind that takes the text apart itself
            taken: Shape = from_body(response.body)
            return taken
        value = orjson.loads(response.body)
    except msgspec.ValidationError as error:
        raise TransientError("JSON of another shape than expected") from error
    except (msgspec.DecodeError, ValueError, RecursionError) as error:
        raise TransientError("truncated or invalid JSON", cut=True) from error
    if not isinstance(value, kind):
        raise TransientError("JSON of another shape than expected")
    return value


def failure_in_words(error: Exception) -> str:
    """What broke a request, in words: the libraries' own messages hold object addresses and URLs."""
    return next((words for kinds, words in _FAILURES if isinstance(error, kinds)), type(error).__name__)
