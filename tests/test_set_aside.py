"""Pages and records that cannot be read as they are: what is landed, set aside, refused, and what the operator hears."""

from __future__ import annotations

import json

import duckdb
import msgspec
import pytest

from mscwatch.digest import notices
from mscwatch.model import RegistryVersion
from mscwatch.pipeline import wiring
from mscwatch.pipeline.run import run_watch
from mscwatch.record import plain
from mscwatch.registry import landing
from mscwatch.registry.landing import Landing
from mscwatch.registry.page import StudiesPage
from mscwatch.registry.proof import Sweep, prove_sweep
from mscwatch.registry.sweep import sweep
from mscwatch.screening import relevance
from mscwatch.store import schema, working
from mscwatch.watch import Expect
from support.odd import Ears, RawRegistry, as_text, column, completed, edited, number, order_in, record, rows

TITLE = 'brackets ] } , " and \\ in a title: "studies":['


def odd_page(*odd):
    """A page with a healthy record, odd texts, another healthy record, and a token."""
    texts = [as_text(record(1)), *odd, as_text(record(2))]
    return b'{"totalCount":4,"studies":[' + b",".join(texts) + b'],"nextPageToken":"x"}'


def titled():
    return as_text(
        edited(record(3), lambda one: one["protocolSection"]["identificationModule"].update(briefTitle=TITLE))
    )


@pytest.mark.parametrize(
    "odd",
    [
        b'{"a":NaN}',
        b'{"a":"\xff"}',
        b'{"a":"\\ud800"}',
        b'{"a":' + b"[" * 5000 + b"]" * 5000 + b"}",
        b'{"a":"b\x01"}',
    ],
)
def test_a_record_that_no_parser_takes_leaves_the_others_of_its_page_whole(odd):
    page = StudiesPage.from_body(odd_page(titled(), odd))
    assert page.studies == [as_text(record(1)), titled(), odd, as_text(record(2))]
    assert (page.next_page_token, page.total_count) == ("x", 4)


@pytest.mark.parametrize(
    "body", [b"", b"{", odd_page(b'{"a":NaN}')[:-1], odd_page(b'{"a":NaN}')[:400], b'{"a":NaN}', b"[]"]
)
def test_a_page_that_is_cut_is_no_page(body):
    with pytest.raises(ValueError, match=r"."):
        StudiesPage.from_body(body)


def test_a_page_of_another_shape_is_said_to_be_one():
    with pytest.raises(msgspec.ValidationError):
        StudiesPage.from_body(b"[1, 2]")
    assert StudiesPage.from_body(b'{"studies": {"a": 1}}').studies is None
    assert StudiesPage.from_body(b"{}").studies is None


def test_a_record_that_is_too_large_to_be_loaded_is_set_aside(tmp_path, monkeypatch):
    monkeypatch.setattr(landing, "LARGEST_LINE", 3_000)
    landed = Landing(tmp_path / "pages", {})
    large = record(2, descriptionModule={"briefSummary": "x" * 3_000})
    landed.land([as_text(record(1)), as_text(large)])
    assert list(landed.set_aside) == [number(2)]
    assert landed.ids == {number(1), number(2)}
    assert [line.nct_id for line in landed.read(1)] == [number(1)]


@pytest.mark.parametrize("failing", [1, 2, 3])
def test_a_page_that_cannot_be_written_ends_the_walk_wherever_it_comes(tmp_path, monkeypatch, failing):
    """A change to the code that dropped the error of the last page once passed every test."""
    land = Landing.land

    def full(self, page):
        if self.pages == failing - 1:
            raise OSError("No space left on device")
        land(self, page)

    monkeypatch.setattr(Landing, "land", full)
    with RawRegistry([[record(n) for n in range(1, 6)]], page_size=2) as registry:
        order = order_in(tmp_path, registry.url)
        client = wiring.registry_client(order.settings)
        with pytest.raises(OSError, match="No space"):
            sweep(client, {}, tmp_path / "pages", before=client.version(), page_size=2, known={})


@pytest.mark.slow
def test_the_operator_hears_of_a_record_once_and_again_when_another_one_joins_it(tmp_path):
    def unread(n):
        return as_text(record(n, descriptionModule={"briefSummary": "%"})).replace(b'"%"', b"NaN")

    nights = [[record(1), unread(2)], [completed(record(1)), unread(2)], [record(1), unread(2), unread(3)]]
    counts = []
    with RawRegistry(nights) as registry, Ears(tmp_path) as ears:
        order = order_in(tmp_path, registry.url, **ears.settings)
        for registry.night in range(3):
            assert run_watch(order).exit_code == 0
            counts.append(column(order, "SELECT count(*) FROM notices WHERE kind = 'set_aside'")[0])
    assert counts == [1, 1, 2]
    assert ears.operator.count(number(2)) >= 2


