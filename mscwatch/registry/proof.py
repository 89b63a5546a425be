"""Whether a sweep of the registry may be trusted, and why. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from mscwatch.model import Proof, RegistryVersion
from mscwatch.watch import Expect

# More records that cannot be read than both of these refuse a night: then it is no matter of single records.
FEW_SET_ASIDE = 3
SHARE_SET_ASIDE = 0.01  # of all records


@dataclass(frozen=True, slots=True)
class Sweep:
    """Counts of one complete reading of the topic, whose pages are on disk. `Proof` says whether to trust it."""

    before: RegistryVersion
    after: RegistryVersion
    total_count: int | None
    distinct: int
    duplicates: int
    nameless: int  # records without an NCT number
    walks: int  # how often the pages were read: again when the registry's data moved, or when pages broke off
    newest: str = ""  # the latest day of a data set (`versionHolder`) that a record names
    set_aside: Mapping[str, str] = field(default_factory=dict)  # records that cannot be read: number, reason


def prove_sweep(
    sweep: Sweep,
    ids: Collection[str],
    *,
    known: int,
    missing: Sequence[str],
    expect: Expect,
    accepted: str = "",
) -> Proof:
    """Whether a sweep of the topic may be trusted.

    `ids` are the trials that came, `known` is the number of trials in the watch so far, and `missing` are those of them
    that did not come. `accepted` is a person's reason to trust a sweep that fails a bound of the watch file. It never
    excuses a count that does not add up or data that moved.
    """
    wrong, bounds = list(_faults(sweep, known)), []
    if expect.min is not None and sweep.distinct < expect.min:
        bounds.append(f"{sweep.distinct} trials are fewer than the {expect.min} that the watch expects")
    share = len(missing) / known if known else 0.0
    if expect.max_drop is not None and share > expect.max_drop:
        bounds.append(f"{len(missing)} of {known} known trials are missing ({share:.0%})")
    if lost := [sentinel for sentinel in expect.sentinels if sentinel not in ids]:
        bounds.append(f"sentinel(s) {', '.join(lost)} did not come")
    warnings = list(_warnings(sweep, expect))
    checks = {
        "total_count": sweep.total_count,
        "distinct": sweep.distinct,
        "duplicates": sweep.duplicates,
        "nameless": sweep.nameless,
        "set_aside": [{"nct_id": nct_id, "reason": reason} for nct_id, reason in sweep.set_aside.items()],
        "known": known,
        "missing": list(missing),
        "walks": sweep.walks,
        "newest": sweep.newest or None,
        "sentinels": {sentinel: sentinel in ids for sentinel in expect.sentinels},
        "accepted": accepted or None,
        "bounds": bounds,
        "warnings": warnings,
        "not_checked": list(_not_checked(sweep, expect)),
    }
    return Proof(checks, tuple(wrong if accepted else wrong + bounds), tuple(warnings), acceptable=not wrong)


def _faults(sweep: Sweep, known: int) -> Iterable[str]:
    """What no person may overrule: the answer is not the whole topic, or much of it cannot be read."""
    if sweep.nameless:
        yield f"{sweep.nameless} record(s) came without an NCT number"
    if sweep.before != sweep.after:
        yield "the registry's data moved while they were read"
    if sweep.total_count is None:
        yield "the registry did not say how many trials there are"
    elif sweep.distinct != sweep.total_count:
        yield f"the registry says {sweep.total_count} trials and sent {sweep.distinct}"
    count = len(sweep.set_aside)
    if count > max(FEW_SET_ASIDE, SHARE_SET_ASIDE * sweep.distinct):
        first, reason = next(iter(sweep.set_aside.items()))
        yield f"{count} of {sweep.distinct} records cannot be read, the first of them {first} ({reason})"
    if sweep.distinct == 0 and known:
        yield "the answer is empty"


def _warnings(sweep: Sweep, expect: Expect) -> Iterator[str]:
    """What is odd and refuses nothing."""
    if expect.max is not None and sweep.distinct > expect.max:
        yield f"{sweep.distinct} trials are more than the {expect.max} that the watch expects"
    stated = sweep.after.data_timestamp
    if sweep.newest and stated and sweep.newest != stated.date().isoformat():
        yield (
            f"the newest records are of {sweep.newest}, and the registry says that its data are of {stated.date()}: "
            "some of its servers may lag behind"
        )


def _not_checked(sweep: Sweep, expect: Expect) -> Iterable[str]:
    """What this proof does not cover, in words."""
    if sweep.before.data_timestamp is None:
        yield "whether the data moved: the registry gives no data timestamp"
    for name in ("min", "max", "max_drop", "sentinels"):
        if getattr(expect, name) in (None, ()):
            yield f"expect.{name}: the watch file has none"
