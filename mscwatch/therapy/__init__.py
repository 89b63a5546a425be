"""The therapy reading: a trial's cells on the review's axes, with the record's own words as evidence. Pure."""

from mscwatch.therapy.model import NOT_STATED, DoseLevel, Evidence, Therapy
from mscwatch.therapy.reading import indication_group, read_printed, read_record
from mscwatch.vocabulary import Confidence

__all__ = [
    "NOT_STATED",
    "Confidence",
    "DoseLevel",
    "Evidence",
    "Therapy",
    "indication_group",
    "read_printed",
    "read_record",
]
