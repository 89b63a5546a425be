"""A night in a few lines, for a terminal, a log and Prefect's artifact. Pure."""

from __future__ import annotations

import re

from mscwatch.digest import words
from mscwatch.tonight import NightResult

_MARKUP = re.compile(r"([\\`*_{}\[\]()#+!<>|])")


def sentence(result: NightResult) -> str:
    """One line: how the night went."""
    data = f"data of {result.data_timestamp:%Y-%m-%d %H:%M} UTC" if result.data_timestamp else "undated data"
    match result.outcome.value:
        case "unchanged":
            return f"Nothing new: the registry still shows its {data}."
        case "baseline":
            return f"Baseline: {result.fetched} trials recorded ({data}). From now on, changes are told."
        case "published":
            what = ", ".join(f"{count} {words(kind)}" for kind, count in sorted(result.events.items()))
            return f"Published: {result.fetched} trials ({data}); {what or 'no event'}."
        case other:
            return f"Night {other}: {result.error}"


def markdown(result: NightResult) -> str:
    """The same as Markdown, with the figures; nothing in it comes from the registry unescaped."""
    rows = {
        "run": result.run_id,
        "outcome": result.outcome.value,
        "registry data": result.data_timestamp or "undated",
        "trials said / read": f"{result.total_count} / {result.fetched}",
        "new / changed": f"{result.new} / {result.changed}",
        "requests": result.requests,
        "alerts owed": result.owed,
    }
    lines = [f"## {result.watch}: {_escaped(sentence(result))}", "", "| | |", "| --- | --- |"]
    lines += [f"| {name} | {_escaped(str(value))} |" for name, value in rows.items()]
    if result.events:
        lines += ["", "| event | count |", "| --- | --- |"]
        lines += [f"| {_escaped(kind)} | {count} |" for kind, count in sorted(result.events.items())]
    lines += [f"- {_escaped(warning)}" for warning in result.warnings]
    return "\n".join(lines)


def _escaped(text: str) -> str:
    return _MARKUP.sub(r"\\\1", text)
