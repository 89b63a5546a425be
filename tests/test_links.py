"""Links between trials and papers: what is believed, what waits for a person, and a person's yes or no."""

from __future__ import annotations

import csv
import io
import json
import shutil
from datetime import date, datetime
from pathlib import Path
from threading import Thread

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from mscwatch.cli.app import app
from mscwatch.errors import ConfigError
from mscwatch.papers.judgement import Judgement
from mscwatch.papers.model import JudgedKind, Paper
from mscwatch.pipeline.context import RunOrder
from mscwatch.pipeline.run import run_watch
from mscwatch.record import record_nct_id
from mscwatch.replica import Replica
from mscwatch.screening.decisions import read, with_entry
from mscwatch.screening.entries import LinkDecision
from mscwatch.settings import Settings
from mscwatch.store import found_papers, publication_events, queries, working
from mscwatch.store import papers as stored_papers
from mscwatch.store.data_dir import DataDir, locked
from mscwatch.store.decisions import add, load, publish_decisions
from mscwatch.store.report import QUERIES
from mscwatch.vocabulary import PaperKind, Strength
from mscwatch.watches import load_watch
from support.orders import REVIEWED, write_watch
from support.records import record
from support.snapshots import nights
from support.warehouse import file_hash, rows

HOSTILE = "=HYPERLINK(1) \x1b[31mred\nER  - "
KNEE = {"conditionsModule": {"conditions": ["Gonarthrosis"]}}


def papers(*references):
    listed = [dict(zip(("type", "pmid", "citation"), one, strict=False)) for one in references]
    return {"referencesModule": {"references": [{k: v for k, v in one.items() if v} for one in listed]}}


