"""How many people got the cells and how many did not, in the wordings of abstracts. All texts are invented."""

from __future__ import annotations

import pytest

from mscwatch.review.draft import draft

TITLE = "Umbilical cord mesenchymal stem cells for liver cirrhosis"
NOT_STATED = None


def sizes(text, title=TITLE):
    row = draft(title, f"In this study we examined the effect. {text}")
    return tuple(row[name].value if name in row else NOT_STATED for name in ("n_treated", "n_control"))


@pytest.mark.parametrize(
    ("text", "treated", "control"),
    [
        ("Patients were randomized 1:1 to MSC (n=10) or placebo (n=12).", 10, 12),
        ("Patients received UC-MSC (n = 24) or saline (n = 19) in addition to standard care.", 24, 19),
        ("Fifty-four participants entered this trial: 27 in the UC-MSC group and 27 in the control group.", 27, 27),
        ("Patients were allocated to intervention (n=12) and control (n=13) groups.", 12, 13),
        ("The MSC group comprised 30 patients and the control group 45 patients.", 30, 45),
        ("In this trial 30 cases in treatment group received stem cells and 32 cases in control group received routine treatment.", 30, 32),
        ("Fifty patients were enrolled, 25 of whom received MSCs and 25 of whom received standard treatment.", 25, 25),
        ("We compared a treated group of 15 patients with a control group of 10 patients.", 15, 10),
        ("We compared UC-MSC plus conventional therapy (n=33) with conventional therapy alone (n=35).", 33, 35),
        ("Sixty patients with cirrhosis were randomly divided into the treatment group (30 patients) and the control group (30 patients).", 30, 30),
        ("Patients received the same care; among them, eighteen patients underwent MSC transplantation, and 36 matched patients served as controls.", 18, 36),
        ("Fifteen patients received three doses of MSCs. The traditional therapy group, 64 patients, was a historical control.", 15, 64),
        ("We treated 14 recipients with MSCs and compared them to a group of twelve control recipients.", 14, 12),
        ("Group I (GI) had 23 patients who received MSCs differentiated into liver cells; group II of 21 patients who received conservative treatment.", 23, 21),
        ("Patients were divided into four groups: control group (n = 31), MSC group (n = 32), plasma exchange group (n = 33), and MSC + plasma exchange group (n = 21).", 53, 64),
        ("MSCs were infused through the portal vein in 13 patients. The other 16 subjects served as controls.", 13, 16),
        ("The HA group (n = 12), who received hyaluronic acid, was compared with the MSC group (n = 10).", 10, 12),
        ("Patients in the trial were given cells (n = 8) or conserved treatment without cells (n = 9).", 8, 9),
        ("Of 45 patients, 25 treated with MSCs were compared with 20 matched controls.", 25, 20),
        ("One hundred patients were randomised (52 MSC, 48 placebo).", 52, 48),
        ("Of the 50 patients who were included, 16 were the MSC group and 34 were the control group. Four (25%) patients in the MSC group died.", 16, 34),
        ("This placebo-controlled trial gave one IV infusion of MSCs 150 × 10^6 (n = 9), 300 × 10^6 (n = 8) or placebo (n = 7).", 17, 7),
        ("Twenty patients received MSCs (treatment group), whereas 18 did not (control group).", 20, 18),
        ("MSCs were administered to 14 liver recipients; 13 other recipients got immunosuppression.", 14, 13),
        ("We compared decompression alone (18 patients, 20 hips) and decompression with MSC implantation (17 patients, 19 hips).", 17, 18),
        ("Patients with cirrhosis were collected,of these,12 patients chose MSC infusion,and the remaining 15 patients chose usual care.", 12, 15),
        ("MSCs were infused into seven patients, whereas six patients were given saline.", 7, 6),
        ("Forty-one patients were treated with MSCs and 42 with placebo.", 41, 42),
        ("The analysis comprised 43 patients (MSC group = 19, control group = 24).", 19, 24),
        ("Cirrhosis was treated: MSC-treated, 10; untreated, 12.", 10, 12),
        ("The control group had 22 patients and the group with cells had 23.", 23, 22),
        ("Eleven patients treated with MSCs were matched to 22 patients who did not receive cells.", 11, 22),
        ("Patients with MSC infusion were compared: 15 patients with MSCs and 16 without.", 15, 16),
        ("Patients were transplanted with (n = 9) or without (n = 11) MSCs.", 9, 11),
        ("Patients were assigned to MSCs [n = 30] or no intervention [n = 29].", 30, 29),
        ("Enrolled patients (n = 42) were assigned to either MSCs (n = 21) or standard care (n = 21).", 21, 21),
        ("Patients in the treatment group (n = 33) had MSC infusions; the other patients (n = 31) had none.", 33, 31),
        ("The test arm (13 patients) received MSCs by a vein and the other arm (12 patients) only vitamins.", 13, 12),
        ("We gave MSCs to ten patients and compared them with those of 30 matched controls.", 10, 30),
        ("Fifteen of the 30 patients were randomised to MSCs and 15 to placebo.", 15, 15),
        ("We studied 16 patients who were treated with MSCs and 17 patients who were not.", 16, 17),
        ("Patients were randomised in blocks: 25 MSC, 24 standard of care.", 25, 24),
        ("Patients were randomised and treated: 15 with MSCs and the other 16 with vitamins.", 15, 16),
        ("Patients with cirrhosis (n=61) were assigned to MSCs 0.3 (n=15), 1.0 (n=14) or 2.0 million/kg (n=13) or placebo (n=19).", 42, 19),
        ("Outcomes of 12 patients given MSCs were compared to those of 13 patients given vitamins.", 12, 13),
        ("Eligible patients were assigned to receive MSCs (n=51) or control treatment (n=44).", 51, 44),
        ("The intervention group consisted of 20 patients, and 21 sex- and age-matched patients formed the control group.", 20, 21),
        ("Eleven subjects (MSC: 6; placebo: 5) were followed.", 6, 5),
        ("Twenty-eight patients were studied: 14 MSC and 13 control.", 14, 13),
        ("Patients were divided into MSC alone group = 11 and control group = 12.", 11, 12),
        ("Nine participants received MSCs (three participants per cohort). A control cohort of 21 patients received usual care.", 9, 21),
        ("Patients were randomised to MSCs or placebo (n = 15 and n = 14, respectively).", 15, 14),
        ("Patients were randomised to placebo or MSCs (n = 15 vs n = 14).", 14, 15),
        ("Patients received MSCs or medium as a sham treatment in a 2:1 ratio (n=106 vs n=53).", 106, 53),
        ("Test sites (n = 15) were filled with MSCs, whereas control sites (n = 14) had sponge alone.", 15, 14),
    ],
)  # fmt: skip
def test_a_group_with_cells_beside_one_without(text, treated, control):
    assert sizes(text) == (treated, control)


