"""What the cells of a trial were, read from its record: the review's axes, with the words they rest on."""

from mscwatch.therapy.model import NOT_STATED, Confidence, DoseLevel, Evidence, Therapy
from mscwatch.therapy.reading import indication_group, read_printed, read_record

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
