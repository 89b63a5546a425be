"""Trials that the search no longer shows: asked for one by one, and named by what has become of them."""

from __future__ import annotations

import json

import pytest

from mscwatch.pipeline.run import run_watch
from mscwatch.replica import Replica, Snapshot
from mscwatch.store import sql, working
from mscwatch.vocabulary import RunOutcome
from support.faults import on, status
from support.records import edited, record, set_status
from support.sinks import WebhookSink
from support.snapshots import DAYS, nights, trials
from support.warehouse import rows

STANDING = "SELECT standing, in_watch FROM watched WHERE nct_id = 'NCT00000001'"
EVENTS = "SELECT kind, summary FROM events WHERE NOT is_baseline ORDER BY observed_at, kind"

EDITED = (
    'The watch "Liver" asks for something else now: its file was edited, or a newer mscwatch brought it. '
    "{} trials entered and {} left because of it."
)


@pytest.fixture
def watch_file(tmp_path):
    """A watch of liver trials, so that a record can stop matching and still be there."""
    path = tmp_path / "liver.toml"
    path.write_text(
        'name = "liver"\ntitle = "Liver"\n[query]\ncond = "liver"\n[relevance]\nrules = "msc-liver"\n'
    )
    return path


def off_topic(one):
    one["protocolSection"]["conditionsModule"] = {"conditions": ["Headache"]}
    one["protocolSection"]["identificationModule"]["briefTitle"] = "A trial of something else"


def redacted(one):
    module = one["protocolSection"]
    one["protocolSection"] = {
        "identificationModule": {
            "nctId": module["identificationModule"]["nctId"],
            "briefTitle": "[Redacted]",
        },
        "statusModule": {"overallStatus": "WITHHELD"},
    }


def two_nights(order, first_night, first, second, **settings):
    with Replica([first, Snapshot(DAYS[1], second.records, second.aliases)]) as registry:
        tonight = order(registry.url, **settings)
        first_night(tonight, registry)
        registry.advance()
        return tonight, run_watch(tonight)


def as_night(records, aliases=None):
    (night,) = nights(records)
    return Snapshot(night.data_timestamp, night.records, aliases or {})


@pytest.mark.slow
@pytest.mark.parametrize(
    ("edit", "kind", "standing"),
    [(off_topic, "left_watch", "left"), (redacted, "withheld", "withheld")],
)
def test_a_trial_that_no_longer_matches_is_named_by_what_became_of_it(
    order, first_night, edit, kind, standing
):
    before = trials(10)
    after = [edited(before[0], edit), *before[1:]]
    tonight, result = two_nights(order, first_night, as_night(before), as_night(after))
    assert (result.outcome, result.events) == (RunOutcome.PUBLISHED, {kind: 1})
    assert rows(tonight, STANDING) == [(standing, False)]
    assert rows(tonight, "SELECT overall_status FROM trials WHERE nct_id = 'NCT00000001'") == [
        ("RECRUITING",)
    ]
    verdicts = json.loads(rows(tonight, "SELECT proof FROM runs ORDER BY started_at DESC LIMIT 1")[0][0])[
        "verdicts"
    ]
    assert list(verdicts) == ["NCT00000001"]


@pytest.mark.slow
def test_a_merged_trial_names_its_target_and_the_target_does_not_enter_as_news(order, first_night):
    before = trials(10)
    target = record(77)
    tonight, result = two_nights(
        order, first_night, as_night(before), as_night([*before[1:], target], {"NCT00000001": "NCT00000077"})
    )
    assert result.events == {"merged": 1}
    assert rows(tonight, EVENTS) == [("merged", "Merged into NCT00000077")]
    assert rows(tonight, "SELECT count(*) FROM trials WHERE nct_id = 'NCT00000077'") == [(1,)]
    assert rows(tonight, STANDING) == [("merged", False)]


@pytest.mark.slow
def test_not_found_is_told_only_when_a_later_data_set_says_it_again(order, first_night):
    before, after = trials(10), trials(10)[1:]
    with Replica(nights(before, after, after)) as registry:
        tonight = order(registry.url)
        first_night(tonight, registry)
        registry.advance()
        assert run_watch(tonight).events == {}
        assert rows(tonight, STANDING) == [("pending", True)]
        assert run_watch(order(registry.url, force=True)).events == {}
        registry.advance()
        assert run_watch(tonight).events == {"removed": 1}
        assert rows(tonight, STANDING) == [("removed", False)]
        assert run_watch(order(registry.url, force=True)).events == {}
    assert rows(tonight, EVENTS) == [("removed", "Removed: not found on 2022-10-07 and on 2022-10-10")]


