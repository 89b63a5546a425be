"""Secret URLs, masked for display, and what the status code of a refusal is about."""

from __future__ import annotations

import base64
import hashlib
import re
from functools import cache
from typing import Literal
from urllib.parse import quote

from mscwatch.masking import only_host

GONE = frozenset({401, 403, 404, 410})  # the address or its secret is no longer valid
TEMPORARY = frozenset({408, 425, 429})  # besides all of 5xx, where proxies have codes of their own

MAIL_ADDRESS = re.compile(r"[^\s<>\"'(),;:@]+@[\w.-]*\w")
MASKED = re.compile(r"[^\s@]?\*\*\*@[^\s@]+-[0-9a-f]{8}")


@cache
def fingerprint(secret: str) -> str:
    """Eight hexadecimal digits that tell one secret from another.

    They are published, and a weak password could be guessed from a plain hash. So scrypt is used.
    """
    raw = secret.encode("utf-8", "surrogateescape")
    return hashlib.scrypt(raw, salt=b"mscwatch", n=2**14, r=8, p=1, dklen=4).hex()


def mask(url: str) -> str:
    """Scheme, host and fingerprint of a URL, without user, password, path and query, which are secrets."""
    return f"{only_host(url)}-{fingerprint(url)}"


def holds(text: str, secret: str) -> bool:
    """Whether a foreign text holds a secret, as it is, percent-encoded or in base64: then nothing of it is quoted."""
    if not secret:
        return False
    encoded = base64.b64encode(secret.encode("utf-8", "surrogateescape")).decode()
    return any(form in text for form in (secret, quote(secret, safe="", errors="replace"), encoded))


def masked_address(address: str) -> str:
    """A mail address as the warehouse has it, such as `a***@example.org-1a2b3c4d`: the same for the same address."""
    if MASKED.fullmatch(address):
        return address
    local, _, host = address.rpartition("@")
    return f"{local[:1]}***@{host}-{fingerprint(address)}"


def without_addresses(text: str) -> str:
    """A foreign text in which every mail address is masked."""
    return MAIL_ADDRESS.sub(lambda found: masked_address(found[0]), text)


def blamed(code: int) -> Literal["message", "channel"] | None:
    """What a refusal with this HTTP status is about; None if the same attempt may succeed later."""
    if code in GONE:
        return "channel"
    if code in TEMPORARY or code // 100 == 5:  # noqa: PLR2004  # a class of HTTP codes
        return None
    return "message"
