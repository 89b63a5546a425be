"""The replica's HTTP server on loopback, which answers like ClinicalTrials.gov API v2."""

from __future__ import annotations

import gzip
import socket
import struct
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from email.message import Message
from functools import lru_cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self
from urllib.parse import parse_qsl, urlsplit

from mscwatch.replica.dataset import Dataset
from mscwatch.replica.endpoints import BASE, Response, answer, plain
from mscwatch.replica.papers import EUROPEPMC, PUBMED, answer_for_papers
from mscwatch.replica.snapshot import Snapshot

DRIP_BYTES = 1024
POLLING = 0.02  # seconds until the server sees that it is to end
_RESET_ON_CLOSE = struct.pack("ii", 1, 0)  # SO_LINGER of no seconds: close() sends RST instead of FIN


@dataclass(frozen=True)
class Request:
    """One request as the server saw it. `usual()` gives the answer of the snapshot that is served then."""

    index: int
    method: str
    path: str
    query: Mapping[str, str]
    headers: Message
    usual: Callable[[], Response]


Intercept = Callable[[Request], Response | None]


class Replica:
    """Serves a sequence of snapshots, one for each night, while the `with` block runs.

    `night` is the index of the snapshot that is served. Setting it changes the whole registry at once.
    `intercept` sees every request first. It returns the answer to send, or None for the usual one, and it is the only
    way to make this registry misbehave. `requests` lists method and path with query, in order. `url`, `europepmc_url`
    and `pubmed_url` are the base addresses for clients, of the registry and of the stand-ins of the paper sources.
    Raises `ValueError` without any snapshot.
    """

    def __init__(self, nights: Sequence[Snapshot], port: int = 0, intercept: Intercept | None = None) -> None:
        if not nights:
            raise ValueError("A replica needs at least one night.")
        self.nights = tuple(nights)
        self.intercept = intercept
        self.requests: list[tuple[str, str]] = []
        self.night = 0
        self._lock = threading.Lock()
        self._dataset = lru_cache(maxsize=1)(lambda night: Dataset(self.nights[night], night))
        self._server = _Server(("127.0.0.1", port), self)
        host = f"http://127.0.0.1:{self._server.server_port}"
        self.url, self.europepmc_url, self.pubmed_url = host + BASE, host + EUROPEPMC, host + PUBMED
        self._thread = threading.Thread(target=self._server.serve_forever, args=(POLLING,), daemon=True)

    def advance(self) -> None:
        """Serve the next night's snapshot; the last one stays."""
        self.night = min(self.night + 1, len(self.nights) - 1)

    def respond(self, method: str, target: str, headers: Message) -> Response:
        with self._lock:
            index = len(self.requests)
            self.requests.append((method, target))
        parts = urlsplit(target)
        query = dict(parse_qsl(parts.query, keep_blank_values=True))

        def usual() -> Response:
            if method != "GET":
                return plain(405, "Method Not Allowed")
            with self._lock:
                dataset = self._dataset(self.night)
            about_papers = answer_for_papers(dataset.snapshot.papers, parts.path, query)
            return about_papers or answer(dataset, parts.path, query, headers.get("If-None-Match", ""))

        request = Request(index, method, parts.path, query, headers, usual)
        instead = self.intercept(request) if self.intercept else None
        return instead or usual()

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False  # a client may keep its connection open

    def __init__(self, address: tuple[str, int], replica: Replica) -> None:
        self.replica = replica
        super().__init__(address, _Handler)

    def handle_error(self, request: object, client_address: object) -> None:
        """Ignore a client that hangs up. Anything else is a bug, and socketserver prints it."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "replica"
    sys_version = ""
    disable_nagle_algorithm = True
    server: _Server

    def do_GET(self) -> None:
        self._send(self.server.replica.respond(self.command, self.path, self.headers))

    do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = do_OPTIONS = do_GET  # noqa: N815

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """Log nothing: `Replica.requests` is the log."""

    def _send(self, response: Response) -> None:
        body, headers = response.body, dict(response.headers)
        if body and "Content-Encoding" not in headers and "gzip" in self.headers.get("Accept-Encoding", ""):
            body = gzip.compress(body, compresslevel=1)
            headers["Content-Encoding"] = "gzip"
        if self.command != "GET":
            headers["Connection"] = "close"  # so that an unread body is not parsed as the next request
        headers.setdefault("Content-Length", str(len(body)))

        time.sleep(response.delay)
        self.send_response(response.status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self._write(body[: response.cut_after], response.drip)
        if response.cut_after is not None:
            self.close_connection = True
        if response.reset:
            self.close_connection = True
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
            # shutdown() would send FIN first, and the client would see a clean end
            self.connection.close()

    def _write(self, body: bytes, drip: float) -> None:
        if not drip:
            self.wfile.write(body)
            return
        for start in range(0, len(body), DRIP_BYTES):
            self.wfile.write(body[start : start + DRIP_BYTES])
            time.sleep(drip)
