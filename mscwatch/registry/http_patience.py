"""When to ask again after a useless answer, how long to wait before, and when to stop. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tenacity import RetryCallState

from mscwatch.registry.http_response import OversizedError, TransientError

ATTEMPTS = 5
FIRST_WAIT = 2.0
FIRST_WAIT_WHEN_LIMITED = 10.0  # 429 without Retry-After: asking again too soon lengthens a ban
WAIT_WHEN_REFUSED = 30.0  # 403 is passing trouble to some services, and a verdict on the user agent to others
LONGEST_WAIT = 120.0


@dataclass(frozen=True, slots=True)
class Waits:
    """The seconds to wait after a useless answer. `jitter` gives a factor around 1."""

    first: float
    first_when_limited: float
    jitter: Callable[[], float]

    def after(self, error: TransientError, attempt: int) -> float:
        """The service's own wish where it has one; else the first wait, doubled with each attempt (from 1)."""
        if error.retry_after is not None:
            return error.retry_after
        if error.refused:
            return WAIT_WHEN_REFUSED
        first = self.first_when_limited if error.limited else self.first
        return min(first * 2.0 ** (attempt - 1), LONGEST_WAIT) * self.jitter()


@dataclass(slots=True)
class Attempts:
    """The useless answers to one question: how many came, how many broke off, how many refused this client."""

    cuts_borne: int
    made: int = 0
    cut: int = 0
    refused: int = 0

    def note(self, error: TransientError) -> None:
        self.made += 1
        self.cut += error.cut
        self.refused += error.refused

    def end_with(self, error: TransientError) -> bool:
        """Count an answer, and say whether it is the last."""
        self.note(error)
        are_over = self.made >= ATTEMPTS or self.cut >= self.cuts_borne or self.refused > 1
        return are_over or isinstance(error, OversizedError)


def error_of(state: RetryCallState) -> TransientError:
    """The error of the attempt that was just made."""
    error = state.outcome.exception() if state.outcome else None
    return error if isinstance(error, TransientError) else TransientError("unknown")
