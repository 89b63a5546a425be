"""HTTP manners: one polite, patient conversation with the registry's API v2.

Sources: the API's OpenAPI document 2.0.5; what is retried and what is a verdict follows the registry's observed
behaviour (plain-text error bodies, HTML pages from the edge, undocumented rate limits).
"""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import orjson
import requests
from tenacity import RetryCallState, Retrying, retry_if_exception_type
from urllib3.exceptions import InvalidHeader
from urllib3.util import Retry

from mscwatch import __version__
from mscwatch.errors import ConfigError, NoAnswerError, QueryRejectedError, RefusedError
from mscwatch.model import Record, RegistryVersion

log = logging.getLogger(__name__)

ATTEMPTS = 5
CONNECT_TIMEOUT = 10.0
FIRST_WAIT = 2.0
FIRST_WAIT_WHEN_LIMITED = 10.0  # 429: the registry gives no Retry-After, and hammering lengthens the ban
LONGEST_WAIT = 120.0
TRANSIENT_STATUSES = frozenset({408, 429, 500, 502, 503, 504})
MOVED = "data have probably changed"


class DataMovedError(RefusedError):
    """The registry's data set changed under a walk; the walk must begin again."""


class _TransientError(Exception):
    """An answer that may be better next time. `retry_after` is the registry's own wish, in seconds."""

    def __init__(self, what: str, *, limited: bool = False, retry_after: float | None = None) -> None:
        super().__init__(what)
        self.limited = limited
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a walk; `total_count` is on the first only."""

    records: list[Record]
    total_count: int | None


@dataclass(slots=True)
class Traffic:
    """What the conversation cost so far (`runs.requests`, `runs.bytes`, and the proof)."""

    requests: int = 0
    retries: int = 0
    bytes: int = 0
    waited: float = 0.0  # seconds, before asking again
    seconds: float = 0.0  # in all: answers, distance and waiting
    causes: list[str] = field(default_factory=list)


class Client:
    """Requests never overlap and begin at least `min_interval` seconds apart.

    `budget` bounds the seconds spent waiting to ask again, over the life of the client. `clock`, `sleep` and
    `jitter` (a factor around 1) are injected by tests.
    """

    def __init__(
        self,
        base_url: str,
        *,
        user_agent: str,
        min_interval: float = 1.0,
        timeout: float = 90.0,
        budget: float = 300.0,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        jitter: Callable[[], float] = lambda: random.uniform(0.8, 1.2),  # noqa: S311  no secret
    ) -> None:
        self.base_url = base_url
        self.traffic = Traffic()
        self._min_interval = min_interval
        self._timeout = (CONNECT_TIMEOUT, timeout)
        self._budget = budget
        self._clock, self._sleep, self._jitter = clock, sleep, jitter
        self._last_start: float | None = None
        self._patience_from = 0.0
        self._session = requests.Session()
        self._session.headers.update({"User-Agent": user_agent, "Accept": "application/json"})

    def version(self) -> RegistryVersion:
        """Which API and which data set answers. `dataTimestamp` may be absent; it is UTC without saying so."""
        told = self._get("/version")
        text = told.get("dataTimestamp")
        try:
            stamp = None if text is None else _utc(datetime.fromisoformat(text))
        except (TypeError, ValueError):
            msg = f"The registry's /version gave a dataTimestamp that is no date: {str(text)[:60]!r}."
            raise NoAnswerError(msg, transient=False) from None
        return RegistryVersion(str(told.get("apiVersion", "")), stamp)

    def pages(self, query: dict[str, str], page_size: int) -> Iterator[Page]:
        """Walk a query to its end: every parameter on each page, until an answer has no next token.

        An empty page is normal at the end; a token that comes twice is not.
        """
        parameters = query | {"format": "json", "pageSize": str(page_size), "countTotal": "true"}
        tokens: set[str] = set()
        while True:
            told = self._get("/studies", parameters)
            records = told.get("studies")
            if not isinstance(records, list):
                msg = "The registry's answer to /studies holds no list of studies."
                raise NoAnswerError(msg, transient=False)
            yield Page(records, told.get("totalCount"))
            token = told.get("nextPageToken")
            if not token:
                return
            if token in tokens:
                msg = "The registry sent the same page token twice, so the walk would never end."
                raise RefusedError(msg)
            tokens.add(token)
            parameters = parameters | {"pageToken": token}
            parameters.pop("countTotal", None)

    def renew_patience(self) -> None:
        """Give the waiting budget whole again, for a step that is tried again as a whole."""
        self._patience_from = self.traffic.waited

    def _get(self, path: str, parameters: dict[str, str] | None = None) -> dict[str, Any]:
        """One answer as JSON, asked for patiently. Raises the errors that the command line knows."""
        patience = Retrying(
            retry=retry_if_exception_type(_TransientError),
            wait=self._wait,
            stop=self._gives_up,
            sleep=self._sleep,
            before_sleep=self._say_why,
            reraise=True,
        )
        begun = self._clock()
        try:
            found: dict[str, Any] = patience(self._get_once, path, parameters)
        except _TransientError as error:
            times = patience.statistics["attempt_number"]
            msg = (
                f"The registry at {self.base_url} gave no usable answer to {path}: {error} "
                f"(asked {'once' if times == 1 else f'{times} times'}). Nothing was changed; the next run tries again."
            )
            raise NoAnswerError(msg) from None
        finally:
            self.traffic.seconds += self._clock() - begun
        return found

    def _get_once(self, path: str, parameters: dict[str, str] | None) -> dict[str, Any]:
        self._keep_distance()
        self.traffic.requests += 1
        try:
            answer = self._session.get(
                self.base_url + path, params=parameters, timeout=self._timeout, allow_redirects=False
            )
        except (requests.exceptions.InvalidURL, requests.exceptions.InvalidHeader) as error:
            msg = f"The registry cannot be asked at {self.base_url}: {error}. Check MSCWATCH_API_URL."
            raise ConfigError(msg) from None
        except requests.RequestException as error:
            raise _TransientError(_without_addresses(error)) from None
        self.traffic.bytes += len(answer.content)
        _judge_status(answer, path, str(self._session.headers["User-Agent"]))
        return _json_object(answer)

    def _keep_distance(self) -> None:
        if self._last_start is not None:
            early = self._last_start + self._min_interval - self._clock()
            if early > 0:
                self._sleep(early)
        self._last_start = self._clock()

    def _wait(self, state: RetryCallState) -> float:
        error = _error_of(state)
        if error.retry_after is not None:
            return error.retry_after
        first = FIRST_WAIT_WHEN_LIMITED if error.limited else FIRST_WAIT
        return min(first * 2.0 ** (state.attempt_number - 1), LONGEST_WAIT) * self._jitter()

    def _gives_up(self, state: RetryCallState) -> bool:
        waited = self.traffic.waited - self._patience_from
        too_long = waited + state.upcoming_sleep > self._budget
        return state.attempt_number >= ATTEMPTS or too_long

    def _say_why(self, state: RetryCallState) -> None:
        error = _error_of(state)
        self.traffic.retries += 1
        self.traffic.waited += state.upcoming_sleep
        self.traffic.causes.append(str(error))
        log.warning("The registry: %s; asking again in %.0f s.", error, state.upcoming_sleep)


def user_agent(own: str = "", contact: str = "") -> str:
    """Who asks. The token of `requests` stays: the registry's edge refuses an agent that its TLS belies."""
    token = requests.utils.default_user_agent()
    parts = [own or f"mscwatch/{__version__}"]
    if contact:
        parts.append(f"(+mailto:{contact})")
    if token.split("/")[0] not in own:
        parts.append(token)
    return " ".join(" ".join(parts).split())