@pytest.mark.parametrize(
    ("text", "treated", "control"),
    [
        ("Group A (n = 14) was treated with stem cells, and group B (n = 16) with entecavir only.", 14, 16),
        ("Patients were put into group 1 (n=11) and group 2 (n=9). Group 1 received conventional treatment. Group 2 received MSCs.", 9, 11),
        ("Group I: 21 patients were infused with MSCs. Group II: 22 patients received supportive care.", 21, 22),
        ("Group A (MSCs): 12 patients; group B (no cells): 11 patients.", 12, 11),
        ("Group A comprised 12 patients who received MSCs, while group B comprised 11 patients who received vitamins.", 12, 11),
    ],
)  # fmt: skip
def test_groups_that_have_only_a_letter_or_a_number(text, treated, control):
    assert sizes(text) == (treated, control)


@pytest.mark.parametrize(
    ("text", "treated"),
    [
        ("Patients were injected with low-dose (n=3), medium-dose (n=4) or high-dose MSCs (n=5).", 12),
        ("Two groups of patients were treated with MSCs by the portal vein (n = 8) and with MSCs by the hepatic artery (n = 9).", 17),
        ("Sixty-two patients were randomized into two groups: MSC injection, and MSC injection with hyaluronic acid.", 62),
        ("Thirty-six patients were randomized to either allo- or auto-MSCs in a 1:1 ratio.", 36),
        ("Patients treated with MSCs [1 × 10^7 MSCs cohort 1, n = 4; 3 × 10^7 MSCs cohort 2, n = 6] were seen again.", 10),
        ("The one-time MSC group (n=18) and the two-time MSC group (n=19) were compared.", 37),
        ("Cohort 1 (n=3) received 1 million, cohort 2 (n=3) 5 million and cohort 3 (n=6) 10 million MSCs.", 12),
        ("Three patients received 1 million MSCs, three received 3 million MSCs and six received 10 million MSCs.", 12),
        ("In phase 1 (n=15) each dose was safe, so that phase 2 subjects (n=21) received 2 million MSCs.", 36),
        ("Thirty patients were randomised to a low dose or a high dose of MSCs.", 30),
        ("Thirty patients were randomised to allogeneic or autologous MSCs.", 30),
        ("Ten patients refractory to standard treatment received MSCs.", 10),
    ],
)  # fmt: skip
def test_all_groups_get_cells(text, treated):
    assert sizes(text) == (treated, 0)


