"""Notices, the messages that are not about one event: faults and their end for the operator, a weekly summary for all.

Pure. A notice is sent once per `notice_id`, however often it is written. So the id decides how often it is sent.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime

from mscwatch.digest import words
from mscwatch.digest.item import EVENT_ID_SHOWN
from mscwatch.model import Address, Issue, NewsItem, Notice
from mscwatch.vocabulary import NoticeKind, RunOutcome

RECORDS_SHOWN = 20  # records named in a notice
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MOST_DECISIONS = 10  # named in one notice
BAD = frozenset({RunOutcome.REFUSED, RunOutcome.FAILED, RunOutcome.INTERRUPTED})


def incident(run_id: str, watch: str, outcome: RunOutcome, error: str, *, is_open: bool) -> Notice | None:
    """The notice of the first refused or failed run, or of the first good run after one; None for any other run.

    `error` is what went wrong, `is_open` whether an earlier run was refused or failed and no good one followed.
    """
    failed = outcome in {RunOutcome.REFUSED, RunOutcome.FAILED}
    if failed == is_open:
        return None
    if failed:
        return Notice(f"{outcome.value}-{run_id}", NoticeKind(outcome.value), error)
    summary = f"The watch {watch} is working again. The outcome of this night: {outcome.value}."
    return Notice(f"recovered-{run_id}", NoticeKind.RECOVERED, summary)


def late(watch: str, last_good: datetime, now: datetime, limit: float, outcome: RunOutcome) -> Notice | None:
    """The notice that no run was good for more than `limit` hours; None within the limit. One per such gap."""
    hours = (now - last_good).total_seconds() / 3600
    if hours <= limit:
        return None
    failed = outcome in {RunOutcome.REFUSED, RunOutcome.FAILED}
    summary = (
        f"The watch {watch} had no good night since {last_good:%Y-%m-%d %H:%M} UTC, for {hours:.0f} hours. "
        f"{'It is still not working.' if failed else 'It is working again now.'} "
        "Check that the schedule runs; `mscwatch status` shows the nights."
    )
    return Notice(f"late-{watch}-{last_good:%Y%m%dT%H%M%S}", NoticeKind.LATE, summary)


def working_file_recovered(broken: str, written: datetime) -> Notice:
    """The notice that the published state replaced a broken working file.

    `broken` is the path where the broken file was put, `written` (UTC) when that file was last written.
    """
    summary = (
        "The working file was broken: a run was killed while it wrote, or the disk is failing. The published state "
        "replaced it. Later nights are read and sent again, so a message may come twice; nights that published nothing "
        "are lost. `mscwatch history` reads the lost histories again. "
        f"The broken file is {broken}; you can delete it."
    )
    return Notice(f"mended-{written:%Y%m%dT%H%M%S%f}", NoticeKind.MENDED, summary)


def drift(run_id: str, api_version: str, drifted: Sequence[Issue]) -> Notice:
    """The notice of what changed in the registry's API and its enumerations."""
    changes = " ".join(f"{issue.path} {issue.value}: {issue.message}" for issue in drifted)
    return Notice(f"drift-{run_id}", NoticeKind.DRIFT, f"The registry's API is now {api_version}: {changes}")


def set_aside(run_id: str, records: Mapping[str, str]) -> Notice:
    """The notice of the records that could not be read: their numbers, each with the reason."""
    summary = (
        f"The registry sent {len(records)} record(s) that cannot be read: {_named(records)}. The last good version of "
        "each stays in the warehouse, a trial that never had one is not in it yet, and every night tries again. "
        "All other trials are up to date."
    )
    return Notice(f"set_aside-{run_id}", NoticeKind.SET_ASIDE, summary)


def rules_failed(run_id: str, records: Mapping[str, str]) -> Notice:
    """The notice of the records on which the rules failed: their numbers, each with the reason."""
    summary = (
        f"The rules failed on {len(records)} record(s): {_named(records)}. They are stored and count as unsure, but "
        "what changed in them was told to nobody. Look at them on the registry, and report this error of mscwatch. "
        "All other trials are up to date."
    )
    return Notice(f"rules_failed-{run_id}", NoticeKind.SET_ASIDE, summary)


def _named(records: Mapping[str, str]) -> str:
    return _listed([f"{nct_id} ({reason})" for nct_id, reason in records.items()], RECORDS_SHOWN)


def papers_begin(watch: str) -> Notice:
    """The notice that the watch now asks for papers, and how to stop it. Once for a data directory."""
    summary = (
        "Each night now also asks Europe PMC and PubMed for papers of these trials: two to six requests, with the "
        "contact of MSCWATCH_CONTACT. To stop that, set MSCWATCH_PAPERS=off."
    )
    return Notice(f"papers-begin-{watch}", NoticeKind.PAPERS, summary)


def papers_not_trusted(run_id: str, problem: str) -> Notice:
    """The notice of the first search that was not proven, after proven ones. The night itself is not touched."""
    summary = (
        f"The search for papers was not trusted, so it changed nothing: {problem.rstrip('.')}. The night itself is "
        "whole. `mscwatch status` tells how later searches go."
    )
    return Notice(f"papers-{run_id}", NoticeKind.PAPERS, summary)


def papers_found(run_id: str, count: int) -> Notice:
    """The summary of what the first search found, in place of one event for each."""
    papers = "1 paper" if count == 1 else f"{count} papers"
    summary = (
        f"The first search found {papers} with results that the registry does not list. `mscwatch papers` shows them, "
        "and `mscwatch links` those that wait for a person. From now on, each is reported."
    )
    return Notice(f"papers-first-{run_id}", NoticeKind.PAPERS, summary)


