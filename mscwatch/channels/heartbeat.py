"""A dead man's switch: a monitor that hears nothing for too long calls somebody."""

from __future__ import annotations

import requests

from mscwatch.channels.secrets import mask
from mscwatch.errors import ChannelError

TIMEOUT = (10.0, 10.0)


def beat(url: str) -> None:
    """Ask for the monitor's URL once. Raises `ChannelError`, which holds no more of the URL than its host."""
    try:
        with requests.get(url, timeout=TIMEOUT, stream=True) as answer:
            code = answer.status_code
    except requests.RequestException as error:  # its words hold the URL
        msg = f"The heartbeat {mask(url)} cannot be reached ({type(error).__name__})."
        raise ChannelError(msg) from None
    if code // 100 != 2:  # noqa: PLR2004  # a class of HTTP codes
        msg = f"The heartbeat {mask(url)} answers {code}."
        raise ChannelError(msg)
