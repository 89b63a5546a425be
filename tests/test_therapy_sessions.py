"""What is one administration without a number: an operation in which the cells are given. The words stand in no record."""

from __future__ import annotations

import pytest

from support.therapy import trial

KNEE = {"title": "MSC for knee osteoarthritis", "conditions": ("Knee Osteoarthritis",), "given": "MSC"}


@pytest.mark.parametrize(
    "how",
    [
        "At arthroscopy the MSC are injected into the cartilage lesion.",
        "Fat is taken by liposuction and the MSC are implanted at laparotomy.",
        "MSC in fibrin glue are placed in the defect.",
        "The scaffold with MSC is sutured into the defect.",
        "MSC on bone granules are packed around the cage.",
        "MSC are used in a mandibular augmentation.",
        "Within the surgical procedure MSC are applied on the fracture.",
        "MSC are infused on the day of discharge",
        "MSC are infused at day of recovery of the platelets.",
        "MSC are infused at a single time point",
    ],
)
def test_an_operation_or_a_day_on_which_cells_are_given_is_one(how):
    assert trial(**KNEE, how=how).infusions_max == 1


@pytest.mark.parametrize(
    "how",
    [
        "MSC obtained by liposuction are injected in the knee.",
        "MSC, isolated from fat obtained through abdominal lipectomy, are injected into the knee.",
        "MSC from teeth extracted in dental surgery, injected in the knee",
        "Cells are surgically harvested from the cord, and MSC are injected.",
        "MSC mixed with fibrin glue are injected into the tendon",
        "MSC seeded on a collagen gel",
        "MSC are infused after cardiac surgery",
        "MSC by vein; patients are admitted on the day of infusion",
    ],
)
def test_a_harvest_a_carrier_or_an_earlier_operation_says_nothing(how):
    assert trial(**KNEE, how=how).infusions_max is None


@pytest.mark.parametrize(
    "summary",
    [
        "This is a non-surgical trial of MSC injected into the knee.",
        "MSC are injected to avoid surgery.",
        "Patients scheduled for knee replacement surgery can receive MSC injections.",
        "Patients who had arthroscopy receive MSC injections.",
        "The stem cells taken from the patient by arthroscopy are grown and injected in the knee.",
    ],
)
def test_an_operation_in_a_summary_that_is_not_the_giving(summary):
    assert trial(**KNEE, summary=summary).infusions_max is None


@pytest.mark.parametrize(
    ("title", "count"),
    [
        ("MSC by intra-articular injection following meniscectomy", None),
        ("Collagen scaffold with MSC", None),
        ("Function of the voice after surgery with local administration of MSC", 1),
        ("Arthroscopic implantation of MSC in the knee", 1),
    ],
)
def test_an_operation_in_a_title(title, count):
    assert trial(**(KNEE | {"title": title})).infusions_max == count


@pytest.mark.parametrize(
    ("description", "count"),
    [
        ("50 ml of bone marrow is aspirated, prepared and injected in the ovary by laparoscopy.", 1),
        ("Fat is taken from the belly, washed and implanted in the defect during the same operation.", 1),
        ("Adipose tissue is digested and the pellet is applied by arthroscopy.", 1),
        ("50 ml of bone marrow is aspirated by laparoscopy.", None),
        ("Cord blood is stored until the patient is operated.", None),
    ],
)
def test_tissue_that_a_description_takes_and_gives_back_in_an_operation(description, count):
    assert trial(**KNEE, detail=description).infusions_max == count


@pytest.mark.parametrize(
    ("detail", "count"),
    [
        ("Patients undergo bone marrow aspiration and receive the cultured MSC one month later.", 1),
        ("Fat is harvested, and the MSC are injected 4-6 weeks afterwards.", 1),
        ("Marrow is collected; MSC are infused 3 weeks after collection.", 1),
        ("Marrow is collected; MSC are infused 3 weeks later and again 2 months later.", 2),
        ("Marrow is collected, and the patients are seen one month later.", None),
        ("Patients receive MSC, and marrow is aspirated one month later.", None),
    ],
)
def test_cells_that_are_given_some_time_after_a_harvest(detail, count):
    assert trial(**KNEE, detail=detail).infusions_max == count


def test_a_day_case_is_one_day():
    assert trial(**KNEE, how="MSC are infused as a day-case").infusions_max == 1
