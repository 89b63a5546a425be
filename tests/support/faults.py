"""Ways in which the real registry misbehaves, as intercepts for `Replica`.

A fault is a function from a request to the response that replaces the usual one, or None. The combinators
`on`, `first`, `only` and `either` say when a fault strikes:

    Replica(nights, intercept=either(on("/version", first(2, status(503))), on("pageToken", truncated_json())))
"""

from __future__ import annotations

import gzip
import threading
from collections.abc import Callable
from dataclasses import replace

import orjson

from mscwatch.replica import Intercept, Replica, Request, Response

MAINTENANCE = b"<!DOCTYPE html><html><body><h1>Down for maintenance</h1></body></html>"
MOVED = "The data have probably changed while you were paginating."


# When


def on(part: str, fault: Intercept) -> Intercept:
    """Only requests whose path or query contains `part`."""

    def strike(request: Request) -> Response | None:
        target = request.path + "?" + "&".join(f"{name}={value}" for name, value in request.query.items())
        return fault(request) if part in target else None

    return strike


def first(times: int, fault: Intercept) -> Intercept:
    """The first `times` requests that get here, and then never again."""
    return only(lambda number: number < times, fault)


def nth(number: int, fault: Intercept) -> Intercept:
    """Only the request with this number (from 0) of those that get here."""
    return only(lambda seen: seen == number, fault)


def only(when: Callable[[int], bool], fault: Intercept) -> Intercept:
    """The requests for whose number, counted from 0 where this stands, `when` is true."""
    lock, seen = threading.Lock(), 0

    def strike(request: Request) -> Response | None:
        nonlocal seen
        with lock:
            number, seen = seen, seen + 1
        return fault(request) if when(number) else None

    return strike


def either(*faults: Intercept) -> Intercept:
    """The first fault that strikes."""

    def strike(request: Request) -> Response | None:
        for fault in faults:
            if (response := fault(request)) is not None:
                return response
        return None

    return strike


# Answers that are not the registry's


def status(
    code: int, body: str = "", *, html: bool = False, headers: dict[str, str] | None = None
) -> Intercept:
    kind = "text/html" if html else "text/plain; charset=utf-8"
    return lambda _: Response(code, {"Content-Type": kind, **(headers or {})}, body.encode())


def too_many_requests(retry_after: str | None = None) -> Intercept:
    """429; `retry_after` in seconds or as an HTTP date."""
    return status(429, "Too Many Requests", headers={"Retry-After": retry_after} if retry_after else {})


def html_with_200() -> Intercept:
    """The maintenance page that pretends to be an answer."""
    return lambda _: Response(200, {"Content-Type": "text/html"}, MAINTENANCE)


def token_expired() -> Intercept:
    return status(400, MOVED)


# Bytes that do not arrive


def truncated_json(keep: float = 0.5) -> Intercept:
    """200, complete as far as HTTP can tell, and half a JSON document."""

    def strike(request: Request) -> Response:
        usual = request.usual()
        return replace(usual, body=usual.body[: int(len(usual.body) * keep)])

    return strike


def connection_closed_mid_body(after: int = 100) -> Intercept:
    """Fewer bytes than `Content-Length` says; of a compressed body, a gzip stream cut short."""
    return lambda request: replace(request.usual(), cut_after=after)


def connection_reset_mid_body(after: int = 100) -> Intercept:
    return lambda request: replace(request.usual(), cut_after=after, reset=True)


def gzip_cut(keep: float = 0.5) -> Intercept:
    """A gzip stream without its end whose `Content-Length` is right: only the decompressor can notice."""

    def strike(request: Request) -> Response:
        usual = request.usual()
        body = gzip.compress(usual.body)
        headers = {**usual.headers, "Content-Encoding": "gzip"}
        return replace(usual, headers=headers, body=body[: int(len(body) * keep)])

    return strike


def slow_drip(seconds: float = 0.05) -> Intercept:
    """A kilobyte at a time."""
    return lambda request: replace(request.usual(), drip=seconds)


def late(seconds: float) -> Intercept:
    return lambda request: replace(request.usual(), delay=seconds)


# Pages that do not add up


def edited_answer(change: Callable[[dict], object]) -> Intercept:
    """The usual answer after `change` had its way with the JSON; errors pass through."""

    def strike(request: Request) -> Response:
        usual = request.usual()
        if usual.status != 200:
            return usual
        answer = orjson.loads(usual.body)
        change(answer)
        return replace(usual, body=orjson.dumps(answer))

    return strike


def record_on_two_pages() -> Intercept:
    """Each page begins with the last study of the page before; put it behind `on("/studies?")`."""
    carried: list[dict] = []

    def change(answer: dict) -> None:
        studies = answer["studies"]
        last = studies[-1:]
        studies[:0] = carried
        carried[:] = last

    return edited_answer(change)


def record_missing() -> Intercept:
    """The page lacks its last study, which no other page has."""
    return edited_answer(lambda answer: answer["studies"].pop())


def record_without_id() -> Intercept:
    def change(answer: dict) -> None:
        del answer["studies"][0]["protocolSection"]["identificationModule"]["nctId"]

    return edited_answer(change)


def unknown_keys() -> Intercept:
    """Keys that no schema knows, at the top of the page and in every study."""

    def change(answer: dict) -> None:
        answer["unheardOf"] = True
        for study in answer["studies"]:
            study["protocolSection"]["unheardOfModule"] = {"note": "new this year"}

    return edited_answer(change)


def refresh(replica: Callable[[], Replica]) -> Intercept:
    """The registry loads the next night just before it answers; `nth(1, ...)` makes that the middle of a walk.

    Takes a function, because the replica does not exist yet when its intercept is written.
    """

    def strike(_: Request) -> None:
        replica().advance()

    return strike
