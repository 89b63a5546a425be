"""Queries that others published for AACT, rewritten in our own words: they run on this warehouse as they would there.

Each file of aact_queries/ names its source and what DuckDB made us change, which is only what the data dictionary lists.
"""

import json
import re
import statistics
from collections import Counter
from pathlib import Path

import duckdb
import pytest

from mscwatch.replica.sample import sample_records
from mscwatch.store import ctgov, dictionary, working
from mscwatch.store.data_dir import DataDir

QUERIES = sorted((Path(__file__).parent / "aact_queries").glob("*.sql"))


@pytest.fixture(scope="module")
def records(request):
    """The real records; where they are absent, the sample, in which some questions have no answer."""
    try:
        return request.getfixturevalue("real_records")
    except pytest.skip.Exception:
        return list(sample_records().values())


@pytest.fixture(scope="module")
def con(records, tmp_path_factory):
    """A read-only connection to a file with these records, opened as `mscwatch.connect()` does it."""
    places = DataDir(tmp_path_factory.mktemp("aact"))
    places.prepare()
    with working.open_warehouse(places) as writer:
        rows = {at(record, "identificationModule.nctId"): record for record in records}
        listed = places.path / "records.ndjson"
        with listed.open("w", encoding="utf-8") as file:
            for nct_id, record in rows.items():
                file.write(json.dumps({"nct_id": nct_id, "record": json.dumps(record)}) + "\n")
        writer.execute("CREATE TEMP TABLE found AS FROM read_ndjson(?)", [str(listed)])
        ctgov.refresh(writer, "found")
    with duckdb.connect(str(places.working), read_only=True) as reader:
        reader.execute("SET search_path = 'main,ctgov'")
        yield reader


def at(record, path, default=None):
    for name in ("protocolSection." + path).split("."):
        record = record.get(name, {})
    return default if record == {} else record


def each(records):
    return {at(record, "identificationModule.nctId"): record for record in records}.values()


def answer(con, start):
    [path] = [path for path in QUERIES if path.name.startswith(start)]
    return con.execute(path.read_text(encoding="utf-8")).fetchall()


def test_there_are_enough_and_each_names_its_source_and_its_changes():
    assert len(QUERIES) >= 15
    for path in QUERIES:
        text = path.read_text(encoding="utf-8")
        assert re.match(r"-- .*\?\n-- After https://\S+\n-- Changed for DuckDB: .+\n", text), path.name
        assert len(duckdb.extract_statements(text)) == 1, path.name


def test_nothing_was_changed_that_the_dictionary_does_not_list():
    listed = " ".join(ours for _, ours, _ in dictionary.DIALECT)
    for path in QUERIES:
        [told] = re.findall(
            r"^-- Changed for DuckDB: (.+)\.$", path.read_text(encoding="utf-8"), re.MULTILINE
        )
        changes = [] if told == "nothing" else told.split(", and ")
        for change in changes:
            assert change.startswith("the words (") or change.split(" for ")[0] in listed, path.name


@pytest.mark.parametrize("path", QUERIES, ids=lambda path: path.stem)
def test_the_query_runs_and_finds_something(con, records, path):
    text = path.read_text(encoding="utf-8")
    found = con.execute(text).fetchall()
    if len(records) > 1000:
        assert found, path.name


def test_studies_with_200_participants_are_those_of_the_records(con, records):
    sizes = [at(record, "designModule.enrollmentInfo.count") for record in each(records)]
    assert answer(con, "01") == [(sizes.count(200),)]


def test_shares_of_statuses_are_those_of_the_records(con, records):
    counted = Counter(at(record, "statusModule.overallStatus") for record in each(records))
    found = dict(answer(con, "12"))
    assert set(found) == set(counted)
    assert all(abs(found[status] - 100 * n / counted.total()) <= 0.51 for status, n in counted.items())


def test_median_sizes_are_those_of_the_records(con, records):
    sizes = {}
    for record in each(records):
        design = at(record, "designModule", {})
        if design.get("studyType") == "INTERVENTIONAL" and "count" in design.get("enrollmentInfo", {}):
            phase = "/".join(design.get("phases", [])) or None
            sizes.setdefault(phase, []).append(design["enrollmentInfo"]["count"])
    expected = {phase: statistics.median(found) // 1 for phase, found in sizes.items()}
    assert {phase: median for _, phase, _, median in answer(con, "11") if median is not None} == expected


def test_multinational_studies_are_those_of_the_records(con, records):
    counted = Counter()
    for record in each(records):
        names = {site["country"] for site in at(record, "contactsLocationsModule.locations", [])}
        names |= set(record.get("derivedSection", {}).get("miscInfoModule", {}).get("removedCountries", []))
        if names:
            counted["single_country" if len(names) == 1 else "multinational"] += 1
    assert {category: count for category, count, _ in answer(con, "15")} == counted


def test_the_sums_of_adverse_events_are_those_of_the_table(con):
    assert [row for row in answer(con, "20") if row[1] != row[2]] == []


def test_every_figure_finds_its_outcome_and_its_group(con):
    assert len(answer(con, "21")) == con.execute("SELECT count(*) FROM outcome_measurements").fetchall()[0][0]
    assert con.execute("SELECT count(*) FROM reported_events WHERE result_group_id IS NULL").fetchall() == [
        (0,)
    ]
    orphans = (
        "SELECT count(*) FROM baseline_measurements m ANTI JOIN result_groups g ON g.id = m.result_group_id"
    )
    assert con.execute(orphans).fetchall() == [(0,)]
