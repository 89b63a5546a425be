"""The cells, their dose, way and schedule, and what the patients have, in the wordings of abstracts. All are invented."""

from __future__ import annotations

import pytest

from mscwatch.papers.model import Paper
from mscwatch.review.draft import draft
from mscwatch.store.drafts import read_draft
from mscwatch.vocabulary import PaperKind

TITLE = "Umbilical cord mesenchymal stem cells for liver cirrhosis"


def row(text, title=TITLE):
    return draft(
        title, f"In this study we examined twenty patients. {text} Albumin improved. The treatment is safe."
    )


def dose(text):
    cells = row(text)
    return tuple(cells[name].value for name in ("dose_low", "dose_high", "dose_unit") if name in cells)


@pytest.mark.parametrize(
    ("text", "low", "high", "unit"),
    [
        ("Patients received 0.5×10⁶ UC-MSCs per kg body weight intravenously.", 5e5, 5e5, "cells/kg"),
        ("Patients received 1 x 106 cells/kg of UC-MSCs.", 1e6, 1e6, "cells/kg"),
        ("UC-MSCs were injected at 5 × 10 7 cells per patient.", 5e7, 5e7, "cells"),
        ("UC-MSCs (1.0 × 106 cells/kg body weight) were administered every four weeks.", 1e6, 1e6, "cells/kg"),
        ("UC-MSCs were given at 2 × 10(7) cells.", 2e7, 2e7, "cells"),
        ("A dose of 1·5 × 10⁶ MSCs per kg was infused.", 1.5e6, 1.5e6, "cells/kg"),
        ("Patients got 0·5 million MSCs per kg.", 5e5, 5e5, "cells/kg"),
        ("UC-MSCs were infused with 2·10^6 cells/kg.", 2e6, 2e6, "cells/kg"),
        ("Each patient was infused with 75 million UC-MSCs.", 7.5e7, 7.5e7, "cells"),
        ("Two hundred million cells were infused.", 2e8, 2e8, "cells"),
        ("MSCs (2 × 10^6/mL, 20 mL) were infused through the hepatic artery.", 4e7, 4e7, "cells"),
        ("We injected 10 mL of a suspension of 3 × 10(6) MSCs/mL into the portal vein.", 3e7, 3e7, "cells"),
        ("The mean number of infused MSCs was 31.7 x 10^6 (range 10.2 to 60.4 x 10^6).", 10.2e6, 60.4e6, "cells"),
        ("Patients were given a median of 195 million (range: 120-295 million) cells.", 1.2e8, 2.95e8, "cells"),
        ("Cohorts received 1×10^6, 5×10^6 or 1×10^7 MSCs/kg.", 1e6, 1e7, "cells/kg"),
        ("Patients were given 50 million or 100 million cells.", 5e7, 1e8, "cells"),
        ("MSCs were infused at 1-10 × 10⁵ cells/kg weekly for four weeks.", 1e5, 1e6, "cells/kg"),
        ("A mean of 2.1 x 10^8 MSCs with 1.3 x 10^11 platelets was given.", 2.1e8, 2.1e8, "cells"),
        ("Patients received three infusions (100 × 10(6) UC-MSCs) for a total of 300 × 10(6) UC-MSCs.", 1e8, 1e8, "cells"),
        ("There were two groups: 2.5 million cells/kg and its control; 5 million cells/kg and its control.", 2.5e6, 5e6, "cells/kg"),
        (r"UC-MSCs (2 × \({10}^{6}\) cells/kg BW) were infused.", 2e6, 2e6, "cells/kg"),
        ("Cells (5 x 10^7 MSCs) were injected with plasma that held 1.2 x 10(6) platelets per microliter.", 5e7, 5e7, "cells"),
    ],
)  # fmt: skip
def test_a_dose(text, low, high, unit):
    assert dose(text) == (pytest.approx(low), pytest.approx(high), unit)


@pytest.mark.parametrize(
    "text",
    [
        "MSCs were given to patients with platelet counts above 50 x 10^9/L.",
        "The concentration was 1 × 10^6 MSCs/mL.",
        "AFP fell from 2 x 10^4 to 3 x 10^3 ng/mL after MSC infusion.",
        "HBV DNA was below 1 × 10^5 copies/mL before MSC transplantation.",
        "UC-MSCs were cultured to 5 × 10^6 cells per flask and were infused.",
    ],
)
def test_a_number_that_is_no_dose(text):
    assert dose(text) == ()


