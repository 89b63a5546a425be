"""Whole abstracts as people write them, invented: what a drafted row takes from each."""

from __future__ import annotations

import pytest

from mscwatch.review.draft import draft

ABSTRACTS = {
    "two groups in one sentence, the control with saline": (
        "Cord mesenchymal stem cells improve liver function in decompensated cirrhosis",
        ("Decompensated cirrhosis has few treatments. In this study we examined the safety of umbilical cord-derived MSCs (UC-MSCs) in patients with "
        "decompensated liver cirrhosis caused by chronic hepatitis B. A total of 61 patients were recruited; 41 received UC-MSC transfusion, and 20 "
        "patients received saline as the control. No significant side effects were observed in either group. UC-MSC therapy significantly reduced the "
        "volume of ascites compared with control (P<0.05) and improved serum albumin and MELD scores. UC-MSC transfusion is safe and might improve liver function."),
        {"n_treated": 41, "n_control": 20, "design": "controlled_not_randomised", "cell_source": ("umbilical_cord",), "donor": ("allogeneic",),
         "indication_group": "cirrhosis", "aetiology": ("HBV",), "effect": "improved"},
    ),
    "three arms, one of them untreated": (
        "Mesenchymal cells for alcoholic cirrhosis: a phase 2 trial",
        ("AIM: To compare one and two infusions. METHODS: Sixty patients with alcoholic cirrhosis were randomly assigned to a control group (n = 20), a "
        "one-time BM-MSC group (n = 21) or a two-time BM-MSC group (n = 19). Autologous bone marrow-derived MSCs (5 x 10(7) cells) were injected through "
        "the hepatic artery. RESULTS: Fibrosis was reduced by 25% in the two-time group (P < 0.001), and Child-Pugh scores improved significantly compared "
        "with the control group. CONCLUSION: Autologous BM-MSC transplantation safely improved fibrosis and liver function. ClinicalTrials.gov: NCT09999901."),
        {"n_treated": 40, "n_control": 20, "design": "randomised", "cell_source": ("bone_marrow",), "donor": ("autologous",), "route": ("hepatic_artery",),
         "dose_low": 5e7, "dose_high": 5e7, "dose_unit": "cells", "aetiology": ("alcohol",), "registry_ids": ("NCT09999901",), "effect": "improved"},
    ),
    "groups with letters, told apart later": (
        "Autologous marrow cells in hepatitis C cirrhosis",
        ("Thirty patients with end-stage liver disease due to hepatitis C were randomized into two groups: group I (n=17) and group II (n=13). Group I received "
        "autologous mesenchymal stem cells from bone marrow via a peripheral vein at one million cells/kg. Group II received conventional supportive treatment. "
        "Serum albumin, bilirubin and INR improved significantly in group I compared to group II."),
        {"n_treated": 17, "n_control": 13, "design": "randomised", "route": ("peripheral_vein",), "dose_low": 1e6, "dose_high": 1e6,
         "dose_unit": "cells/kg", "aetiology": ("HCV",), "effect": "improved"},
    ),
    "a small series with two ways": (
        "Autologous mesenchymal stem cell injection in cirrhosis: a phase I-II clinical trial",
        ("OBJECTIVE: Evidence suggests that stem cells may help. METHODS: Nine patients (five hepatitis B, one alcoholic and three cryptogenic) with end-stage liver "
        "disease were included. Autologous MSCs were taken from iliac crest. Approximately 30-50 million MSCs were cultured and injected into a peripheral or "
        "the portal vein. RESULTS: Treatment was well tolerated by all patients. Liver function improved, as shown by MELD score, which decreased from 17.9 to 10.7 "
        "(P<0.05), and serum creatinine. CONCLUSION: Our data show that MSC injection can be used for the treatment of end-stage liver disease with satisfactory tolerability."),
        {"n_treated": 9, "n_control": 0, "design": "single_arm", "dose_low": 3e7, "dose_high": 5e7, "dose_unit": "cells",
         "route": ("peripheral_vein", "portal_vein"), "donor": ("autologous",), "cell_source": ("bone_marrow",), "effect": "improved"},
    ),
    "a trial that found nothing": (
        "Randomized placebo-controlled trial of mesenchymal stem cell transplantation in cirrhosis",
        ("Background: MSCs seemed helpful in case series. Methods: 27 patients with decompensated cirrhosis were enrolled. Patients were randomly assigned to receive "
        "cells (15 patients) or placebo (12 patients). A median of 195 million (range: 120-295 million) cells was infused through a peripheral vein. Results: The "
        "absolute changes in Child scores, MELD scores, serum albumin and INR did not differ significantly between the MSC and placebo groups at 12 months. "
        "Conclusion: Autologous bone marrow MSC transplantation through a peripheral vein has probably no beneficial effect in cirrhotic patients."),
        {"n_treated": 15, "n_control": 12, "design": "randomised", "dose_low": 1.2e8, "dose_high": 2.95e8, "dose_unit": "cells",
         "route": ("peripheral_vein",), "effect": "no_difference"},
    ),
    "treated among many, controls matched": (
        "Liver failure caused by hepatitis B: efficacy and prognosis after transplantation of autologous marrow MSCs",
        ("We studied inpatients with liver failure caused by hepatitis B who received the same medical treatment. Among them, 48 patients underwent a single "
        "transplantation with autologous marrow MSCs, and 97 patients matched for age, sex and MELD score served as the control group. The suspension was "
        "slowly transfused through the proper hepatic artery. At 2-3 weeks the levels of ALB, TBIL, and MELD of patients in the transplantation group were "
        "markedly improved compared with those in the control group. However, there were no differences in incidence of HCC or mortality between the groups at 192 weeks."),
        {"n_treated": 48, "n_control": 97, "design": "controlled_not_randomised", "donor": ("autologous",), "route": ("hepatic_artery",), "infusions_max": 1,
         "indication_group": "liver_failure", "aetiology": ("HBV",), "effect": "mixed"},
    ),
    "a weekly schedule and a dose range that shares its tail": (
        "Allogeneic mesenchymal stromal cells in HBV-related acute-on-chronic liver failure: a randomized controlled trial",
        ("From 2010 to 2013, 111 patients with HBV-related ACLF were enrolled in this open-label, randomized study. The control group (n = 55) was treated with "
        "standard medical therapy (SMT) only. The experimental group (n = 56) was infused weekly for 4 weeks with 1.0 to 10 × 10(5) cells/kg allogeneic "
        "bone marrow-derived MSCs and then followed for 24 weeks. The cumulated survival rate of the MSC group was higher than that of the SMT group (P = 0.03). "
        "Mortality from severe infection in the MSC group was lower. Infusion is safe for patients with HBV-related ACLF and significantly increases the survival rate."),
        {"n_treated": 56, "n_control": 55, "design": "randomised", "dose_low": 1e5, "dose_high": 1e6, "dose_unit": "cells/kg", "infusions_max": 4,
         "donor": ("allogeneic",), "indication_group": "liver_failure", "aetiology": ("HBV",), "effect": "improved"},
    ),
    "safety in a first group": (
        "Safety of third-party mesenchymal stromal cells in liver transplant recipients: a phase 1 study",
        ("Rationale: MSCs are immunosuppressive. Methods: In this prospective study, 12 liver transplant recipients under standard immunosuppression received "
        "1.5-3×10⁶/kg third-party unrelated MSCs on postoperative day 3±2, and were compared with 10 control liver recipients. Results: No variation in vital "
        "parameters or cytokine release was detected during infusion. There was no increase in opportunistic infections or cancer. Conclusion: No side effect of "
        "MSC infusion was detected; the infusion was feasible and safe."),
        {"n_treated": 12, "n_control": 10, "design": "controlled_not_randomised", "dose_low": 1.5e6, "dose_high": 3e6, "dose_unit": "cells/kg",
         "donor": ("allogeneic",), "indication_group": "transplant", "effect": "safety_only"},
    ),
    "a retrospective series": (
        "Outcomes of umbilical cord mesenchymal stem cells in liver cirrhosis: a retrospective study",
        ("Objective: To analyse outcomes. Methods: The records of 132 patients with liver cirrhosis treated at our hospital were retrospectively analysed; 66 "
        "received umbilical cord MSC infusion by peripheral vein three times at intervals of 2 weeks, and 66 received conventional treatment. Results: Albumin was "
        "higher in the MSC group (P=0.01). Survival did not differ."),
        {"n_treated": 66, "n_control": 66, "design": "retrospective", "infusions_max": 3, "route": ("peripheral_vein",), "effect": "mixed"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", ABSTRACTS)
def test_an_abstract_as_people_write_it(name):
    title, abstract, expected = ABSTRACTS[name]
    row = draft(title, abstract)
    said = {column: row[column].value if column in row else None for column in expected}
    assert said == expected, row


@pytest.mark.parametrize("name", ABSTRACTS)
def test_every_cell_shows_its_words(name):
    title, abstract, _ = ABSTRACTS[name]
    for column, cell in draft(title, abstract).items():
        assert cell.evidence in (title if cell.sentence == 0 else abstract), column
        assert 0 < len(cell.evidence) <= 300
