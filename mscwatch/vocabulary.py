"""The closed vocabularies: every word that a column, a setting or a watch file may hold, as the contract lists them."""

from __future__ import annotations

from enum import StrEnum


class EventKind(StrEnum):
    """What an event says, in the words of the contract with users (`events.kind`)."""

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
    """How a night ended (`runs.outcome`)."""

    RUNNING = "running"
    BASELINE = "baseline"
    PUBLISHED = "published"
    UNCHANGED = "unchanged"
    REFUSED = "refused"
    FAILED = "failed"
    INTERRUPTED = "interrupted"


class LookupVerdict(StrEnum):
    """What has become of a trial that the search no longer shows."""

    HERE = "here"  # on the registry, no longer matched
    WITHHELD = "withheld"
    FORWARDED = "forwarded"  # merged into another registration
    GONE = "gone"  # "not found"


class Relevance(StrEnum):
    """How near a trial is to the topic (`trials.relevance`)."""

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
    """Where a trial stands towards the watch (`watched.standing`)."""

    MATCHED = "matched"  # the query finds it
    PENDING = "pending"  # not found on the registry once; the next data set decides
    LEFT = "left"  # on the registry, no longer matched
    MERGED = "merged"
    WITHHELD = "withheld"
    REMOVED = "removed"


class NoticeKind(StrEnum):
    """What a message is about that is not about one event (`notices.kind`)."""

    BASELINE = "baseline"
    BULK = "bulk"
    WEEKLY = "weekly"
    REFUSED = "refused"
    FAILED = "failed"
    LATE = "late"
    RECOVERED = "recovered"  # the nights are good again
    MENDED = "mended"  # a broken working file was replaced by the published one
    DRIFT = "drift"
    CHANNEL_OFF = "channel_off"
    CHANNEL_ON = "channel_on"
    GAVE_UP = "gave_up"


class DeliveryState(StrEnum):
    """How far a message to one address has come (`deliveries.state`)."""

    OWED = "owed"
    IN_DOUBT = "in_doubt"  # perhaps sent: nobody answered for it
    SENT = "sent"
    GAVE_UP = "gave_up"


class LinkConfidence(StrEnum):
    """How sure it is that a registration is a published trial's (`published_trials.link_confidence`)."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
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
