"""What is told beside events: to the operator when something is wrong and when it is over, to all the week in summary.

Pure. The id of a notice decides how often it is told: once, however often it is written.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime

from mscwatch.digest import words
from mscwatch.model import Address, Issue, Notice
from mscwatch.vocabulary import NoticeKind, RunOutcome

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def incident(run_id: str, watch: str, outcome: RunOutcome, error: str, *, is_open: bool) -> Notice | None:
    """A night that was refused or failed, the first time; and the first good one after that."""
    failed = outcome in {RunOutcome.REFUSED, RunOutcome.FAILED}
    if failed == is_open:
        return None
    if failed:
        return Notice(f"{outcome.value}-{run_id}", NoticeKind(outcome.value), error)
    said = f"The watch {watch} runs again: {outcome.value}."
    return Notice(f"recovered-{run_id}", NoticeKind.RECOVERED, said)


def late(watch: str, last_good: datetime, now: datetime, limit: float, outcome: RunOutcome) -> Notice | None:
    """No good night for more than `limit` hours; told once per such gap, by the run that notices it."""
    hours = (now - last_good).total_seconds() / 3600
    if hours <= limit:
        return None
    over = (
        "That is over now." if outcome not in {RunOutcome.REFUSED, RunOutcome.FAILED} else "It is not over."
    )
    said = (
        f"The watch {watch} had no good night since {last_good:%Y-%m-%d %H:%M} UTC, for {hours:.0f} hours. {over} "
        "See that the schedule runs; `mscwatch status` shows the nights."
    )
    return Notice(f"late-{watch}-{last_good:%Y%m%dT%H%M%S}", NoticeKind.LATE, said)


def working_file_recovered(broken: str, written: datetime) -> Notice:
    """The working file was broken, and the published state took its place; `written` (UTC) is when it was last."""
    said = (
        "The working file was broken, most likely by a kill while it was written. The published state took its place: "
        "what nights wrote after it is read and told again, so a message may come twice; nights that published nothing "
        f"are forgotten; histories are read again by `mscwatch history`. The broken file is {broken}; delete it when "
        "you like."
    )
    return Notice(f"mended-{written:%Y%m%dT%H%M%S%f}", NoticeKind.MENDED, said)


def drift(run_id: str, api_version: str, drifted: Sequence[Issue]) -> Notice:
    """What moved in the registry's vocabulary."""
    said = " ".join(f"{one.path} {one.value}: {one.message}" for one in drifted)
    return Notice(f"drift-{run_id}", NoticeKind.DRIFT, f"The registry's API is now {api_version}: {said}")


def channel_off(run_id: str, addresses: Sequence[Address], why: str) -> Notice:
    """Addresses of one channel to which nothing is sent from now on."""
    channel = addresses[0].channel
    to = ", ".join(address.recipient for address in addresses)
    said = (
        f"{channel} to {to} is switched off: {why} What is owed there waits. Correct the setting, or make it work and "
        f"run `mscwatch test-alert {channel}`."
    )
    return Notice(f"channel_off-{run_id}-{_mark(to)}", NoticeKind.CHANNEL_OFF, said)


def channel_on(run_id: str, addresses: Iterable[Address], because: str) -> Notice:
    """Addresses to which is sent again."""
    to = ", ".join(f"{address.channel} to {address.recipient}" for address in addresses)
    return Notice(
        f"channel_on-{run_id}-{_mark(to)}", NoticeKind.CHANNEL_ON, f"{to} is switched on again: {because}."
    )


def gave_up(address: Address, count: int, nights: int, error: str, last_sent: datetime | None) -> Notice:
    """What waited too long at one address; told once until something is sent there again."""
    since = f"since {last_sent:%Y-%m-%d}" if last_sent else "ever"
    said = (
        f"{count} message(s) to {address.recipient} by {address.channel} waited {nights} nights and are given up; "
        f"nothing was sent there {since}. Last error: {error or 'none'} `mscwatch events` lists all that happened."
    )
    identity = f"{address.channel} {address.recipient} {last_sent}"
    return Notice(f"gave_up-{_mark(identity)}", NoticeKind.GAVE_UP, said)


def weekly_is_due(today: date, weekday: str) -> bool:
    """From the chosen weekday on, until the week (Monday to Sunday) ends: a missed day is made up for."""
    return bool(weekday) and today.weekday() >= WEEKDAYS.index(weekday)


def weekly(
    watch: str, title: str, today: date, events: Mapping[str, int], nights: Mapping[str, int]
) -> Notice:
    """The last seven days, counted: events by kind, nights by outcome. One per ISO week, also of a quiet one."""
    year, week, _ = today.isocalendar()
    what = ", ".join(f"{count} {words(kind)}" for kind, count in events.items()) or "nothing happened"
    bad = {
        outcome: count for outcome, count in nights.items() if outcome in {"refused", "failed", "interrupted"}
    }
    went = ", ".join(f"{count} {outcome}" for outcome, count in bad.items()) or "all good"
    said = f'The last seven days of "{title}": {what}. {sum(nights.values())} night(s), {went}.'
    return Notice(f"weekly-{watch}-{year}-W{week:02}", NoticeKind.WEEKLY, said)


def _mark(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]
