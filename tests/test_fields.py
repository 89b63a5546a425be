"""Values as the registry's published structure has them: what is read of odd ones, what is noted, and what stays."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from mscwatch.record import DEEPEST_JSON, as_json, number_in_text, record_nct_id, values, without_contacts
from mscwatch.record.plain import MOST_NOTES, plain_record, plain_value, shallow
from support.records import edited, put, record

REAL = Path(__file__).parents[2] / "shared" / "records" / "studies.ndjson.gz"
STATUS, DESIGN = "protocolSection.statusModule", "protocolSection.designModule"
REFERENCES = "protocolSection.referencesModule.references"


def notes(edit):
    return [(note.path, note.value) for note in plain_record(edited(record(), edit)).notes]


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("2019", "2019"), ("2019-01", "2019-01"), ("2019-01-31", "2019-01-31"), (" 2019-01\u200b", "2019-01"),
        ("2019-1", "2019-01"), ("2019-1-5", "2019-01-05"), ("January 2019", "2019-01"),
        ("January 5, 2019", "2019-01-05"), ("Sept 2019", "2019-09"), ("2020-02-29", "2020-02-29"), ("", None),
        (" \u200b", None), (None, None),
    ],
)  # fmt: skip
def test_a_date_has_one_form_however_it_is_written(written, plain):
    assert values.plain_date(written) == plain


@pytest.mark.parametrize(
    "odd",
    [
        "2019-02-30",
        "2019-13",
        "0000",
        "19",
        "spring",
        "Thursday 2019",
        "٢٠١٩",
        "2019-01-31T00:00",
        2019,
        [],
        {},
    ],
)
def test_a_date_that_is_none_is_not_understood(odd):
    with pytest.raises(values.NotUnderstoodError):
        values.plain_date(odd)


@pytest.mark.parametrize(
    ("reader", "written", "plain"),
    [
        (values.count, "40", 40), (values.count, 40.0, 40), (values.count, " ", None), (values.count, 0, 0),
        (values.count_text, "40", "40"), (values.boolean, "true", True), (values.pmid, "PMID: 888", "888"),
        (values.pmid, 888, "888"), (values.pmid, "pmid 00888 ", "888"), (values.text, "\u200b", None),
        (values.text, " a ", " a "), (values.number, 1.5, 1.5),
    ],
)  # fmt: skip
def test_a_value_has_one_form_however_it_is_written(reader, written, plain):
    assert reader(written) == plain


@pytest.mark.parametrize(
    ("reader", "odd"),
    [
        (values.count, 3_000_000_000), (values.count, -1), (values.count, 40.5), (values.count, "forty"),
        (values.count, "9" * 400), (values.count, True), (values.count, "١٢"), (values.count, [40]),
        (values.count_text, "3000000000"), (values.boolean, 1), (values.boolean, "yes"), (values.text, 5),
        (values.pmid, "PMC888"), (values.pmid, 0), (values.number, "1"), (values.number, True),
    ],
)  # fmt: skip
def test_a_value_of_another_kind_is_not_understood(reader, odd):
    with pytest.raises(values.NotUnderstoodError):
        reader(odd)


def test_a_record_as_the_registry_writes_it_stays_the_same_object():
    one = record(1)
    plain = plain_record(one)
    assert plain.record is one
    assert (plain.notes, plain.differs) == ((), False)


def test_a_word_that_no_list_has_is_noted_and_kept():
    (noted,) = plain_record(edited(record(), put(f"{DESIGN}.studyType", "NEW"))).notes
    assert (noted.path, noted.value) == (f"{DESIGN}.studyType", "NEW")
    assert plain_value(f"{DESIGN}.studyType", "NEW") == "NEW"


@pytest.mark.parametrize(
    ("path", "odd", "noted"),
    [
        ("protocolSection.brandNewModule", {"a": 1}, "protocolSection.brandNewModule"),
        ("brandNewSection", 1, "brandNewSection"),
        (f"{STATUS}.newField", "x", f"{STATUS}.newField"),
        (f"{DESIGN}.phases", ["PHASE1", 2], f"{DESIGN}.phases"),
        ("protocolSection.armsInterventionsModule.interventions", [{"name": "a"}, 5],
         "protocolSection.armsInterventionsModule.interventions[1]"),
        ("protocolSection.armsInterventionsModule.interventions", [{"name": [1]}],
         "protocolSection.armsInterventionsModule.interventions[0].name"),
        ("derivedSection.miscInfoModule.modelPredictions", json.loads("[" * 60 + "]" * 60),
         "derivedSection.miscInfoModule.modelPredictions"),
    ],
)  # fmt: skip
def test_the_place_of_a_value_that_is_not_understood_is_noted(path, odd, noted):
    assert [place for place, _ in notes(put(path, odd))] == [noted]


def test_fields_that_are_ignored_by_name_are_no_issue_and_stay():
    path = "derivedSection.miscInfoModule.modelPredictions"
    one = edited(record(), put(path, {"bmiLimits": {"minBmi": 20}}))
    assert plain_record(one).record is one


@pytest.mark.parametrize("odd", [None, 5, "text", [], [1], {}, {"protocolSection": None}])
def test_any_json_value_in_place_of_a_record_gives_an_object(odd):
    assert isinstance(plain_record(odd).record, dict)


def test_null_is_not_stated_and_no_item_of_a_list():
    listed = plain_record(
        edited(record(), put("protocolSection.conditionsModule.conditions", ["Cirrhosis", None]))
    )
    assert listed.record["protocolSection"]["conditionsModule"]["conditions"] == ["Cirrhosis"]
    single = plain_record(edited(record(), put(f"{STATUS}.whyStopped", None)))
    assert "whyStopped" not in single.record["protocolSection"]["statusModule"]
    assert listed.notes + single.notes == ()


def test_the_notes_of_one_record_are_bounded():
    one = edited(record(), put("protocolSection.conditionsModule.conditions", list(range(500))))
    found = plain_record(one).notes
    assert len(found) == MOST_NOTES + 1
    assert found[-1].value == str(500 - MOST_NOTES)


def test_references_without_anything_are_no_papers():
    def edit(one):
        put(REFERENCES, [{"type": "RESULT"}, {"pmid": "PMID: 888"}, {"citation": "A. 2022."}, {"pmid": " "}])(
            one
        )

    plain = plain_record(edited(record(), edit))
    assert plain.record["protocolSection"]["referencesModule"]["references"] == [
        {"pmid": "888"},
        {"citation": "A. 2022."},
    ]
    assert plain.notes == ()


@pytest.mark.parametrize(
    ("flag", "section", "has", "is_odd"),
    [
        (True, {"moreInfoModule": {}}, True, False),
        (False, None, False, False),
        (True, None, True, True),
        (False, {"moreInfoModule": {}}, True, True),
        (None, {"moreInfoModule": {}}, True, False),
        (None, None, None, False),
    ],
)
def test_results_are_there_when_the_flag_or_the_section_says_so(flag, section, has, is_odd):
    one = record()
    del one["hasResults"]
    one |= {} if flag is None else {"hasResults": flag}
    one |= {} if section is None else {"resultsSection": section}
    plain = plain_record(one)
    assert plain.record.get("hasResults") is has
    assert ["hasResults" in note.path for note in plain.notes] == [True] * is_odd


def test_what_is_nested_too_deep_becomes_its_text():
    deep = json.loads("[" * 100 + "]" * 100)
    flat = shallow({"a": deep, "b": 1}, 3)
    assert flat == {"a": [[f"{'[' * 98}{']' * 98}"]], "b": 1}


def test_json_is_written_to_a_depth_that_every_parser_takes():
    def nested(depth):
        return json.loads("[" * depth + "]" * depth)

    assert as_json(nested(DEEPEST_JSON)) == b"[" * DEEPEST_JSON + b"]" * DEEPEST_JSON
    with pytest.raises(ValueError, match="deep"):
        as_json(nested(DEEPEST_JSON + 10))


@pytest.mark.parametrize(
    ("text", "number"),
    [
        (b'{"protocolSection":{"identificationModule":{"nctId":"NCT00000001","x":NaN}}}', "NCT00000001"),
        (b'{"identificationModule":{"briefTitle":"\\"nctId\\":\\"NCT00000002\\""}}', None),
        (b'{"identificationModule":{},"statusModule":{"expandedAccessInfo":{"nctId":"NCT00000003"}}}', None),
        (b"no JSON at all", None),
        (b"", None),
    ],
)
def test_the_number_of_a_record_is_found_in_its_raw_text_and_in_its_own_module_only(text, number):
    assert number_in_text(text) == number


@pytest.mark.parametrize(
    "module",
    [
        [{"centralContacts": [{"name": "A. Person"}]}],
        {"locations": {"contacts": [{"name": "A. Person"}]}},
        {"locations": [[{"contacts": {"name": "A. Person"}}]], "centralContacts": "A. Person"},
    ],
)
def test_contacts_are_dropped_from_a_module_of_any_shape(module):
    one = edited(record(), put("protocolSection.contactsLocationsModule", module))
    assert "A. Person" not in json.dumps(without_contacts(one))


def test_real_records_are_what_the_published_structure_says():
    if not REAL.exists():
        pytest.skip(f"no real records at {REAL.parent}")
    found = [
        (record_nct_id(one), note)
        for one in (without_contacts(json.loads(line)) for line in gzip.open(REAL))
        for note in plain_record(one).notes
    ]
    # one sponsor gave a threshold of one and a half per cent, which AACT's column cannot hold
    assert [(note.path.rpartition(".")[2], note.value) for _, note in found] == [
        ("frequencyThreshold", "1.5")
    ]
