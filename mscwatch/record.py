"""A registry record as a value: its id, what of it is kept, and what makes two of them the same."""

from __future__ import annotations

import hashlib
import re
from typing import Any

import orjson

from mscwatch.errors import NoAnswerError
from mscwatch.model import Record

NCT_ID = re.compile(r"NCT\d{8}")

# Personal data that the registry shows for recruiting only; never stored, and in no hash of content.
# Whoever changes what is kept or hashed raises RECIPE, so that every record is read again.
RECIPE = b"1"
_CONTACT_KEYS = {
    ("protocolSection", "contactsLocationsModule"): "centralContacts",
    ("resultsSection", "moreInfoModule"): "pointOfContact",
}


def record_nct_id(record: Record) -> str | None:
    """The record's NCT number, or None when it has none that looks like one."""
    found = part(record, "protocolSection", "identificationModule", "nctId")
    return found if isinstance(found, str) and NCT_ID.fullmatch(found) else None


def parse_record(text: bytes) -> Record:
    """A record from its JSON text. Raises `NoAnswerError` for what is no JSON."""
    try:
        found: Record = orjson.loads(text)
    except orjson.JSONDecodeError:
        msg = f"The registry sent a record that cannot be read: {text[:80]!r}… Run again later."
        raise NoAnswerError(msg) from None
    return found


def fingerprint(text: bytes) -> str:
    """Sixteen bytes in hexadecimal by which a record that comes again, letter by letter, is known without reading it.

    Left out is `versionHolder`, which moves on every refresh, where the registry has it: at the head of
    `derivedSection.miscInfoModule`, after all that people write (and in a text the quotes would be escaped).
    """
    before, key, rest = text.rpartition(b'"miscInfoModule":{"versionHolder":"')
    found = hashlib.sha256(RECIPE + before)
    if key:
        found.update(b"\0")  # where it stood, which no JSON text can hold
        rest = rest.partition(b'"')[2]
    found.update(rest)
    return found.hexdigest()[:32]


def part(record: Record, *path: str) -> Any:
    """The value at a path of keys, or None where the path ends early."""
    value: Any = record
    for key in path:
        if not isinstance(value, dict):
            return None
        value = value.get(key)
    return value


def without_contacts(record: Record) -> Record:
    """The same record without names, phones and mail addresses of contacts (changed in place)."""
    for path, key in _CONTACT_KEYS.items():
        module = part(record, *path)
        if isinstance(module, dict):
            module.pop(key, None)
    # every list of sites, whatever it is called: copies of the registry have more than one
    module = part(record, "protocolSection", "contactsLocationsModule")
    for sites in module.values() if isinstance(module, dict) else ():
        for site in sites if isinstance(sites, list) else ():
            if isinstance(site, dict):
                site.pop("contacts", None)
    return record


def content_hash(record: Record) -> str:
    """SHA-256 of everything that people wrote: the record without `derivedSection`."""
    return _hash({key: value for key, value in record.items() if key != "derivedSection"})


def derived_hash(record: Record) -> str:
    """SHA-256 of what the registry derives, without `versionHolder`, which moves on every refresh."""
    derived = dict(record.get("derivedSection") or {})
    misc = derived.get("miscInfoModule")
    if isinstance(misc, dict):
        derived["miscInfoModule"] = {key: value for key, value in misc.items() if key != "versionHolder"}
    return _hash(derived)


def overall_status(record: Record) -> str:
    """`overallStatus`, or an empty text where the record has none."""
    found = part(record, "protocolSection", "statusModule", "overallStatus")
    return found if isinstance(found, str) else ""


def _hash(value: Any) -> str:
    return hashlib.sha256(orjson.dumps(value, option=orjson.OPT_SORT_KEYS)).hexdigest()
