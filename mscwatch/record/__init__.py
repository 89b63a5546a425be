"""A registry record as a value: its NCT number, its hashes, what its fields may hold, its plain form. Pure."""

from __future__ import annotations

import hashlib
import json
import re
import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

import orjson

from mscwatch.model import Record as Record

# What the API accepts as an NCT number: any case, and the leading zeros may be missing.
_NCT_NUMBER = re.compile(r"NCT0*([1-9][0-9]{0,7})", re.IGNORECASE)

_RAW_NCT_NUMBER = re.compile(rb'"nctId"\s*:\s*"(NCT[0-9]{8})"')
DEEPEST_JSON = 400  # levels; parsers, DuckDB's and Python's among them, give up somewhere beyond

# Part of every fingerprint. Raise it when you change what is stored or hashed, so that every record is read again.
RECIPE = b"1"
VERSION_HOLDER = b'"miscInfoModule":{"versionHolder":"'  # before the day
# Personal data, which the registry shows for recruitment only: never stored and never hashed.
_CONTACTS = {
    ("protocolSection", "contactsLocationsModule"): frozenset({"centralContacts", "contacts"}),
    ("resultsSection", "moreInfoModule"): frozenset({"pointOfContact"}),
}


class RegistryValues(NamedTuple):
    """The registry's enumerations (`registry_values.toml`): each type with its values and their labels, in order."""

    api_version: str
    enums: Mapping[str, Mapping[str, str]]


@cache
def registry_values() -> RegistryValues:
    """The enumerations as API `api_version` listed them. A value without a label has itself as label."""
    text = files("mscwatch").joinpath("registry_values.toml").read_text(encoding="utf-8")
    content = tomllib.loads(text)
    enums = {
        name: values if isinstance(values, dict) else {value: value for value in values}
        for name, values in content["enums"].items()
    }
    return RegistryValues(content["api_version"], enums)


def nct_number(text: str) -> str | None:
    """`nct0123` as the registry writes it, `NCT00000123`; None when the text is not an NCT number."""
    match = _NCT_NUMBER.fullmatch(text.strip())
    return f"NCT{match[1]:0>8}" if match else None


def record_nct_id(record: Record) -> str | None:
    """The record's NCT number, or None when there is none in the registry's own spelling."""
    nct_id = part(record, "protocolSection", "identificationModule", "nctId")
    return nct_id if isinstance(nct_id, str) and nct_number(nct_id) == nct_id else None


def parse_record(text: bytes) -> Record:
    """A record from its JSON text. Raises `ValueError` when the text is not JSON."""
    record: Record = orjson.loads(text)
    return record


def number_in_text(text: bytes) -> str | None:
    """The NCT number in the raw text of a record that may be no JSON; None where its module names none.

    A quoted text cannot imitate it, because its quotation marks would be escaped.
    """
    _, module, rest = text.partition(b'"identificationModule"')
    match = _RAW_NCT_NUMBER.search(rest.partition(b'"statusModule"')[0]) if module else None
    return match[1].decode() if match else None


def as_json(value: Any, *, sort_keys: bool = False) -> bytes:
    """A value as JSON. Raises `ValueError` when it is nested deeper than `DEEPEST_JSON`."""
    try:
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS if sort_keys else 0)
    except TypeError:  # nested deeper than orjson writes
        if is_deep(value, DEEPEST_JSON):
            raise ValueError(f"nested more than {DEEPEST_JSON} deep") from None
        return json.dumps(value, sort_keys=sort_keys, ensure_ascii=False, separators=(",", ":")).encode()


def is_deep(value: Any, deepest: int) -> bool:
    """Whether lists and objects are nested in a value more than `deepest` levels."""
    level = [value]
    for _ in range(deepest + 1):
        level = [inner for item in level for inner in _items(item)]
        if not level:
            return False
    return any(isinstance(item, dict | list) for item in level)


def fingerprint(text: bytes) -> str:
    """Sixteen bytes in hexadecimal that identify a record's JSON text, so that the same text need not be parsed again.

    `versionHolder` is left out, because it moves with every refresh of the registry. The registry writes it at the
    head of `derivedSection.miscInfoModule`, after everything that people write. A quoted text cannot imitate it: its
    quotation marks would be escaped.
    """
    before, key, rest = text.rpartition(VERSION_HOLDER)
    digest = hashlib.sha256(RECIPE + before)
    if key:
        digest.update(b"\0")  # marks the place; no JSON text can hold this byte
        rest = rest.partition(b'"')[2]
    digest.update(rest)
    return digest.hexdigest()[:32]


def version_holder(text: bytes) -> str:
    """The day of the data set that a record's JSON text is of (`2026-08-14`), or nothing where it does not say."""
    return text.rpartition(VERSION_HOLDER)[2][:10].decode(errors="replace") if VERSION_HOLDER in text else ""


def part(record: Record, *path: str) -> Any:
    """The value at a path of keys, or None where the path ends early."""
    value: Any = record
    for key in path:
        if not isinstance(value, dict):
            return None
        value = value.get(key)
    return value


def without_contacts(record: Record) -> Record:
    """The same record without names, phones and mail addresses of contacts. The record is changed in place.

    They go wherever they are in their module, also where its shape is not the registry's.
    """
    for path, names in _CONTACTS.items():
        level = [part(record, *path)]
        while level:
            for item in level:
                if isinstance(item, dict):
                    for name in names & item.keys():
                        del item[name]
            level = [inner for item in level for inner in _items(item)]
    return record


def content_hash(record: Record) -> str:
    """SHA-256 of everything that people wrote: the record without `derivedSection` (`versions.content_hash`)."""
    return _hash({key: value for key, value in record.items() if key != "derivedSection"})


def derived_hash(record: Record) -> str:
    """SHA-256 of what the registry derives, without `versionHolder` (`versions.derived_hash`)."""
    derived = record.get("derivedSection") or {}
    misc = part(derived, "miscInfoModule")
    if isinstance(misc, dict):
        kept = {key: value for key, value in misc.items() if key != "versionHolder"}
        derived = derived | {"miscInfoModule": kept}
    return _hash(derived)


def overall_status(record: Record) -> str:
    """`overallStatus`, or an empty string where the record has none."""
    status = part(record, "protocolSection", "statusModule", "overallStatus")
    return status if isinstance(status, str) else ""


def _hash(value: Any) -> str:
    return hashlib.sha256(as_json(value, sort_keys=True)).hexdigest()


def _items(value: Any) -> Iterable[Any]:
    """The values in an object or a list; nothing in anything else."""
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()
