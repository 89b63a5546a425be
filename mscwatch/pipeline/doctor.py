"""What `doctor` looks at. Each failure says what to do."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from mscwatch.digest import subscriptions
from mscwatch.errors import LockedError, MscwatchError, NoAnswerError, WarehouseError
from mscwatch.pipeline import wiring
from mscwatch.registry.client import user_agent
from mscwatch.settings import Settings, unknown_variables
from mscwatch.store import addresses, decisions, queries, remote
from mscwatch.store.addresses import SwitchedOff
from mscwatch.store.data_dir import DataDir, locked
from mscwatch.store.publish import is_noted, open_read_only
from mscwatch.store.working import advice, refuse_lost
from mscwatch.watches import load_watch

ROOM = 1_000_000_000  # bytes: several nights of a topic, and the copies made while publishing


class Check(NamedTuple):
    """One look: what was looked at, whether it is good, and what was found or is to be done."""

    what: str
    good: bool
    detail: str


def run_checks(settings: Settings) -> list[Check]:
    """Look at everything; a failed look never stops the next."""
    looks: dict[str, Callable[[Settings], str]] = {
        "settings": _settings,
        "watch": _watch,
        "decisions": _decisions,
        "registry": _registry,
        "data directory": _disk,
        "lock": _lock,
        "warehouse": _warehouse,
        "working file": _working,
        "channels": _channels,
        "export": _export,
    }
    return list(_examined(looks, settings))


def _examined(looks: dict[str, Callable[[Settings], str]], settings: Settings) -> Iterator[Check]:
    for what, look in looks.items():
        try:
            yield Check(what, good=True, detail=look(settings))
        except MscwatchError as error:
            yield Check(what, good=False, detail=str(error))


def _settings(_: Settings) -> str:
    if strange := unknown_variables():
        msg = f"{', '.join(strange)}: no such setting. Correct the name or unset it."
        raise WarehouseError(msg)
    return "every MSCWATCH_ variable is known"


def _watch(settings: Settings) -> str:
    watch = load_watch(settings.watch)
    return f"{watch.name}: {watch.title}"


def _decisions(settings: Settings) -> str:
    told = decisions.load(settings.decisions)
    if not settings.decisions.exists():
        return f"none: there is no {settings.decisions}"
    return f"{settings.decisions}: {len(told.screening)} on trials, {len(told.links)} on links"


def _registry(settings: Settings) -> str:
    client = wiring.registry_client(settings.model_copy(update={"retry_budget": 0.0}))
    try:
        version = client.version()
    except NoAnswerError as error:
        msg = f"{error} Check the network, a proxy or firewall, and MSCWATCH_API_URL."
        raise NoAnswerError(msg) from None
    agent = user_agent(settings.user_agent, settings.contact)
    return (
        f'API {version.api_version}, data of {version.data_timestamp or "no stated time"}, "{agent}" accepted'
    )


def _disk(settings: Settings) -> str:
    data_dir = DataDir(settings.data_dir)
    data_dir.prepare()
    free = shutil.disk_usage(settings.data_dir).free
    if free < ROOM:
        msg = f"Only {free / 1e9:.1f} GB are free in {settings.data_dir}. Make room or set MSCWATCH_DATA_DIR."
        raise WarehouseError(msg)
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
        return "none yet; `mscwatch run` makes it"
    with queries.open_published(DataDir(settings.data_dir)) as con:
        nights, owner = queries.nights(con, 1), queries.meta(con).get("watch")
    if owner not in (None, asked := load_watch(settings.watch).name):
        where = f"{settings.data_dir} belongs to the watch {owner}, not to {asked}"
        msg = f"{where}. Correct MSCWATCH_DATA_DIR or MSCWATCH_WATCH."
        raise WarehouseError(msg)
    if not is_noted(data_dir):
        msg = (
            f"{data_dir.published} is not what was published (SHA-256 differs). "
            "`mscwatch run --force` publishes anew."
        )
        raise WarehouseError(msg)
    return f"readable, hash as published, last night {nights[0]['outcome'] if nights else 'none'}"


def _working(settings: Settings) -> str:
    data_dir = DataDir(settings.data_dir)
    refuse_lost(data_dir)
    if not data_dir.working.exists():
        return "none yet; `mscwatch run` makes it"
    try:
        with locked(data_dir), open_read_only(data_dir.working):
            return "readable"
    except LockedError:
        return "in use: a run is at work"
    except WarehouseError as error:
        advised = advice(str(error)) or "If that stays so, restore a backup with --replace."
        raise WarehouseError(f"{error} {advised}") from None


def _channels(settings: Settings) -> str:
    watch = load_watch(settings.watch)
    routes = wiring.configured_routes(settings, watch)
    if off := [one for one in _switched_off(settings) if one.address in routes.channels]:
        told = "; ".join(f"{one.address.channel} to {one.address.recipient}: {one.reason}" for one in off)
        msg = f"Switched off: {told} Correct the setting, or run `mscwatch test-alert {off[0].address.channel}`."
        raise WarehouseError(msg)
    who = [
        f"{one.channel} to {one.recipient}: {subscriptions.describe(one, watch.subscriptions)}"
        for one in routes.news
    ]
    operator = [f"{one.channel} to {one.recipient}: the operator's notices" for one in routes.operator]
    return "; ".join(who + operator) or "none: digests are printed"


def _switched_off(settings: Settings) -> Iterable[SwitchedOff]:
    if not DataDir(settings.data_dir).working.exists():
        return []
    with queries.open_newest(DataDir(settings.data_dir)) as con:
        return addresses.switched_off(con).values() if addresses.are_kept(con) else []


def _export(settings: Settings) -> str:
    url = settings.export_url.get_secret_value()
    if not url:
        return "off"
    return f"{remote.masked(url)}, last written by the run {remote.newest(url) or '(none yet)'}"
