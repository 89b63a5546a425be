"""Why an event matters: each rule says its sentence where the facts are, and nothing where they are not."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from mscwatch.digest.significance import Background, reasons
from mscwatch.vocabulary import EventKind, Severity
from support.news import item, product, published

REVIEW = Background(
    published=(
        published(11, year=2014, nct_id="NCT01741090"),
        published(13, nct_id=None, link_confidence="none", aetiology=("HBV",), dose_low=None, dose_high=None),
        published(15),
        published(16, indication_group="transplant"),
    )
)


def why(one, around=REVIEW):
    return " ".join(reasons(one, around))


def test_a_trial_that_completes_unpublished_says_how_long_it_has_been_silent():
    said = why(item(completion_date=date(2020, 5, 31)), Background())
    assert (
        said
        == "No publication known, no results on the registry, 28 months after its completion date (2020-05)."
    )


@pytest.mark.parametrize(
    ("completion", "waited"),
    [
        (None, ""),
        (date(2022, 10, 7), ""),
        (date(2024, 1, 31), ""),
        (date(2022, 9, 7), ", 1 month after its completion date (2022-09)"),
        (date(2022, 9, 8), ""),
        (date(2019, 10, 31), ", 35 months after its completion date (2019-10)"),
        (date(2012, 12, 31), ", 9 years after its completion date (2012-12)"),
    ],
)
def test_only_a_completion_date_that_has_passed_is_counted_from(completion, waited):
    said = why(item(completion_date=completion), Background())
    assert said == f"No publication known, no results on the registry{waited}."


def test_the_registrys_own_day_is_counted_to_and_not_the_day_of_the_run():
    late = replace(item(completion_date=date(2022, 1, 31)), data_date=date(2022, 3, 1))
    assert "1 month after" in why(late, Background())


def test_what_is_known_of_an_ended_trial_is_said():
    assert why(item(publications=2), Background()).startswith(
        "2 publications known, no results on the registry"
    )
    assert why(item(has_results=True), Background()).startswith(
        "No publication known, results on the registry"
    )
    assert why(item(has_results=True, publications=1), Background()) == ""


@pytest.mark.parametrize(
    "kind", [EventKind.SUSPENDED, EventKind.NEW_TRIAL, EventKind.DATE_CHANGED, EventKind.WITHDRAWN]
)
def test_a_trial_that_has_not_ended_owes_no_publication(kind):
    assert why(item(kind=kind), Background()) == ""


def test_results_of_an_unpublished_trial_are_its_first():
    assert why(item(kind=EventKind.RESULTS_POSTED, has_results=True), Background()).startswith(
        "No publication known"
    )
    assert why(item(kind=EventKind.RESULTS_POSTED, has_results=True, publications=1), Background()) == ""


def test_a_linked_paper_says_whether_it_is_the_first_and_how_sure_the_link_is():
    sponsors = item(kind=EventKind.PUBLICATION_LINKED, after='{"pmid":"1","type":"RESULT"}', publications=1)
    assert why(sponsors, Background()).startswith(
        "The first publication known of this trial. The sponsor lists it"
    )
    pubmeds = item(kind=EventKind.PUBLICATION_LINKED, after='{"pmid":"2","type":"DERIVED"}', publications=2)
    assert why(pubmeds, Background()) == "PubMed found this trial's number in the paper."
    protocol = replace(pubmeds, event=replace(pubmeds.event, severity=Severity.LOW))
    assert (
        why(protocol, Background())
        == "The paper reports no results of this trial, as far as its title tells."
    )


@pytest.mark.parametrize("status", ["UNKNOWN", "RECRUITING", "TERMINATED"])
def test_a_trial_is_published_though_the_registry_says_otherwise(status):
    linked = item(
        kind=EventKind.PUBLICATION_LINKED,
        after='"DERIVED"',
        overall_status=status,
        published=1,
        publications=2,
    )
    said = f"Published although the registry calls it {status.lower()}."
    assert said in why(linked, Background())
    assert said not in why(replace(linked, trial=replace(linked.trial, published=0)), Background())
    assert said not in why(
        replace(linked, trial=replace(linked.trial, overall_status="COMPLETED")), Background()
    )


@pytest.mark.parametrize(
    ("confidence", "said"),
    [
        ("high", "This is the trial of the review's Table 2 row 15 (Author 15 2016)."),
        ("low", "This is probably"),
        ("none", ""),
    ],
)
def test_a_trial_of_the_review_is_named_by_its_row(confidence, said):
    around = Background(published=(published(15, nct_id="NCT00000001", link_confidence=confidence),))
    found = why(item(kind=EventKind.STATUS_CHANGED), around)
    assert found.startswith(said)
    assert bool(found) == bool(said)


def test_rows_of_the_review_with_the_same_product_are_named_the_closest_first():
    said = why(item(kind=EventKind.NEW_TRIAL, product=product()))
    assert said == (
        "Same kind of cells, route and disease as the review's Table 2 "
        "rows 15 (Author 15 2016), 11 (Author 11 2014), 13 (Author 13 2016)."
    )


def test_more_rows_than_three_are_counted():
    around = Background(published=tuple(published(number, nct_id=None) for number in range(1, 7)))
    assert why(item(kind=EventKind.NEW_TRIAL, product=product()), around).endswith("and 3 more.")


@pytest.mark.parametrize(
    "other",
    [
        {"indication_group": "liver_failure"},
        {"cell_source": ("adipose",)},
        {"cell_source": ("not_stated",)},
        {"route": ("peripheral_vein",)},
        {"route": ("other",)},
        {"donor": ("allogeneic",)},
        {"product_form": "exosome"},
        {"modification": "gene_modified"},
        {"cell_type": "mononuclear"},
    ],
)
def test_another_product_is_compared_with_nothing(other):
    assert why(item(kind=EventKind.NEW_TRIAL, product=product(**other))) == ""


def test_what_a_record_does_not_say_contradicts_no_row():
    said = why(
        item(kind=EventKind.NEW_TRIAL, product=product(donor=("not_stated",), aetiology=("not_stated",)))
    )
    assert "Table 2 rows 15" in said


def test_a_trial_of_the_review_is_not_compared_with_its_fellows():
    around = replace(REVIEW, published=(*REVIEW.published, published(2, nct_id="NCT00000001")))
    said = why(item(kind=EventKind.NEW_TRIAL, product=product()), around)
    assert said == "This is the trial of the review's Table 2 row 2 (Author 2 2016)."


def test_a_source_that_no_other_trial_of_the_watch_has_is_told_of_the_trial_that_has_it():
    around = Background(only_source={"dental_pulp": "NCT00000001"}, only_route={"portal_vein": "NCT00000009"})
    new = item(
        kind=EventKind.NEW_TRIAL, product=product(cell_source=("dental_pulp",), route=("portal_vein",))
    )
    assert why(new, around) == "The only trial of the watch with cells from dental pulp."
    assert why(replace(new, event=replace(new.event, kind=EventKind.STATUS_CHANGED)), around) == ""


def test_a_trial_that_leaves_unknown_moves_again():
    said = why(item(kind=EventKind.STATUS_CHANGED, before="UNKNOWN", after="RECRUITING"), Background())
    assert said.startswith("It had been silent for two years")
    assert why(item(kind=EventKind.ENROLLMENT_CHANGED, before="UNKNOWN"), Background()) == ""


def test_what_was_taken_back_says_so_first():
    assert reasons(item(retracted_by="later"), Background())[0] == "The registry has since taken this back."


def test_a_trial_whose_therapy_was_not_read_is_compared_with_nothing():
    assert why(item(kind=EventKind.NEW_TRIAL, product=None)) == ""
