"""Which way the result of an abstract points, and which papers have no row at all. All texts are invented."""

from __future__ import annotations

import pytest

from mscwatch.review.draft import draft

TITLE = "Mesenchymal stem cells for liver cirrhosis"
CONTROLLED = "We randomised forty patients with cirrhosis to MSC (n=20) or placebo (n=20). Albumin was measured at 6 months."
SINGLE = "We treated twenty patients with cirrhosis with MSCs. Albumin was measured at 6 months."


@pytest.mark.parametrize(
    ("methods", "results", "effect"),
    [
        (CONTROLLED, "Albumin increased significantly in the MSC group compared with placebo. MSC therapy is effective.", "improved"),
        (CONTROLLED, "Bilirubin levels fell more in the treated group (P = 0.02). MSC transplantation can be recommended.", "improved"),
        (CONTROLLED, "The rate of adverse events was similar in both groups. Overall survival was significantly higher in the MSC group (P=0.01). MSCs improve survival.", "improved"),
        (CONTROLLED, "MELD scores did not differ between the groups. Survival was similar. In conclusion, MSCs gave no benefit.", "no_difference"),
        (CONTROLLED, "Both groups improved. There was no significant difference between the groups in MELD. MSC therapy did not improve outcome.", "no_difference"),
        (CONTROLLED, "Albumin was significantly higher in the MSC group. Survival and MELD were not significantly different between the groups. MSC infusion improved albumin but not survival.", "mixed"),
        (CONTROLLED, "There were no significant differences in liver function. However, quality of life was better after MSCs.", "mixed"),
        (CONTROLLED, "No serious adverse events were seen. MSC infusion was safe and well tolerated.", "safety_only"),
        (SINGLE, "No adverse events occurred. MELD scores improved from 18 to 12. The treatment is safe and may be beneficial.", "improved"),
        (SINGLE, "Serum albumin rose from 2.4 to 3.0 g/dL (p = 0.01) and bilirubin decreased (p < 0.05). No side effects were seen.", "improved"),
        (SINGLE, "Patients below 50 years showed no difference from older ones. Eight of ten patients showed clinical improvement. The treatment seems promising.", "improved"),
        (SINGLE, "No adverse events occurred. MELD, albumin and bilirubin did not change significantly. MSC therapy is safe but not effective.", "no_difference"),
        (SINGLE, "Child-Pugh scores improved, but MELD scores were unchanged. MSC infusion is feasible.", "mixed"),
        (CONTROLLED, "Albumin tended to be higher in the MSC group (P = 0.12). Cells did not show any advantage over placebo.", "no_difference"),
        (CONTROLLED, "MELD scores improved in the MSC group (P = 0.01). In the placebo group there was no significant change. MSCs improve liver function.", "improved"),
        (SINGLE, "There were no infusion reactions. The procedure was feasible and safe.", "safety_only"),
        (CONTROLLED, "MSCs were as effective as placebo in keeping MELD low. Both groups had similar albumin.", "no_difference"),
        (CONTROLLED, "There was no difference in MELD between the groups. Ascites improved in the MSC group.", "mixed"),
        (CONTROLLED, "Survival was significantly higher in the MSC group. Infections were as frequent, and MELD did not differ. MELD at 1 year was similar between groups. MSCs improve survival.", "improved"),
        (CONTROLLED, "There was a difference in survival between the MSC group (80%) and placebo (52%) (p = 0.02).", "improved"),
        (SINGLE, "Albumin significantly improved with both doses, and did not differ between younger and older patients.", "improved"),
        (SINGLE, "Levels of bilirubin remained unchanged. MELD improved. MSCs are efficacious in cirrhosis.", "improved"),
        (SINGLE, "Bilirubin was significantly lower than at baseline in the group of men.", "improved"),
        (SINGLE, "No side effects were seen. MSCs were safe and associated with significant improvements in MELD.", "improved"),
        (SINGLE, "MSCs were safe. Younger age was associated with better albumin.", "safety_only"),
        (CONTROLLED, "The MSC group showed significantly more bilirubin reduction than controls.", "improved"),
    ],
)  # fmt: skip
def test_the_direction_of_the_result(methods, results, effect):
    assert draft(TITLE, f"{methods} {results}")["effect"].value == effect


