"""The checks of `mscwatch doctor`. Each failure says what to do."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable
from typing import NamedTuple

import requests

from mscwatch.digest import subscriptions
from mscwatch.errors import (
    ChannelError,
    ConfigError,
    LockedError,
    MscwatchError,
    NoAnswerError,
    RefusedError,
    WarehouseError,
)
from mscwatch.masking import masked, only_host
from mscwatch.model import Address
from mscwatch.pipeline import wiring
from mscwatch.settings import Settings, prefect_url, unknown_variables
from mscwatch.store import addresses, damage, decisions, queries, remote, sql
from mscwatch.store.addresses import SwitchedOff
from mscwatch.store.data_dir import DataDir, locked
from mscwatch.store.publish import hash_matches
from mscwatch.store.without_effect import without_effect
from mscwatch.store.working import refuse_lost, refuse_other_watch
from mscwatch.watches import load_watch

NOT_YET = "none yet; `mscwatch run` makes it"
EXAMPLE = "NCT02223897"  # a registration, to ask PubMed about
SERVER_ERROR = 500  # the first of HTTP's codes for it; a server that asks who is there answers as well
ROOM = 1_000_000_000  # bytes: several nights of a topic, and the copies made while publishing


class Check(NamedTuple):
    """One check: what was checked, whether it is good, and what was found or what to do."""

    what: str
    good: bool
    detail: str


def run_checks(settings: Settings) -> list[Check]:
    """Run every check, in this order; a failed check never stops the next."""
    checks: dict[str, Callable[[Settings], str]] = {
        "settings": _settings,
        "watch": _watch,
        "decisions": _decisions,
        "registry": _registry,
        "paper sources": _paper_sources,
        "prefect": _prefect,
        "data directory": _disk,
        "lock": _lock,
        "warehouse": _warehouse,
        "working file": _working,
        "channels": _channels,
        "export": _export,
    }
    return [_checked(what, check, settings) for what, check in checks.items()]


def _checked(what: str, check: Callable[[Settings], str], settings: Settings) -> Check:
    try:
        return Check(what, good=True, detail=check(settings))
    except MscwatchError as error:
        return Check(what, good=False, detail=str(error))


def _settings(_: Settings) -> str:
    if unknown := unknown_variables():
        raise ConfigError(" ".join(unknown))
    return "every MSCWATCH_ variable is known"


def _watch(settings: Settings) -> str:
    watch = load_watch(settings.watch)
    warnings = "".join(f" Warning: {warning}" for warning in watch.query.warnings())
    return f"{watch.name}: {watch.title}.{warnings}" if warnings else f"{watch.name}: {watch.title}"


def _decisions(settings: Settings) -> str:
    decided, data_dir = decisions.load(settings.decisions), DataDir(settings.data_dir)
    if not settings.decisions.exists():
        return f"none: there is no {settings.decisions}"
    if data_dir.published.exists():
        with queries.open_newest(data_dir) as con:
            if idle := without_effect(con, decided.entries()):
                raise ConfigError(
                    f"{settings.decisions} has decisions without effect: {'; '.join(map(str, idle))}. "
                    "Correct or delete them there."
                )
    readings = sum(map(len, decided.readings.values()))
    return (
        f"{settings.decisions}: {len(decided.screening)} on trials, {len(decided.links)} on links, "
        f"{readings} on readings"
    )


def _registry(settings: Settings) -> str:
    client = wiring.registry_client(settings.model_copy(update={"retry_budget": 0.0}))
    try:
        version = client.version()
    except NoAnswerError as error:
        advice = "Check the network, a proxy or firewall, and MSCWATCH_API_URL."
        raise NoAnswerError(f"{error} {advice}") from error
    stated = version.data_timestamp or "no stated time"
    return f'API {version.api_version}, data of {stated}, "{client.user_agent}" accepted'


def _paper_sources(settings: Settings) -> str:
    watch = load_watch(settings.watch)
    if not settings.papers:
        return "off (MSCWATCH_PAPERS)"
    if not watch.papers.query:
        return f"none: the watch {watch.name} has no table [papers]"
    if not settings.papers_are_asked:
        return "not asked: the registry is a stand-in, and these are the public ones"
    sources = wiring.paper_sources(settings.model_copy(update={"retry_budget": 0.0}))
    try:
        found = sources.europepmc.count(" ".join(watch.papers.query.split()))
        sources.pubmed.declaring(f'"{EXAMPLE}"[si]')
    except NoAnswerError as error:
        raise NoAnswerError(
            f"{error} Nights go on without papers. Check the network, or set MSCWATCH_PAPERS=off."
        ) from error
    if watch.papers.min is not None and found < watch.papers.min:
        raise RefusedError(
            f"Europe PMC finds {found} papers, fewer than the {watch.papers.min} that the watch {watch.name} expects. "
            "Correct [papers] query or min in its file."
        )
    return f"Europe PMC finds {found} papers for the watch, PubMed answers"


def _prefect(_: Settings) -> str:
    url = prefect_url()
    if not url:
        return "no server is configured (PREFECT_API_URL): `mscwatch run` starts its own"
    try:
        answer = requests.get(f"{url}/health", timeout=10)
        problem = f"HTTP {answer.status_code}" if answer.status_code >= SERVER_ERROR else ""
    except requests.RequestException as error:
        problem = type(error).__name__
    shown = only_host(url)
    if problem:
        raise ConfigError(
            f"No Prefect server answers at {shown} ({problem}). "
            "Start one (`prefect server start`), or correct or unset PREFECT_API_URL."
        )
    return f"a server answers at {shown}"


def _disk(settings: Settings) -> str:
    data_dir = DataDir(settings.data_dir)
    data_dir.prepare()
    free = shutil.disk_usage(settings.data_dir).free
    if free < ROOM:
        raise WarehouseError(
            f"Only {free / 1e9:.1f} GB are free in {settings.data_dir}. Make room or set MSCWATCH_DATA_DIR."
        )
    return f"{settings.data_dir} is writable, {free / 1e9:.0f} GB free"


def _lock(settings: Settings) -> str:
    try:
        with locked(DataDir(settings.data_dir)):
            return "free"
    except LockedError:
        return "held: a run is at work"


def _warehouse(settings: Settings) -> str:
    data_dir = DataDir(settings.data_dir)
    if not data_dir.published.exists():
        return NOT_YET
    with queries.open_published(data_dir) as con:
        nights, owner = queries.nights(con, 1), queries.facts(con).get("watch")
    refuse_other_watch(owner, load_watch(settings.watch).name, settings.data_dir)
    if not hash_matches(data_dir):
        raise WarehouseError(
            f"{data_dir.published} is not what was published (SHA-256 differs). "
            "`mscwatch run --force` publishes it again."
        )
    if found := damage.unreadable(data_dir.published):
        raise WarehouseError(
            f"{data_dir.published} cannot be read whole: {found} `mscwatch run --force` publishes it again."
        )
    last = nights[0]["outcome"] if nights else "none"
    return f"every table is readable, hash as published, last night {last}"


def _working(settings: Settings) -> str:
    data_dir = DataDir(settings.data_dir)
    refuse_lost(data_dir)
    if not data_dir.working.exists():
        return NOT_YET
    try:
        with locked(data_dir):
            damage.require_readable(data_dir)
            return "every table is readable"
    except LockedError:
        return "in use: a run is at work"


def _channels(settings: Settings) -> str:
    watch = load_watch(settings.watch)
    routes = wiring.configured_routes(settings, watch)
    if off := [row for row in _switched_off(settings) if row.address in routes.channels]:
        reasons = "; ".join(f"{_named(row.address)}: {row.reason}" for row in off)
        channel = off[0].address.channel
        raise ChannelError(
            f"Switched off: {reasons} Correct the setting, or run `mscwatch test-alert {channel}`."
        )
    readers = [f"{_named(to)}: {subscriptions.describe(to, watch.subscriptions)}" for to in routes.news]
    operator = [f"{_named(to)}: the operator's notices" for to in routes.operator]
    return "; ".join(readers + operator) or "none: digests are printed"


def _named(address: Address) -> str:
    return f"{address.channel} to {subscriptions.shown(address)}"


def _switched_off(settings: Settings) -> Iterable[SwitchedOff]:
    if not DataDir(settings.data_dir).working.exists():
        return []
    with queries.open_newest(DataDir(settings.data_dir)) as con:
        return addresses.switched_off(con).values() if sql.has_relation(con, "switched_off") else []


def _export(settings: Settings) -> str:
    url = settings.export_url.get_secret_value()
    if not url:
        return "off"
    return f"{masked(url)}, last written by the run {remote.latest_run(url) or '(none yet)'}"
