"""What people's decisions make of what the rules and the reader say of a record. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from mscwatch.model import Record, Screening
from mscwatch.screening import relevance
from mscwatch.screening.decisions import Decisions
from mscwatch.screening.entries import ReadingDecision, ScreeningDecision
from mscwatch.therapy import Evidence, Therapy, indication_group
from mscwatch.therapy.corrections import parse_value, with_values
from mscwatch.vocabulary import IndicationGroup, Relevance

PLACE = "decisions.toml"  # in place of the API path, where the words are a person's
RULE = "a person's correction"


def judge(record: Record, nct_id: str, rules: str, decisions: Decisions) -> Screening:
    """The screening in force: a person's decision where there is one, else that of the rules.

    An indication group that a person set is taken for the record's own. Raises `ConfigError` where there are no rules
    of that name.
    """
    decision, group = decisions.screening.get(nct_id), _group(decisions.corrections(nct_id))
    by_rules = relevance.read(record, rules, lambda _: group) if group else relevance.read(record, rules)
    screening = by_rules if decision is None else _decided(by_rules, decision, record)
    return replace(screening, indication_group=group) if group else screening


def corrected(therapy: Therapy, corrections: Sequence[ReadingDecision]) -> Therapy:
    """The therapy with the values that people set; their evidence says who set them, when and why.

    `corrected` lists these fields.
    """
    if not corrections:
        return therapy
    words = {one.field: Evidence(PLACE, f"{one.by} on {one.date}: {one.reason}", RULE) for one in corrections}
    values = {one.field: parse_value(one.field, one.value) for one in corrections}
    fields = tuple(dict.fromkeys((*therapy.corrected, *words)))
    return replace(with_values(therapy, values, words), corrected=fields)


def _decided(by_rules: Screening, decision: ScreeningDecision, record: Record) -> Screening:
    """Included is `core`, excluded is `off`. The reason says who decided, when and why, and what the rules say."""
    reason = (
        f"{decision.outcome} by {decision.by} on {decision.date}: {decision.reason} "
        f"(its words say {by_rules.relevance}: {by_rules.reason})"
    )
    if decision.decision == "include":
        return Screening(Relevance.CORE, reason, indication_group(record))
    return Screening(Relevance.OFF, reason, IndicationGroup.NONE)


def _group(corrections: Iterable[ReadingDecision]) -> IndicationGroup | None:
    """The indication group that a person set, or None."""
    of_group = (decision for decision in corrections if decision.field == "indication_group")
    return next((IndicationGroup(decision.value) for decision in of_group), None)
