"""Real servers on loopback that take what is told: one for mail, one for webhooks. Both can be told to refuse."""

from __future__ import annotations

import asyncio
import json
import shutil
import socket
import socketserver
import ssl
import subprocess
import threading
import time
from collections.abc import Callable
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, syntax


def free_port():
    """A port that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def kept_port():
    """A port that nobody but the sinks of this block listens on; while none does, connections are refused."""
    with socket.socket() as keeper:
        keeper.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        keeper.bind(("127.0.0.1", 0))
        yield keeper.getsockname()[1]


@contextmanager
def silence():
    """The port of a server that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


@contextmanager
def greets(line):
    """The port of a server that says one line to whoever connects, and hangs up."""

    class Handler(socketserver.BaseRequestHandler):
        def handle(self):
            self.request.sendall(f"{line}\r\n".encode())

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


def certificate(folder):
    """A fresh certificate for 127.0.0.1 (file) and the server's side of TLS with it."""
    if not shutil.which("openssl"):
        pytest.skip("openssl makes the certificate")
    key, cert = folder / "key.pem", folder / "cert.pem"
    made_for = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-days", "2"]
    made = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-keyout",
        str(key),
        "-out",
        str(cert),
    ]
    subprocess.run([*made, *made_for], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    return cert, context


@dataclass
class MailSink:
    """Keeps every mail; `refusals` maps a recipient to the answers that its next mails get ("550 no").

    `stages` maps a command (EHLO, AUTH, MAIL, 354, DATA, QUIT) to such answers; "drop" hangs up instead (at DATA: with
    the mail). 354 is the answer to the word DATA, DATA that to the mail. `slow` seconds pass before a mail is answered.
    `met` is called with a recipient and a moment: "asked" (nothing taken), "taken" (not answered yet), "answered".
    """

    mails: list = field(default_factory=list)
    refusals: dict = field(default_factory=dict)
    password: str = ""
    stages: dict = field(default_factory=dict)
    tls: ssl.SSLContext | None = None
    encrypted: list = field(default_factory=list)
    passwords: list = field(default_factory=list)
    port: int = 0
    slow: float = 0.0
    met: Callable = lambda *_: None

    async def handle_EHLO(self, server, session, envelope, hostname, responses):  # noqa: N802
        session.host_name = hostname
        return [self.stages["EHLO"].pop(0)] if self.stages.get("EHLO") else responses

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802
        answers = self.refusals.get(address, [])
        if answers:
            return answers.pop(0)
        self.met(address, "asked")
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_MAIL(self, server, session, envelope, address, options):  # noqa: N802
        if self.stages.get("MAIL"):
            return self.stages["MAIL"].pop(0)
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        answer = self.stages["DATA"].pop(0) if self.stages.get("DATA") else "250 OK"
        if answer.startswith(("250", "drop")):
            mail = message_from_bytes(envelope.content, policy=policy.default)
            self.mails.append((envelope.rcpt_tos[0], mail))
            self.encrypted.append(session.ssl is not None)
            session.took = envelope.rcpt_tos[0]
            self.met(session.took, "taken")
            await asyncio.sleep(self.slow)
        if answer == "drop":
            server.transport.close()
        return answer

    async def handle_QUIT(self, server, session, envelope):  # noqa: N802
        answer = self.stages["QUIT"].pop(0) if self.stages.get("QUIT") else "221 Bye"
        if hasattr(session, "took"):
            self.met(session.took, "answered")
        if answer == "drop":
            server.transport.close()
        return answer

    def __enter__(self):
        secured = {}
        if self.password:
            secured = {"authenticator": self._authenticate, "auth_require_tls": False, "auth_required": True}
        if self.tls:
            secured["tls_context"] = self.tls
        self._controller = _Controller(self, hostname="127.0.0.1", port=self.port or free_port(), **secured)
        self._controller.start()
        self.port = self._controller.port
        return self

    def __exit__(self, *_):
        self._controller.stop()

    def _authenticate(self, server, session, envelope, mechanism, data):
        self.passwords.append(data.password)
        if self.stages.get("AUTH"):
            return AuthResult(success=False, handled=False, message=self.stages["AUTH"].pop(0))
        return AuthResult(success=data.password == self.password.encode(), handled=False)


class _Controller(Controller):
    """A server that can also refuse at the word DATA, where the library asks no handler."""

    def factory(self):
        sink = self.handler

        class Server(SMTP):
            @syntax("DATA")
            async def smtp_DATA(self, arg):  # noqa: N802
                if sink.stages.get("354"):
                    await self.push(sink.stages["354"].pop(0))
                else:
                    await super().smtp_DATA(arg)

        return Server(sink, **self.SMTP_kwargs)


class WebhookSink:
    """Keeps every posted JSON; `statuses` are the answers of the next requests, then always 200.

    An answer is a code, its words and, if wanted, headers; the code "drop" takes what was posted and hangs up. `slow`
    seconds pass before each. `beats` counts GETs. `met` is called as by `MailSink`, without a recipient.
    """

    def __init__(self, *statuses, slow=0.0, port=0, met=lambda _: None):
        self.posts, self.statuses, self.slow, self.beats = [], list(statuses), slow, 0
        self.port, self.met = port, met

    def __enter__(self):
        sink = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                self._answer(self.rfile.read(int(self.headers["Content-Length"])))

            def do_GET(self):
                sink.beats += 1
                self._answer()

            def _answer(self, body=b""):
                code, words, *headers = sink.statuses.pop(0) if sink.statuses else (200, "ok")
                sink.met("asked")
                if body and code in (200, "drop"):
                    sink.posts.append(json.loads(body))
                    sink.met("taken")
                time.sleep(sink.slow)
                if code != "drop":
                    with suppress(OSError):  # who asked may be gone
                        self._say(code, words, headers)
                    sink.met("answered")

            def _say(self, code, words, headers):
                self.send_response(code)
                for name, value in headers[0].items() if headers else ():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(words)))
                self.end_headers()
                self.wfile.write(words.encode())

            def log_message(self, *_):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        self.url = f"http://127.0.0.1:{self._server.server_port}/services/T0/B0/secret"
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()


ANNE, BERT = "anne@example.org", "bert@example.org"


def by_mail(sink, *recipients):
    return {
        "smtp_url": f"smtp://127.0.0.1:{sink.port}",
        "email_from": "mscwatch@example.org",
        "email_to": recipients or (ANNE,),
    }


@contextmanager
def drips(first):
    """The port of a server that begins an answer, sends a byte of it every 50 ms, and never ends."""

    class Handler(socketserver.BaseRequestHandler):
        def handle(self):
            with suppress(OSError):
                self.request.sendall(first)
                while True:
                    self.request.sendall(b"x")
                    time.sleep(0.05)

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads, server.block_on_close = True, False
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield server.server_address[1]
        server.shutdown()
