"""Papers: their kinds and sources, how sure their links to trials are, and what their rows of the table say."""

from __future__ import annotations

from enum import StrEnum


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
REPORTING_KINDS = COUNTED_KINDS | {PaperKind.UNKNOWN}  # may report a trial's results
