"""What an amount counts, and per what: cells, cells per kilogram, particles, or something that is no dose."""

from __future__ import annotations

import re

from mscwatch.therapy.amounts import Amount, Shape
from mscwatch.vocabulary import DoseUnit
from mscwatch.vocabulary.patterns import pattern_of

CONCENTRATION, OF_PARTICLES = "cells/mL", "particles/mL"
# Each with what it makes of a volume.
CONCENTRATIONS = {CONCENTRATION: DoseUnit.CELLS, OF_PARTICLES: DoseUnit.PARTICLES}
_MANY_CELLS = 1e5  # a plain number from here on counts cells that stand before it
NO_DOSE = "no dose"
CELLS = pattern_of(
    r"\bcel+s?\b|\bc[eé]l+ul[ae]s?\b|\bzellen\b|\b\w*MSCs?\b|\b\w*ASCs?\b|\b[a-z]*-?SCs\b|\bstem|\bstromal|\bMPCs?\b|"
    r"\bC(?:SM|TM|ME)\b|\bHLSC|\bHALPC|\bMNC",
    re.IGNORECASE,
)
PARTICLES = pattern_of(r"particle|exosom|vesicle|\bEVs?\b", re.IGNORECASE)
_SOMETHING_ELSE = pattern_of(
    r"""\b(?:platelets?|PLT|leu[ck]o\w*|lymphocytes?|neutrophils?|granulocytes?|erythrocytes?|WBC|RBC|ANC|copies|copy|IU|U|units?(?!\s+of\b)|mg|[mu]g|µg|
      μg|mmol|nucleated|TNC|mononuclear|\w*-?MNCs?|CD\d+\+?|T[\s-]?cells?|NK|Tregs?|islets?|hepatocytes?|people|persons|patients|men|women|americans|
      adults|children|cases|deaths|carriers|dollars|euros?|participants|subjects|RPM|mm|cm|years|individuals|procedures|
      bacteria|clusters?|CFU|viral|virus\w*|genomes?|vg|rpm|red\ blood|white\ blood|x\s?g|meters?|steps|
      (?<!\d\s)times)\b""",
    re.IGNORECASE | re.VERBOSE,
)
PER = pattern_of(
    r"""(?:/|\bp(?:[eo]r|r)\b|\bfor\s+(?:each|every)\b|\bby\b|\*|\bx\b)\s*(?:each\s+|every\s+|one\s+|the\s+|patient'?s?\s+|recipient'?s?\s+|actual\s+|body\s+|of\s+|a\s+)*
        (?P<count>\d+(?:[.,]\d+)?(?:\s*-\s*\d+(?:[.,]\d+)?)?)?\s*
        (?P<what>kg|k\b|kilo(?:gram)?s?|weight(?:\s+(?:range|class|band|group|categor|tier))?|m[lL]\b|cc\b|cm3|cm\^?\s?3|milliliters?|cubic\s+cent\w+|l\b|lit(?:er|re)s?|dl|[uµμ]l\b|mm3|mm\^?3|microlit\w+
          |cm2|cm\s?\^?\s?2|cm²|cm\b|square\s+cm|square\s+cent\w+|g\b|gram|mm2|min\b|minutes?|hour|h\b|sec\w*|m2)
      | \bkg\s?\^?\s?-1 | (?<=cells)\s+kg\b | \bkilogram\s+body | \bweight\s*\(kg\)""",
    re.IGNORECASE | re.VERBOSE,
)
_PER_AREA = pattern_of(
    r"\b(?:each|per|every)\s+(?:square\s+cent\w+|cm2|cm\s?\^?\s?2|cm²)[^.;]{0,40}$", re.IGNORECASE
)
_CELLS_BEFORE = pattern_of(r"\b(?:cells|\w*MSCs?)\W*(?:(?:at|of|with)\s*)?$", re.IGNORECASE)
_DOSAGE = pattern_of(r"\bdos(?:e|es|age)\b[^.]{0,25}$", re.IGNORECASE)
_BODY_WEIGHT = pattern_of(r"k|weight$", re.IGNORECASE)
_VOLUME = pattern_of(r"m|cc|cubic", re.IGNORECASE)
_MICROLITRES = pattern_of(r"[uµμ]l|microl", re.IGNORECASE)
_SURFACE = pattern_of(
    r"cm|square|g|mm2|m2|weight\s", re.IGNORECASE
)  # a class of weights is no kilogram either
_LIMIT = pattern_of(
    r"(?:max\w*|up to|cumulativ\w*|as many as|not?(?: to)? exceed\w*|not (?:over|above)|no more than|at least|minim\w*|"
    r"less than|more than|limit\w*|[<>≤≥]|capped?)\W*"
    r"(?:(?:an?|of|at|to|the|total|dose|is|number|cells?|dosage|p(?:er|re)|protocol|\w+able|\w+ed)\W*){0,5}$",
    re.IGNORECASE,
)
_PREPARATION = pattern_of(
    r"(?:expanded|supplied|packag\w*|formulated|harvest\w*|aspirat\w*|vials?|bags?|seed\w*|densit\w+|yield\w*|passage|collect\w*|cultures?\b|"
    r"concentrations? of|to get|to obtain|frozen|cryo\w*|viabilit\w+|plated|each (?:ml|syringe))\b"
    r"(?:(?!\b(?:inject|infus|administ|receiv|given|and\s+(?:then\s+)?(?:\d|$)))[^.;]){0,40}$",
    re.IGNORECASE,
)
CONTAINER = pattern_of(
    r"(?:/|\bper|\beach|\bin an?|\bin one)\s*(?:bag|vial|syringe|tube|ampoule|pack|bottle)", re.IGNORECASE
)
_OF_ANOTHER = pattern_of(  # "CD34+ cells at 4x10^6/kg": what is counted stands before it
    r"(?P<other>\b(?:CD(?:3|4|8|34|133)\b\+?|lymphocytes?|leu[ck]ocytes?|T[\s-]cells?|NK\s+cells?|Tregs?|nucleated|TNC|mononuclear|platelets?|neutrophils?|WBC|"
    r"h(?:a)?ematopoietic))\W*(?:positive\s+)?(?:(?:stem\s+)?cells?\W*)?(?:(?:count|dose|number)s?\W*(?:of\s+the\s+\w+\W*)?)?"
    r"(?:(?:at|of|with|is|was|below|above|over|under|less|more|than|least|a|about|approximately)\W*){0,4}[(<>=≤≥:]?\s*$",
    re.IGNORECASE,
)
_OTHER_BEHIND = pattern_of(
    r"\W{0,2}(?:of\s+)?(?P<other>CD(?:3|4|8|34|45|133)\b|lymphocytes?\b|T[\s-]cells?\b|NK\b|Tregs?\b|nucleated\b|TNC\b|mononuclear\b)",
    re.IGNORECASE,
)
_IS_GROWN = pattern_of(  # "until 5x10^7 MSC are obtained"
    r"\W*(?:[\w+-]+\s+){0,5}?(?:are|is|were|was|be|been)\s+(?:\w+ly\s+)?(?:reached|obtained|grown|collected|harvested|isolated|available|ready|"
    r"recovered|produced|generated|cultured|seeded|plated|frozen|cryopreserved|stored|taken|aspirated)\b|[^.;,]{0,20}\b(?:after\s+isolation|at\s+passage|per\s+(?:\w+\s+)?(?:flask|dish|plate|well)|in\s+culture)\b",
    re.IGNORECASE,
)
_IS_TESTED = pattern_of(  # "a million MSC are sent for karyotyping", "co-cultured with 10^5 MSC", "10^4 in 10^9 cells"
    r"\W*(?:[\w+-]+\s+){0,5}?(?:(?:are|is|were|was|be|been)\s+(?:sent|used|taken|kept|stored)\s+(?:for|to|as)\s+(?:\w+\s+){0,3}?"
    r"(?:test|assay|karyotyp|steril|quality\s|release|retention|control|analy|research|phenotyp|cytometr)"
    r"|per\s*$)",
    re.IGNORECASE,
)
_IN_LABORATORY = pattern_of(
    r"\bco-?cultur\w*[^.;]{0,50}$|\bif\b[^.;]{0,30}\b(?:fewer|less|lower|below|under)\s+(?:than\s+)?(?:an?\s+)?$",
    re.IGNORECASE,
)
_GROWS = pattern_of(
    r"\b(?:yield\w*|seed\w*|plated|densit\w+|culture\w*)\s+(?:(?:at|of|with|to|density|a|an|about|approximately|starts?|until|up|between|from|is|was)\s+){0,4}$",
    re.IGNORECASE,
)
_PART = pattern_of(  # "100 million, in ten injections of 10 million"
    r"\b(?:in|into|as|by|via|x)\s+(?:\w+\s+){1,3}?(?:injections|sites|portions|aliquots|points)\s+of\s+[\d.,\s]*(?:or\s+|and\s+)?$",
    re.IGNORECASE,
)
_IS_PACKED = pattern_of(  # "1x10^8 cells, packaged in a bag", "20 million by artery and the rest by vein"
    r"[^.;]{0,40}\b(?:packag|packed|supplied|filled)\w*|[^.;]{0,60}?(?:\band|,)\s+(?:the\s+)?(?:rest|remain\w*)\b",
    re.IGNORECASE,
)
_NEXT_NUMBER = pattern_of(r"(?:,\s|\()(?=\d)")
_GROUP = pattern_of(r"\b(?:cohort|group|arm|level|low|middle|medium|high)\b", re.IGNORECASE)
_THEN_GIVEN = pattern_of(r"\b(?:(?:inject|infus|administer|transplant|implant)ed|given)\b", re.IGNORECASE)
_EACH_ML = pattern_of(
    r"\b(?:each|every|one|1)\s+(?:ml|cc)\s+(?:contain\w*|has|holds?|with|of)\W*$", re.IGNORECASE
)
EACH_TIME = pattern_of(
    r"(?:/|\b(?:per|each|every))\s*(?:(?:single|unit)\s+)?(?:procedure|injection|infusion|dose|administration|time|day|treatment|transplantation)\b",
    re.IGNORECASE,
)
_IS_GIVEN = pattern_of(  # "40 million are injected", "5x10^7 each time"
    rf"\W{{0,3}}(?:(?:are|is|was|were|will\s+be)\s+(?:inject|infus|administ|transplant|implant|given)|{EACH_TIME.pattern})",
    re.IGNORECASE,
)
_DOSE_LABEL = pattern_of(r"\bdos(?:e|age)\s*[:=]\s*$", re.IGNORECASE)
_AT_LEAST = pattern_of(r"(?:at least|minim\w*)\W*(?:\w+\W+){0,4}$", re.IGNORECASE)
_AS_MAXIMUM = pattern_of(r"[^.;]{0,40}\b(?:is|as|being)\s+(?:an?|the)\s+maxim", re.IGNORECASE)
_TOLERANCE = pattern_of(
    r"(?:(?<!dose )(?<!dosage )\brange:?|\branging)\W*(?:from|of|between)?\W*$", re.IGNORECASE
)
_DOSE_WORD = pattern_of(
    r"\bdos(?:e|es|age)\b|\binject|\binfus|\breceiv|\badminist|\btransplant|\bgiven\b", re.IGNORECASE
)
_CLAUSE_END = pattern_of(
    r"[.;\n](?:\s|$)|\s-\s|\s(?=(?:diluted|dissolved|re-?suspended|suspended)\b)|,\s+(?=(?:\w+ed|at|with|over)\b)",
    re.IGNORECASE,
)