def test_a_trial_not_found_once_and_back_again_was_never_gone(order, first_night):
    before, after = trials(10), trials(10)[1:]
    with Replica(nights(before, after, before)) as registry:
        tonight = order(registry.url)
        first_night(tonight, registry)
        for _ in range(2):
            registry.advance()
            result = run_watch(tonight)
    assert result.events == {}
    assert rows(tonight, STANDING) == [("matched", True)]
    assert rows(tonight, "SELECT missing_since FROM watched WHERE nct_id = 'NCT00000001'") == [(None,)]


@pytest.mark.slow
def test_a_trial_that_left_and_is_back_returned_and_what_changed_is_told_too(order, first_night):
    before = trials(10)
    away = [edited(before[0], off_topic), *before[1:]]
    back = [edited(before[0], set_status("COMPLETED")), *before[1:]]
    with Replica(nights(before, away, back)) as registry:
        tonight = order(registry.url)
        first_night(tonight, registry)
        for _ in range(2):
            registry.advance()
            result = run_watch(tonight)
    assert result.events == {"completed": 1, "returned": 1}
    assert rows(tonight, STANDING) == [("matched", True)]


@pytest.mark.slow
def test_an_outage_while_asking_for_a_missing_trial_is_no_verdict(order, first_night):
    before, after = trials(10), trials(10)[1:]
    with Replica(nights(before, after)) as registry:
        tonight = order(registry.url)
        first_night(tonight, registry)
        registry.advance()
        registry.intercept = on("/studies/NCT00000001", status(503, "busy"))
        result = run_watch(tonight)
        assert (result.outcome, result.exit_code) == (RunOutcome.FAILED, 4)
        assert rows(tonight, STANDING) == [("matched", True)]
        registry.intercept = None
        assert run_watch(tonight).outcome == RunOutcome.PUBLISHED


def test_a_missing_sentinel_refuses_the_night_and_a_person_may_accept_it_once(order, first_night, watch_file):
    watch_file.write_text(watch_file.read_text() + '[expect]\nsentinels = ["NCT00000001", "NCT00000002"]\n')
    before, after = trials(10), [edited(trials(10)[0], off_topic), *trials(10)[1:]]
    with Replica(nights(before, after, after)) as registry:
        first_night(order(registry.url), registry)
        registry.advance()
        refused = run_watch(order(registry.url))
        assert (refused.outcome, refused.exit_code) == (RunOutcome.REFUSED, 3)
        assert "sentinel(s) NCT00000001 did not come" in str(refused.error)
        accepted = run_watch(order(registry.url, accept="the sponsor changed the conditions"))
        assert (accepted.outcome, accepted.events) == (RunOutcome.PUBLISHED, {"left_watch": 1})
        registry.advance()
        assert run_watch(order(registry.url)).outcome == RunOutcome.REFUSED


@pytest.mark.slow
def test_what_a_person_accepted_is_on_record(order, watch_file):
    watch_file.write_text(watch_file.read_text() + "[expect]\nmin = 20\n")
    with Replica(nights(trials(10))) as registry:
        assert run_watch(order(registry.url)).exit_code == 3
        tonight = order(registry.url, accept="a small topic")
        assert run_watch(tonight).exit_code == 0
    ((proof,),) = rows(tonight, "SELECT proof FROM runs WHERE outcome = 'baseline'")
    assert json.loads(proof)["accepted"] == "a small topic"
    assert json.loads(proof)["bounds"] == ["10 trials are fewer than the 20 that the watch expects"]
    assert json.loads(proof)["reasons"] == []


@pytest.mark.slow
def test_what_an_edited_watch_file_drops_and_brings_is_one_bulk_notice(order, watch_file):
    heads = [edited(record(number), off_topic) for number in (21, 22)]
    with Replica(nights([*trials(10), *heads])) as registry, WebhookSink() as slack:
        run_watch(order(registry.url, slack_webhook_url=slack.url))
        watch_file.write_text(watch_file.read_text().replace('"liver"\n[rel', '"headache"\n[rel'))
        tonight = order(registry.url, slack_webhook_url=slack.url)
        result = run_watch(tonight)
    assert (result.outcome, result.exit_code) == (RunOutcome.PUBLISHED, 0)
    assert rows(tonight, "SELECT summary FROM notices WHERE kind = 'bulk'") == [(EDITED.format(2, 10),)]
    assert rows(tonight, EVENTS) == []
    assert len(slack.posts) == 2
    assert rows(tonight, "SELECT count(*) FROM watched WHERE in_watch") == [(2,)]


