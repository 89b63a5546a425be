"""The area of diseases that few trials name: by the stem of a word, an abbreviation, and what is only beside it."""

from __future__ import annotations

import pytest

from support.therapy import trial

DISEASES = {
    "bone_cartilage": "Rhizarthrosis|Adhesive Capsulitis|Two-Level Anterior Cervical Discectomy|ACDF|Fracture of the Mandible"
    "|Mandibular Fractures|Giant Cell Tumor of Bone|Hemophilic Arthropathy|Aseptic Loosening|Bone Voids|Spinal Stenosis",
    "neuro": "Congenital Myopathy|Dystonia|RRMS|Corticobasal Degeneration|Metachromatic Leukodystrophy|Hydrocephalus|PTSD",
    "immune": "Hand Transplantation|Psoriatic Arthritis|Spondyloarthropathy|Evans Syndrome|Renal or Liver Transplantation"
    "|Autoinflammatory Diseases|Arthritis, Juvenile",
    "cardiovascular": "Tetralogy of Fallot|Arrhythmia|Ischemia|Post-Thrombotic Syndrome|Chagas Disease|HFpEF",
    "liver": "Ascites|Ornithine Transcarbamylase Deficiency|MASLD",
    "lung": "Hypoxemia|Pneumothorax|Congenital Diaphragmatic Hernia|Pulmonary Alveolar Proteinosis|Lung Transplant Dysfunction",
    "kidney": "Proteinuria|Cystinosis|Renovascular Hypertension",
    "diabetes": "LADA|Diabetic Gastroparesis|Periodontitis in Diabetics|Impaired Glucose Tolerance",
    "gastrointestinal": "Paralytic Ileus|Pelvic Radiation Disease|Incisional Hernia|Chronic Constipation|Anal Incontinence",
    "skin": "Stevens-Johnson Syndrome|Scalds|Degloving Injury|Cutaneous Radiation Syndrome|Pruritus|Depressed Scar",
    "eye": "Choroideremia|Bestrophinopathy|Vitreous Hemorrhage|Limbal Stem Cell Deficiency|NAION|Ocular Hypertension",
    "blood_cancer": "Osteosarcoma|Retinoblastoma|Neuroblastoma|Hodgkin Disease|CML|Ependymoma|Hemoglobinopathies",
    "oral": "Aphthous Stomatitis|MRONJ|Oral Lichen Planus|TMJ Arthritis|Oroantral Fistula",
    "reproductive_urologic": "Hemorrhagic Cystitis|Radiation Cystitis|Urinary Fistula|Cesarean Scar|Ureteral Stricture|PCOS"
    "|Vulvodynia|Bladder, Neurogenic",
    "other": "Fat Grafting|Breast Reconstruction|Hemifacial Atrophy|Facial Lipoatrophy|Vocal Fold Scar|Nasal Septum Perforation"
    "|Contour of the Face|Acute Radiation Injury|Breast Cancer, Breast Reconstruction",
}  # fmt: skip


@pytest.mark.parametrize(
    ("area", "disease"), [(area, one) for area, names in DISEASES.items() for one in names.split("|")]
)
@pytest.mark.parametrize("title", ["Stem Cells in {}", "Allogeneic Bone Marrow MSC for Patients With {}"])
def test_a_disease_has_its_area(title, area, disease):
    assert trial(title.format(disease), given="MSC", conditions=(disease,)).area == area


@pytest.mark.parametrize(
    ("title", "conditions", "area"),
    [
        ("All Patients Get Stem Cells From the Fat Pad", ("Sepsis",), "other"),
        ("MSC of the Umbilical Cord (UC) for Tremor", ("Tremor",), "neuro"),
        ("Dental MSC in Stroke", ("Stroke",), "neuro"),
        ("Hair Follicle MSC for Vitiligo", ("Vitiligo",), "skin"),
        ("MSC Against Radiation Damage of the Lung", ("Radiation Injuries",), "lung"),
        ("MSC for Wounds After Nasal Surgery", ("Endonasal Wounds",), "other"),
        ("MSC With Bone Graft for Defects After Tumors", ("Bone Neoplasms",), "bone_cartilage"),
        ("MSC for Infarction of the Brain", ("Ischemia",), "neuro"),
        ("MSC for Cisplatin Damage of the Kidney", ("Solid Tumors", "Kidney Injury"), "kidney"),
        (
            "MSC for Erectile Dysfunction",
            ("Prostate Cancer", "Erectile Dysfunction"),
            "reproductive_urologic",
        ),
        ("MSC With a Virus Against Tumors of the Brain", ("Brain Neoplasms",), "blood_cancer"),
        ("MSC for a Tumor", ("Carcinoma, Renal Cell",), "blood_cancer"),
        ("MSC for a Tumor", ("Esophageal Squamous Cell Carcinoma",), "blood_cancer"),
        ("MSC of Healthy Donors", ("Leukemia",), "blood_cancer"),
        ("MSC in Soft Tissue Sarcoma", ("Sarcoma, Soft Tissue",), "blood_cancer"),
        ("Follow-Up of XYZ-ASC-DFU", ("Burns",), "skin"),
        ("MSC to Reduce Immunosuppression in Nephrotic Children", ("Nephrotic Syndrome",), "kidney"),
        ("Allograft With MSC for the Spine", ("Spondylosis",), "bone_cartilage"),
        ("MSC for a Vertebral Defect After Tuberculosis", ("Spinal Tuberculosis",), "bone_cartilage"),
        ("Cardiostem in Burns", ("Burns",), "skin"),
        ("MSC in ADA-SCID", ("ADA-SCID",), "immune"),
        ("Keratinocytes or MSC on Burns", ("Burns",), "skin"),
    ],
)
def test_words_that_name_no_area_or_are_only_beside_it(title, conditions, area):
    assert trial(title, given="MSC", conditions=conditions).area == area


@pytest.mark.parametrize(
    ("summary", "area"),
    [
        ("MSC are given to patients with graft versus host disease.", "immune"),
        ("MSC are given to people whose heart failure came after the transplantation.", "cardiovascular"),
    ],
)
def test_a_summary_tells_the_disease_where_titles_tell_only_a_transplantation(summary, area):
    title = "MSC for Complications of Stem Cell Transplantation"
    conditions = ("Complications of Stem Cell Transplantation",)
    assert trial(title, given="MSC", conditions=conditions, summary=summary).area == area
