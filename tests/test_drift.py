"""A new API version: what the registry's own lists say that this program does not know."""

from __future__ import annotations

import json
from pathlib import Path

import orjson
import pytest

from mscwatch.record import registry_values
from mscwatch.registry import api_drift
from mscwatch.registry.api_drift import Enum, Node, moved_fields, unknown_values
from mscwatch.registry.client import Client
from mscwatch.registry.http import Politeness
from mscwatch.replica import Replica, Response, Snapshot
from mscwatch.store.ctgov import mapped_paths
from support import faults
from support.records import record

REGISTRY = Path(__file__).parents[2] / "shared" / "registry"

MAPPED = {
    "hasResults",
    "protocolSection.identificationModule.nctId",
    "protocolSection.designModule.phases[]",
    "protocolSection.contactsLocationsModule.locations[]",
    "protocolSection.contactsLocationsModule.locations[].geoPoint.lat",
}


def tree(*paths):
    """Field paths as `/studies/metadata` gives them."""
    roots = []
    for path in paths:
        nodes = roots
        for name in path.split("."):
            node = next((one for one in nodes if one["name"] == name), None)
            if node is None:
                node = {
                    "name": name,
                    "piece": name.title(),
                    "type": "text",
                    "sourceType": "TEXT",
                    "children": [],
                }
                nodes.append(node)
            nodes = node["children"]
    return roots


def fields(*more, without=""):
    usual = {
        "hasResults",
        "protocolSection.identificationModule.nctId",
        "protocolSection.designModule.phases",
        "protocolSection.contactsLocationsModule.locations.facility",
        "protocolSection.contactsLocationsModule.locations.geoPoint",
        "protocolSection.contactsLocationsModule.locations.contacts.name",
        "derivedSection.miscInfoModule.versionHolder",
    }
    return tree(*sorted(usual - {without} | set(more)))


def moved(told, mapped=MAPPED):
    ignored = {"protocolSection.contactsLocationsModule.locations.contacts"}
    read = mapped | {"protocolSection.contactsLocationsModule.locations[].facility"}
    return moved_fields([Node.model_validate(one) for one in told], read, ignored)


def enum(name, *values):
    return Enum.model_validate({"type": name, "values": [{"value": value} for value in values]})


def answered(value):
    return lambda _: Response(headers={"Content-Type": "application/json"}, body=orjson.dumps(value))


@pytest.fixture
def look():
    """What a look finds at an embedded registry of API 2.1.0; `asked` are the requests that it made."""

    def at(*intercepts, last_seen="2.0.5", version="2.1.0", mapped=MAPPED):
        night = Snapshot("2022-10-06T09:00:05", {"NCT00000001": record(1)})
        with Replica([night], intercept=faults.either(*intercepts)) as registry:
            client = Client(registry.url, Politeness("test", min_interval=0, budget=0))
            found = api_drift.find_drift(client, version, last_seen=last_seen, mapped=mapped)
            at.asked = [target.removeprefix("/api/v2") for _, target in registry.requests]
        return found

    return at


METADATA = faults.on("/studies/metadata", answered(fields()))


# When it looks


@pytest.mark.parametrize(
    ("version", "last_seen"), [("2.1.0", "2.1.0"), ("2.0.5", "2.0.5"), (registry_values().api_version, None)]
)
def test_an_api_that_is_known_is_not_looked_at(look, version, last_seen):
    assert look(version=version, last_seen=last_seen) == []
    assert look.asked == []


@pytest.mark.parametrize("last_seen", ["2.0.5", "2.2.0", None])
def test_an_api_that_differs_is_looked_at_with_two_requests(look, last_seen):
    look(METADATA, last_seen=last_seen)
    assert look.asked == ["/studies/enums", "/studies/metadata"]


# Values


def test_values_as_they_are_known_raise_nothing():
    assert unknown_values([enum("Sex", "ALL", "FEMALE")], {"Sex": {"ALL", "FEMALE", "MALE"}}) == []


