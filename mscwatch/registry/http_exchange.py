"""One request and its whole answer, within a total time and a total size: headers, body, and what the body unpacks to.

`requests` bounds only the silence between two bytes. So the socket is shut when the time is up, whatever is being read.
"""

from __future__ import annotations

import contextlib
import io
import socket
import threading
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import HTTPError

from mscwatch.errors import ConfigError
from mscwatch.registry.http_response import OversizedError, Response, TransientError, failure_in_words

CONNECT_TIMEOUT = 10.0
CHUNK_BYTES = 65_536
ERROR_BYTES = 65_536  # of an answer that is no success: its first sentence is all that is read of it
GZIP = 16 + zlib.MAX_WBITS


@dataclass(frozen=True, slots=True)
class Limits:
    """What one answer may take: seconds from the request to its last byte, and bytes, packed and unpacked."""

    seconds: float
    size: int


class Exchange:
    """Sends requests one after the other over connections that are kept, and reads their answers within limits.

    `bytes` counts what came of bodies, as it came over the line.
    """

    def __init__(self, headers: Mapping[str, str]) -> None:
        self.bytes = 0
        self._session = _Session()
        self._session.headers.update(headers)
        self._line = _Line()
        for scheme in ("http://", "https://"):
            self._session.mount(scheme, _Adapter(self._line))

    def get(self, url: str, limits: Limits, user_agent: str) -> Response:
        """The answer to a GET; redirects are not followed. Only the start of a body is read where it is no success.

        Raises `TransientError` when no whole answer came, `OversizedError` when it is too large, and `ConfigError`
        for a user agent that no header can hold.
        """
        timeout = (min(CONNECT_TIMEOUT, limits.seconds), limits.seconds)
        begun = False
        with self._line.cut_after(limits.seconds):
            try:
                with self._session.get(
                    url,
                    headers={"User-Agent": user_agent},
                    timeout=timeout,
                    allow_redirects=False,
                    stream=True,
                ) as answer:
                    begun = True
                    body = self._body(answer, limits)
            except requests.exceptions.InvalidHeader as error:
                raise ConfigError("The user agent cannot be sent. Correct MSCWATCH_USER_AGENT.") from error
            except (requests.RequestException, HTTPError, ValueError) as error:
                # the cause may show the address of a proxy with its password
                raise self._failure(error, limits, begun=begun) from None
        return Response(answer.status_code, answer.headers, body)

    def _body(self, answer: requests.Response, limits: Limits) -> bytes:
        is_whole = answer.status_code == requests.codes.ok
        body = _Body(answer.headers.get("Content-Encoding", ""), limits.size if is_whole else ERROR_BYTES)
        while not body.is_full and (chunk := answer.raw.read1(CHUNK_BYTES, decode_content=False)):
            self.bytes += len(chunk)
            body.add(chunk)
        if self._line.is_cut:  # perhaps within a header, so that no status is a verdict
            raise self._failure(None, limits, begun=True)
        if not is_whole:
            return body.content
        if body.is_full:
            raise OversizedError(f"the answer was larger than {limits.size / 1e6:.0f} MB", cut=True)
        if body.is_cut:
            raise TransientError("a compressed answer that is cut or damaged", cut=True)
        return body.content

    def _failure(self, error: Exception | None, limits: Limits, *, begun: bool) -> TransientError:
        if begun and (self._line.is_cut or error is None):
            return TransientError(f"the answer was not whole after {limits.seconds:g} s", cut=True)
        if self._line.is_cut or error is None:
            return TransientError("no answer in time")
        return TransientError(failure_in_words(error), cut=begun)


class _Session(requests.Session):
    """Follows no redirect, and so does not look for the next request: for that `requests` reads the whole body."""

    def get_redirect_target(self, resp: requests.Response) -> None:  # noqa: ARG002  the base class names it
        return None


class _Body:
    """A body as it comes, unpacked on the way; it takes no more than `room` bytes, packed or unpacked."""

    def __init__(self, encoding: str, room: int) -> None:
        self.is_full = False
        self._is_damaged = encoding.lower() not in ("", "identity", "gzip")  # nothing else was asked for
        self._gzip = zlib.decompressobj(GZIP) if encoding.lower() == "gzip" else None
        self._room = self._packed_room = room
        self._content = io.BytesIO()

    @property
    def content(self) -> bytes:
        return self._content.getvalue()

    @property
    def is_cut(self) -> bool:
        """Whether the packed stream is damaged, or did not come to its end."""
        return self._is_damaged or (self._gzip is not None and not self._gzip.eof)

    def add(self, chunk: bytes) -> None:
        self._packed_room -= len(chunk)
        for piece in self._unpacked(chunk):
            self._content.write(piece[: self._room])
            self._room -= len(piece)
            if self._room < 0:
                break
        self.is_full = min(self._room, self._packed_room) < 0

    def _unpacked(self, chunk: bytes) -> Iterator[bytes]:
        if self._gzip is None:
            yield chunk
            return
        held_back = False  # whether zlib may hold more than it gave
        while (chunk or held_back) and not self._is_damaged:
            if self._gzip.eof:  # another member may follow, or zeros that fill up
                chunk = chunk.lstrip(b"\0")
                if not chunk:
                    return
                self._gzip = zlib.decompressobj(GZIP)
            try:
                piece = self._gzip.decompress(chunk, CHUNK_BYTES)
            except zlib.error:
                self._is_damaged = True
                return
            yield piece
            chunk = self._gzip.unconsumed_tail or self._gzip.unused_data
            held_back = len(piece) == CHUNK_BYTES and not self._gzip.eof


class _Line:
    """The sockets of the request under way. They are shut when its time is up, which ends every reading from them."""

    def __init__(self) -> None:
        self.is_cut = False
        self._sockets: list[socket.socket] = []

    @contextlib.contextmanager
    def cut_after(self, seconds: float) -> Iterator[None]:
        self.is_cut = False
        self._sockets.clear()
        timer = threading.Timer(seconds, self._cut)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()

    def hold(self, opened: socket.socket) -> None:
        self._sockets.append(opened)
        if self.is_cut:
            self._cut()

    def _cut(self) -> None:
        self.is_cut = True
        for opened in tuple(self._sockets):
            with contextlib.suppress(OSError, ValueError):  # it may be closed, or wrapped by TLS meanwhile
                opened.shutdown(socket.SHUT_RDWR)


class _Adapter(HTTPAdapter):
    """Connections, also those through a proxy, whose sockets the line holds."""

    def __init__(self, line: _Line) -> None:
        self._line = line
        super().__init__()

    def get_connection_with_tls_context(self, *arguments: Any, **named: Any) -> Any:
        pool: Any = super().get_connection_with_tls_context(*arguments, **named)
        usual: Any = pool.ConnectionCls
        if not issubclass(usual, _HeldConnection):
            pool.ConnectionCls = type("Held", (_HeldConnection, usual), {"line": self._line})
        return pool


class _HeldConnection:
    line: _Line

    def _new_conn(self) -> Any:
        opened = super()._new_conn()  # type: ignore[misc]  # of the class that this one is mixed into
        self.line.hold(opened)
        return opened

    def getresponse(self, *arguments: Any, **named: Any) -> Any:
        self.line.hold(self.sock)  # type: ignore[attr-defined]
        return super().getresponse(*arguments, **named)  # type: ignore[misc]