def what(amount: Amount, before: str, after: str, bare: bool, counted: frozenset[str]) -> tuple[str, bool]:
    """What an amount counts and per what, and whether it is the dose itself: no limit, no part of it, no vial.

    The first is a `DoseUnit`, one of `CONCENTRATIONS`, or `NO_DOSE`. `before`, `after`: the text around the amount, up
    to the next one; `bare` and `counted` are those of `doses.read_doses`.
    """
    clause = _CLAUSE_END.split(after)[0]
    per = PER.search(clause)
    noun = clause[: per.start()] if per else clause
    cells, particles = CELLS.search(noun[:90]), PARTICLES.search(noun[:60])
    opened = before.rfind("(") > before.rfind(")")
    near = _NEXT_NUMBER.split(noun[:45], maxsplit=1)[0]  # "30 million (high), 3 patients"
    other = _SOMETHING_ELSE.search(near.partition(")")[0] if opened else near)
    if other and bare and per and other[0].lower().startswith("unit"):
        other = None  # "1 million units/kg" of the cells
    if before.endswith("#") or _is_of_another(before, clause[per.end() :] if per else "", counted):
        return NO_DOSE, False
    kept = _GROWS.search(before) or _IS_GROWN.match(clause) or _IS_TESTED.match(clause)
    if (kept or _IN_LABORATORY.search(before)) and not _THEN_GIVEN.search(clause):
        return NO_DOSE, False
    if _TOLERANCE.search(before) or (other and _is_no_product(other, cells, before, counted)):
        return NO_DOSE, False
    told = _is_whole(before, clause, after)
    if particles and not _CELLS_BEFORE.search(before) and not _are_of_cells(particles, cells, noun):
        if per and _VOLUME.match(per["what"] or ""):
            return (DoseUnit.PARTICLES if per["count"] else OF_PARTICLES), told
        return (DoseUnit.OTHER if per else DoseUnit.PARTICLES), told
    if per:
        return _per_unit(per, told=told, counts=bool(cells) or amount.shape != Shape.PLAIN)
    if _EACH_ML.search(before):
        return CONCENTRATION, True
    if _PER_AREA.search(before):
        return DoseUnit.OTHER, told
    return (
        (DoseUnit.CELLS, told)
        if _counts_cells(amount, cells, other, before, clause, bare)
        else (NO_DOSE, False)
    )


