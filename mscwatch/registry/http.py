"""A polite HTTP session: one request at a time, at a distance, of bounded length, retried with patience, and counted.

Nothing here knows the service that is asked: its name, the setting of its address and the meaning of its statuses come
from a subclass.
"""

from __future__ import annotations

import json
import logging
import random
import time
import traceback
from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace
from typing import Any, NoReturn
from urllib.parse import urlencode

import requests
from tenacity import RetryCallState, Retrying, retry_if_exception_type

from mscwatch.errors import ConfigError, NoAnswerError, QueryRejectedError
from mscwatch.masking import masked
from mscwatch.registry.http_exchange import Exchange, Limits
from mscwatch.registry.http_patience import (
    ATTEMPTS,
    FIRST_WAIT,
    FIRST_WAIT_WHEN_LIMITED,
    Attempts,
    Waits,
    error_of,
)
from mscwatch.registry.http_response import Response, TransientError, parse_json

log = logging.getLogger(__name__)

LONGEST_URL = 6_000  # the edge of ClinicalTrials.gov refuses somewhere between 7 and 8 kB
LARGEST_ANSWER = 128_000_000  # bytes, unpacked; a page of a thousand records has about 20 million
BARE_AGENT = requests.utils.default_user_agent()  # tried once where a service refuses another
TRANSIENT_STATUSES = frozenset({408, 429, 500, 502, 503, 504})


@dataclass(slots=True)
class Traffic:
    """What a session has cost so far (`runs.requests`, `runs.bytes`, and `runs.proof`)."""

    requests: int = 0
    retries: int = 0
    bytes: int = 0  # of bodies, as they came over the line
    seconds: float = 0.0  # in all: answers, distance and waits
    causes: list[str] = field(default_factory=list)  # of the retries


@dataclass(frozen=True, slots=True)
class Politeness:
    """How a session asks, whatever it asks. All times are in seconds."""

    user_agent: str
    min_interval: float = 1.0  # between the beginnings of two requests
    timeout: float = 90.0  # of one request and its whole answer, whether it is silent or slow
    budget: float = 300.0  # that a step may lose to useless answers and to the waits after them
    largest: int = LARGEST_ANSWER  # bytes of one answer, packed and unpacked