@pytest.mark.slow
def test_a_trial_that_left_the_search_and_cannot_be_read_is_still_there(tmp_path):
    unread = as_text(record(2, descriptionModule={"briefSummary": "%"})).replace(b'"%"', b"NaN")
    with RawRegistry(
        [[record(1), record(2)], [completed(record(1))]], singles={number(2): unread}
    ) as registry:
        order = order_in(tmp_path, registry.url)
        results = []
        for registry.night in range(2):
            results.append(run_watch(order))
    assert [result.exit_code for result in results] == [0, 0]
    assert results[1].events == {"completed": 1, "left_watch": 1}


@pytest.mark.parametrize(
    ("unread", "whole", "is_trusted"),
    [(3, 0, True), (4, 26, False), (4, 396, True), (4, 395, False), (5, 395, False)],
)
def test_single_records_are_no_reason_to_refuse_and_many_are(unread, whole, is_trusted):
    version = RegistryVersion("2.0.5", None)
    total = unread + whole
    odd = {number(n): "odd" for n in range(1, unread + 1)}
    counted = Sweep(version, version, total, total, 0, 0, 1, set_aside=odd)
    proof = prove_sweep(counted, set(), known=0, missing=[], expect=Expect())
    assert proof.trusted == is_trusted
    assert proof.acceptable == is_trusted
    assert len(proof.checks["set_aside"]) == unread


def test_a_notice_names_so_many_records_and_counts_the_rest():
    notice = notices.set_aside("run", {number(n): "odd" for n in range(1, 31)})
    assert "30 record(s)" in notice.summary
    assert number(20) in notice.summary
    assert number(21) not in notice.summary
    assert "and 10 more" in notice.summary


@pytest.mark.slow
def test_a_record_on_which_the_rules_fail_costs_its_own_news_only(tmp_path, monkeypatch):
    read = relevance.read

    def failing(one, rules, *group):
        if number(2) in json.dumps(one):
            raise RuntimeError("a rule is wrong")
        return read(one, rules, *group)

    first = [record(1), record(2)]
    with RawRegistry([first, list(map(completed, first))]) as registry, Ears(tmp_path) as ears:
        order = order_in(tmp_path, registry.url, **ears.settings)
        run_watch(order)
        monkeypatch.setattr(relevance, "read", failing)
        registry.night = 1
        result = run_watch(order)
    assert (result.exit_code, result.events) == (0, {"completed": 1})
    assert ears.deaf_to(number(1)) == []
    assert number(2) in ears.operator
    assert "a rule is wrong" in ears.operator
    status = "SELECT overall_status, relevance FROM trials WHERE nct_id = '{}'"
    assert rows(order, status.format(number(2))) == [("COMPLETED", "unsure")]


@pytest.mark.slow
def test_stored_records_are_made_plain_anew_when_the_readers_changed(tmp_path, monkeypatch):
    one = edited(
        record(1),
        lambda copy: copy["protocolSection"]["statusModule"]["startDateStruct"].update(date="January 2019"),
    )
    with RawRegistry([[one, record(2)]]) as registry:
        order = order_in(tmp_path, registry.url)
        run_watch(order)
    with duckdb.connect(str(order.data_dir.working)) as con:
        con.execute("UPDATE versions SET plain = NULL")
        con.execute("UPDATE versions SET plain = '{}' WHERE nct_id = ?", [number(2)])
    monkeypatch.setattr(plain, "PLAIN_VERSION", plain.PLAIN_VERSION + 1)
    plain.plain_version.cache_clear()
    schema._fingerprints.cache_clear()
    with working.open_warehouse(order.data_dir) as con:
        stored = con.execute("SELECT nct_id, plain IS NULL FROM versions ORDER BY nct_id").fetchall()
        dates = con.execute(
            "SELECT start_date::VARCHAR, start_date_precision FROM trials ORDER BY nct_id"
        ).fetchall()
    monkeypatch.undo()
    plain.plain_version.cache_clear()
    schema._fingerprints.cache_clear()
    assert stored == [(number(1), False), (number(2), True)]
    assert dates == [("2019-01-31", "month"), ("2020-05-31", "month")]