@pytest.mark.parametrize(
    ("text", "treated"),
    [
        ("Each patient served as their own control. Sixteen patients were treated with MSCs.", 16),
        (
            "Fourteen patients received MSCs in one knee; the contralateral knee received saline as a control.",
            14,
        ),
        (
            "Eleven patients took part: one knee was injected with MSCs (n = 11), the contralateral knee with placebo (n = 11).",
            11,
        ),
        ("MSCs were injected into one eye of 9 patients, and the fellow eye was not treated.", 9),
    ],
)
def test_the_control_is_the_same_patient(text, treated):
    assert sizes(text) == (treated, 0)


@pytest.mark.parametrize(
    ("text", "treated"),
    [
        ("Twenty-two patients were enrolled; 20 received MSC infusion and 18 completed the study.", 20),
        ("We screened 90 patients. Thirty-one patients were treated with UC-MSCs. Twelve patients died.", 31),
        ("A total of one hundred and ten patients were treated with UC-MSC.", 110),
        ("Eleven patients received a single infusion of UC-MSCs; six patients received a second infusion.", 11),
        ("Thirty-five patients received cells by the hepatic artery. Seven of 35 patients had fever.", 35),
        ("Healthy controls (n=20) gave blood. Nine patients were infused with UC-MSC.", 9),
        ("Twelve patients were enrolled and eleven completed the study.", 12),
        ("We enrolled 12 patients. Those in group 1 (n=5) received one MSC infusion and in group 2 (n=7) two.", 12),
        ("Twelve patients received 18 cycles of MSCs (one cycle: n = 3, three cycles: n = 1).", 12),
        ("Patients (n = 15) received MSCs intravenously.", 15),
        ("Nine women with cirrhosis received MSCs.", 9),
        ("Seven women and five men with cirrhosis received MSCs.", 12),
        ("Fifteen patients (10 men, 5 women) with cirrhosis received MSCs.", 15),
        ("Out of 20 screened patients, 12 were enrolled and received MSCs.", 12),
        ("Sixteen eligible patients with cirrhosis were enrolled to receive MSCs.", 16),
        ("The series includes a total of 40 patients with cirrhosis, who were given MSCs. Thirty patients had fever.", 40),
        ("Between 2010 and 2012, 17 patients with cirrhosis were injected with cells; biopsies were taken in 5 patients.", 17),
        ("Ten patients received MSCs from healthy donors.", 10),
        ("Patients with cirrhosis (n = 18) received a single infusion of MSCs.", 18),
        ("Patients with cirrhosis (n = 15) or liver failure (n = 12) were given MSCs.", 27),
        ("In total, 27 patients were recruited, of whom 24 received the MSC infusion.", 24),
        ("After screening 58 patients we enrolled 20, who received MSCs.", 20),
        ("Eleven out of 13 recruited patients received MSCs.", 11),
    ],
)  # fmt: skip
def test_one_group_whose_numbers_differ_between_enrolled_treated_and_analysed(text, treated):
    assert sizes(text) == (treated, 0)


def test_the_evidence_says_which_number_it_is():
    row = draft(
        TITLE, "We enrolled twenty-two patients; 20 received MSC infusion and 18 completed the study."
    )
    assert "20 received MSC infusion" in row["n_treated"].evidence


@pytest.mark.parametrize(
    ("text", "each"),
    [
        ("Forty patients with cirrhosis were randomized to MSCs or placebo (n = 20/group).", 20),
        ("Forty patients were divided randomly into two equal groups to receive cells or placebo.", 20),
        ("Sixty patients were randomized to receive MSCs or placebo, 30 in each group.", 30),
        ("Forty-four patients were randomly assigned to two groups of 22: MSCs or placebo.", 22),
        (
            "Patients with cirrhosis were randomized to MSCs or placebo (n=18 per group). Antibodies to MSCs were sought (n=6).",
            18,
        ),
        ("There were 30 patients in each group: MSCs or saline.", 30),
        ("Each group comprised 15 patients: MSCs or saline.", 15),
        ("Both the MSC group and the control group comprised 18 patients.", 18),
        ("Patients (n = 40) were divided equally into two groups, one given MSCs and one given saline.", 20),
    ],
)
def test_equal_groups(text, each):
    assert sizes(text) == (each, each)


