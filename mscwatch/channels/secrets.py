"""Secrets as they may be shown: a host at most, and a short mark that tells two of them apart."""

from __future__ import annotations

import hashlib
from functools import cache
from urllib.parse import urlsplit


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