def _is_no_product(
    other: re.Match[str], cells: re.Match[str] | None, before: str, counted: frozenset[str]
) -> bool:
    """Whether the words behind an amount name something else that is counted, before any cells."""
    word = other[0].lower()
    return not (
        word.rstrip("s+") in counted
        or (word.startswith("unit") and CELLS.search(before[-12:]))
        or (cells and cells.start() < other.start())
    )


def _is_of_another(before: str, behind: str, counted: frozenset[str]) -> bool:
    """Whether the words right before an amount, or right behind its unit, say that it counts other cells."""
    found = _OF_ANOTHER.search(before) or _OTHER_BEHIND.match(behind)
    return bool(found and found["other"].lower().rstrip("s+") not in counted)


def _is_whole(before: str, clause: str, after: str) -> bool:
    """Whether an amount is that of one administration: no limit, no part or sum of it, and not what a vial holds."""
    each = EACH_TIME.search(clause[:60])
    return not (
        (_LIMIT.search(before) and not (each and _AT_LEAST.search(before)))
        or _AS_MAXIMUM.match(clause)
        or _PART.search(before)
        or _PREPARATION.search(before)
        or CONTAINER.search(clause[:60])
        or _IS_PACKED.match(after)
    )


def _are_of_cells(particles: re.Match[str], cells: re.Match[str] | None, noun: str) -> bool:
    """Whether cells that are named before particles are what is counted: "10 million cells with exosomes"."""
    if cells is None or cells.start() >= particles.start():
        return False
    return not re.search(r"cells?\W*$|MSCs?[-\s]", noun[: particles.start()])


