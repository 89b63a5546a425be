"""Registration numbers in texts, told by their formats. Pure.

Sources of the formats: the registries' own pages, and WHO's list of primary registries. A number is written in one
way (`ChiCTR-TRC-12002501` and `ChiCTR2000037732` as their registry does), however a text spells it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import NamedTuple

from mscwatch.vocabulary import Registry
from mscwatch.vocabulary.patterns import pattern_of

_GAP = r"[\s:#‐-–-]{0,3}"  # what people write between a registry's letters and the digits


class RegistryNumber(NamedTuple):
    """A trial's number in one registry, as that registry writes it."""

    registry: Registry
    number: str


class _Format(NamedTuple):
    registry: Registry
    pattern: re.Pattern[str]
    written: str  # a template of the match's groups, such as `NCT{0}`
    case: Callable[[str], str]  # of the letters among the groups

    def number(self, match: re.Match[str]) -> str:
        return self.written.format(*map(self.case, match.groups()))


def _format(
    registry: Registry, pattern: str, written: str, case: Callable[[str], str] = str.lower
) -> _Format:
    whole = pattern_of(rf"(?<![A-Za-z0-9]){pattern}(?![A-Za-z0-9])", re.IGNORECASE)
    return _Format(registry, whole, written, case)


_FORMATS = (
    _format(Registry.CLINICALTRIALS, rf"NCT{_GAP}(\d{{8}})", "NCT{0}"),
    # CTIS: year, a number that begins with 5, two parts of check digits and version; before EudraCT, which it contains
    _format(Registry.CTIS, r"(20\d\d)-(5\d{5})-(\d\d)(?:-\d\d)?", "{0}-{1}-{2}"),
    _format(Registry.EUDRACT, r"(20[0-2]\d|199\d)-(0\d{5})-(\d\d)(?:-[A-Z]{2}|-3rd)?", "{0}-{1}-{2}"),
    _format(Registry.ISRCTN, rf"ISRCTN{_GAP}(\d{{8}})", "ISRCTN{0}"),
    _format(Registry.CHICTR, rf"ChiCTR{_GAP}([A-Z]{{3,4}}){_GAP}(\d{{8}})", "ChiCTR-{0}-{1}", str.upper),
    _format(Registry.CHICTR, rf"ChiCTR{_GAP}(\d{{10}})", "ChiCTR{0}"),
    _format(Registry.UMIN, rf"(?:JPRN{_GAP})?UMIN{_GAP}(?:CTR{_GAP})?(?:ID{_GAP})?(\d{{9}})", "UMIN{0}"),
    _format(Registry.UMIN, r"(\d{9})(?=\s?\(UMIN\b)", "UMIN{0}"),
    _format(Registry.JRCT, rf"(?:JPRN{_GAP})?jRCT{_GAP}(s?)(\d{{9,10}})", "jRCT{0}{1}"),
    _format(Registry.JAPIC, rf"(?:JPRN{_GAP})?JapicCTI{_GAP}(\d{{6}})", "JapicCTI-{0}"),
    _format(Registry.IRCT, rf"IRCT{_GAP}(\d{{11,14}})N(\d{{1,4}})", "IRCT{0}N{1}"),
    _format(
        Registry.CTRI, rf"CTRI{_GAP}[/ ]?{_GAP}(20\d\d)\s?/\s?(\d{{2,3}})\s?/\s?(\d{{6}})", "CTRI/{0}/{1}/{2}"
    ),
    _format(Registry.ACTRN, rf"ACTRN{_GAP}(126\d{{11}})p?", "ACTRN{0}"),
    _format(Registry.DRKS, rf"DRKS{_GAP}(\d{{8}})", "DRKS{0}"),
    _format(Registry.NTR, rf"NTR{_GAP}(\d{{2,5}})", "NTR{0}"),
    _format(Registry.NTR, rf"NL{_GAP}OMON{_GAP}(\d{{4,6}})", "NL-OMON{0}"),
    _format(Registry.KCT, rf"KCT{_GAP}(\d{{7}})", "KCT{0}"),
    _format(Registry.TCTR, rf"TCTR{_GAP}(\d{{11}})", "TCTR{0}"),
    _format(Registry.REBEC, rf"RBR{_GAP}([a-z0-9]{{6,7}})", "RBR-{0}"),
    _format(Registry.RPCEC, rf"RPCEC{_GAP}(\d{{8}})", "RPCEC{0}"),
    _format(Registry.PACTR, rf"PACTR{_GAP}(\d{{15,16}})", "PACTR{0}"),
)


def registry_numbers(text: str) -> list[RegistryNumber]:
    """The numbers in a text, each once, in the order in which they stand."""
    return list(places_of_numbers(text))


def places_of_numbers(text: str) -> dict[RegistryNumber, int]:
    """The numbers in a text, each once and with its first place, in order. A number of zeros alone is none."""
    found: dict[RegistryNumber, int] = {}
    taken: list[tuple[int, int]] = []
    for kind in _FORMATS:
        for match in kind.pattern.finditer(text):
            overlaps = any(start < match.end() and match.start() < end for start, end in taken)
            if not overlaps and any(digit in "123456789" for digit in match[0]):
                taken.append(match.span())
                found.setdefault(RegistryNumber(kind.registry, kind.number(match)), match.start())
    return dict(sorted(found.items(), key=lambda item: item[1]))


def numbers_of(texts: Iterable[str]) -> list[RegistryNumber]:
    """The numbers in several texts, each once."""
    return list(dict.fromkeys(number for text in texts for number in registry_numbers(text)))
