"""A total time for one conversation: `smtplib` and `requests` bound only the silence between two bytes."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future


def within(seconds: float, action: Callable[[], None]) -> None:
    """Run `action` in a thread, and raise what it raises. Raises `TimeoutError` when it is not over in time.

    The thread is then left to itself: it may still do what it was about, and never keeps the process from ending.
    """
    done: Future[None] = Future()

    def run() -> None:
        try:
            action()
        except BaseException as error:  # noqa: BLE001  raised by `result` below
            done.set_exception(error)
        else:
            done.set_result(None)

    threading.Thread(target=run, daemon=True).start()
    done.result(seconds)
