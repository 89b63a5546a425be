"""What may be shown of a secret address (a host, a short mark), and what a service's status code blames."""

from __future__ import annotations

import hashlib
from functools import cache
from typing import Literal
from urllib.parse import urlsplit

GONE = frozenset({401, 403, 404, 410})  # the address or its secret is no longer valid
TEMPORARY = frozenset({408, 425, 429})  # beside all of 5xx: proxies have codes of their own


@cache
def fingerprint(secret: str) -> str:
    """Eight hexadecimal digits that differ between two secrets.

    scrypt, because they end in a file that many read, and a weak password could be guessed from a plain hash.
    """
    told = secret.encode("utf-8", "surrogateescape")
    return hashlib.scrypt(told, salt=b"mscwatch", n=2**14, r=8, p=1, dklen=4).hex()


def mask(url: str) -> str:
    """Scheme and host of a URL, and its fingerprint; user, password, path and query are secrets."""
    return f"{without_secrets(url)}-{fingerprint(url)}"


def without_secrets(url: str) -> str:
    """Scheme and host of a URL alone."""
    try:
        parts = urlsplit(url)
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return "***"
    return f"{parts.scheme}://{parts.hostname}{port}/***"


def blamed(code: int) -> Literal["message", "channel"] | None:
    """What a refusal is about; None where the same attempt may succeed later."""
    if code in GONE:
        return "channel"
    if code in TEMPORARY or code // 100 == 5:  # noqa: PLR2004  # a class of HTTP codes
        return None
    return "message"
