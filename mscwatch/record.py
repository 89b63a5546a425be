"""A registry record as a value: its NCT number, its content without contacts, its hashes, and the registry's enums."""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

import orjson

from mscwatch.model import Record

# What the API accepts as an NCT number: any case, and the leading zeros may be missing.
_NCT_NUMBER = re.compile(r"NCT0*([1-9][0-9]{0,7})", re.IGNORECASE)

# Part of every fingerprint. Raise it when you change what is stored or hashed, so that every record is read again.
RECIPE = b"1"
# Personal data, which the registry shows for recruitment only: never stored and never hashed.
_CONTACT_KEYS = {
    ("protocolSection", "contactsLocationsModule"): "centralContacts",
    ("resultsSection", "moreInfoModule"): "pointOfContact",
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


def fingerprint(text: bytes) -> str:
    """Sixteen bytes in hexadecimal that identify a record's JSON text, so that the same text need not be parsed again.

    `versionHolder` is left out, because it moves with every refresh of the registry. The registry writes it at the
    head of `derivedSection.miscInfoModule`, after everything that people write. A quoted text cannot imitate it: its
    quotation marks would be escaped.
    """
    before, key, rest = text.rpartition(b'"miscInfoModule":{"versionHolder":"')
    digest = hashlib.sha256(RECIPE + before)
    if key:
        digest.update(b"\0")  # marks the place; no JSON text can hold this byte
        rest = rest.partition(b'"')[2]
    digest.update(rest)
    return digest.hexdigest()[:32]


def part(record: Record, *path: str) -> Any:
    """The value at a path of keys, or None where the path ends early."""
    value: Any = record
    for key in path:
        if not isinstance(value, dict):
            return None
        value = value.get(key)
    return value


def without_contacts(record: Record) -> Record:
    """The same record without names, phones and mail addresses of contacts. The record is changed in place."""
    for path, key in _CONTACT_KEYS.items():
        module = part(record, *path)
        if isinstance(module, dict):
            module.pop(key, None)
    # Every list of sites, whatever its name: copies of the registry have more than one.
    module = part(record, "protocolSection", "contactsLocationsModule")
    for sites in module.values() if isinstance(module, dict) else ():
        for site in sites if isinstance(sites, list) else ():
            if isinstance(site, dict):
                site.pop("contacts", None)
    return record


def content_hash(record: Record) -> str:
    """SHA-256 of everything that people wrote: the record without `derivedSection` (`versions.content_hash`)."""
    return _hash({key: value for key, value in record.items() if key != "derivedSection"})


def derived_hash(record: Record) -> str:
    """SHA-256 of what the registry derives, without `versionHolder` (`versions.derived_hash`)."""
    derived = dict(record.get("derivedSection") or {})
    misc = derived.get("miscInfoModule")
    if isinstance(misc, dict):
        derived["miscInfoModule"] = {key: value for key, value in misc.items() if key != "versionHolder"}
    return _hash(derived)


def overall_status(record: Record) -> str:
    """`overallStatus`, or an empty string where the record has none."""
    status = part(record, "protocolSection", "statusModule", "overallStatus")
    return status if isinstance(status, str) else ""


def _hash(value: Any) -> str:
    return hashlib.sha256(orjson.dumps(value, option=orjson.OPT_SORT_KEYS)).hexdigest()
