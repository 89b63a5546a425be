"""A person corrects what the reader found: it wins, is marked, raises nothing, lasts, and is never lost in silence."""

from __future__ import annotations

import shutil
from datetime import date

import pytest

from mscwatch.errors import ConfigError
from mscwatch.pipeline.context import RunOrder
from mscwatch.pipeline.doctor import run_checks
from mscwatch.pipeline.run import run_watch
from mscwatch.replica import Replica, Snapshot
from mscwatch.screening.decisions import Decisions, read, whole_text, with_entry
from mscwatch.screening.entries import ReadingDecision
from mscwatch.screening.judgement import corrected, judge
from mscwatch.settings import Settings
from mscwatch.store import rebuild, sql, working
from mscwatch.store.data_dir import locked
from mscwatch.therapy import Therapy, read_record
from mscwatch.vocabulary import RunOutcome
from mscwatch.watches import load_watch
from support.command import run_here
from support.orders import WATCH
from support.records import by_id, edited, record, set_status
from support.snapshots import DAYS, nights
from support.warehouse import file_hash, rows

ONE, TWO, KNEE = "NCT00000001", "NCT00000002", "NCT00000003"
TITLED = {"nctId": KNEE, "briefTitle": "Mesenchymal stem cells for the knee"}
CONTENT = [
    record(1),
    record(2),
    record(3, identificationModule=TITLED, conditionsModule={"conditions": ["Gonarthrosis"]}),
]
READING = '[[reading]]\nnct_id = "{}"\nfield = "{}"\nvalue = {}\nreason = "{}"\ndate = 2026-01-31\nby = "A. Reader"\n'


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A data directory after one night: two trials of the topic and one off it."""
    folder = tmp_path_factory.mktemp("made")
    watch = folder / "all.toml"
    watch.write_text(WATCH)
    with Replica(nights(CONTENT)) as registry:
        settings = Settings(data_dir=folder / "data", min_interval=0, api_url=registry.url, report=False)
        assert run_watch(RunOrder(settings, load_watch(str(watch)))).exit_code == 0
    return settings.data_dir


@pytest.fixture
def registry():
    """The same data, then a night in which one trial is completed, then one in which it is merged into the other."""
    completed = edited(CONTENT[0], set_status("COMPLETED"))
    merged = Snapshot(DAYS[2], by_id([completed, CONTENT[2]]), {TWO: ONE})
    with Replica([*nights(CONTENT, [completed, *CONTENT[1:]]), merged]) as running:
        yield running


@pytest.fixture
def tonight(order, made, registry):
    """That directory for one test, with the registry that it was read from."""
    tonight = order(registry.url, report=False)
    shutil.copytree(made, tonight.settings.data_dir)
    return tonight


def mscwatch(tonight, *words):
    return run_here(words, {"MSCWATCH_DATA_DIR": str(tonight.settings.data_dir)})


def correct(tonight, *corrections, trial=ONE, reason="the protocol says so"):
    said = [word for correction in corrections for word in ("--correct", correction)]
    return mscwatch(tonight, "show", trial, *said, "--reason", reason, "--by", "A. Reader")


def decide(tonight, *entries):
    texts = [READING.format(trial, name, value, "the protocol says so") for trial, name, value in entries]
    tonight.settings.decisions.write_text("\n".join(texts))


def reading(trial=ONE, **values):
    usual = {"field": "route", "value": ["portal_vein"], "reason": "r", "date": date(2026, 1, 31), "by": "B"}
    return ReadingDecision.model_validate({"nct_id": trial} | usual | values)


def told_of(tonight):
    return rows(tonight, "SELECT kind, summary FROM notices WHERE kind = 'no_effect'")


# it wins and is marked


@pytest.mark.slow
def test_a_correction_holds_at_once_is_marked_and_says_whose_it_is(tonight):
    done = correct(tonight, "route=portal_vein, hepatic_artery")
    assert (done.returncode, done.stderr) == (0, "")
    assert "route of NCT00000001 corrected to portal_vein, hepatic_artery" in done.stdout
    columns = "route, route_evidence, route_path, corrected, confidences['route']"
    assert rows(tonight, f"SELECT {columns} FROM therapies WHERE nct_id = '{ONE}'") == [
        (
            ["portal_vein", "hepatic_artery"],
            "A. Reader on " + rows(tonight, "SELECT decided_on::VARCHAR FROM reading_decisions")[0][0]
            + ": the protocol says so",
            "decisions.toml",
            ["route"],
            "high",
        )
    ]  # fmt: skip
    assert rows(tonight, f"SELECT corrected FROM therapies WHERE nct_id = '{TWO}'") == [([],)]
    assert rows(tonight, "SELECT count(*) FROM events WHERE NOT is_baseline") == [(0,)]
    assert "the protocol says so" in mscwatch(tonight, "show", ONE).stdout


@pytest.mark.parametrize(
    ("field", "written", "columns", "stored"),
    [
        ("infusions_max", "3", "infusions_max", (3,)),
        ("interval_days", "3.5", "interval_days", (3.5,)),
        ("interval_days", "not_stated", "interval_days", (None,)),
        ("dose", "1e6-2e6 cells/kg; 5e6 cells/kg", "dose_low, dose_high, dose_unit", (1e6, 5e6, "cells/kg")),
        ("cell_type", "hepatocyte", "cell_type, cell_types", ("hepatocyte", ["hepatocyte"])),
        ("cell_types", "msc,immune", "cell_type, cell_types", ("msc", ["msc", "immune"])),
        ("cell_types", "hepatocyte, immune", "cell_type, cell_types", ("mixed", ["hepatocyte", "immune"])),
        ("product_form", "exosome", "product_form, product_forms", ("exosome", ["exosome"])),
        ("area", "lung", "area", ("lung",)),
        ("aetiology", "HCV", "aetiology", (["HCV"],)),
        ("indication_group", "transplant", "indication_group", ("transplant",)),
    ],
)
def test_every_field_can_be_corrected(tonight, field, written, columns, stored):
    assert correct(tonight, f"{field}={written}").returncode == 0
    assert rows(tonight, f"SELECT {columns} FROM therapies WHERE nct_id = '{ONE}'") == [stored]


def test_a_corrected_indication_is_the_same_everywhere_and_makes_an_adjacent_trial_core():
    other = record(1, identificationModule={"nctId": ONE, "briefTitle": "MSC for GVHD of the liver"})
    decided = Decisions.of([reading(field="indication_group", value="transplant")])
    assert judge(other, ONE, "msc-liver", Decisions()).indication_group == "none"
    screening = judge(other, ONE, "msc-liver", decided)
    assert (screening.relevance, screening.indication_group) == ("core", "transplant")
    assert judge(other, ONE, "none", decided).indication_group == "transplant"


@pytest.mark.slow
def test_a_trial_off_the_topic_is_read_when_a_person_corrects_it(tonight):
    assert rows(tonight, f"SELECT is_read FROM therapies WHERE nct_id = '{KNEE}'") == [(False,)]
    assert correct(tonight, "route=other", trial=KNEE).returncode == 0
    columns = "is_read, route, cell_type, indication_group"
    assert rows(tonight, f"SELECT {columns} FROM therapies WHERE nct_id = '{KNEE}'") == [
        (True, ["other"], "msc", "none")
    ]


def test_a_correction_wins_over_the_packaged_ones_and_leaves_other_fields_alone():
    read_before = read_record(record(1))
    after = corrected(read_before, [reading(field="donor", value=["autologous"])])
    assert (after.donor, after.corrected) == (("autologous",), ("donor",))
    assert (after.cell_source, after.evidence["cell_source"]) == (
        read_before.cell_source,
        read_before.evidence["cell_source"],
    )
    assert corrected(Therapy(ONE), []) == Therapy(ONE)


# it lasts


@pytest.mark.slow
def test_a_correction_in_the_file_holds_from_the_next_run_on_and_goes_with_its_entry(tonight):
    before = rows(tonight, "FROM therapies ORDER BY nct_id")
    decide(tonight, (ONE, "route", '"intrasplenic"'))
    result = run_watch(tonight)
    assert (result.outcome, result.events, result.warnings) == (RunOutcome.UNCHANGED, {}, [])
    assert rows(tonight, f"SELECT route FROM therapies WHERE nct_id = '{ONE}'") == [(["intrasplenic"],)]
    tonight.settings.decisions.write_text("")
    run_watch(tonight)
    assert rows(tonight, "FROM therapies ORDER BY nct_id") == before


@pytest.mark.slow
def test_a_correction_outlives_new_content_new_rules_and_a_rebuild(tonight, registry):
    correct(tonight, "route=portal_vein")
    registry.advance()
    assert run_watch(tonight).events == {"completed": 1}
    with working.open_warehouse(tonight.data_dir) as con:
        sql.set_meta(con, {"rules_hash": "msc-liver 0"})
    run_watch(tonight)
    held = f"SELECT route, corrected FROM therapies WHERE nct_id = '{ONE}'"
    assert rows(tonight, held) == [(["portal_vein"], ["route"])]
    rebuild.rebuild_derived(
        tonight.data_dir, tonight.watch, tonight.settings.decisions, memory_limit="700MB", keep=3
    )
    assert rows(tonight, held) == [(["portal_vein"], ["route"])]


@pytest.mark.slow
def test_a_file_that_is_gone_is_written_anew_with_the_corrections(tonight):
    correct(tonight, "route=portal_vein", "infusions_max=3", "doses=1e6 cells/kg")
    told = read(tonight.settings.decisions.read_text(), "it")
    tonight.settings.decisions.unlink()
    run_watch(tonight)
    assert set(map(repr, read(tonight.settings.decisions.read_text(), "it").entries())) == set(
        map(repr, told.entries())
    )


def test_while_a_run_is_at_work_a_correction_is_kept_for_the_next_one(tonight):
    with locked(tonight.data_dir):
        done = correct(tonight, "route=portal_vein")
    assert (done.returncode, "A run is at work" in done.stdout) == (0, True)
    assert rows(tonight, f"SELECT corrected FROM therapies WHERE nct_id = '{ONE}'") == [([],)]


# what is refused


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (["--correct", "route=by mouth", "--reason", "r"], 2, "'by mouth' is not in the list. Use one of"),
        (["--correct", "route=", "--reason", "r"], 2, "value of route"),
        (["--correct", "infusions_max=1.5", "--reason", "r"], 2, "is not a whole number"),
        (["--correct", "infusions_max=many", "--reason", "r"], 2, "is not a number above 0"),
        (["--correct", "doses=a lot", "--reason", "r"], 2, "is not a dose"),
        (["--correct", "doses=5 mg", "--reason", "r"], 2, "'mg' is not in the list"),
        (["--correct", "route", "--reason", "r"], 2, "FIELD=VALUE"),
        (["--correct", "route=other"], 2, "needs a reason"),
        (["--correct", "route=other", "--reason", " "], 2, "needs a reason"),
        (["--reason", "r"], 2, "--correct"),
        ([TWO, "--correct", "route=other", "--reason", "r"], 2, "one trial"),
        (["--correct", "colour=red", "--reason", "r"], 1, "no field colour"),
    ],
)
def test_what_cannot_be_a_correction_writes_nothing(tonight, words, code, says):
    before = file_hash(tonight)
    done = mscwatch(tonight, "show", ONE, *words)
    assert (done.returncode, says in done.stderr) == (code, True), done.stderr
    assert not tonight.settings.decisions.exists()
    assert file_hash(tonight) == before


def test_of_two_corrections_in_one_command_both_are_written_or_neither(tonight):
    assert correct(tonight, "route=other", "donor=nobody").returncode == 2
    assert not tonight.settings.decisions.exists()
    assert correct(tonight, "route=other", "donor=autologous").returncode == 0
    assert rows(tonight, f"SELECT corrected FROM therapies WHERE nct_id = '{ONE}'") == [(["route", "donor"],)]


def test_a_second_correction_of_a_field_is_refused_and_says_who_made_the_first(tonight):
    correct(tonight, "route=portal_vein")
    again = correct(tonight, "route=other")
    assert again.returncode == 2
    assert "route of NCT00000001 is corrected to portal_vein already, by A. Reader" in again.stderr


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (READING.format(ONE, "route", '["by mouth"]', "r"), "reading entry 1 (line 1): value of route: 'by mouth'"),
        (READING.format(ONE, "route", '"other"', ""), "reading entry 1 (line 1): reason"),
        (READING.format(ONE, "route", '"other"', "r") * 2, "route of NCT00000001 is decided already"),
        (READING.format(ONE, "route", '"other"', "r").replace("value", "worth"), "reading entry 1"),
    ],
)  # fmt: skip
def test_a_bad_entry_is_named_with_its_line(text, message):
    with pytest.raises(ConfigError) as error:
        read(text, "decisions.toml")
    assert message in str(error.value)


@pytest.mark.slow
def test_what_people_wrote_in_the_file_stays_as_it_is(tonight):
    theirs = "# ours\n" + READING.format(TWO, "route", '["other"] # as we saw', "r")
    tonight.settings.decisions.write_text(theirs)
    correct(tonight, "route=portal_vein")
    assert tonight.settings.decisions.read_text().startswith(theirs)


@pytest.mark.parametrize(
    "decision",
    [
        reading(),
        reading(field="doses", value="1.5e6-2e6 cells/kg; 1e8 cells"),
        reading(field="doses", value=[{"low": 1e6, "high": 2e6, "unit": "cells"}]),
        reading(field="infusions_max", value=9),
        reading(field="colour", value=["red", 3]),
        reading(reason='"quoted" [[link]]\n\\', by="B\tC"),
    ],
)
def test_whatever_is_decided_reads_back_as_it_was(decision):
    told = with_entry("", decision, "it")
    assert list(read(told, "it").entries()) == [decision]
    assert list(read(whole_text(Decisions.of([decision])), "it").entries()) == [decision]


# what finds nothing


@pytest.mark.slow
def test_a_decision_without_effect_is_told_once_fails_doctor_and_stops_no_night(tonight, registry, tmp_path):
    decide(tonight, (ONE, "colour", '"red"'), ("NCT09999999", "route", '"other"'), (TWO, "route", '"other"'))
    told = RunOrder(tonight.settings.model_copy(update={"jsonl_file": str(tmp_path / "news")}), tonight.watch)
    assert run_watch(told).outcome is RunOutcome.UNCHANGED
    assert len(told_of(tonight)) == 1
    registry.advance()
    result = run_watch(told)
    assert (result.exit_code, result.outcome) == (0, RunOutcome.PUBLISHED)
    ((_, summary),) = told_of(tonight)
    assert "colour of NCT00000001 corrected to red: a therapy has no field colour" in summary
    assert "the watch has never seen NCT09999999" in summary
    assert TWO not in summary
    assert len(result.warnings) == 2
    failed = {check.what: check.detail for check in run_checks(tonight.settings) if not check.good}
    assert "has decisions without effect: colour of NCT00000001" in failed["decisions"]
    registry.advance()
    assert run_watch(told).exit_code == 0
    assert [
        TWO in summary and "was merged into NCT00000001" in summary for _, summary in told_of(tonight)
    ] == [
        False,
        True,
    ]
    idle = rows(tonight, "SELECT decision, why FROM decisions_without_effect ORDER BY ALL")
    assert len(idle) == 3
    tonight.settings.decisions.write_text("")
    run_watch(told)
    assert [check.good for check in run_checks(tonight.settings) if check.what == "decisions"] == [True]


@pytest.mark.slow
@pytest.mark.parametrize("trial", ["NCT09999999", TWO])
def test_the_command_that_wrote_a_decision_without_effect_exits_1(tonight, registry, trial):
    registry.advance()
    registry.advance()
    run_watch(tonight)
    done = correct(tonight, "route=portal_vein", trial=trial)
    assert done.returncode == 1
    assert "has no effect" in done.stderr
    assert (trial in read(tonight.settings.decisions.read_text(), "it").readings) is True
