"""The version of the reading rules. When it moves, the next run reads every stored record anew, without events.

It covers everything that decides what `trials` and `therapies` say of a stored record:

- the relevance rules: `screening/relevance.py` and `screening/rules/`
- the therapy reading: all of `therapy/`, its vocabulary and its corrections
- which trials have their therapy read: `changes.plan.is_read`
- what of a record is stored: `record.without_contacts` (raise `record.RECIPE` too, so that records are fetched anew)
"""

from __future__ import annotations

from mscwatch.screening.relevance import NO_RULES, rules_file

RULES_VERSION = 8  # tests/test_rules_version.py fails when a reading moves and this does not


def rules_version(rules: str) -> str:
    """The value of `rules_hash` in `meta`: the name of the rules and their version, such as `msc-liver 1`.

    Raises `ConfigError` where there are no rules of that name.
    """
    if rules != NO_RULES:
        rules_file(rules)  # nothing is compiled: an unchanged night reads no record
    return f"{rules} {RULES_VERSION}"
