"""What an HTTP service means by its status code: yes, later, or no, and to what."""

from __future__ import annotations

from typing import Literal

GONE = frozenset({401, 403, 404, 410})  # the address or its secret is no longer valid
TEMPORARY = frozenset({408, 425, 429})  # beside all of 5xx: proxies have codes of their own


def blamed(code: int) -> Literal["message", "channel"] | None:
    """What a refusal is about; None where the same attempt may succeed later."""
    if code in GONE:
        return "channel"
    if code in TEMPORARY or code // 100 == 5:  # noqa: PLR2004  # a class of HTTP codes
        return None
    return "message"
