"""From a registry record to what a paper may repeat of it. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from mscwatch.papers.agreement import cells_named
from mscwatch.papers.model import TrialSketch
from mscwatch.papers.numbers import numbers_of
from mscwatch.record import Record, part

BLINDED = {"NONE": False, "DOUBLE": True, "TRIPLE": True, "QUADRUPLE": True}
RANDOMISED = {"RANDOMIZED": True, "NON_RANDOMIZED": False}
MOST = 200  # sites, people or conditions that are read of one record
LONGEST_DESCRIPTION = 5_000  # characters


def sketch_of(nct_id: str, record: Record) -> TrialSketch:
    """The sketch of a record; what it does not say, or says in an odd shape, is left out."""
    protocol = part(record, "protocolSection") or {}
    status = part(protocol, "statusModule") or {}
    ended = _day(part(status, "primaryCompletionDateStruct", "date"))
    design = part(protocol, "designModule") or {}
    size = part(design, "enrollmentInfo", "count")
    named = part(protocol, "identificationModule") or {}
    titles = _texts(part(named, "briefTitle"), part(named, "officialTitle"))
    cities = _texts(*_each(part(protocol, "contactsLocationsModule", "locations"), "city"))
    return TrialSketch(
        nct_id,
        titles or ("",),
        enrollment=size if type(size) is int else None,
        started_on=_day(part(status, "startDateStruct", "date")),
        ended_on=ended or _day(part(status, "completionDateStruct", "date")),
        phases=frozenset(
            int(phase[-1]) for phase in _texts(*_items(part(design, "phases"))) if phase[-1].isdigit()
        ),
        is_randomised=RANDOMISED.get(str(part(design, "designInfo", "allocation"))),
        is_blinded=BLINDED.get(str(part(design, "designInfo", "maskingInfo", "masking"))),
        sites=len(cities),
        industry=part(protocol, "sponsorCollaboratorsModule", "leadSponsor", "class") == "INDUSTRY",
        conditions=_texts(*_items(part(protocol, "conditionsModule", "conditions"))),
        investigators=_investigators(protocol),
        places=cities,
        organisations=_organisations(protocol),
        numbers=frozenset({nct_id} | {number.number for number in numbers_of(_registered_ids(protocol))}),
        cells=cells_named(" ".join(_descriptions(protocol, titles))),
    )


def _registered_ids(protocol: Record) -> tuple[str, ...]:
    """What the record gives as the trial's other numbers; their formats tell which are a registry's."""
    module = part(protocol, "identificationModule") or {}
    return _texts(part(module, "orgStudyIdInfo", "id"), *_each(part(module, "secondaryIdInfos"), "id"))


def _investigators(protocol: Record) -> tuple[str, ...]:
    return _texts(
        *_each(part(protocol, "contactsLocationsModule", "overallOfficials"), "name"),
        part(protocol, "sponsorCollaboratorsModule", "responsibleParty", "investigatorFullName"),
    )


def _organisations(protocol: Record) -> tuple[str, ...]:
    module = part(protocol, "sponsorCollaboratorsModule") or {}
    return _texts(
        part(module, "leadSponsor", "name"),
        *_each(part(module, "collaborators"), "name"),
        *_each(part(protocol, "contactsLocationsModule", "locations"), "facility"),
    )


def _descriptions(protocol: Record, titles: tuple[str, ...]) -> Iterator[str]:
    """The texts that say which cells are given, and how."""
    yield from titles
    arms = part(protocol, "armsInterventionsModule") or {}
    for key in ("interventions", "armGroups"):
        for field in ("name", "label", "description"):
            yield from (text[:LONGEST_DESCRIPTION] for text in _texts(*_each(part(arms, key), field)))


def _day(value: Any) -> date | None:
    """A date of the registry; a month is its middle, a year its first of July."""
    if not isinstance(value, str):
        return None
    for rest in ("", "-15", "-07-01"):
        try:
            return date.fromisoformat(value + rest)
        except ValueError:
            continue
    return None


def _items(value: Any) -> list[Any]:
    return value[:MOST] if isinstance(value, list) else []


def _each(items: Any, key: str) -> Iterator[Any]:
    """A key of each item of a list; what is no list, or no item, gives nothing."""
    yield from (item.get(key) for item in _items(items) if isinstance(item, dict))


def _texts(*values: Any) -> tuple[str, ...]:
    """The values that are texts and not empty, each once."""
    return tuple(dict.fromkeys(value.strip() for value in values if isinstance(value, str) and value.strip()))
