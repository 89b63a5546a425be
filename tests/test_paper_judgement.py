"""How surely a paper reports a trial: numbers link, agreements ask a person, a score alone orders a queue."""

from __future__ import annotations

from datetime import date

import pytest

from mscwatch.papers.judgement import Topic, judge_paper
from mscwatch.papers.model import Paper, TrialSketch
from mscwatch.papers.ranking import RankedPaper, rank_papers
from mscwatch.vocabulary import PaperKind, Strength

CORD = TrialSketch(
    "NCT01220492",
    ("Umbilical Cord Mesenchymal Stem Cells for Patients With Liver Cirrhosis",),
    enrollment=266,
    started_on=date(2010, 10, 15),
    ended_on=date(2013, 3, 1),
    conditions=("Liver Cirrhosis",),
    investigators=("Fu-Sheng Wang, MD, PhD",),
    places=("Beijing",),
    organisations=("Beijing 302 Hospital",),
    numbers=frozenset({"NCT01220492", "ChiCTR-TRC-10000915"}),
    cells=frozenset({"umbilical cord", "peripheral vein"}),
)
MARROW = TrialSketch(
    "NCT01342250",
    ("Autologous Bone Marrow Mesenchymal Stem Cells in Liver Cirrhosis",),
    enrollment=20,
    started_on=date(2010, 9, 15),
    ended_on=date(2012, 3, 1),
    conditions=("Liver Cirrhosis",),
    investigators=("Fu-Sheng Wang",),
    places=("Beijing",),
    organisations=("Beijing 302 Hospital",),
    numbers=frozenset({"NCT01342250"}),
    cells=frozenset({"bone marrow"}),
)
TOPIC = Topic([CORD, MARROW])
TITLE = "Human umbilical cord mesenchymal stem cells improve liver function in liver cirrhosis"


def paper(abstract="", title=TITLE, **values):
    values = {"authors": ("Zhang Z", "Wang FS"), "year": 2013, "published_on": date(2013, 6, 1)} | values
    return Paper(title, pmid="22320928", abstract=abstract, **values)


def judged(item, kind=PaperKind.RESULTS, topic=TOPIC, ranked=None):
    if ranked is None:
        ranking = rank_papers(list(topic.trials.values()), [item])
        ranked = {nct_id: best[0] for nct_id, best in ranking.items() if best}
    return [(item.nct_id, item.strength) for item in judge_paper(item, kind, topic, ranked)]


def test_a_number_in_the_abstract_links():
    assert judged(paper("Registered as NCT01220492.")) == [("NCT01220492", Strength.A)]


def test_a_number_that_the_journal_declared_links():
    assert judged(paper(declared_numbers=("NCT01220492",))) == [("NCT01220492", Strength.A)]


def test_a_number_in_the_methods_alone_links_less_surely():
    assert judged(paper(methods="registered (NCT01220492)")) == [("NCT01220492", Strength.B)]


def test_a_second_registrys_number_links_less_surely():
    assert judged(paper("chictr-trc-10000915")) == [("NCT01220492", Strength.B)]


def test_two_numbers_of_one_trial_are_one_registration():
    assert judged(paper("NCT01220492, ChiCTR-TRC-10000915")) == [("NCT01220492", Strength.A)]


def test_a_further_registrys_number_that_the_record_does_not_tell_does_not_hinder():
    assert judged(paper("NCT01220492, EudraCT 2009-012345-11")) == [("NCT01220492", Strength.A)]


def test_several_registrations_in_one_paper_wait_for_a_person():
    assert judged(paper("NCT01220492 and NCT01342250")) == [
        ("NCT01220492", Strength.C),
        ("NCT01342250", Strength.C),
    ]


def test_a_registration_outside_the_topic_makes_it_a_pooled_analysis_too():
    assert judged(paper("NCT01220492 and NCT09999999")) == [("NCT01220492", Strength.C)]


def test_a_number_that_two_registrations_share_waits_for_a_person():
    twin = TrialSketch("NCT09999998", ("A twin",), numbers=frozenset({"NCT09999998", "ChiCTR-TRC-10000915"}))
    found = judged(paper("ChiCTR-TRC-10000915"), topic=Topic([CORD, twin]), ranked={})
    assert [strength for _, strength in found] == [Strength.C, Strength.C]


def test_a_paper_that_names_another_registration_is_no_candidate_of_this_one():
    sure = {"NCT01220492": RankedPaper(0, 1, 9.0, 1.0)}
    assert judged(paper("registered as NCT09999999"), ranked=sure) == []


@pytest.mark.parametrize(
    "kind", [PaperKind.REVIEW, PaperKind.PROTOCOL, PaperKind.COMMENT, PaperKind.PRECLINICAL]
)
def test_a_paper_of_another_kind_reports_no_results(kind):
    assert judged(paper("NCT01220492"), kind) == []


def test_a_follow_up_is_a_result_too():
    assert judged(paper("NCT01220492"), PaperKind.SECONDARY) == [("NCT01220492", Strength.A)]


def test_a_paper_of_unknown_kind_waits_for_a_person():
    assert judged(paper("NCT01220492"), PaperKind.UNKNOWN) == [("NCT01220492", Strength.C)]


def test_agreements_clear_of_every_sibling_ask_a_person():
    item = paper("We enrolled 266 patients with liver cirrhosis who received umbilical cord MSC.")
    assert judged(item) == [("NCT01220492", Strength.C)]


def test_the_reasons_say_what_agrees_and_name_no_investigator():
    item = paper("We enrolled 266 patients with liver cirrhosis.")
    ranked = {"NCT01220492": RankedPaper(0, 1, 2.0, 1.0)}
    [judgement] = judge_paper(item, PaperKind.RESULTS, TOPIC, ranked)
    assert "1 of 1 registered investigator among the authors" in judgement.reasons
    assert "266 participants in both" in judgement.reasons
    assert "Wang" not in judgement.basis


def test_siblings_that_agree_as_well_are_never_surer_than_a_score():
    title = "Mesenchymal stem cells in liver cirrhosis"
    item = paper("Patients with liver cirrhosis were treated in Beijing.", title)
    assert Strength.C not in {strength for _, strength in judged(item)}


def test_cells_of_another_tissue_speak_against_a_trial():
    item = paper(
        "266 patients with liver cirrhosis received bone marrow cells.",
        "Bone marrow cells in liver cirrhosis",
    )
    assert ("NCT01220492", Strength.C) not in judged(item)


def test_a_paper_older_than_the_trial_is_not_its_result():
    item = paper("266 patients with liver cirrhosis, umbilical cord cells", published_on=date(2009, 1, 1))
    assert ("NCT01220492", Strength.C) not in judged(item)


def test_a_score_alone_is_the_weakest():
    bare = TrialSketch("NCT01220492", CORD.titles)
    item = Paper(TITLE)
    ranked = {"NCT01220492": RankedPaper(0, 1, 5.0, 1.0)}
    assert judged(item, topic=Topic([bare]), ranked=ranked) == [("NCT01220492", Strength.D)]


def test_a_low_score_is_nothing():
    ranked = {"NCT01220492": RankedPaper(0, 1, -5.0, 1.0)}
    assert (
        judged(Paper("Something else"), topic=Topic([TrialSketch("NCT01220492", ("A",))]), ranked=ranked)
        == []
    )
