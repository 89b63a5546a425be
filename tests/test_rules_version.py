"""The version of the reading rules moves whenever a reading of the bundled records moves."""

from __future__ import annotations

import csv
import hashlib
import tomllib
from dataclasses import asdict
from importlib.resources import files

import orjson
import pytest

from mscwatch.changes import plan
from mscwatch.errors import ConfigError
from mscwatch.record import part, without_contacts
from mscwatch.replica.sample import sample_records
from mscwatch.screening import relevance, version
from mscwatch.therapy import read_printed, vocabulary
from support.records import record

# Each version with the digest of its readings.
GOLDEN = {
    1: "4a2bd009ec74707f9d2d58106c3de7d119e4e085085bfba4f9d1301e6cb73010",
    2: "3db67f806cee1d8cd2260db8cd6e0cb3fc43852142a386f9708f6da1986a83fe",
    3: "9ed90b5e3ddc04d1ce46bbba3865cc5e9e03dec3c6197d877a5acb2034f74f02",
    4: "582f56ea30583e97c4bba92802945a7503a664628444cb5acc847860fb9bc088",
    5: "c514a4803bddecb0d38b3c279fa18067d7077545ae84e2ed4c9ced8eae7ebedc",
    6: "b362d907d15b1d6e510b4dc5fb6c49bade71843fe57a9b2ccb3369861cdab951",
    7: "1ef21dc1eef7562ea5d61954252c91952846e4218e36e0f1b1b46987e8891bed",
    8: "b6db9ca498cbb35120ea3254157527d0bf5bbbfd8cb366b01ce3da18244f809d",
}
TITLES = ("protocolSection", "identificationModule", "briefTitle")
RULES = ("msc-liver", "cell-therapy-liver", relevance.NO_RULES)
PRINTED = ("source_as_printed", "route_as_printed", "dose_as_printed", "disease_as_printed")
CONTACT = {"name": "A. Person", "phone": "1", "email": "a@example.org"}


def packaged():
    """What the packaged files of words and corrections say, without comments and the vocabulary's examples."""
    folders = (files("mscwatch.screening") / "rules", files("mscwatch.therapy"))
    texts = {
        path.name: path for folder in folders for path in folder.iterdir() if path.name.endswith(".toml")
    }
    tables = {name: tomllib.loads(path.read_text("utf-8")) for name, path in sorted(texts.items())}
    tables["vocabulary.toml"] = vocabulary.parse(texts["vocabulary.toml"].read_text("utf-8"))
    for values in tables["vocabulary.toml"].values():
        for words in values.values():
            words.pop("examples", None)
    return tables


def with_contacts():
    """A record with contacts in every place where the registry has them."""
    sites = {"centralContacts": [CONTACT], "locations": [{"facility": "A", "contacts": [CONTACT]}]}
    return record(contactsLocationsModule=sites) | {
        "resultsSection": {"moreInfoModule": {"pointOfContact": CONTACT}}
    }


def readings():
    """Every reading of the bundled records by every rules file, and of Table 2 as printed."""
    for rules in RULES:
        for _, one in sorted(sample_records().items()):
            screening = relevance.read(one, rules)
            yield asdict(screening), plan.is_read(screening), asdict(plan.read_therapy(one, screening))
    table = (files("mscwatch.warehouse") / "seeds" / "published_trials.csv").read_text("utf-8")
    for row in csv.DictReader(table.splitlines()):
        yield asdict(read_printed(*(row[name] for name in PRINTED), row=int(row["review_row"])))
    yield packaged()
    yield without_contacts(with_contacts())


def digest():
    return hashlib.sha256(orjson.dumps(list(readings()), option=orjson.OPT_SORT_KEYS)).hexdigest()


def test_the_version_moves_with_the_readings():
    assert GOLDEN.get(version.RULES_VERSION) == digest(), (
        "Readings of the bundled records moved, or words or corrections in a packaged file did. Raise RULES_VERSION "
        f"in mscwatch/screening/version.py, so that stored records are read anew, and add to GOLDEN here: "
        f'{max(GOLDEN) + 1}: "{digest()}"'
    )


def test_no_version_has_the_readings_of_another():
    assert len(set(GOLDEN.values())) == len(GOLDEN)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("module", "name", "other"),
    [
        (plan, "is_read", lambda *_: True),
        (relevance, "_headline", lambda record: relevance._texts(part(record, *TITLES))),
    ],
)
def test_the_digest_sees_other_rules(monkeypatch, module, name, other):
    before = digest()
    monkeypatch.setattr(module, name, other)
    assert digest() != before


def test_meta_names_the_rules_and_their_version():
    assert version.rules_version("msc-liver") == f"msc-liver {version.RULES_VERSION}"
    assert version.rules_version(relevance.NO_RULES) == f"none {version.RULES_VERSION}"
    with pytest.raises(ConfigError, match='no reading rules "unheard-of"'):
        version.rules_version("unheard-of")
