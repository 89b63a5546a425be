"""The closed vocabularies: the words that a column, a setting or a watch file may hold."""

from __future__ import annotations

from enum import StrEnum


class EventKind(StrEnum):
    """What happened to a trial (`events.kind`; contract, section 4)."""

    NEW_TRIAL = "new_trial"
    ENTERED_WATCH = "entered_watch"
    COMPLETED = "completed"
    TERMINATED = "terminated"
    WITHDRAWN = "withdrawn"
    SUSPENDED = "suspended"
    BECAME_UNKNOWN = "became_unknown"
    STATUS_CHANGED = "status_changed"
    RESULTS_POSTED = "results_posted"
    RESULTS_REMOVED = "results_removed"
    PRIMARY_OUTCOME_CHANGED = "primary_outcome_changed"
    ENROLLMENT_CHANGED = "enrollment_changed"
    DATE_CHANGED = "date_changed"
    PUBLICATION_LINKED = "publication_linked"
    PUBLICATION_FOUND = "publication_found"
    PUBLICATION_RETRACTED = "publication_retracted"
    BECAME_RELEVANT = "became_relevant"
    LEFT_WATCH = "left_watch"
    MERGED = "merged"
    WITHHELD = "withheld"
    REMOVED = "removed"
    RETURNED = "returned"
    RETRACTED = "retracted"


class Severity(StrEnum):
    """How much an event matters by default (`events.severity`)."""

    HIGH = "high"
    NORMAL = "normal"
    LOW = "low"


class RunOutcome(StrEnum):
    """How a run ended (`runs.outcome`)."""

    RUNNING = "running"
    BASELINE = "baseline"
    PUBLISHED = "published"
    UNCHANGED = "unchanged"
    REFUSED = "refused"
    FAILED = "failed"
    INTERRUPTED = "interrupted"


class LookupVerdict(StrEnum):
    """What the registry says about a trial that the search no longer returns."""

    HERE = "here"  # still on the registry, no longer matched by the query
    WITHHELD = "withheld"
    FORWARDED = "forwarded"  # merged into another registration
    GONE = "gone"  # HTTP 404


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


class Membership(StrEnum):
    """Whether a trial is in the watch and, if not, why (`watched.standing`)."""

    MATCHED = "matched"  # the query returns it
    PENDING = "pending"  # answered 404 once; the next data timestamp decides
    LEFT = "left"  # still on the registry, no longer matched by the query
    MERGED = "merged"
    WITHHELD = "withheld"
    REMOVED = "removed"


class NoticeKind(StrEnum):
    """The subject of a message that is not about a single event (`notices.kind`)."""

    BASELINE = "baseline"
    BULK = "bulk"
    WEEKLY = "weekly"
    REFUSED = "refused"
    FAILED = "failed"
    LATE = "late"
    RECOVERED = "recovered"  # a run succeeded after refused or failed ones
    MENDED = "mended"  # the published state replaced a broken working file
    SET_ASIDE = "set_aside"  # records that cannot be read, or on which the rules fail
    DRIFT = "drift"
    PAPERS = "papers"  # about the search for papers: it begins, it is not trusted, its first find
    CHANNEL_OFF = "channel_off"
    CHANNEL_ON = "channel_on"
    GAVE_UP = "gave_up"
    NOT_SHOWN = "not_shown"  # an event cannot be put into words
    NO_EFFECT = "no_effect"  # a person's decision finds nothing to apply to
    NOT_SENT = "not_sent"  # a service refuses the message about one event for its content


class DeliveryState(StrEnum):
    """The state of a delivery to one address (`deliveries.state`)."""

    OWED = "owed"
    IN_DOUBT = "in_doubt"  # perhaps sent: the service never confirmed it
    SENT = "sent"
    GAVE_UP = "gave_up"


