"""A polite HTTP session: one request at a time, at a distance, of bounded length, retried with patience, and counted.

Nothing here knows the service that is asked: its name, the setting of its address and the meaning of its statuses come
from a subclass.
"""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlencode, urlsplit

import requests
from tenacity import RetryCallState, Retrying, retry_if_exception_type
from urllib3.exceptions import HTTPError

from mscwatch.errors import ConfigError, NoAnswerError, QueryRejectedError
from mscwatch.registry.http_response import (
    Response,
    TransientError,
    decompress,
    failure_in_words,
    parse_json,
)

log = logging.getLogger(__name__)

ATTEMPTS = 5
CONNECT_TIMEOUT = 10.0
FIRST_WAIT = 2.0
FIRST_WAIT_WHEN_LIMITED = 10.0  # 429 without Retry-After: asking again too soon lengthens a ban
LONGEST_WAIT = 120.0
LONGEST_URL = 6_000  # the edge of ClinicalTrials.gov refuses somewhere between 7 and 8 kB
CHUNK_BYTES = 65_536
TRANSIENT_STATUSES = frozenset({408, 429, 500, 502, 503, 504})


@dataclass(slots=True)
class Traffic:
    """What a session has cost so far (`runs.requests`, `runs.bytes`, and `runs.proof`)."""

    requests: int = 0
    retries: int = 0
    bytes: int = 0  # of bodies, as they came over the line
    waited: float = 0.0  # seconds before retries
    seconds: float = 0.0  # in all: answers, distance and waits
    causes: list[str] = field(default_factory=list)  # of the retries
    etag_changes: int = 0  # from one page of a walk to the next


@dataclass(frozen=True, slots=True)
class Politeness:
    """How a session asks, whatever it asks. All times are in seconds."""

    user_agent: str
    min_interval: float = 1.0  # between the beginnings of two requests
    timeout: float = 90.0  # of one request, whether it is silent or slow
    budget: float = 300.0  # that a step may lose to useless answers and to the waits after them