def test_a_new_value_is_an_issue_that_names_it_and_its_list():
    (issue,) = unknown_values([enum("Status", "COMPLETED", "PAUSED")], {"Status": {"COMPLETED"}})
    assert (issue.nct_id, issue.path, issue.value) == ("", "Status", "PAUSED")
    assert "Status has a value that is not known here" in issue.message


def test_a_new_list_is_one_issue_with_all_its_values():
    (issue,) = unknown_values([enum("Colour", "RED", "BLUE")], {})
    assert (issue.path, issue.value) == ("Colour", "RED, BLUE")


def test_the_embedded_registrys_values_are_all_known(look):
    def with_one_more(request):
        return answered([*orjson.loads(request.usual().body), {"type": "Sex", "values": [{"value": "X"}]}])(
            request
        )

    found = look(faults.on("/studies/enums", with_one_more), METADATA)
    assert [issue.value for issue in found if issue.path == "Sex"] == ["X"]
    assert not [issue for issue in found if issue.path == "Status"]


# Fields


def test_fields_as_they_are_read_raise_nothing():
    """A list is written with `[]` here and without there, and a geoPoint is one field there."""
    assert moved(fields()) == []


def test_a_field_that_is_read_and_gone_is_an_issue():
    (issue,) = moved(fields(without="protocolSection.designModule.phases"))
    assert issue.path == "protocolSection.designModule.phases"
    assert "will be empty" in issue.message


def test_a_renamed_field_is_two_issues():
    new = "protocolSection.designModule.phaseList"
    found = moved(fields(new, without="protocolSection.designModule.phases"))
    assert [issue.path for issue in found] == ["protocolSection.designModule.phases", new]


def test_a_new_field_in_a_section_that_is_only_derived_is_no_issue():
    assert (
        moved(fields("derivedSection.conditionBrowseModule.browseLeaves", "resultsSection.newModule.x")) == []
    )


def test_a_new_field_below_one_that_is_left_out_on_purpose_is_no_issue():
    assert moved(fields("protocolSection.contactsLocationsModule.locations.contacts.fax")) == []


def test_a_new_field_of_the_protocol_is_an_issue(look):
    new = "protocolSection.unheardOfModule.note"
    found = look(faults.on("/studies/metadata", answered(fields(new))))
    assert new in [issue.path for issue in found]


# What cannot be looked at


@pytest.mark.parametrize(
    "fault",
    [
        faults.status(404, "not found"),
        faults.status(400, "`metadata` is unknown"),
        faults.status(503, html=True),
        faults.status(403, html=True),
        faults.html_with_200(),
        answered({"a": "dict"}),
        answered([{"no": "name"}]),
        answered([None]),
    ],
)
@pytest.mark.parametrize("path", ["/studies/enums", "/studies/metadata"])
def test_a_list_that_is_not_given_is_not_checked_and_fails_nothing(look, path, fault):
    found = look(faults.on(path, fault), METADATA)
    (issue,) = [issue for issue in found if issue.value == "not checked"]
    assert issue.path == path
    assert "2.1.0" in issue.message
    assert list(dict.fromkeys(look.asked)) == ["/studies/enums", "/studies/metadata"]


# Against what is known of API 2.0.5


@pytest.fixture
def published():
    """Read a file of facts about the registry."""
    if not REGISTRY.is_dir():
        pytest.skip(f"no facts about the registry at {REGISTRY}")
    return lambda name: json.loads((REGISTRY / name).read_text(encoding="utf-8"))


def test_the_registrys_published_values_are_what_is_known(published):
    told = {
        one["type"]: {value["value"] for value in one["values"]}
        for one in published("enums.json")["studies_enums"]
    }
    assert told == {name: set(values) for name, values in registry_values().enums.items()}


def test_the_registrys_published_fields_are_all_read_or_left_out_on_purpose(published):
    paths = [one["path"] for one in published("pieces.json")["fields"]]
    nodes = [Node.model_validate(one) for one in tree(*paths)]
    assert moved_fields(nodes, mapped_paths(), api_drift.NOT_STORED) == []
