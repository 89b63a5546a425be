"""How secrets are shown: by `***`. The one rule for every URL and every text of the product. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import parse_qsl, unquote, urlsplit

MASK = "***"
SHORTEST = 4  # letters: a shorter part of a secret is no secret, and masking it would spoil other words
_USER = re.compile(r"(?<=://)\S*(?=@)")  # user and password, which may hold slashes, colons and at signs
_QUERY = re.compile(r"(://[^\s?]*)\?\S*")
_BETWEEN_PARTS = re.compile(r"[/?&=:@]")


def masked(text: str, secrets: Iterable[str] = ()) -> str:
    """A text in which each URL has lost its user, password and query, and in which `***` stands for each secret."""
    return _QUERY.sub(rf"\1?{MASK}", _USER.sub(MASK, without(text, secrets)))


def without(text: str, secrets: Iterable[str]) -> str:
    """A text in which `***` stands for each secret, the longest first."""
    for secret in sorted((secret for secret in secrets if len(secret) >= SHORTEST), key=len, reverse=True):
        text = text.replace(secret, MASK)
    return text


def only_host(url: str) -> str:
    """Scheme, host and port of a URL whose path is a secret too, and `***` for the rest."""
    scheme, _, rest = url.partition("://")
    try:
        parts = urlsplit(url)
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return MASK
    if "@" in rest[len(parts.netloc) :]:  # the password may hold a slash; then this is no host
        return f"{scheme}://{MASK}"
    return f"{parts.scheme}://{parts.hostname}{port}/{MASK}"


def credentials(url: str) -> set[str]:
    """User, password and the values of the query of a URL, as they are and decoded; errors may quote them alone."""
    found = set()
    if user := _USER.search(url):
        pieces = user[0].split(":")  # a colon may also belong to the user or to the password
        found |= {pieces[0], *(":".join(pieces[start:]) for start in range(len(pieces)))}
    found |= {value for _, value in parse_qsl(url.partition("?")[2])}
    return _also_decoded(found)


def parts(secret: str) -> set[str]:
    """A secret, and what of it an error may quote alone: every part of a URL but its scheme and host."""
    found = {secret}
    for url in secret.split(","):
        found |= credentials(url)
        try:
            host = urlsplit(url.strip()).hostname or ""
        except ValueError:
            host = ""
            found.add(url)
        found |= set(_BETWEEN_PARTS.split(url.partition("://")[2])) - {host}
    return _also_decoded(found)


def _also_decoded(texts: set[str]) -> set[str]:
    return {form for text in texts for form in (text, unquote(text)) if form}