def channel_off(run_id: str, addresses: Sequence[Address], why: str) -> Notice:
    """The notice that nothing more is sent to some addresses of one channel. `why` is a whole sentence."""
    channel = addresses[0].channel
    to = ", ".join(address.recipient for address in addresses)
    summary = (
        f"{channel} to {to} is switched off: {why} Its messages stay owed. Correct the setting, or repair the channel "
        f"and run `mscwatch test-alert {channel}`."
    )
    return Notice(f"channel_off-{run_id}-{_mark(to)}", NoticeKind.CHANNEL_OFF, summary)


def channel_on(run_id: str, addresses: Iterable[Address], because: str) -> Notice:
    """The notice that some addresses are in use again. `because` is a clause without a full stop."""
    to = ", ".join(f"{address.channel} to {address.recipient}" for address in addresses)
    summary = f"{to} is switched on again: {because}."
    return Notice(f"channel_on-{run_id}-{_mark(to)}", NoticeKind.CHANNEL_ON, summary)


def gave_up(address: Address, count: int, nights: int, error: str, last_sent: datetime | None) -> Notice:
    """The notice of messages that waited too long at one address. One per address until something is sent there again.

    `last_sent` (UTC) is when something was last sent there; None means never.
    """
    sent = f"was sent there since {last_sent:%Y-%m-%d}" if last_sent else "was ever sent there"
    summary = (
        f"{count} message(s) to {address.recipient} by {address.channel} waited {nights} nights and are given up. "
        f"Nothing {sent}. Last error: {error or 'none'} `mscwatch events` lists everything that happened."
    )
    identity = f"{address.channel} {address.recipient} {last_sent}"
    return Notice(f"gave_up-{_mark(identity)}", NoticeKind.GAVE_UP, summary)


def not_shown(item: NewsItem) -> Notice:
    """The notice that an event cannot be put into words, with its `problem`. One per event."""
    event = item.event
    summary = (
        f"An event of {event.nct_id} ({words(event.kind)}) cannot be shown: {item.problem.rstrip('.')}. Messages "
        "say so in its place; all other news is whole. "
        f"`mscwatch explain {event.event_id[:EVENT_ID_SHOWN]}` shows what is stored; please report it as an error of "
        "mscwatch."
    )
    return Notice(f"not_shown-{event.event_id}", NoticeKind.NOT_SHOWN, summary)


def unshown_issue(item: NewsItem) -> Issue:
    """The row of `issues` of an event that cannot be put into words."""
    event = item.event
    return Issue(event.nct_id, event.field, event.event_id, f"the event cannot be shown: {item.problem}")


def no_effect(notice_id: str, file: str, decisions: Sequence[str]) -> Notice:
    """The notice of decisions that find nothing to apply to, each in words with what it does not find."""
    summary = f"Decided in {file} without effect: {_listed(decisions, MOST_DECISIONS)}."
    advice = "Correct or delete it there; `mscwatch doctor` names all."
    return Notice(notice_id, NoticeKind.NO_EFFECT, f"{summary} {advice}")


def not_sent_id(address: Address, event_id: str) -> str:
    """The id of the notice that an address does not get one event or notice: it also marks that this was tried."""
    return f"not_sent-{_mark(f'{address.channel} {address.recipient} {event_id}')}"


def not_sent(address: Address, content: NewsItem | Notice, error: str) -> Notice:
    """The notice that a service refuses the message about one event or notice, whole and without the CSV."""
    if isinstance(content, NewsItem):
        event_id, what = content.event.event_id, f"the event {content.event.event_id[:EVENT_ID_SHOWN]} of "
        what += f"{content.event.nct_id} ({words(content.event.kind)})"
    else:
        event_id, what = content.notice_id, f"a notice ({content.kind.replace('_', ' ')})"
    summary = (
        f"The message about {what} is refused by {address.channel} to {address.recipient}: {error} It stays owed and "
        "is tried again, apart from all other news, which is sent."
    )
    return Notice(not_sent_id(address, event_id), NoticeKind.NOT_SENT, summary)


def weekly_is_due(today: date, weekday: str) -> bool:
    """Whether the chosen weekday (`mon` … `sun`, empty for never) has come this week. A missed day is made up for."""
    return bool(weekday) and today.weekday() >= WEEKDAYS.index(weekday)


def weekly(
    watch: str, title: str, today: date, events: Mapping[str, int], nights: Mapping[str, int]
) -> Notice:
    """The notice that counts the last seven days: `events` by kind, `nights` by outcome. One per ISO week."""
    year, week, _ = today.isocalendar()
    happened = ", ".join(f"{count} {words(kind)}" for kind, count in events.items()) or "nothing happened"
    bad = [f"{count} {outcome}" for outcome, count in nights.items() if outcome in BAD]
    summary = (
        f'The last seven days of "{title}": {happened}. '
        f"{sum(nights.values())} night(s), {', '.join(bad) or 'all good'}."
    )
    return Notice(f"weekly-{watch}-{year}-W{week:02}", NoticeKind.WEEKLY, summary)


def _listed(texts: Sequence[str], most: int) -> str:
    """The first `most` texts, and how many more there are."""
    return "; ".join(texts[:most]) + (f"; and {len(texts) - most} more" if len(texts) > most else "")


def _mark(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]