class PoliteSession:
    """A session with one service. Requests never overlap and keep to a `Politeness`.

    Tests set the first waits, `clock`, `sleep` and `jitter` (a factor around 1).
    """

    service: str  # its name at the start of a sentence
    address_setting: str  # the setting that holds `base_url`

    def __init__(
        self,
        base_url: str,
        politeness: Politeness,
        *,
        first_wait: float = FIRST_WAIT,
        first_wait_when_limited: float = FIRST_WAIT_WHEN_LIMITED,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        jitter: Callable[[], float] = lambda: random.uniform(0.8, 1.2),  # noqa: S311  no secret
    ) -> None:
        self.traffic = Traffic()
        self.user_agent = politeness.user_agent
        self._base_url = base_url
        self._politeness = politeness
        self._first_wait, self._first_wait_when_limited = first_wait, first_wait_when_limited
        self._clock, self._sleep, self._jitter = clock, sleep, jitter
        self._last_start: float | None = None
        self._lost = 0.0
        self._session = requests.Session()
        self._session.headers.update(
            # gzip only: `decompress` notices a stream that is cut
            {"User-Agent": politeness.user_agent, "Accept": "application/json", "Accept-Encoding": "gzip"}
        )

    def ask(
        self,
        path: str,
        parameters: dict[str, str] | None = None,
        *,
        kind: type[Any] = dict,
        verdicts: Collection[int] = (),
    ) -> Response:
        """GET `path`, with retries: the answer to a 200 with its JSON (a `kind`), or one whose status is in `verdicts`.

        Raises what `address` and `check_status` raise, and `NoAnswerError` when no answer was usable until the
        attempts or the budget ended.
        """
        url = self.address(path, parameters)
        retrying = Retrying(
            retry=retry_if_exception_type(TransientError),
            wait=self._wait,
            stop=self._gives_up,
            sleep=self._sleep,
            before_sleep=self._note_retry,
            reraise=True,
        )
        start = self._clock()
        try:
            return retrying(self._ask_once, url, path, kind, verdicts)
        except TransientError as error:
            attempts = retrying.statistics["attempt_number"]
            msg = (
                f"{self.service} at {self._shown_base} gave no usable answer to {path}: {error} "
                f"(asked {'once' if attempts == 1 else f'{attempts} times'}). "
                "Nothing was changed; the next run tries again."
            )
            raise NoAnswerError(msg) from error
        finally:
            self.traffic.seconds += self._clock() - start

    def address(self, path: str, parameters: dict[str, str] | None = None) -> str:
        """The URL of a request. Raises `QueryRejectedError` when it is too long, `ConfigError` when it is no URL."""
        try:
            url = str(requests.Request("GET", self._base_url + path, params=parameters).prepare().url)
        except (requests.exceptions.InvalidURL, requests.exceptions.MissingSchema):
            msg = f"{self._shown_base} is not a usable address. Correct {self.address_setting}."
            raise ConfigError(msg) from None  # the cause shows the address with its password
        if len(url) > LONGEST_URL:
            sizes = {name: len(urlencode({name: value})) for name, value in (parameters or {}).items()}
            sizes[self.address_setting] = len(self._base_url)
            longest = max(sizes, key=sizes.__getitem__)
            msg = (
                f"The query needs a URL of {len(url)} characters; the limit is {LONGEST_URL}. "
                f"Shorten {longest}, which makes {sizes[longest]} of them."
            )
            raise QueryRejectedError(msg)
        return url

    def check_status(self, response: Response, path: str) -> None:
        """Return for 200. A subclass adds what other statuses mean to its service.

        Raises `TransientError` for a status that is worth a retry, and `NoAnswerError` for every other.
        """
        status, quote = response.status, f": {response.quote}" if response.quote else ""
        if status == requests.codes.ok:
            return
        if status in TRANSIENT_STATUSES:
            limited, wish = status == requests.codes.too_many_requests, response.retry_after
            asks = f" (it asks for {wish:.0f} s of silence)" if wish else ""
            raise TransientError(f"HTTP {status}{quote}{asks}", limited=limited, retry_after=wish)
        msg = f"{self.service} answered HTTP {status} to {path}{quote}. Check {self.address_setting}."
        raise NoAnswerError(msg, transient=False)

    def reset_retry_budget(self) -> None:
        """Restore the whole budget, for a new step or for a step that is tried again."""
        self._lost = 0.0

    @property
    def _shown_base(self) -> str:
        """The base address without the password that it may hold."""
        parts = urlsplit(self._base_url)
        return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()

    def _ask_once(self, url: str, path: str, kind: type[Any], verdicts: Collection[int]) -> Response:
        self._keep_distance()
        self.traffic.requests += 1
        start = self._clock()
        try:
            response = self._receive(url, deadline=start + self._politeness.timeout)
            if response.status in verdicts:
                return response
            self.check_status(response, path)
            return replace(response, json=parse_json(response, kind))
        except TransientError:
            self._lost += self._clock() - start
            raise

    def _receive(self, url: str, *, deadline: float) -> Response:
        """The whole answer, read in chunks, because `requests` bounds only the silence between two of them."""
        try:
            timeout = (min(CONNECT_TIMEOUT, self._politeness.timeout), self._politeness.timeout)
            with self._session.get(url, timeout=timeout, allow_redirects=False, stream=True) as response:
                body = bytearray()
                while chunk := response.raw.read1(CHUNK_BYTES, decode_content=False):
                    self.traffic.bytes += len(chunk)
                    body += chunk
                    if self._clock() > deadline:
                        raise TransientError(f"the answer was not whole after {self._politeness.timeout:g} s")
        except requests.exceptions.InvalidHeader as error:
            raise ConfigError("The user agent cannot be sent. Correct MSCWATCH_USER_AGENT.") from error
        except (requests.RequestException, HTTPError) as error:
            # the cause may show the address of a proxy with its password
            raise TransientError(failure_in_words(error)) from None
        return Response(response.status_code, response.headers, decompress(bytes(body), response.headers))

    def _keep_distance(self) -> None:
        if self._last_start is not None:
            early = self._last_start + self._politeness.min_interval - self._clock()
            if early > 0:
                self._sleep(early)
        self._last_start = self._clock()

    def _wait(self, state: RetryCallState) -> float:
        error = _error_of(state)
        if error.retry_after is not None:
            return error.retry_after
        first = self._first_wait_when_limited if error.limited else self._first_wait
        return min(first * 2.0 ** (state.attempt_number - 1), LONGEST_WAIT) * self._jitter()

    def _gives_up(self, state: RetryCallState) -> bool:
        return state.attempt_number >= ATTEMPTS or self._lost + state.upcoming_sleep > self._politeness.budget

    def _note_retry(self, state: RetryCallState) -> None:
        error = _error_of(state)
        self.traffic.retries += 1
        self.traffic.waited += state.upcoming_sleep
        self.traffic.causes.append(str(error))
        self._lost += state.upcoming_sleep
        log.warning("%s: %s; asking again in %.0f s.", self.service, error, state.upcoming_sleep)


def _error_of(state: RetryCallState) -> TransientError:
    error = state.outcome.exception() if state.outcome else None
    return error if isinstance(error, TransientError) else TransientError("unknown")
