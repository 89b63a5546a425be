"""Real servers on loopback that take what is told: one for mail, one for webhooks. Both can be told to refuse."""

from __future__ import annotations

import json
import socket
import threading
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult


def free_port():
    """A port that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@dataclass
class MailSink:
    """Keeps every mail; `refusals` maps a recipient to the answers that its next mails get ("550 no")."""

    mails: list = field(default_factory=list)
    refusals: dict = field(default_factory=dict)
    password: str = ""

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802
        answers = self.refusals.get(address, [])
        if answers:
            return answers.pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        self.mails.append((envelope.rcpt_tos[0], message_from_bytes(envelope.content, policy=policy.default)))
        return "250 OK"

    def __enter__(self):
        secured = {}
        if self.password:
            secured = {"authenticator": self._authenticate, "auth_require_tls": False, "auth_required": True}
        self._controller = Controller(self, hostname="127.0.0.1", port=free_port(), **secured)
        self._controller.start()
        self.port = self._controller.port
        return self

    def __exit__(self, *_):
        self._controller.stop()

    def _authenticate(self, server, session, envelope, mechanism, data):
        return AuthResult(success=data.password == self.password.encode(), handled=False)


class WebhookSink:
    """Keeps every posted JSON; `statuses` are the answers of the next posts, then always 200."""

    def __init__(self, *statuses):
        self.posts, self.statuses = [], list(statuses)

    def __enter__(self):
        sink = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                code, words = sink.statuses.pop(0) if sink.statuses else (200, "ok")
                if code == 200:
                    sink.posts.append(json.loads(body))
                self.send_response(code)
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
