"""Which cells a title names: whose they are and from which tissue, to tell a paper of another product. Pure."""

from __future__ import annotations

import re

from mscwatch.vocabulary import CellSource, Donor

_DONORS = {
    Donor.AUTOLOGOUS: re.compile(r"\b(?:autologous|autogenous|autolog\w*)\b", re.IGNORECASE),
    Donor.ALLOGENEIC: re.compile(
        r"\b(?:allogen\w*|third[- ]party|donor[- ]derived|related donors?)\b", re.IGNORECASE
    ),
}
_SOURCES = {
    CellSource.BONE_MARROW: re.compile(r"\b(?:bone[- ]marrow|marrow[- ]derived)\b", re.IGNORECASE),
    CellSource.CORD_BLOOD: re.compile(r"\bcord blood\b", re.IGNORECASE),
    CellSource.UMBILICAL_CORD: re.compile(r"\b(?:umbilical cord(?! blood)|wharton)", re.IGNORECASE),
    CellSource.ADIPOSE: re.compile(
        r"\b(?:adipose|fat[- ]derived|stromal vascular fraction)\b", re.IGNORECASE
    ),
    CellSource.PLACENTA: re.compile(r"\bplacent", re.IGNORECASE),
    CellSource.AMNION: re.compile(r"\bamnio", re.IGNORECASE),
    CellSource.MENSTRUAL_BLOOD: re.compile(r"\bmenstrual\b", re.IGNORECASE),
    CellSource.DENTAL_PULP: re.compile(r"\bdental (?:pulp|stem)\b|\bdeciduous t", re.IGNORECASE),
}


def donors_named(title: str) -> list[Donor]:
    """Whose cells a title names; empty where it does not say."""
    return [donor for donor, pattern in _DONORS.items() if pattern.search(title)]


def sources_named(title: str) -> list[CellSource]:
    """The tissues that a title names; empty where it does not say."""
    return [source for source, pattern in _SOURCES.items() if pattern.search(title)]