@pytest.mark.parametrize(
    ("text", "treated", "control"),
    [
        ("It healed in 64% (7/11) of the MSC group and 38% (5/13) of the control group.", 11, 13),
        ("Rates in the MSC group and the control group were 80% (16/20) and 50% (10/21).", 20, 21),
        ("Response was seen in 8/14 patients of the control group and 5/16 of the MSC group.", 16, 14),
        (
            "Thirty patients were enrolled. It healed in 4/6 of the MSC group and 2/5 of the control group.",
            None,
            None,
        ),
    ],
)
def test_the_sizes_stand_beside_how_many_had_a_finding(text, treated, control):
    assert sizes(text) == (treated, control)


@pytest.mark.parametrize(
    "text",
    [
        "Patients (n = 45) were assigned in a 2:1 ratio to UC-MSCs or to usual care.",
        "Fourteen patients were randomized into two treatment groups: MSCs and chondrocytes.",
        "Patients were randomised to UC-MSCs or to placebo.",
        "Ten patients were assigned to three treatment groups: bone, MSCs, and both.",
        "Patients were randomised to low-dose MSCs, high-dose MSCs or placebo (n = 9 per group).",
        "The limbs of type 2 diabetic patients were injected with MSCs or placebo.",
    ],
)
def test_sizes_that_nobody_states_are_not_worked_out(text):
    assert sizes(text) == (NOT_STATED, NOT_STATED)


@pytest.mark.parametrize(
    ("title", "text", "design"),
    [
        ("A randomised trial of MSCs in cirrhosis", "Twenty patients with cirrhosis received MSCs and twenty placebo.", "randomised"),
        ("MSCs in cirrhosis", "Thirty patients were assigned at random to MSCs or to no treatment.", "randomised"),
        ("MSCs in cirrhosis", "Thirty patients were randomly allocated to MSCs or to no treatment.", "randomised"),
        ("MSCs in cirrhosis", "This non-randomised study treated 20 patients with MSCs and compared them with 20 controls. Randomised trials are needed.", "controlled_not_randomised"),
        ("MSCs in cirrhosis", "Patients were allocated by preference to MSC therapy (n=10) or to standard care (n=12).", "controlled_not_randomised"),
        ("MSCs versus hepatocytes in cirrhosis", "We treated 20 patients with MSCs and 10 patients with hepatocytes.", "controlled_not_randomised"),
        ("MSCs in cirrhosis", "Twenty patients received MSCs and were compared with historical controls retrospectively chosen.", "controlled_not_randomised"),
        ("MSCs in a scaffold for the meniscus", "Nineteen patients were enrolled in 2 groups: (1) empty scaffold or (2) scaffold with MSCs.", "controlled_not_randomised"),
        ("MSCs in a scaffold for the meniscus", "Scaffolds with MSCs were compared with acellular scaffolds in nineteen patients.", "controlled_not_randomised"),
        ("MSCs in cirrhosis", "A double-blind dose-finding study of MSCs was done in 20 patients with cirrhosis.", "controlled_not_randomised"),
        ("MSCs in cirrhosis", "Patients were divided (1:1) into an observation group and a group with surgery.", "controlled_not_randomised"),
        ("MSCs in cirrhosis", "Ten patients were assigned to three groups: bone, MSCs, and both.", "controlled_not_randomised"),
        ("MSCs in cirrhosis", "Nine patients were divided into three groups and received 1, 2 or 3 million MSCs.", "single_arm"),
        ("MSCs in cirrhosis", "This open-label study with no placebo treated 20 patients with MSCs.", "single_arm"),
        ("MSCs in cirrhosis", "This placebo-free study treated 20 patients with MSCs.", "single_arm"),
        ("MSCs in cirrhosis", "This first-in-man study gave MSCs for cirrhosis. All patients improved.", "single_arm"),
        ("MSCs in cirrhosis", "In this phase I trial, allogeneic MSCs were infused.", "single_arm"),
        ("MSCs in cirrhosis", "We treated 20 patients with MSCs. Larger randomized controlled trials are warranted.", "single_arm"),
        ("MSCs in cirrhosis", "This uncontrolled pilot study treated 20 patients with MSCs.", "single_arm"),
        ("MSCs in cirrhosis", "In this open-label study, 20 patients received MSCs. Scores improved compared to baseline.", "single_arm"),
        ("MSCs in cirrhosis", "Previous randomised trials gave mixed results. We treated 20 patients with MSCs.", "single_arm"),
        ("MSCs in cirrhosis", "We retrospectively reviewed 20 patients with cirrhosis treated with MSCs.", "retrospective"),
        ("MSCs in cirrhosis: a retrospective cohort", "Twenty patients received MSCs and twenty conventional treatment.", "retrospective"),
    ],
)  # fmt: skip
def test_the_design_by_the_studys_own_words(title, text, design):
    assert draft(title, text)["design"].value == design