class LinkConfidence(StrEnum):
    """How sure the link from a published trial to its registration is (`published_trials.link_confidence`)."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    NONE = "none"


class PaperSource(StrEnum):
    """Who told of a paper first (`papers.found_by`)."""

    REGISTRY = "registry"
    REVIEW = "review"
    EUROPEPMC = "europepmc"
    PUBMED = "pubmed"
    PERSON = "person"


class Strength(StrEnum):
    """How surely a paper that nothing lists reports a trial (`publications.strength`; contract, "Papers")."""

    A = "A"  # its number stands in the abstract, or the journal declared it, and names this trial alone
    B = "B"  # it stands in the methods, or a second registry's number of the trial does
    C = "C"  # three independent agreements, clear of sibling trials: for a person to decide
    D = "D"  # a score alone: for a person to decide


class SearchOutcome(StrEnum):
    """How a question to a paper source ended (`searches.outcome`)."""

    PROVEN = "proven"
    REFUSED = "refused"  # it answered, and the answer failed the proof
    FAILED = "failed"  # no usable answer
    SKIPPED = "skipped"  # the time for papers was used up


class Registry(StrEnum):
    """Registries of trials (`registry_ids.registry`)."""

    CLINICALTRIALS = "ClinicalTrials.gov"
    EUDRACT = "EudraCT"
    CTIS = "CTIS"
    ISRCTN = "ISRCTN"
    CHICTR = "ChiCTR"
    UMIN = "UMIN"
    JRCT = "jRCT"
    JAPIC = "JapicCTI"
    IRCT = "IRCT"
    CTRI = "CTRI"
    ACTRN = "ANZCTR"
    DRKS = "DRKS"
    NTR = "NTR"
    KCT = "CRIS"
    TCTR = "TCTR"
    REBEC = "ReBec"
    RPCEC = "RPCEC"
    PACTR = "PACTR"


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


class TrialDesign(StrEnum):
    """How a published trial was designed (`living_table.design`)."""

    SINGLE_ARM = "single_arm"
    RANDOMISED = "randomised"
    CONTROLLED_NOT_RANDOMISED = "controlled_not_randomised"
    RETROSPECTIVE = "retrospective"


class Effect(StrEnum):
    """The response in a word (`living_table.effect`): the first four of an abstract, the others of Table 2 alone."""

    IMPROVED = "improved"
    NO_DIFFERENCE = "no_difference"
    MIXED = "mixed"
    SAFETY_ONLY = "safety_only"
    PARTIAL = "partial"
    SHORT_TERM = "short_term"
    NONE = "none"


class RowOrigin(StrEnum):
    """Where a row of the living table comes from (`living_table.origin`)."""

    REVIEW = "review"  # printed
    CONFIRMED = "confirmed"  # drafted, and accepted by a person
    DRAFTED = "drafted"  # read from an abstract; counts nowhere


class PaperKind(StrEnum):
    """What a paper is (`papers.kind`). Only results and secondary ones count as a trial's publication."""

    RESULTS = "results"  # what was found in the people of a study
    PROTOCOL = "protocol"  # announces a study: protocol, design, rationale, analysis plan
    REVIEW = "review"  # reviews, meta-analyses, guidelines
    SECONDARY = "secondary"  # a further analysis or follow-up of a study
    PRECLINICAL = "preclinical"  # animals, tissue, making a product
    COMMENT = "comment"  # letters, replies, corrections
    OTHER = "other"
    UNKNOWN = "unknown"  # a person should look

    @property
    def in_words(self) -> str:
        """The kind as a message says it, such as `a protocol`."""
        return _PAPERS_IN_WORDS[self]


_PAPERS_IN_WORDS = {
    PaperKind.RESULTS: "results",
    PaperKind.PROTOCOL: "a protocol",
    PaperKind.REVIEW: "a review",
    PaperKind.SECONDARY: "a further analysis or follow-up",
    PaperKind.PRECLINICAL: "laboratory or animal work",
    PaperKind.COMMENT: "a comment or correction",
    PaperKind.OTHER: "another kind of paper",
    PaperKind.UNKNOWN: "its kind is not known",
}

COUNTED_KINDS = frozenset({PaperKind.RESULTS, PaperKind.SECONDARY})


UNSAID = frozenset(
    {"not_stated", "other", "none"}
)  # values of an axis that name nothing a message could show