def test_methods_and_results_under_one_label():
    text = (
        "Objective: To assess MSCs in cirrhosis. Methods and results: Patients were randomized to MSCs or placebo "
        "(n=15 per group). Albumin was measured. Only the MSC group showed significant improvements in MELD."
    )
    assert draft(TITLE, text)["effect"].value == "improved"


def test_indicators_are_those_of_the_finding():
    cells = draft(
        TITLE,
        f"{SINGLE} MELD score, serum bilirubin and ascites improved significantly. The treatment is safe.",
    )
    assert cells["indicators"].value == ("MELD", "bilirubin", "ascites")
    assert cells["indicators"].evidence == "MELD score, serum bilirubin and ascites"


@pytest.mark.parametrize(
    ("title", "abstract", "types"),
    [
        (
            "Mesenchymal stem cells for cirrhosis: a systematic review",
            "We searched PubMed and found 12 trials of 400 patients.",
            (),
        ),
        (
            "Mesenchymal stem cells for cirrhosis",
            "Forty patients received MSCs in three trials.",
            ("Journal Article", "Review"),
        ),
        (
            "Mesenchymal stem cells reduce fibrosis in rats",
            "Twenty rats received MSCs by the portal vein.",
            (),
        ),
        ("Reply to: mesenchymal stem cells for cirrhosis", "They treated 20 patients with MSCs.", ()),
    ],
)
def test_a_paper_that_reports_no_patients_of_its_own_has_no_row(title, abstract, types):
    assert draft(title, abstract, types) == {}


def test_a_protocol_has_its_plan_and_no_patients():
    cells = draft(
        "Mesenchymal stem cells for cirrhosis: study protocol for a randomised trial",
        "Forty patients will be randomised to MSCs by the hepatic artery (n=20) or placebo (n=20). Improved albumin is expected.",
    )
    assert cells["design"].value == "randomised"
    assert cells["route"].value == ("hepatic_artery",)
    assert not {"n_treated", "n_control", "effect", "indicators"} & cells.keys()


def test_an_abstract_that_says_nothing_has_only_what_its_title_says():
    cells = draft("Umbilical cord mesenchymal stem cells for liver cirrhosis", "")
    assert cells["cell_source"].value == ("umbilical_cord",)
    assert all(cell.sentence == 0 for cell in cells.values())
    assert draft("", "") == {}


COMPARED = "MSCs versus placebo in cirrhosis: a randomised trial"
BOTH = "Patients were randomised to MSCs (n=10) or placebo (n=10). Results:"
TREATED = "Methods: We treated 20 patients with MSCs. Results:"
QUIET = f"{TREATED} Albumin did not change. No adverse events occurred."


@pytest.mark.parametrize(
    ("title", "text", "effect"),
    [
        (TITLE, "We treated 20 patients with MSCs. Infusion of MSCs is safe. The authors thank all.", "safety_only"),
        (TITLE, "We treated 20 patients with MSCs to assess whether albumin improved. The endpoint was improvement of albumin. Albumin did not change. There was no benefit. We saw nothing else. End.", "no_difference"),
        (COMPARED, f"{BOTH} Albumin improved in both groups. MELD did not differ between the groups.", "no_difference"),
        (COMPARED, f"{BOTH} In both groups albumin was better than before, compared with placebo.", "improved"),
        ("Safety of MSCs in cirrhosis", QUIET, "safety_only"),
        ("Safety and efficacy of MSCs in cirrhosis", QUIET, "no_difference"),
        (TITLE, f"{TREATED} Albumin did not change. MELD did not change. Conclusion: Larger studies are under way to determine whether MSCs improve survival.", "no_difference"),
    ],
)  # fmt: skip
def test_aims_titles_and_comparisons_are_told_from_findings(title, text, effect):
    assert draft(title, text)["effect"].value == effect


def test_a_difference_between_kinds_of_patients_is_no_effect_of_the_cells():
    text = f"{TREATED} Younger patients improved more than the older group."
    assert "effect" not in draft("MSCs in cirrhosis", text)