@pytest.mark.parametrize(
    ("text", "treated", "control"),
    [
        ("The region has 300 patients. Twenty patients with cirrhosis were enrolled.", 20, 0),
        ("Eleven patients were enrolled; six patients received a second infusion of UC-MSCs.", 11, 0),
        ("Twenty patients were enrolled; 18 patients completed follow-up and received MSCs.", 20, 0),
        ("Ninety patients were screened and MSCs were given. Twenty patients had cirrhosis.", 20, 0),
        ("Patients with scores from 30 to 50 were randomly assigned to MSCs or placebo.", None, None),
        ("Patients between 18 and 65 were randomised to MSCs or placebo.", None, None),
        ("Thirty patients with cirrhosis were assigned to receive MSCs via the portal vein or placebo.", None, None),
        ("Twenty healthy adults were treated with MSCs.", 20, 0),
        ("Twenty healthy volunteers gave blood. Ten patients received MSCs.", 10, 0),
        ("In this trial of MSCs, 9 of 30 patients in the MSC group and 5 of 28 patients in the control group had fever.", None, None),
        ("MSCs were compared with care. Six patients out of 14 (43%) in the MSC group and two patients in the control group improved.", None, None),
    ],
)  # fmt: skip
def test_other_numbers_of_people_are_not_those_who_got_the_cells(text, treated, control):
    assert sizes(text) == (treated, control)


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("MSCs in cirrhosis: a case report", "A 41-year-old man with cirrhosis was given MSCs three times."),
        (
            "MSCs in cirrhosis",
            "Methods: 7-year-old male cirrhosis patient received MSCs. Results: Albumin rose.",
        ),
        ("MSCs in a patient with cirrhosis", "MSCs were given by the portal vein."),
        ("MSCs in cirrhosis", "We report a case of cirrhosis that was treated with MSCs."),
    ],
)
def test_a_case_report_is_of_one_patient(title, text):
    cells = draft(title, text)
    assert (cells["n_treated"].value, cells["n_control"].value) == (1, 0)
    assert cells["design"].value == "single_arm"


def test_patients_who_got_fewer_of_the_cells_are_no_control():
    assert sizes(
        "Twelve patients received MSCs. Three patients received only one infusion because of fever."
    ) == (12, 0)
    assert sizes("Twelve patients received MSCs. Two patients received only mild sedation.") == (12, 0)


def test_events_are_no_people():
    text = "Of 30 randomised patients, 14 patients received MSCs. There were 9 adverse events in treated patients and 17 in controls."
    assert sizes(text) == (14, None)


def test_a_finding_in_some_patients_is_not_their_number():
    text = "Methods: MSCs were given for cirrhosis. Results: One patient experienced fever."
    assert sizes(text) == (None, None)


def test_a_retrospective_study_without_a_comparison_has_no_control():
    text = "We retrospectively reviewed 20 patients with cirrhosis who received MSCs."
    assert sizes(text) == (20, 0)


def test_numbers_of_earlier_trials_are_not_the_studys():
    text = (
        "Introduction: Of 300 cases, 200 cases received MSCs in earlier trials. "
        "Methods: 20 cases received MSCs. Results: Albumin rose."
    )
    assert draft("MSCs in cirrhosis", text)["n_treated"].value == 20


def test_a_single_arm_stays_one_beside_historical_controls():
    text = "This open-label, single-arm study treated 20 patients with MSCs. Scores were compared with historical controls."
    assert draft("MSCs in cirrhosis", text)["design"].value == "single_arm"


def test_both_groups_at_once_are_neither():
    text = "Fifty patients were treated with MSCs or surgery."
    assert sizes(text, "MSCs compared with surgery in liver cirrhosis") == (None, None)


def test_labels_that_are_glued_to_their_text():
    assert sizes("METHODSTwelve patients received MSCs.RESULTSNine patients improved.") == (12, 0)
