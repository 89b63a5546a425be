"""Servers on loopback that never end: each way of answering without end or without measure."""

from __future__ import annotations

import contextlib
import gzip
import os
import signal
import socketserver
import subprocess
import sys
import threading
import time
import zlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
JSON = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
BLANKS = b" " * 65_536


def header_drip(connection, status=b"200 OK"):
    """One byte of header a second, for ever."""
    connection.sendall(b"HTTP/1.1 " + status + b"\r\nX-Filler: ")
    while True:
        connection.sendall(b"x")
        time.sleep(1)


def body_drip(connection):
    """A body of a gigabyte, a byte a second."""
    connection.sendall(JSON + b"Content-Length: 1000000000\r\n\r\n{")
    while True:
        connection.sendall(b" ")
        time.sleep(1)


def endless_headers(connection):
    """Headers without end, as fast as they are taken."""
    connection.sendall(b"HTTP/1.1 200 OK\r\n")
    while True:
        connection.sendall(b"X-Filler: " + b"x" * 1000 + b"\r\n")


def endless_chunks(connection, head=JSON):
    """A chunked body without end, as fast as it is taken."""
    connection.sendall(head + b"Transfer-Encoding: chunked\r\n\r\n")
    while True:
        connection.sendall(b"10000\r\n" + BLANKS + b"\r\n")


def gzip_bomb(connection, head=JSON):
    """Three megabytes that unpack to three gigabytes."""
    packed = _bomb()
    connection.sendall(head + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(packed) + packed)


def gzip_of_gzip(connection):
    """Packed twice: small at first sight, large at second."""
    packed = gzip.compress(_bomb())
    connection.sendall(
        JSON + b"Content-Encoding: gzip, gzip\r\nContent-Length: %d\r\n\r\n" % len(packed) + packed
    )


def silence(connection):
    """Not a word."""
    time.sleep(10_000)


@cache
def _bomb():
    """Megabytes of blanks as one deflate stream, made of one packed piece again and again; its checksum is wrong."""
    packer = zlib.compressobj(9, wbits=-zlib.MAX_WBITS)
    head = packer.compress(b'{"studies":[') + packer.flush(zlib.Z_FULL_FLUSH)
    piece = packer.compress(b" " * (64 << 20)) + packer.flush(zlib.Z_FULL_FLUSH)
    return bytes.fromhex("1f8b08000000000002ff") + head + piece * 48 + b"\x03\x00" + bytes(8)


class Neighbour(socketserver.ThreadingTCPServer):
    """Answers each request with `answer(connection, the request's first line)`; counts the requests."""

    daemon_threads = True
    block_on_close = False
    allow_reuse_address = True
    request_queue_size = 50

    def __init__(self, answer):
        self.asked = []
        neighbour = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self):
                with contextlib.suppress(OSError):
                    while line := _request(self.request):
                        neighbour.asked.append(line)
                        answer(self.request, line)

        super().__init__(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server_address[1]}"

    def handle_error(self, *_):
        """A client that hangs up is what is hoped for."""


def _request(connection):
    """The first line of a request, once its head and body were read."""
    head = b""
    while b"\r\n\r\n" not in head:
        piece = connection.recv(65_536)
        if not piece:
            return ""
        head += piece
    start, _, body = head.partition(b"\r\n\r\n")
    for line in start.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            while len(body) < int(value):
                body += connection.recv(65_536)
    return start.split(b"\r\n")[0].decode()


def respond(connection, body, status=b"200 OK", kind=b"application/json"):
    """One whole answer, as any server gives it."""
    head = b"HTTP/1.1 " + status + b"\r\nContent-Type: " + kind + b"\r\n"
    connection.sendall(head + b"Content-Length: %d\r\n\r\n" % len(body) + body)


@dataclass
class Ended:
    """How a process ended: None where it had to be killed. Memory is its peak in megabytes."""

    code: int | None
    seconds: float
    megabytes: float
    stdout: str
    stderr: str


TOO_MUCH = 1_500_000  # kB: such a process is killed before it takes the machine's memory


def _watch(program, deadline, ended, peaks):
    """Kill a process that takes too long or too much memory; note its peak so far (kB), where Linux tells it."""
    while not ended.wait(0.05):
        with contextlib.suppress(OSError):
            told = Path(f"/proc/{program.pid}/status").read_text()
            peak = next((int(line.split()[1]) for line in told.splitlines() if line.startswith("VmHWM")), 0)
            peaks.append(peak)
            if time.monotonic() > deadline or peak > TOO_MUCH:
                os.kill(program.pid, signal.SIGKILL)  # `Popen.kill` would also take its end from `os.wait4`


def run_within(seconds, folder, *words, **settings):
    """Run `mscwatch …` as a process that is killed after so many seconds; how it ended, and its peak memory."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MSCWATCH_")}
    environment |= {f"MSCWATCH_{name.upper()}": str(value) for name, value in settings.items()}
    environment["PYTHONPATH"] = str(ROOT)
    with (folder / "stdout").open("w+") as out, (folder / "stderr").open("w+") as err:
        begun = time.monotonic()
        program = subprocess.Popen(
            [sys.executable, "-m", "mscwatch", *map(str, words)],
            cwd=folder,
            env=environment,
            stdout=out,
            stderr=err,
        )
        ended, peaks = threading.Event(), []
        watched = (program, begun + seconds, ended, peaks)
        threading.Thread(target=_watch, args=watched, daemon=True).start()
        _, status, used = os.wait4(program.pid, 0)
        program.returncode = os.waitstatus_to_exitcode(status)
        ended.set()
        took = time.monotonic() - begun
        out.seek(0)
        err.seek(0)
        code = None if program.returncode < 0 else program.returncode
        peak = (
            max(peaks, default=0) or used.ru_maxrss
        )  # which begins at what the process that started it held
        return Ended(code, took, peak / 1024, out.read(), err.read())
