"""What is given, for what: the axes of the review on which a trial's therapy is read, and how sure a reading is."""

from __future__ import annotations

from enum import StrEnum


class Relevance(StrEnum):
    """How close a trial is to the topic (`trials.relevance`)."""

    CORE = "core"  # the watch's product for its disease
    ADJACENT = "adjacent"
    OFF = "off"
    UNSURE = "unsure"  # a person should look


class IndicationGroup(StrEnum):
    """The disease as the review groups it (`trials.indication_group`)."""

    CIRRHOSIS = "cirrhosis"
    LIVER_FAILURE = "liver_failure"
    TRANSPLANT = "transplant"
    OTHER_LIVER = "other_liver"
    NONE = "none"


class Aetiology(StrEnum):
    """The cause of the liver disease (`therapies.aetiology`)."""

    HBV = "HBV"
    HCV = "HCV"
    ALCOHOL = "alcohol"
    AUTOIMMUNE = "autoimmune"
    PBC = "PBC"  # primary biliary cholangitis
    PSC = "PSC"  # primary sclerosing cholangitis
    WILSON = "wilson"
    BILIARY_ATRESIA = "biliary_atresia"
    NASH = "nash"
    ISCHAEMIC_BILIARY = "ischaemic_biliary"
    MIXED = "mixed"
    NOT_STATED = "not_stated"


class Area(StrEnum):
    """The area of the disease treated, as in the review's Fig. 1 (`therapies.area`)."""

    BONE_CARTILAGE = "bone_cartilage"
    NEURO = "neuro"
    IMMUNE = "immune"
    CARDIOVASCULAR = "cardiovascular"
    LIVER = "liver"
    LUNG = "lung"
    KIDNEY = "kidney"
    DIABETES = "diabetes"
    GASTROINTESTINAL = "gastrointestinal"
    SKIN = "skin"
    EYE = "eye"
    BLOOD_CANCER = "blood_cancer"
    ORAL = "oral"
    REPRODUCTIVE_UROLOGIC = "reproductive_urologic"
    OTHER = "other"


class Confidence(StrEnum):
    """How often readings of this kind are right on labelled records (`therapies.confidences`)."""

    HIGH = "high"  # at least 98 %
    MEDIUM = "medium"  # at least 90 %
    LOW = "low"


class CellType(StrEnum):
    """The kind of cells, as in the review's Table 1 (`therapies.cell_type`)."""

    MSC = "msc"
    HEPATOCYTE = "hepatocyte"
    HAEMATOPOIETIC = "haematopoietic"
    MONONUCLEAR = "mononuclear"
    IMMUNE = "immune"
    ENDOTHELIAL_PROGENITOR = "endothelial_progenitor"
    MIXED = "mixed"
    OTHER = "other"
    NONE = "none"


class CellSource(StrEnum):
    """The tissue that the cells come from (`therapies.cell_source`)."""

    BONE_MARROW = "bone_marrow"
    UMBILICAL_CORD = "umbilical_cord"
    CORD_BLOOD = "cord_blood"
    ADIPOSE = "adipose"
    MENSTRUAL_BLOOD = "menstrual_blood"
    PLACENTA = "placenta"
    AMNION = "amnion"
    DENTAL_PULP = "dental_pulp"
    LIVER = "liver"
    SKIN = "skin"
    OTHER = "other"
    NOT_STATED = "not_stated"


class Donor(StrEnum):
    """Whose cells they are (`therapies.donor`)."""

    AUTOLOGOUS = "autologous"
    ALLOGENEIC = "allogeneic"
    NOT_STATED = "not_stated"


class ProductForm(StrEnum):
    """What is given: cells, what they were made into, or what they shed (`therapies.product_form`)."""

    CELLS = "cells"
    HEPATOCYTE_LIKE = "hepatocyte_like"
    EXOSOME = "exosome"
    CONDITIONED_MEDIUM = "conditioned_medium"
    OTHER = "other"


class Modification(StrEnum):
    """What was done to the cells before they are given (`therapies.modification`)."""

    NONE_STATED = "none_stated"
    PRETREATED = "pretreated"
    GENE_MODIFIED = "gene_modified"
    CELL_FREE = "cell_free"


class Route(StrEnum):
    """The way into the body (`therapies.route`)."""

    PERIPHERAL_VEIN = "peripheral_vein"
    HEPATIC_ARTERY = "hepatic_artery"
    PORTAL_VEIN = "portal_vein"
    INTRAHEPATIC = "intrahepatic"
    INTRASPLENIC = "intrasplenic"
    OTHER = "other"
    NOT_STATED = "not_stated"


class DoseUnit(StrEnum):
    """What a dose of one administration counts (`doses.dose_unit`)."""

    CELLS = "cells"
    CELLS_PER_KG = "cells/kg"
    PARTICLES = "particles"
    OTHER = "other"


UNSAID = frozenset(
    {"not_stated", "other", "none"}
)  # values of an axis that name nothing a message could show