def _counts_cells(
    amount: Amount,
    cells: re.Match[str] | None,
    other: re.Match[str] | None,
    before: str,
    clause: str,
    bare: bool,
) -> bool:
    """Whether an amount that is per nothing counts cells: by their name, or by how and where it is written."""
    if cells and (amount.shape != Shape.PLAIN or cells.start() < 60):  # noqa: PLR2004 - "1000 healthy ... cells" is near
        return True
    beside = _CELLS_BEFORE.search(before) or _IS_GIVEN.match(clause)
    if amount.shape == Shape.POWER:
        return bool(bare or beside or _DOSAGE.search(before))
    if amount.shape == Shape.PLAIN:
        return bool(bare and beside and amount.low >= _MANY_CELLS)
    if amount.shape != Shape.WORD:
        return False
    if not bare:
        return bool(beside or _DOSE_LABEL.search(before) or _DOSAGE.search(before))
    return bool(
        beside or other or _DOSE_WORD.search(before) or _GROUP.search(before) or CELLS.search(before)
    )  # "MSC 30 million unit"


def _per_unit(per: re.Match[str], *, told: bool, counts: bool) -> tuple[str, bool]:
    what, count = per["what"], per["count"]
    if what is None or _BODY_WEIGHT.match(what):
        # "5 million/20kg" is an example.
        return (NO_DOSE, False) if count not in (None, "1") else (DoseUnit.CELLS_PER_KG, told)
    if not counts:
        return NO_DOSE, False
    if count and _MICROLITRES.match(what):
        return DoseUnit.CELLS, told
    if _SURFACE.match(what) and not re.match(r"cm\W*3", what, re.IGNORECASE):
        return DoseUnit.OTHER, told
    if _VOLUME.match(what) and not re.match(r"min|mm|micro", what, re.IGNORECASE):
        # "5 x 10^7 cells/10 mL" is all of it in a volume; without a number it is a concentration.
        return (DoseUnit.CELLS, False) if count else (CONCENTRATION, told)
    return NO_DOSE, False