pytestmark = pytest.mark.reviewed


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A data directory after one night, with references of every kind."""
    folder = tmp_path_factory.mktemp("made")
    watch = write_watch(folder, REVIEWED)
    titled = {"identificationModule": {"nctId": "NCT00000003", "briefTitle": "MSC for the knee"}}
    content = [
        record(1, **papers(
            ("DERIVED", "111", "Own A. Cells in patients with cirrhosis. J Hepatol. 2022;1:1."), ("RESULT", "222", "Perhaps"), ("BACKGROUND", "333", "Read"),
            ("BACKGROUND", "222", "Perhaps"), ("RESULT", None, HOSTILE), ("NEW_WORD", "555", "What"),
        )),
        record(2, **papers(("RESULT", "222", "Perhaps"), ("RESULT", "666"))),
        record(3, **titled, **KNEE, **papers(("RESULT", "444", "Knee"))),
        # The registry shows the PMID of row 14 of Table 2, a trial registered as NCT01499459, as a result of this one.
        record(2705742, **papers(("RESULT", "26006200", "Kantarcioglu M"))),
    ]  # fmt: skip
    with Replica(nights(content)) as registry:
        settings = Settings(data_dir=folder / "data", min_interval=0, api_url=registry.url, report=False)
        assert run_watch(RunOrder(settings, load_watch(str(watch)))).exit_code == 0
    return settings.data_dir


@pytest.fixture
def tonight(order, made, monkeypatch):
    """That directory for one test."""
    tonight = order("http://127.0.0.1:9", report=False)
    shutil.copytree(made, tonight.settings.data_dir)
    monkeypatch.setenv("MSCWATCH_DATA_DIR", str(tonight.settings.data_dir))
    return tonight


def mscwatch(*words):
    return CliRunner().invoke(app, list(words))


def graded(order, trial="NCT00000001"):
    found = rows(order, f"SELECT paper, grade FROM publications WHERE nct_id = '{trial}' ORDER BY ALL")
    return dict(found)


def waiting():
    return {(row["nct_id"], row["paper"]): row for row in json.loads(mscwatch("links", "--json").stdout)}


def reason(order, trial, paper):
    ((said,),) = rows(
        order, f"SELECT reason FROM publications WHERE nct_id = '{trial}' AND paper = '{paper}'"
    )
    return said


def test_derived_is_believed_result_waits_and_background_is_neither(tonight):
    found = graded(tonight)
    code = next(paper for paper in found if paper.startswith("ref-"))
    assert found == {
        "111": "linked", "222": "to_confirm", "333": "background", code: "to_confirm", "555": "to_confirm",
    }  # fmt: skip
    assert {paper for trial, paper in waiting() if trial == "NCT00000001"} == {"222", code, "555"}


def test_a_result_that_is_another_trials_paper_waits_and_says_why(tonight):
    said = reason(tonight, "NCT02705742", "26006200")
    assert "RESULT" in said
    assert "row 14 of Table 2, registered as NCT01499459" in said
    assert graded(tonight, "NCT02705742") == {"26006200": "to_confirm"}
    assert graded(tonight, "NCT01499459") == {"26006200": "linked"}


def test_the_surest_link_stands_first_and_a_score_alone_last_here_and_on_the_page(tonight):
    found = {strength: Paper("Cells in cirrhosis", pmid=f"90000{strength}") for strength in "12"}
    grades = {"1": Strength.D, "2": Strength.C}
    with working.open_warehouse(tonight.data_dir) as con:
        kind = JudgedKind(PaperKind.RESULTS, "it says so")
        found_papers.store_papers(
            con, [(paper, kind) for paper in found.values()], "run", datetime(2026, 1, 31)
        )
        judged = {
            paper.paper_id: [Judgement("NCT00000001", grades[number], ("so",))]
            for number, paper in found.items()
        }
        seen = {("NCT00000001", paper_id): "x" for paper_id in judged}
        found_papers.store_links(con, judged, seen, "run", datetime(2026, 1, 31))
        found_papers.refresh(con)
        listed = [(row["nct_id"], row["strength"], row["paper"]) for row in queries.links(con)]
        names, page = queries.query(con, (QUERIES / "waiting.sql").read_text("utf-8"))
    assert listed[0] == ("NCT00000001", "C", "900002")
    assert listed[-1] == ("NCT00000001", "D", "900001")
    assert {strength for _, strength, _ in listed[1:-1]} == {None}
    wanted = [names.index(name) for name in ("nct_id", "strength")]
    assert [tuple(row[place] for place in wanted) for row in page] == [row[:2] for row in listed]


def test_what_a_person_accepted_is_told_as_accepted_and_not_by_its_score(tonight):
    paper = Paper("Cells in cirrhosis", pmid="777")
    link = Judgement("NCT00000002", Strength.C, ("so",))
    with working.open_warehouse(tonight.data_dir) as con:
        kind = JudgedKind(PaperKind.RESULTS, "it says so")
        found_papers.store_papers(con, [(paper, kind)], "run", datetime(2026, 1, 31))
        seen = {("NCT00000002", paper.paper_id): "x"}
        found_papers.store_links(con, {paper.paper_id: [link]}, seen, "run", datetime(2026, 1, 31))
        found_papers.refresh(con)
        assert not publication_events.newly_counting(con)
    add(tonight.data_dir, tonight.settings.decisions, [decision(nct_id="NCT00000002", paper="777")])
    publish_decisions(tonight.data_dir, tonight.settings.decisions, "700MB", 3)
    with working.open_warehouse(tonight.data_dir) as con:
        [row] = publication_events.newly_counting(con)
    assert (row[0], row[4]) == ("NCT00000002", None)  # no strength: so it is news also in the first search


def test_a_paper_that_a_person_alone_named_is_told_where_no_search_found_any(tonight):
    with working.open_warehouse(tonight.data_dir) as con:
        assert not publication_events.newly_counting(con)
    add(tonight.data_dir, tonight.settings.decisions, [decision(nct_id="NCT00000002", paper="777")])
    publish_decisions(tonight.data_dir, tonight.settings.decisions, "700MB", 3)
    assert rows(tonight, "SELECT count(*) FROM found_links") == [(0,)]
    with working.open_warehouse(tonight.data_dir) as con:
        stored_papers.refresh(con)  # as the next night does
        [row] = publication_events.newly_counting(con)
    assert row[:2] == ("NCT00000002", "PMID:777")


def test_a_paper_that_its_record_gives_as_a_bare_number_is_shown_with_what_is_known_of_it(tonight):
    assert waiting()["NCT00000002", "666"]["citation"] is None
    paper = Paper("Cells in cirrhosis", pmid="666", authors=("Doe J",))
    with working.open_warehouse(tonight.data_dir) as con:
        kind = JudgedKind(PaperKind.RESULTS, "it says so")
        found_papers.store_papers(con, [(paper, kind)], "run", datetime(2026, 1, 31))
        found_papers.refresh(con)
        [row] = [row for row in queries.links(con) if row["paper"] == "666"]
    assert row["citation"] == "Doe J. Cells in cirrhosis"


def test_a_paper_that_two_trials_claim_names_the_other(tonight):
    assert "listed as its own by NCT00000002 too" in reason(tonight, "NCT00000001", "222")
    assert "NCT0" not in reason(tonight, "NCT00000001", "555")


def test_a_trial_off_the_topic_asks_nobody(tonight):
    assert graded(tonight, "NCT00000003") == {"444": "to_confirm"}
    assert not [trial for trial, _ in waiting() if trial == "NCT00000003"]


def test_unverified_registrations_of_table_2_wait_and_sure_ones_do_not(tonight):
    found = waiting()
    assert "unverified" in found["NCT01729221", "24886681"]["reason"]
    confidence = dict(
        rows(tonight, "SELECT nct_id, link_confidence FROM published_trials WHERE nct_id IS NOT NULL")
    )
    asked = {trial for trial, _ in found} & confidence.keys()
    assert asked == {trial for trial, sure in confidence.items() if sure != "high"}


def test_a_persons_word_on_a_row_of_table_2_reaches_the_table_and_its_patients_count_once(tonight):
    def of_rows(query):
        return rows(tonight, query)

    published = "SELECT published FROM cell_types WHERE cells = 'MSCs'"
    before = of_rows(published)
    yes = decision(nct_id="NCT00000002", paper="27964826")  # row 21, for which no registration was found
    no = decision(nct_id="NCT01729221", paper="24886681", decision="reject")  # row 12
    add(tonight.data_dir, tonight.settings.decisions, [yes, no])
    publish_decisions(tonight.data_dir, tonight.settings.decisions, "700MB", 3)
    assert of_rows(
        "SELECT review_row, nct_id, link_basis FROM living_table WHERE review_row IN (12, 21) AND origin = 'review' ORDER BY 1"
    )[1] == (21, "NCT00000002", "accepted by a person")
    found = of_rows("SELECT review_row FROM published_without_registration WHERE review_row IN (12, 21)")
    assert {row for (row,) in found} == {12}
    assert of_rows(published) == before


@pytest.mark.slow
def test_a_yes_is_kept_in_the_file_holds_at_once_and_is_never_asked_again(tonight):
    before = file_hash(tonight)
    done = mscwatch(
        "links", "accept", "nct00000001", "222", "--reason", "the abstract says so", "--by", "A. Reader"
    )
    assert done.exit_code == 0
    (told,) = read(tonight.settings.decisions.read_text(), "it").links
    assert (told.nct_id, told.paper, told.decision, told.by) == ("NCT00000001", "222", "accept", "A. Reader")
    assert graded(tonight)["222"] == "accepted"
    assert reason(tonight, "NCT00000001", "222").startswith("the abstract says so; ")
    assert ("NCT00000001", "222") not in waiting()
    assert file_hash(tonight) != before
    assert tonight.data_dir.published_hash.read_text().split()[0] == file_hash(tonight)
    assert rows(tonight, "SELECT count(*) FROM events WHERE NOT is_baseline") == [(0,)]


def test_a_second_answer_is_refused_and_says_who_gave_the_first(tonight):
    mscwatch("links", "reject", "NCT00000001", "222", "--reason", "another trial", "--by", "A. Reader")
    written = tonight.settings.decisions.read_bytes()
    again = mscwatch("links", "accept", "NCT00000001", "222", "--reason", "no")
    assert isinstance(again.exception, ConfigError)
    assert "rejected already, by A. Reader" in str(again.exception)
    assert tonight.settings.decisions.read_bytes() == written


def test_the_queue_empties(tonight):
    for trial, paper in waiting():
        add(tonight.data_dir, tonight.settings.decisions, [decision(nct_id=trial, paper=paper)])
    publish_decisions(tonight.data_dir, tonight.settings.decisions, "700MB", 3)
    assert waiting() == {}
    assert mscwatch("links").stdout == "No link waits.\n"
    assert mscwatch("links", "--csv").stdout == "nct_id,paper,brief_title,citation,reason,strength\n"


def test_what_people_wrote_in_the_file_stays_as_it_is(tonight):
    theirs = '# our group\n[[screening]] # first\nnct_id="NCT00000001"\ndecision="include"\nreason="r"\ndate=2026-01-31\nby="B"\n'
    tonight.settings.decisions.write_text(theirs)
    mscwatch("links", "accept", "NCT00000001", "222", "--reason", "yes")
    assert tonight.settings.decisions.read_text().startswith(theirs)
    assert len(read(tonight.settings.decisions.read_text(), "it").links) == 1


@pytest.mark.slow
def test_while_a_run_is_at_work_the_decision_is_kept_for_the_next_one(tonight):
    with locked(tonight.data_dir):
        done = mscwatch("links", "accept", "NCT00000001", "222", "--reason", "yes")
    assert (done.exit_code, "A run is at work" in done.stdout) == (0, True)
    assert graded(tonight)["222"] == "to_confirm"
    with Replica(nights([record(1)])) as registry:
        moved = RunOrder(tonight.settings.model_copy(update={"api_url": registry.url}), tonight.watch)
        run_watch(moved)
    assert rows(tonight, "SELECT decision, paper FROM link_decisions") == [("accept", "222")]


def test_two_people_deciding_at_once_lose_nothing(tmp_path):
    places, file = DataDir(tmp_path), tmp_path / "decisions.toml"
    people = [Thread(target=add, args=(places, file, [decision(paper=str(number))])) for number in range(8)]
    for one in people:
        one.start()
    for one in people:
        one.join()
    assert {one.paper for one in load(file).links} == {str(number) for number in range(8)}


def test_hostile_citations_stay_text_on_a_terminal_and_in_a_spreadsheet(tonight):
    assert "\x1b" not in mscwatch("links").stdout
    listed = list(csv.DictReader(io.StringIO(mscwatch("links", "--csv").stdout)))
    (cell,) = [row["citation"] for row in listed if row["paper"].startswith("ref-")]
    assert cell.startswith("'=HYPERLINK")


def test_a_decision_without_effect_is_shown(tonight):
    add(tonight.data_dir, tonight.settings.decisions, [decision(nct_id="NCT09999999", paper="1")])
    publish_decisions(tonight.data_dir, tonight.settings.decisions, "700MB", 3)
    assert (
        "Decided without effect: NCT09999999 and paper 1 accepted: the watch has never seen NCT09999999"
        in mscwatch("links").stdout
    )


@pytest.mark.slow
def test_a_record_of_the_real_registry_lists_another_trials_paper_as_its_result(real_records, order):
    found = [one for one in real_records if record_nct_id(one) == "NCT01220492"][-1:]
    with Replica(nights(found)) as registry:
        tonight = order(registry.url, report=False)
        run_watch(tonight)
    assert graded(tonight, "NCT01220492")["17903050"] == "to_confirm"  # Mohamadnejad 2007, row 1 of Table 2
    assert "row 1 of Table 2, for which no registration was found" in reason(
        tonight, "NCT01220492", "17903050"
    )
    assert graded(tonight, "NCT01220492")["18328931"] == "background"


# the file


def decision(**values):
    plain = {"nct_id": "NCT00000001", "paper": "1", "decision": "accept", "reason": "r", "by": "B"}
    return LinkDecision.model_validate(plain | {"date": date(2026, 1, 31)} | values)


said = st.text(st.characters(exclude_categories=["Cs"]), min_size=1).filter(lambda text: text.strip())


@given(reason=said, by=said, paper=said)
def test_whatever_people_write_reads_back(reason, by, paper):
    one = decision(reason=reason, by=by, paper=paper)
    assert read(with_entry(with_entry("", decision(paper="a b"), "it"), one, "it"), "it").links[1] == one


ENTRY = '[[link]]\nnct_id = "NCT00000001"\npaper = 1\ndecision = "accept"\nreason = "r"\ndate = 2026-01-31\nby = "B"\n'


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (ENTRY.replace('"r"', "r"), "is not valid TOML"),
        (
            ENTRY + "\n" + ENTRY.replace("accept", "reject"),
            "link entry 2 (line 9): NCT00000001 and paper 1 is decided",
        ),
        (ENTRY.replace('reason = "r"\n', ""), "link entry 1 (line 1): reason is missing"),
        (ENTRY.replace('"r"', '" "'), "link entry 1 (line 1): reason"),
        (ENTRY.replace("accept", "perhaps"), "link entry 1 (line 1): decision"),
        (ENTRY.replace("NCT00000001", "NCT1"), "nct_id is not an NCT number"),
        (ENTRY.replace("2026-01-31", "31"), "link entry 1 (line 1): date"),
        ("\n" + ENTRY + 'mood = "good"\n', "link entry 1 (line 2): mood is not a key"),
        (ENTRY.replace("[[link]]", "[link]"), "under its own [[link]]"),
        (ENTRY.replace("[[link]]", "[[links]]"), "links is not a kind of decision"),
        ("link = [1]\n", "under its own [[link]]"),
    ],
)
def test_a_bad_entry_is_named_with_its_line(text, message):
    with pytest.raises(ConfigError) as error:
        read(text, "decisions.toml")
    assert message in str(error.value)
    assert str(error.value).startswith("decisions.toml")


def test_a_bad_file_stops_the_night_before_it_begins(tonight):
    tonight.settings.decisions.write_text(ENTRY + ENTRY)
    before = file_hash(tonight)
    with pytest.raises(ConfigError, match="entry 2"):
        run_watch(tonight)
    assert file_hash(tonight) == before
    with working.open_warehouse(tonight.data_dir) as con:
        assert con.execute("SELECT outcome FROM runs").fetchall() == [("baseline",)]
        assert con.execute("SELECT count(*) FROM link_decisions").fetchall() == [(0,)]


@pytest.mark.slow
def test_a_file_that_is_gone_is_written_anew_with_what_is_in_force(tonight):
    file = tonight.settings.decisions
    mscwatch("links", "reject", "NCT00000001", "222", "--reason", "another trial", "--by", "A. Reader")
    told = load(file)
    file.unlink()
    run_watch(tonight)  # the registry does not answer: what is decided holds all the same
    assert load(file) == told
    file.write_text("")
    run_watch(tonight)  # nor does it now: the published file stays, the working file knows
    assert graded(tonight)["222"] == "rejected"
    with working.open_warehouse(tonight.data_dir) as con:
        assert con.execute(
            "SELECT grade FROM publications WHERE paper = '222' AND nct_id LIKE '%1'"
        ).fetchall() == [("to_confirm",)]


def test_a_linked_file_stays_a_link(tmp_path):
    real, link = tmp_path / "real.toml", tmp_path / "decisions.toml"
    real.write_text("")
    Path(link).symlink_to(real)
    add(DataDir(tmp_path), link, [decision()])
    assert link.is_symlink()
    assert read(real.read_text(), "it").links
