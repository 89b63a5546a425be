"""Real servers on loopback that take what is told: one for mail, one for webhooks. Both can be told to refuse."""

from __future__ import annotations

import json
import shutil
import socket
import socketserver
import ssl
import subprocess
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult


def free_port():
    """A port that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


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
        threading.Thread(target=server.serve_forever, daemon=True).start()
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

    `stages` maps a command (MAIL, DATA, QUIT) to such answers; "drop" hangs up instead (at DATA: with the mail).
    """

    mails: list = field(default_factory=list)
    refusals: dict = field(default_factory=dict)
    password: str = ""
    stages: dict = field(default_factory=dict)
    tls: ssl.SSLContext | None = None
    encrypted: list = field(default_factory=list)
    passwords: list = field(default_factory=list)

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802
        answers = self.refusals.get(address, [])
        if answers:
            return answers.pop(0)
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
        if answer == "drop":
            server.transport.close()
        return answer

    async def handle_QUIT(self, server, session, envelope):  # noqa: N802
        answer = self.stages["QUIT"].pop(0) if self.stages.get("QUIT") else "221 Bye"
        if answer == "drop":
            server.transport.close()
        return answer

    def __enter__(self):
        secured = {}
        if self.password:
            secured = {"authenticator": self._authenticate, "auth_require_tls": False, "auth_required": True}
        if self.tls:
            secured["tls_context"] = self.tls
        self._controller = Controller(self, hostname="127.0.0.1", port=free_port(), **secured)
        self._controller.start()
        self.port = self._controller.port
        return self

    def __exit__(self, *_):
        self._controller.stop()

    def _authenticate(self, server, session, envelope, mechanism, data):
        self.passwords.append(data.password)
        return AuthResult(success=data.password == self.password.encode(), handled=False)


class WebhookSink:
    """Keeps every posted JSON; `statuses` are the answers of the next requests, then always 200.

    An answer is a code, its words and, if wanted, headers; `slow` seconds pass before each. `beats` counts GETs.
    """

    def __init__(self, *statuses, slow=0.0):
        self.posts, self.statuses, self.slow, self.beats = [], list(statuses), slow, 0

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
                if body and code == 200:
                    sink.posts.append(json.loads(body))
                time.sleep(sink.slow)
                self.send_response(code)
                for name, value in headers[0].items() if headers else ():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(words)))
                self.end_headers()
                self.wfile.write(words.encode())

            def log_message(self, *_):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self._server.server_port}/services/T0/B0/secret"
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()
