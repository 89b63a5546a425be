"""A total time for one conversation: `smtplib` and `requests` bound only the silence between two bytes."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

Result = TypeVar("Result")


def within(seconds: float, action: Callable[[], Result]) -> Result:
    """What `action`, run in a thread, returns or raises. Raises `TimeoutError` when it is not over in time.

    The thread is then left to itself: it may still do what it was about, and never keeps the process from ending.
    """
    done: Future[Result] = Future()

    def run() -> None:
        try:
            done.set_result(action())
        except BaseException as error:  # noqa: BLE001  raised by `result` below
            done.set_exception(error)

    threading.Thread(target=run, daemon=True).start()
    return done.result(seconds)
