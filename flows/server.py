"""A Prefect server that answers: the configured one, or else one started for this process, as Prefect does it."""

from __future__ import annotations

import atexit
import time
from typing import Any

import httpx
from prefect.client.orchestration import get_client
from prefect.settings import (
    PREFECT_API_URL,
    PREFECT_CLIENT_MAX_RETRIES,
    PREFECT_SERVER_EPHEMERAL_ENABLED,
    PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS,
    temporary_settings,
)

from mscwatch.errors import NoPrefectError
from mscwatch.masking import masked

ANSWER_SECONDS = 20  # for a server that is up, on a busy machine
STARTS = 2  # the second on another port, should somebody have taken the first one meanwhile


def require_server() -> None:
    """Return once a server answers. Raises `NoPrefectError`, which says why none does."""
    url = PREFECT_API_URL.value()
    if not url:
        if not PREFECT_SERVER_EPHEMERAL_ENABLED.value():
            raise NoPrefectError("PREFECT_API_URL is not set, and PREFECT_SERVER_EPHEMERAL_ENABLED is off")
        _start_embedded()
    with (
        temporary_settings({PREFECT_CLIENT_MAX_RETRIES: 0}),
        get_client(httpx_settings={"timeout": ANSWER_SECONDS}, sync_client=True) as client,
    ):
        error = client.api_healthcheck()
    if error:
        server = f"the server at {masked(url)} (PREFECT_API_URL)" if url else "its embedded server"
        raise NoPrefectError(f"{server} does not answer: {reason(error)}") from error


def reason(error: BaseException) -> str:
    """What went wrong at Prefect, in a few words and without an address, which may hold a password."""
    match error:
        case httpx.HTTPStatusError():
            return f"HTTP {error.response.status_code}"
        case httpx.TimeoutException():
            return "it took too long"
        case httpx.TransportError():
            return "no connection"
        case _:
            return type(error).__name__


def _start_embedded() -> None:
    """Start the server that Prefect would start by itself, and wait until it answers. Raises `NoPrefectError`.

    Prefect's own waiting restarts, for ever, a server that breaks off while it starts, and goes on waiting for one that
    has ended.
    """
    from prefect.server.api.server import SubprocessASGIServer  # noqa: PLC0415  seconds; only this needs it

    server = SubprocessASGIServer()
    if server.running:
        return
    server.running = True  # from now on every client in this process takes this server
    atexit.register(server.stop)
    try:
        _await_start(server)
    except BaseException:
        server.stop()
        raise


def _await_start(server: Any) -> None:
    """Start the process of a `SubprocessASGIServer` until it answers. Raises `NoPrefectError`."""
    patience = PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS.value()
    deadline = time.monotonic() + patience
    code: int | None = None
    for _ in range(STARTS):
        server.port = server.find_available_port()
        process = server.server_process = server._run_uvicorn_command()  # noqa: SLF001  nothing public starts it
        while (code := process.poll()) is None:
            if _is_healthy(server.api_url):
                return
            if time.monotonic() > deadline:
                raise NoPrefectError(
                    f"its embedded server did not start within {patience:.0f} s "
                    "(PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS)"
                )
            time.sleep(0.1)
    raise NoPrefectError(
        f"its embedded server ended while it started, with exit code {code}; `prefect server start` shows why"
    )


def _is_healthy(url: str) -> bool:
    try:
        return httpx.get(f"{url}/health", timeout=5, trust_env=False).is_success
    except httpx.TransportError:
        return False
