"""`mscwatch test-alert`: a sample digest, marked as a test, through a configured channel."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated

import typer

from mscwatch import digest
from mscwatch.channels import Routes, configured
from mscwatch.cli import screen
from mscwatch.cli.completion import completer
from mscwatch.clock import utc_now
from mscwatch.digest import notices, subscriptions
from mscwatch.errors import ChannelError, ConfigError, MscwatchError
from mscwatch.model import Address, Digest, Event, NewsItem, TrialFacts
from mscwatch.pipeline import wiring
from mscwatch.settings import Settings, load_settings
from mscwatch.store import addresses, ledger, working
from mscwatch.store.data_dir import DataDir, locked
from mscwatch.vocabulary import EventKind, Relevance, Severity
from mscwatch.watches import load_watch

BANNER = "TEST: no trial has changed. Somebody is testing whether alerts arrive here."


def _channels() -> list[str]:
    channels = configured(load_settings())
    return sorted({address.channel for channel in channels for address in channel.addresses})


def test_alert(
    channel: Annotated[
        str,
        typer.Argument(
            metavar="CHANNEL",
            autocompletion=completer(_channels),
            help="Its name as `mscwatch doctor` prints it: email, slack …",
        ),
    ],
) -> None:
    """Send a sample digest to all addresses of a channel.

    An address that was switched off because it refused a message is switched on again when the sample arrives.
    """
    settings = load_settings()
    watch = load_watch(settings.watch)
    routes = wiring.configured_routes(settings, watch)
    chosen = [address for address in routes.channels if address.channel == channel]
    if not chosen:
        known = ", ".join(sorted({address.channel for address in routes.channels})) or "none"
        raise ConfigError(
            f"There is no channel {channel!r} (configured: {known}). `mscwatch doctor` shows the settings."
        )
    arrived, refused = _sent(routes, chosen, sample(watch.title, utc_now(), settings.page_url))
    for address in arrived:
        screen.say(f"Sent to {subscriptions.shown(address)} by {channel}.")
    for address in _switched_on(settings, routes, arrived):
        screen.say(f"{subscriptions.shown(address)} is switched on again.")
    if refused:
        raise MscwatchError(" ".join(refused))


def sample(title: str, now: datetime, page_url: str = "") -> Digest:
    """A digest of one completed trial that does not exist, and says so; `now` is naive UTC."""
    event = Event(
        event_id=f"test-alert-{now:%Y%m%dT%H%M%S%f}",
        nct_id="NCT00000000",
        kind=EventKind.COMPLETED,
        severity=Severity.HIGH,
        field="protocolSection.statusModule.overallStatus",
        before="RECRUITING",
        after="COMPLETED",
        summary="recruiting → completed (a test)",
    )
    trial = TrialFacts(
        nct_id=event.nct_id,
        title="TEST: this is no real trial",
        overall_status="COMPLETED",
        relevance=Relevance.CORE,
        lead_sponsor="mscwatch",
        conditions=("Test",),
    )
    return digest.compose(
        [NewsItem(event, now, trial)],
        [],
        title=title,
        night=f"{now:%Y-%m-%d}",
        banner=BANNER,
        page_url=page_url,
    )


def _sent(routes: Routes, chosen: Iterable[Address], message: Digest) -> tuple[list[Address], list[str]]:
    """The addresses where the message arrived, and the errors of the others; each address is tried once."""
    arrived, refused = [], []
    for address in chosen:
        try:
            routes.channels[address].send(message, address.recipient)
        except ChannelError as error:
            refused.append(routes.revealed(str(error)))
        else:
            arrived.append(address)
    return arrived, refused


def _switched_on(settings: Settings, routes: Routes, arrived: Iterable[Address]) -> list[Address]:
    """Switch on again, and return, the addresses that were off and where the message arrived; notify the operator."""
    data_dir = DataDir(settings.data_dir)
    if not data_dir.working.exists():
        return []
    with locked(data_dir), working.open_warehouse(data_dir, settings.memory_limit) as con:
        off = addresses.switched_off(con)
        again = [address for address in arrived if address in off]
        last = ledger.newest_run(con)
        if again and last:
            addresses.switch_on(con, again)
            notice = notices.channel_on(last, again, "a test alert arrived")
            still_off = off.keys() - set(again)
            ledger.enqueue_notice(con, notice, last, routes.operator_except(still_off))
    return again
