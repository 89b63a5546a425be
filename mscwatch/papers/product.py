"""Which cells a title names: whose they are and from which tissue, to tell a paper of another product. Pure."""

from __future__ import annotations

import re

from mscwatch.vocabulary import CellSource, Donor
from mscwatch.vocabulary.patterns import pattern_of

_DONORS = {
    Donor.AUTOLOGOUS: pattern_of(r"\b(?:autologous|autogenous|autolog\w*)\b", re.IGNORECASE),
    Donor.ALLOGENEIC: pattern_of(
        r"\b(?:allogen\w*|third[- ]party|donor[- ]derived|related donors?)\b", re.IGNORECASE
    ),
}
_SOURCES = {
    CellSource.BONE_MARROW: pattern_of(r"\b(?:bone[- ]marrow|marrow[- ]derived)\b", re.IGNORECASE),
    CellSource.CORD_BLOOD: pattern_of(r"\bcord blood\b", re.IGNORECASE),
    CellSource.UMBILICAL_CORD: pattern_of(r"\b(?:umbilical cord(?! blood)|wharton)", re.IGNORECASE),
    CellSource.ADIPOSE: pattern_of(
        r"\b(?:adipose|fat[- ]derived|stromal vascular fraction)\b", re.IGNORECASE
    ),
    CellSource.PLACENTA: pattern_of(r"\bplacent", re.IGNORECASE),
    CellSource.AMNION: pattern_of(r"\bamnio", re.IGNORECASE),
    CellSource.MENSTRUAL_BLOOD: pattern_of(r"\bmenstrual\b", re.IGNORECASE),
    CellSource.DENTAL_PULP: pattern_of(r"\bdental (?:pulp|stem)\b|\bdeciduous t", re.IGNORECASE),
}


def donors_named(title: str) -> list[Donor]:
    """Whose cells a title names; empty where it does not say."""
    return [donor for donor, pattern in _DONORS.items() if pattern.search(title)]


def sources_named(title: str) -> list[CellSource]:
    """The tissues that a title names; empty where it does not say."""
    return [source for source, pattern in _SOURCES.items() if pattern.search(title)]
