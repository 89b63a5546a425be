"""What of a record is kept, and what makes two records the same."""

from __future__ import annotations

import copy

from hypothesis import given
from hypothesis import strategies as st

from mscwatch.record import content_hash, derived_hash, record_nct_id, without_contacts
from support.records import record


def test_contacts_are_gone_before_anything_is_stored_or_hashed():
    plain = record(contactsLocationsModule={"locations": [{"facility": "A hospital"}]})
    personal = copy.deepcopy(plain)
    module = personal["protocolSection"]["contactsLocationsModule"]
    module["centralContacts"] = [{"name": "Someone", "phone": "1", "email": "someone@example.org"}]
    module["locations"][0]["contacts"] = [{"name": "Someone", "role": "CONTACT"}]
    personal["resultsSection"] = {"moreInfoModule": {"pointOfContact": {"title": "Someone"}}}
    plain["resultsSection"] = {"moreInfoModule": {}}
    assert without_contacts(personal) == plain
    assert content_hash(without_contacts(personal)) == content_hash(plain)


def test_a_refresh_moves_neither_hash_and_a_mesh_term_only_the_derived_one():
    one, refreshed, reindexed = record(), record(), record()
    refreshed["derivedSection"]["miscInfoModule"]["versionHolder"] = "2030-01-01"
    reindexed["derivedSection"]["conditionBrowseModule"] = {"meshes": [{"term": "Fibrosis"}]}
    assert (content_hash(one), derived_hash(one)) == (content_hash(refreshed), derived_hash(refreshed))
    assert content_hash(one) == content_hash(reindexed)
    assert derived_hash(one) != derived_hash(reindexed)


@given(st.permutations(["protocolSection", "derivedSection", "hasResults"]))
def test_the_order_of_keys_does_not_matter(order):
    one = record()
    assert content_hash({key: one[key] for key in order}) == content_hash(one)


def test_an_unknown_section_is_content():
    assert content_hash(record() | {"newSection": {}}) != content_hash(record())


def test_only_what_looks_like_an_nct_number_is_one():
    assert record_nct_id(record(7)) == "NCT00000007"
    for broken in (None, "", "NCT7", "nct00000007", 7, "NCT00000007 "):
        assert record_nct_id(record(identificationModule={"nctId": broken})) is None
    assert record_nct_id({}) is None
    assert record_nct_id({"protocolSection": None}) is None