@pytest.mark.parametrize(
    ("text", "times"),
    [
        ("MSCs were infused three times at 4-week intervals.", 3),
        ("Patients received a single infusion of MSCs.", 1),
        ("MSC were given once a week for four weeks.", 4),
        ("MSCs were infused twice, at weeks 4 and 8.", 2),
        ("MSC were infused at weeks 0, 4 and 8.", 3),
        ("MSC injections were well tolerated.", None),
        ("In all, 68 doses of MSCs were infused.", None),
        ("A total of 40 intravenous infusions of MSCs were given.", None),
        ("MSCs were implanted during surgery.", None),
        ("Levels were three times higher after MSC infusion.", None),
        ("We assessed patients at months 1, 3 and 6 after MSC infusion.", None),
        ("Results: 2 years and 4 years after UC-MSCs liver enzymes were normal.", None),
        ("Results: The index improved at 104 and 156 weeks in the MSC group against controls.", None),
        ("Methods: The endpoint at months 2, 4 and 8 was closure of all treated wounds.", None),
        ("Results: The MSC-treated patients received infusions at months 0, 2 and 4.", 3),
    ],
)
def test_how_often(text, times):
    cells = row(text)
    assert (cells["infusions_max"].value if "infusions_max" in cells else None) == times


@pytest.mark.parametrize(
    ("title", "text", "column", "value"),
    [
        (TITLE, "MSCs were injected via the hepatic artery.", "route", ("hepatic_artery",)),
        (TITLE, "MSCs were given intravenously.", "route", ("peripheral_vein",)),
        (TITLE, "MSCs were infused through the portal vein under ultrasound guidance.", "route", ("portal_vein",)),
        (TITLE, "MSCs were injected into the joint; antibiotics were given intravenously.", "route", ("other",)),
        (TITLE, "MSCs were given.", "route", None),
        (TITLE, "MSCs were given.", "donor", ("allogeneic",)),
        ("Mesenchymal stem cells in cirrhosis", "MSCs from healthy donors were infused.", "donor", ("allogeneic",)),
        ("Mesenchymal stem cells in cirrhosis", "Marrow was aspirated from the iliac crest of the patients, and MSCs were given.", "donor", None),
        ("Mesenchymal stem cells with allogenic cartilage in knees", "Ten patients got MSCs with allogenic cartilage.", "donor", None),
        ("Mesenchymal stem cells in knees", "Ten patients got allogeneic MSCs with autologous chondrocytes.", "donor", ("allogeneic",)),
        ("Mesenchymal stem cells with autogenous bone in clefts", "Ten patients got MSCs on a plate.", "donor", None),
        ("Umbilical cord blood transplantation with an infusion of mesenchymal stem cells in anaemia", "Ten patients got MSCs.", "cell_source", None),
        ("Cord blood mesenchymal stem cell transplantation in anaemia", "Ten patients got MSCs.", "cell_source", ("cord_blood",)),
        ("Mesenchymal stem cells in knees", "Ten patients got MSCs in autologous platelet-rich plasma.", "donor", None),
        ("Mesenchymal stem cells mixed with chondrocytes in knees", "Ten patients got MSCs mixed with chondrocytes.", "product_form", "cells"),
        ("Marrow concentrate in knees", "Ten patients got mesenchymal stem cells of bone marrow concentrate.", "product_form", "other"),
        ("Adipose-derived mesenchymal stem cells in knees", "Twelve patients got AD-MSCs after bone marrow stimulation.", "cell_source", ("adipose",)),
        ("Bone marrow versus adipose mesenchymal stem cells in cirrhosis", "Patients got MSCs.", "cell_source", ("bone_marrow", "adipose")),
        ("Mesenchymal stem cells in cirrhosis", "Ten patients got bone marrow-derived MSC differentiated into hepatocyte-like cells.", "product_form", "hepatocyte_like"),
        ("Stem cells in knees", "Ten patients got MSCs differentiated into chondrocytes.", "product_form", "other"),
        ("Stem cells in cirrhosis", "Ten patients got freshly isolated adipose tissue-derived regenerative cells.", "product_form", "other"),
        ("Exosomes of mesenchymal stem cells in cirrhosis", "Ten patients got MSC exosomes.", "product_form", "exosome"),
        ("Mesenchymal stem cells in cholestasis", "Ten patients with UDCA-resistant primary biliary cirrhosis received MSCs.", "disease", "UDCA-resistant primary biliary cirrhosis"),
        ("Mesenchymal stem cells in cholestasis", "Ten patients with primary biliary cirrhosis received MSCs.", "aetiology", ("PBC",)),
        ("MSCs in hepatitis B", "Ten patients with HBV-related acute-on-chronic liver failure received MSCs.", "indication_group", "liver_failure"),
        ("MSCs for ischemic-type biliary lesions after liver transplantation", "Ten patients received MSCs.", "aetiology", ("ischaemic_biliary",)),
    ],
)  # fmt: skip
def test_what_was_given_how_and_to_whom(title, text, column, value):
    cells = row(text, title)
    assert (cells[column].value if column in cells else None) == value


def test_what_the_literature_says_is_not_the_product():
    cells = draft(
        "Mesenchymal stem cells in cirrhosis",
        "MSCs can be got from bone marrow and from cord, and were infused into the portal vein at 1x10^6 cells/kg. We treated twelve patients "
        "with MSCs. Albumin improved.",
    )
    assert not {"cell_source", "route", "dose_low"} & cells.keys()
    assert cells["n_treated"].value == 12


