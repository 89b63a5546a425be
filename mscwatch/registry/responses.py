"""What an answer of the registry means: data, a verdict, or a reason to ask again.

Sources: the API's OpenAPI document 2.0.5 (error bodies are plain text, never JSON) and its observed behaviour
(HTML pages come from the edge, also with 200).
"""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import msgspec
import orjson
import requests
from urllib3 import exceptions as urllib3_errors
from urllib3.util import Retry

from mscwatch.errors import NoAnswerError, QueryRejectedError, RefusedError

Shape = TypeVar("Shape")

TRANSIENT_STATUSES = frozenset({408, 429, 500, 502, 503, 504})
MOVED = "data have probably changed"
LONGEST_QUOTE = 300

# The first that fits; both libraries raise, `requests` before the headers are there and `urllib3` after.
_BROKEN: tuple[tuple[type[Exception] | tuple[type[Exception], ...], str], ...] = (
    ((requests.Timeout, urllib3_errors.TimeoutError), "no answer in time"),
    (
        (requests.exceptions.SSLError, urllib3_errors.SSLError),
        "no trusted connection (its TLS was not accepted)",
    ),
    (requests.exceptions.ProxyError, "no connection through the proxy"),
    (requests.ConnectionError, "no connection"),
    (urllib3_errors.ProtocolError, "the answer broke off"),
)


class DataMovedError(RefusedError):
    """The registry's data set changed under a walk; the walk must begin again."""


class TransientError(Exception):
    """An answer that may be better next time. `retry_after` is the registry's own wish, in seconds."""

    def __init__(self, what: str, *, limited: bool = False, retry_after: float | None = None) -> None:
        super().__init__(what)
        self.limited = limited
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True)
class Response:
    """One answer, received whole. `json` is filled for data, and None for a verdict that is not data."""

    status: int
    headers: Mapping[str, str]  # names in any case
    body: bytes
    json: Any = None

    @property
    def quoted(self) -> str:
        """The start of a plain-text body, on one line and without a full stop; empty for anything else."""
        if "text/plain" not in self.headers.get("Content-Type", ""):
            return ""
        text = self.body.decode("utf-8", errors="replace")
        printable = "".join(letter if letter.isprintable() else " " for letter in text)
        line = " ".join(printable.split())
        return "" if line.startswith("<") else line[:LONGEST_QUOTE].rstrip(". ")


def decompressed(body: bytes, headers: Mapping[str, str]) -> bytes:
    """The body as it was before gzip. Raises `TransientError` when the stream is cut or damaged."""
    if headers.get("Content-Encoding", "").lower() != "gzip":
        return body
    try:
        return gzip.decompress(body)
    except (EOFError, OSError, zlib.error):
        raise TransientError("a compressed answer that is cut or damaged") from None


def check_status(answer: Response, path: str, agent: str) -> None:
    """Return for 200; raise what every other status means."""
    status, said = answer.status, f": {answer.quoted}" if answer.quoted else ""
    if status == requests.codes.ok:
        return
    if status == requests.codes.bad_request and MOVED in said:
        msg = "The registry's data changed while they were read. Nothing was changed; run again later."
        raise DataMovedError(msg)
    if status in (requests.codes.bad_request, requests.codes.request_uri_too_large):
        msg = (
            f"The registry calls the query malformed (HTTP {status} to {path}){said}. Correct the watch file."
        )
        raise QueryRejectedError(msg)
    if status in TRANSIENT_STATUSES:
        limited, wish = status == requests.codes.too_many_requests, _retry_after(answer)
        asks = f" (it asks for {wish:.0f} s of silence)" if wish else ""
        raise TransientError(f"HTTP {status}{said}{asks}", limited=limited, retry_after=wish)
    if status == requests.codes.forbidden:
        msg = (
            f'The registry refuses this client (HTTP 403) with the user agent "{agent}"{said}. '
            "Set MSCWATCH_USER_AGENT or ask from another address; asking again at once does not help."
        )
        raise NoAnswerError(msg, transient=False)
    msg = f"The registry answered HTTP {status} to {path}{said}. Check MSCWATCH_API_URL."
    raise NoAnswerError(msg, transient=False)


def parsed(answer: Response, kind: type[Shape]) -> Shape:
    """The JSON of an answer with status 200. Raises `TransientError` when it is not a whole `kind`."""
    if "html" in answer.headers.get("Content-Type", ""):
        raise TransientError("an HTML page in place of data")
    try:
        if issubclass(kind, msgspec.Struct):
            answer.body.decode()  # msgspec does not look into texts that nobody wants yet
            return msgspec.json.decode(answer.body, type=kind)
        found = orjson.loads(answer.body)
    except msgspec.ValidationError:
        raise TransientError("JSON of another shape than expected") from None
    except (msgspec.DecodeError, ValueError, RecursionError):
        raise TransientError("truncated or invalid JSON") from None
    if not isinstance(found, kind):
        raise TransientError("JSON of another shape than expected")
    return found


def what_broke(error: Exception) -> str:
    """The failure in plain words: the libraries' own messages hold object addresses and URLs."""
    return next((words for kinds, words in _BROKEN if isinstance(error, kinds)), type(error).__name__)


def _retry_after(answer: Response) -> float | None:
    """`Retry-After` in seconds, given as seconds or as a date; a date that has passed is no wish."""
    value = answer.headers.get("Retry-After")
    if value is None:
        return None
    try:
        return float(Retry().parse_retry_after(value)) or None
    except (urllib3_errors.InvalidHeader, ValueError, OverflowError):
        return None