def _judge_status(answer: requests.Response, path: str, agent: str) -> None:
    """Return for 200; raise what every other status means."""
    status, text = answer.status_code, _quoted(answer)
    if status == requests.codes.ok:
        return
    if status == requests.codes.bad_request and MOVED in text:
        raise DataMovedError("The registry's data changed while they were read.")
    if status in (requests.codes.bad_request, requests.codes.request_uri_too_large):
        msg = f"The registry calls the query malformed (HTTP {status}): {text} Correct the watch file."
        raise QueryRejectedError(msg)
    if status in TRANSIENT_STATUSES:
        limited = status == requests.codes.too_many_requests
        raise _TransientError(f"HTTP {status}", limited=limited, retry_after=_retry_after(answer))
    if status == requests.codes.forbidden:
        msg = (
            f'The registry refuses this client (HTTP 403) with the user agent "{agent}". '
            "Set MSCWATCH_USER_AGENT or ask from another address; asking again at once does not help."
        )
        raise NoAnswerError(msg, transient=False)
    msg = f"The registry answered HTTP {status} to {path}: {text} Check MSCWATCH_API_URL."
    raise NoAnswerError(msg, transient=False)


def _json_object(answer: requests.Response) -> dict[str, Any]:
    kind = answer.headers.get("Content-Type", "")
    if "html" in kind:
        raise _TransientError("an HTML page in place of data")
    try:
        found = orjson.loads(answer.content)
    except orjson.JSONDecodeError:
        raise _TransientError("truncated or invalid JSON") from None
    if not isinstance(found, dict):
        raise _TransientError("JSON that is no object")
    return found


def _retry_after(answer: requests.Response) -> float | None:
    """`Retry-After` in seconds, given as seconds or as a date."""
    value = answer.headers.get("Retry-After")
    if value is None:
        return None
    try:
        return float(Retry().parse_retry_after(value))
    except InvalidHeader:
        return None


def _quoted(answer: requests.Response) -> str:
    """The start of a plain-text body, on one line; HTML pages are not quoted."""
    if "text/plain" not in answer.headers.get("Content-Type", ""):
        return ""
    return " ".join(answer.text.split())[:300] + "."


def _without_addresses(error: requests.RequestException) -> str:
    """What broke, without the object addresses and URLs that `requests` puts into its messages."""
    if isinstance(error, requests.Timeout):
        return "no answer in time"
    if isinstance(
        error, (requests.exceptions.ChunkedEncodingError, requests.exceptions.ContentDecodingError)
    ):
        return "the answer broke off"
    if isinstance(error, requests.ConnectionError):
        return "no connection"
    return type(error).__name__


def _error_of(state: RetryCallState) -> _TransientError:
    error = state.outcome.exception() if state.outcome else None
    return error if isinstance(error, _TransientError) else _TransientError("unknown")


def _utc(stamp: datetime) -> datetime:
    """Naive UTC; an offset, should the registry begin to send one, is honoured."""
    return stamp.astimezone(UTC).replace(tzinfo=None) if stamp.tzinfo else stamp
