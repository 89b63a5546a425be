"""A record that comes again letter by letter is known without being read; whatever else comes is read."""

from __future__ import annotations

import orjson
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mscwatch.pipeline.run import run_watch
from mscwatch.record import content_hash, derived_hash, fingerprint
from mscwatch.registry.landing import Landing
from mscwatch.replica import Replica
from mscwatch.store import working
from mscwatch.vocabulary import RunOutcome
from support.faults import on, record_missing
from support.records import edited, record, set_status
from support.snapshots import nights, trials
from support.warehouse import rows

WORDS = st.sampled_from(["versionHolder", '"versionHolder":"2022-10-06"', "a", "", '"', "\\", "x\\"])
JSON = st.recursive(
    WORDS | st.integers(-2, 2) | st.booleans() | st.none(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=12,
)


def text_of(one):
    return orjson.dumps(one)


def hashes(one):
    return content_hash(one), derived_hash(one)


def holding(one, day):
    return edited(one, lambda copied: copied["derivedSection"]["miscInfoModule"].update(versionHolder=day))


def phone(number):
    def edit(one):
        one["protocolSection"]["contactsLocationsModule"] = {"centralContacts": [{"phone": number}]}

    return edit


def walked(tonight, number=-1):
    """What the last night's walk landed: the index's rows (number, page), and the records that were read."""
    landing = Landing.__new__(Landing)
    landing.folder = sorted(tonight.data_dir.landing.iterdir())[number]
    _, *lines = landing.index.read_text().splitlines()
    index = {line.split(",")[0]: line.split(",")[3] for line in lines}
    return index, [one.nct_id for page in sorted({*index.values()} - {""}) for one in landing.read(int(page))]


def kept(tonight):
    with working.open_warehouse(tonight.data_dir) as con:
        return con.execute("SELECT nct_id, fingerprint FROM fingerprints ORDER BY ALL").fetchall()


def test_the_daily_version_holder_does_not_count_and_every_other_letter_does():
    one = record()
    assert fingerprint(text_of(holding(one, "2030-01-01"))) == fingerprint(text_of(one))
    for other in (
        edited(one, set_status("COMPLETED")),
        edited(one, phone("1")),
        one | {"hasResults": True},
        dict(reversed(one.items())),
    ):
        assert fingerprint(text_of(other)) != fingerprint(text_of(one))


@given(JSON, JSON, st.sampled_from(["protocolSection", "derivedSection", "later"]), st.booleans())
@example({"versionHolder": "A"}, {"versionHolder": "B"}, "derivedSection", False)
@example({"versionHolder": "A"}, {"versionHolder": "B"}, "later", True)
def test_two_records_of_one_fingerprint_have_the_same_hashes(this, that, section, is_held):
    """Whatever is in them: words that look like the key, the key elsewhere, or twice."""
    one, other = (record() | {section: record().get(section, {}) | {"x": x}} for x in (this, that))
    if is_held:
        one, other = holding(one, "1"), holding(other, "2")
    else:
        del one["derivedSection"]["miscInfoModule"], other["derivedSection"]["miscInfoModule"]
    if fingerprint(text_of(one)) == fingerprint(text_of(other)):
        assert hashes(one) == hashes(other)


@given(JSON)
def test_a_refresh_alone_keeps_the_fingerprint_whatever_the_words_are(words):
    one = record(conditionsModule={"conditions": [words]})
    assert fingerprint(text_of(holding(one, "2030-01-01"))) == fingerprint(text_of(one))


def test_the_place_of_the_version_holder_counts():
    """Without it, both leave the same letters."""
    held = {"miscInfoModule": {"versionHolder": "1"}}
    here, there = {"x": {"a": held, "d": {}}}, {"x": {"a": {}}, "d": held}
    assert fingerprint(text_of(here)) != fingerprint(text_of(there))


def test_all_real_records_are_told_apart_and_known_again(real_records):
    texts = [text_of(one) for one in real_records]
    assert len({fingerprint(text) for text in texts}) == len({content_hash(one) for one in real_records})
    held = [one for one in real_records if "miscInfoModule" in one["derivedSection"]]
    again = {fingerprint(text_of(holding(one, "2030-01-01"))) for one in held}
    assert again == {fingerprint(text_of(one)) for one in held}


@pytest.mark.slow
def test_a_second_night_reads_only_what_is_not_as_it_was(order, first_night):
    first = trials(12)
    second = [edited(first[0], set_status("COMPLETED")), *first[1:], record(13)]
    with Replica(nights(first, second)) as registry:
        tonight = order(registry.url, page_size=5)
        first_night(tonight, registry)
        registry.advance()
        result = run_watch(tonight)
    assert (result.outcome, result.new, result.changed, result.fetched) == (RunOutcome.PUBLISHED, 1, 1, 13)
    index, read_ones = walked(tonight)
    assert len(index) == 13
    assert sorted(read_ones) == ["NCT00000001", "NCT00000013"]
    assert rows(tonight, "SELECT nct_id, count(*) FROM versions GROUP BY nct_id HAVING count(*) > 1") == [
        ("NCT00000001", 2)
    ]
    assert len(kept(tonight)) == 13


@pytest.mark.slow
def test_a_contact_that_changes_makes_no_version_and_is_read_once(order, first_night):
    first = [edited(one, phone("1")) for one in trials(3)]
    second = [edited(first[0], phone("2")), *first[1:]]
    with Replica(nights(first, second, second)) as registry:
        tonight = order(registry.url)
        first_night(tonight, registry)
        before = kept(tonight)
        registry.advance()
        assert run_watch(tonight).changed == 0
        assert walked(tonight)[1] == ["NCT00000001"]
        after = kept(tonight)
        registry.advance()
        run_watch(tonight)
        assert walked(tonight)[1] == []
    assert [old == new for old, new in zip(before, after, strict=True)] == [False, True, True]
    assert rows(tonight, "SELECT count(*) FROM versions") == [(3,)]


@pytest.mark.slow
def test_without_fingerprints_all_is_read_nothing_is_new_and_they_are_there_again(order, first_night):
    """As on the first night after an upgrade from a warehouse that had none."""
    with Replica(nights(trials(3), trials(3))) as registry:
        tonight = order(registry.url)
        first_night(tonight, registry)
        before = kept(tonight)
        with working.open_warehouse(tonight.data_dir) as con:
            con.execute("DELETE FROM fingerprints")
        registry.advance()
        result = run_watch(tonight)
    assert (result.outcome, result.new, result.changed) == (RunOutcome.PUBLISHED, 0, 0)
    assert len(walked(tonight)[1]) == 3
    assert kept(tonight) == before


def test_a_forced_night_reads_everything(order, first_night):
    with Replica(nights(trials(3))) as registry:
        first_night(order(registry.url), registry)
        tonight = order(registry.url, force=True)
        assert run_watch(tonight).changed == 0
    assert len(walked(tonight)[1]) == 3


@pytest.mark.slow
def test_content_that_comes_and_goes_is_seen_each_time(order):
    one, other = trials(1), [edited(record(1), set_status("COMPLETED"))]
    with Replica(nights(one, other, one)) as registry:
        tonight = order(registry.url)
        for _ in range(2):
            run_watch(tonight)
            registry.advance()
        assert run_watch(tonight).changed == 1
    assert rows(tonight, "SELECT count(*), count(DISTINCT content_hash) FROM versions") == [(3, 2)]


@pytest.mark.slow
def test_a_night_that_is_refused_keeps_no_fingerprint_of_what_it_saw(order, first_night):
    first = trials(10)
    second = [edited(first[0], set_status("COMPLETED")), *first[1:]]
    with Replica(nights(first, second)) as registry:
        tonight = order(registry.url)
        first_night(tonight, registry)
        before = kept(tonight)
        registry.advance()
        registry.intercept = on("/studies", record_missing())
        assert run_watch(tonight).outcome is RunOutcome.REFUSED
    assert kept(tonight) == before