class BrokenOffError(NoAnswerError):
    """Answers began and were never whole, or one was too large: asking for less at a time may help."""


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
        self._limits = Limits(politeness.timeout, politeness.largest)
        self._waits = Waits(first_wait, first_wait_when_limited, jitter)
        self._clock, self._sleep = clock, sleep
        self._last_start: float | None = None
        self._lost = 0.0
        # gzip only: its end is marked, so a stream that is cut shows
        self._exchange = Exchange({"Accept": "application/json", "Accept-Encoding": "gzip"})

    def ask(
        self,
        path: str,
        parameters: dict[str, str] | None = None,
        *,
        kind: type[Any] = dict,
        verdicts: Collection[int] = (),
        cuts: int = ATTEMPTS,
    ) -> Response:
        """GET `path`, with retries: the answer to a 200 with its JSON, or one whose status is in `verdicts`.

        The JSON is a `kind`; for `bytes` the body is left as it came (XML). Raises what `address` and
        `raise_for_status` raise, and `NoAnswerError` when no answer was usable until the attempts or the budget ended:
        as `BrokenOffError` when the last one was not whole, which after `cuts` such attempts ends the asking.
        """
        url = self.address(path, parameters)
        start = self._clock()
        attempts = Attempts(cuts)
        try:
            try:
                return self._retrying(attempts)(self._ask_once, url, path, kind, verdicts)
            except TransientError as error:
                if not (error.refused and self.user_agent != BARE_AGENT):
                    raise
                return self._ask_bare(lambda: self._ask_once(url, path, kind, verdicts), attempts)
        except TransientError as error:
            raise self._no_answer(error, path, attempts) from error
        finally:
            self.traffic.seconds += self._clock() - start

    def address(self, path: str, parameters: dict[str, str] | None = None) -> str:
        """The URL of a request. Raises `QueryRejectedError` when it is too long, `ConfigError` when it is no URL."""
        try:
            url = str(requests.Request("GET", self._base_url + path, params=parameters).prepare().url)
        except (requests.exceptions.InvalidURL, requests.exceptions.MissingSchema):
            msg = f"{masked(self._base_url)} is not a usable address. Correct {self.address_setting}."
            raise ConfigError(msg) from None  # the cause shows the address with its password
        if len(url) > LONGEST_URL:
            sizes = {name: len(urlencode({name: value})) for name, value in (parameters or {}).items()}
            sizes[self.address_setting] = len(self._base_url)
            longest = max(sizes, key=sizes.__getitem__)
            raise QueryRejectedError(
                f"The query needs a URL of {len(url)} characters; the limit is {LONGEST_URL}. "
                f"Shorten {longest}, which makes {sizes[longest]} of them."
            )
        return url

    def raise_for_status(self, response: Response, path: str) -> NoReturn:
        """Raise what a status other than 200 means. A subclass adds what it means to its service.

        Raises `TransientError` for a status that is worth a retry (403 is worth one), and `NoAnswerError` for every
        other.
        """
        status, quote = response.status, f": {response.quote}" if response.quote else ""
        if status == requests.codes.forbidden:
            raise TransientError(f"HTTP 403{quote}", refused=True)
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
    def may_ask_for_less(self) -> bool:
        """Whether the step has time left to ask again, for less at a time: answers that were cut at once cost none."""
        return self._lost < max(self._politeness.budget, self._politeness.timeout)

    def _retrying(self, attempts: Attempts) -> Retrying:
        def gives_up(state: RetryCallState) -> bool:
            is_spent = self._lost + state.upcoming_sleep > self._politeness.budget
            return attempts.end_with(error_of(state)) or is_spent

        return Retrying(
            retry=retry_if_exception_type(TransientError),
            wait=lambda state: self._waits.after(error_of(state), state.attempt_number),
            stop=gives_up,
            sleep=self._sleep,
            before_sleep=self._note_retry,
            reraise=True,
        )

    def _ask_bare(self, ask: Callable[[], Response], attempts: Attempts) -> Response:
        """Ask once under `BARE_AGENT`, which stays when the service takes it."""
        own, self.user_agent = self.user_agent, BARE_AGENT
        try:
            answer = ask()
        except TransientError as error:
            self.user_agent = own
            attempts.note(error)
            raise
        log.warning(
            '%s refuses the user agent "%s" and takes "%s". Set MSCWATCH_USER_AGENT to the latter, and leave '
            "MSCWATCH_CONTACT empty, to spare the refused requests.",
            self.service,
            own,
            self.user_agent,
        )
        return answer

    def _ask_once(self, url: str, path: str, kind: type[Any], verdicts: Collection[int]) -> Response:
        self._keep_distance()
        self.traffic.requests += 1
        start = self._clock()
        try:
            return self._answer(url, path, kind, verdicts)
        except TransientError as error:
            self._lost += self._clock() - start
            _forget_bodies(error)
            raise
        finally:
            self.traffic.bytes = self._exchange.bytes

    def _answer(self, url: str, path: str, kind: type[Any], verdicts: Collection[int]) -> Response:
        response = self._exchange.get(url, self._limits, self.user_agent)
        if response.status in verdicts:
            return response
        if response.status != requests.codes.ok:  # no more is read of a good answer than its JSON
            self.raise_for_status(response, path)
        return response if kind is bytes else replace(response, json=parse_json(response, kind))

    def _no_answer(self, error: TransientError, path: str, attempts: Attempts) -> NoAnswerError:
        if error.refused:
            return self._not_let_in(error)
        msg = (
            f"{self.service} at {masked(self._base_url)} gave no usable answer to {path}: {error} "
            f"(asked {'once' if attempts.made == 1 else f'{attempts.made} times'}). "
            "Nothing was changed; the next run tries again."
        )
        return BrokenOffError(msg) if error.cut else NoAnswerError(msg)

    def _not_let_in(self, error: TransientError) -> NoAnswerError:
        """The error of a 403 that stayed: which agents were tried, and which value to set."""
        tried = " and ".join(f'"{agent}"' for agent in dict.fromkeys((self.user_agent, BARE_AGENT)))
        msg = (
            f"{self.service} refuses this client ({error}) with the user agent {tried}. Set MSCWATCH_USER_AGENT to one "
            f'that it takes, such as "{BARE_AGENT} (+https://your.institute)", or ask from another address: those of '
            "data centres are often refused. Asking again at once does not help."
        )
        return NoAnswerError(msg, transient=False)

    def _keep_distance(self) -> None:
        if self._last_start is not None:
            early = self._last_start + self._politeness.min_interval - self._clock()
            if early > 0:
                self._sleep(early)
        self._last_start = self._clock()

    def _note_retry(self, state: RetryCallState) -> None:
        error = error_of(state)
        self.traffic.retries += 1
        self.traffic.causes.append(str(error))
        self._lost += state.upcoming_sleep
        log.warning("%s: %s; asking again in %.0f s.", self.service, error, state.upcoming_sleep)


def _forget_bodies(error: BaseException) -> None:
    """Free the answer that an error holds in its frames: while a run reads, nothing else collects cycles."""
    traceback.clear_frames(error.__traceback__)
    if (cause := error.__cause__) is not None:
        traceback.clear_frames(cause.__traceback__)
        if isinstance(cause, json.JSONDecodeError):
            cause.doc = ""
