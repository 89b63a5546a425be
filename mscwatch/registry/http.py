"""One request after the other: at a distance, of bounded length, asked again with patience, and counted."""

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
from mscwatch.registry.responses import (
    Response,
    TransientError,
    check_status,
    decompressed,
    parsed,
    what_broke,
)

log = logging.getLogger(__name__)

ATTEMPTS = 5
CONNECT_TIMEOUT = 10.0
FIRST_WAIT = 2.0
FIRST_WAIT_WHEN_LIMITED = 10.0  # 429: the registry gives no Retry-After, and hammering lengthens the ban
LONGEST_WAIT = 120.0
LONGEST_URL = 6_000  # the edge refuses somewhere between 7 and 8 kB
PIECE = 65_536


@dataclass(slots=True)
class Traffic:
    """What the conversation cost so far (`runs.requests`, `runs.bytes`, and the proof)."""

    requests: int = 0
    retries: int = 0
    bytes: int = 0  # of bodies, as they came over the line
    waited: float = 0.0  # seconds, before asking again
    seconds: float = 0.0  # in all: answers, distance and waiting
    causes: list[str] = field(default_factory=list)
    etag_changes: int = 0  # from one page to the next of a walk


@dataclass(frozen=True, slots=True)
class Politeness:
    """How a client asks, whatever it asks. All times are in seconds."""

    user_agent: str
    min_interval: float = 1.0  # between the beginnings of two requests
    timeout: float = 90.0  # of one request, silence and slowness alike
    budget: float = 300.0  # that a step may lose to useless answers and to the waits after them


class PoliteSession:
    """Requests never overlap and keep to a `Politeness`.

    Tests inject the first waits, `clock`, `sleep` and `jitter` (a factor around 1).
    """

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
        self._base_url = base_url
        self._politeness = politeness
        self._first_wait, self._first_wait_when_limited = first_wait, first_wait_when_limited
        self._clock, self._sleep, self._jitter = clock, sleep, jitter
        self._last_start: float | None = None
        self._lost = 0.0
        self._session = requests.Session()
        self._session.headers.update(
            # gzip only: it is unpacked here, where a cut stream is noticed
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
        """One answer, asked for patiently: 200 with its JSON (as `kind`), or a status that `verdicts` names.

        Raises `QueryRejectedError` (400, 414, or a URL that is too long to send), `DataMovedError`,
        `NoAnswerError` (a refusal, or nothing usable until attempts or budget ended) and `ConfigError`.
        """
        url = self.address(path, parameters)
        patience = Retrying(
            retry=retry_if_exception_type(TransientError),
            wait=self._wait,
            stop=self._gives_up,
            sleep=self._sleep,
            before_sleep=self._say_why,
            reraise=True,
        )
        begun = self._clock()
        try:
            return patience(self._ask_once, url, path, kind, verdicts)
        except TransientError as error:
            times = patience.statistics["attempt_number"]
            msg = (
                f"The registry at {self._shown_base} gave no usable answer to {path}: {error} "
                f"(asked {'once' if times == 1 else f'{times} times'}). Nothing was changed; the next run tries again."
            )
            raise NoAnswerError(msg) from None
        finally:
            self.traffic.seconds += self._clock() - begun

    def address(self, path: str, parameters: dict[str, str] | None = None) -> str:
        """The URL as it goes over the line. Raises `QueryRejectedError` when the registry would not take it."""
        try:
            url = str(requests.Request("GET", self._base_url + path, params=parameters).prepare().url)
        except (requests.exceptions.InvalidURL, requests.exceptions.MissingSchema):
            msg = f"{self._shown_base} is not an address that can be asked. Correct MSCWATCH_API_URL."
            raise ConfigError(msg) from None
        if len(url) > LONGEST_URL:
            sizes = {name: len(urlencode({name: value})) for name, value in (parameters or {}).items()}
            sizes["MSCWATCH_API_URL"] = len(self._base_url)
            longest = max(sizes, key=sizes.__getitem__)
            msg = (
                f"The query needs a URL of {len(url)} characters, and the registry takes {LONGEST_URL}. "
                f"Shorten {longest}, which makes {sizes[longest]} of them."
            )
            raise QueryRejectedError(msg)
        return url

    def reset_retry_budget(self) -> None:
        """Give the budget whole again, for a step that is tried again as a whole."""
        self._lost = 0.0

    @property
    def _shown_base(self) -> str:
        """The base address without a password that may be in it."""
        parts = urlsplit(self._base_url)
        return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()

    def _ask_once(
        self,
        url: str,
        path: str,
        kind: type[Any],
        verdicts: Collection[int],
    ) -> Response:
        self._keep_distance()
        self.traffic.requests += 1
        begun = self._clock()
        try:
            answer = self._received(url, expires=begun + self._politeness.timeout)
            if answer.status in verdicts:
                return answer
            check_status(answer, path, self._politeness.user_agent)
            return replace(answer, json=parsed(answer, kind))
        except TransientError:
            self._lost += self._clock() - begun
            raise

    def _received(self, url: str, *, expires: float) -> Response:
        """The whole answer, read as it comes: `requests` bounds only the silence between two pieces of it."""
        try:
            timeout = (min(CONNECT_TIMEOUT, self._politeness.timeout), self._politeness.timeout)
            with self._session.get(url, timeout=timeout, allow_redirects=False, stream=True) as response:
                body = bytearray()
                while piece := response.raw.read1(PIECE, decode_content=False):
                    self.traffic.bytes += len(piece)
                    body += piece
                    if self._clock() > expires:
                        raise TransientError(f"the answer was not whole after {self._politeness.timeout:g} s")
        except requests.exceptions.InvalidHeader:
            raise ConfigError("The user agent cannot be sent. Correct MSCWATCH_USER_AGENT.") from None
        except (requests.RequestException, HTTPError) as error:
            raise TransientError(what_broke(error)) from None
        return Response(response.status_code, response.headers, decompressed(bytes(body), response.headers))

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

    def _say_why(self, state: RetryCallState) -> None:
        error = _error_of(state)
        self.traffic.retries += 1
        self.traffic.waited += state.upcoming_sleep
        self.traffic.causes.append(str(error))
        self._lost += state.upcoming_sleep
        log.warning("The registry: %s; asking again in %.0f s.", error, state.upcoming_sleep)


def _error_of(state: RetryCallState) -> TransientError:
    error = state.outcome.exception() if state.outcome else None
    return error if isinstance(error, TransientError) else TransientError("unknown")
