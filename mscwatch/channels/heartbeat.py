"""The heartbeat: a request to a monitor after each good run. The monitor raises an alarm when none comes."""

from __future__ import annotations

import requests

from mscwatch.channels.deadline import within
from mscwatch.channels.secrets import mask
from mscwatch.errors import ChannelError

TIMEOUT = (10.0, 10.0)  # seconds to connect, and between two bytes
TOTAL = 20.0  # seconds for the whole answer; its body is not read


def ping(url: str) -> None:
    """Request the monitor's URL once.

    Raises `ChannelError` when it cannot be reached or answers other than 2xx. The text shows only the URL's host.
    """

    def request() -> int:
        with requests.get(url, timeout=TIMEOUT, stream=True) as answer:
            return answer.status_code

    try:
        code = within(TOTAL, request)
    except (requests.RequestException, TimeoutError) as error:
        # Its text holds the URL, so it is not kept as the cause.
        raise ChannelError(f"The heartbeat {mask(url)} cannot be reached ({type(error).__name__}).") from None
    if code // 100 != 2:  # noqa: PLR2004  # a class of HTTP codes
        raise ChannelError(f"The heartbeat {mask(url)} answers {code}.")