@pytest.mark.slow
def test_what_an_edited_watch_file_brings_back_is_a_bulk_notice_too(order, watch_file):
    liver = watch_file.read_text()
    with Replica(nights([*trials(10), edited(record(21), off_topic)])) as registry:
        for text in (liver, liver.replace('"liver"\n[rel', '"headache"\n[rel'), liver):
            watch_file.write_text(text)
            tonight = order(registry.url)
            run_watch(tonight)
    told = [summary for (summary,) in rows(tonight, "FROM notices SELECT summary ORDER BY notice_id")]
    assert told[1:] == [
        EDITED.format(1, 10),
        EDITED.format(10, 1),
    ]
    assert rows(tonight, EVENTS) == []


@pytest.mark.slow
def test_the_operator_hears_of_bad_nights_once_and_once_when_they_are_over(order):
    with Replica(nights(trials(3), trials(3))) as registry, WebhookSink() as slack:
        tonight = order(registry.url, slack_webhook_url=slack.url)
        run_watch(tonight)
        registry.intercept = on("/version", status(403, "no"))
        for _ in range(3):
            assert run_watch(tonight).exit_code == 4
        registry.intercept = None
        for _ in range(2):
            assert run_watch(tonight).exit_code == 0
    told = [post["text"].split(" (")[0] for post in slack.posts]
    assert told == ["mscwatch: first night read", "mscwatch: night failed", "mscwatch: working again"]
    assert "HTTP 403" in str(slack.posts[1]["blocks"])


@pytest.mark.slow
def test_new_reading_rules_read_known_trials_anew_and_wake_nobody(order, watch_file):
    with Replica(nights(trials(3))) as registry, WebhookSink() as slack:
        tonight = order(registry.url, slack_webhook_url=slack.url)
        run_watch(tonight)
        assert rows(tonight, "SELECT DISTINCT relevance FROM trials") == [("core",)]
        watch_file.write_text(watch_file.read_text().replace('rules = "msc-liver"', 'rules = "none"'))
        tonight = order(registry.url, slack_webhook_url=slack.url)
        assert run_watch(tonight).events == {}
    assert rows(tonight, "SELECT DISTINCT relevance FROM trials") == [("unsure",)]
    assert len(slack.posts) == 1


@pytest.mark.slow
def test_only_the_last_nights_landed_pages_are_kept(order):
    with Replica(nights(trials(3))) as registry:
        for _ in range(5):
            tonight = order(registry.url, force=True, keep_landed=2)
            run_watch(tonight)
    assert len(list(tonight.data_dir.landing.iterdir())) == 2


def new_api(request):
    usual = request.usual()
    return type(usual)(
        200, usual.headers, usual.body.replace(b'"apiVersion":"2.0.5"', b'"apiVersion":"2.1.0"')
    )


@pytest.mark.slow
def test_a_new_api_version_has_its_vocabulary_compared_once_and_the_operator_told(order):
    with Replica(nights(trials(3), trials(3), trials(3))) as registry, WebhookSink() as slack:
        registry.intercept = on("/version", new_api)
        tonight = order(registry.url, slack_webhook_url=slack.url)
        costs = []
        for _ in range(3):
            costs.append(run_watch(tonight).requests)
            registry.advance()
    assert costs == [5, 3, 3]  # version, page, version; and once the two lists
    issues = rows(
        tonight, "SELECT DISTINCT run_id IS NOT NULL, message FROM issues WHERE path = '/studies/metadata'"
    )
    assert issues[0][0]
    assert "gave no usable list" in issues[0][1]
    assert [post["text"].partition(" (")[0] for post in slack.posts][1:] == []
    assert "2.1.0" in str(slack.posts[0]["blocks"])


@pytest.mark.slow
def test_a_withheld_trial_keeps_the_reading_it_had_when_the_rules_are_read_anew(order, first_night):
    shown_withheld = [edited(record(1), set_status("WITHHELD")), *trials(10)[1:]]
    shown_withheld[0]["protocolSection"].pop("armsInterventionsModule")
    shown_withheld[0]["protocolSection"]["identificationModule"]["briefTitle"] = "[Redacted]"
    with Replica(nights(trials(10), shown_withheld)) as registry:
        tonight = order(registry.url)
        first_night(tonight, registry)
        registry.advance()
        run_watch(tonight)
        with working.open_warehouse(tonight.data_dir) as con:
            sql.set_meta(con, {"rules_hash": "of yesterday"})
        run_watch(tonight)
    read = "SELECT relevance, is_read FROM trials JOIN therapies USING (nct_id) WHERE nct_id = 'NCT00000001'"
    assert rows(tonight, read) == [("core", True)]