def test_registration_numbers_are_written_as_their_registries_do():
    cells = row("The trial is registered (NCT 09999902; ChiCTR-TRC-09999903).")
    assert cells["registry_ids"].value == ("NCT09999902", "ChiCTR-TRC-09999903")
    assert "NCT 09999902" in cells["registry_ids"].evidence


def test_registration_numbers_are_read_but_are_no_cells_of_a_drafted_row():
    text = "We treated 10 patients with MSCs (NCT09999902)."
    drafted = read_draft(Paper("MSCs in cirrhosis", pmid="1", abstract=text), PaperKind.RESULTS)
    assert "n_treated" in drafted.cells
    assert "registry_ids" not in drafted.cells


def test_long_words_are_cut_to_what_may_be_kept():
    cells = row(f"The trial is registered as NCT09999902 {'and was reported to the board ' * 20}.")
    assert len(cells["registry_ids"].evidence) == 300


def test_the_words_of_a_registration_number_hold_it():
    text = f"Of 25 patients {'with cirrhosis of the liver ' * 12}who were enrolled in the trial (NTR25), all received MSCs."
    assert "NTR25" in draft("MSCs in cirrhosis", text)["registry_ids"].evidence


@pytest.mark.parametrize(
    ("title", "text", "disease"),
    [
        ("Umbilical cord cells", "Methods: MSCs were tested for the treatment of liver cirrhosis. Twenty people got cells.", "liver cirrhosis"),
        ("MSCs for liver cirrhosis", "Methods: Twenty people got MSCs.", "liver cirrhosis"),
        ("MSCs", "Methods: Twenty patients with a liver cirrhosis received MSCs.", "liver cirrhosis"),
        ("Mesenchymal stem cells for cartilage repair", "Methods: Twenty people got MSCs.", None),
    ],
)  # fmt: skip
def test_the_disease_is_named_as_written(title, text, disease):
    row = draft(title, text)
    assert (row["disease"].value if "disease" in row else None) == disease


def test_a_source_from_the_definition_of_the_abbreviation():
    background = "Background: Bone marrow mesenchymal stromal cells (MSC) may help. "
    cells = draft("Cells for cirrhosis", f"{background}Methods: Twenty patients with cirrhosis received MSC.")
    assert cells["cell_source"].value == ("bone_marrow",)
    assert "Bone marrow mesenchymal" in cells["cell_source"].evidence
    other = "Background: Mesenchymal stromal cells (MSC) stand in the bone marrow. "
    assert "cell_source" not in draft("Cells for cirrhosis", f"{other}Methods: Twenty patients received MSC.")


def test_two_ways_in_one_phrase_and_none_in_the_name_of_a_group():
    cells = row("The patients received intrathecal and intravenous administrations of MSCs.")
    assert set(cells["route"].value) == {"other", "peripheral_vein"}
    assert "route" not in row("Those who got MSCs were sorted into the liver failure group and the rest.")


def test_a_way_that_only_a_finding_names():
    text = "Methods: Twenty patients with cirrhosis received MSCs. Results: {} Albumin improved."
    given = draft("MSCs in cirrhosis", text.format("Cells were thawed and injected intravenously."))
    assert given["route"].value == ("peripheral_vein",)
    given = draft("MSCs in cirrhosis", text.format("All 20 received the MSCs intravenously."))
    assert given["route"].value == ("peripheral_vein",)
    assert "route" not in draft(
        "MSCs in cirrhosis", text.format("MSC administration exerted an improvement in whole lung volume.")
    )


def test_the_artery_of_the_leg_is_the_way_of_the_catheter():
    cells = row("MSCs were given via the hepatic artery by catheterization through the femoral artery.")
    assert cells["route"].value == ("hepatic_artery",)


def test_a_source_named_in_the_text_counts_before_a_vague_one_of_the_title():
    cells = row("The MSCs came from placenta.", title="Perinatal tissue mesenchymal stem cells for cirrhosis")
    assert cells["cell_source"].value == ("placenta",)


def test_how_often_something_was_measured_is_not_how_often_cells_were_given():
    cells = row("Patients received three infusions of UC-MSCs. Serum levels were assessed five times.")
    assert cells["infusions_max"].value == 3


def test_an_amount_of_a_laboratory_is_no_dose():
    assert "dose_low" not in draft(
        "MSCs for liver cirrhosis", "MSCs were infused; bile of 1 × 10^6 pg was seen."
    )


def test_a_concentrate_does_not_state_whose_cells_it_holds():
    row = draft(
        "Cells for cartilage", "Twelve patients received bone marrow aspirate concentrate into the knee."
    )
    assert row["cell_source"].value == ("bone_marrow",)
    assert "donor" not in row
