"""What a product is called, and which sentences say that what is called so are cells: "stromal cells (XYZ-1)"."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from mscwatch.therapy.words import Found, fields, find, may_name, names
from mscwatch.vocabulary import CellType
from mscwatch.vocabulary.patterns import pattern_of

_CODE = pattern_of(r"\b(?=[A-Za-z])(?=[\w-]{0,40}(?:\d|[a-z-][A-Z]))[\w-]{4,}")
_ONE_WORD = pattern_of(r"([A-Z][A-Za-z]{5,})[®™]?")
_PROPER = pattern_of(r"(?:[A-Z][\w-]+[®™]?\s+){1,3}[A-Z][\w-]*[®™]?")
_BRACKETED = pattern_of(r"\(([A-Z][\w-]{3,40})")
_TITLED = pattern_of(r"\b[A-Z][\w-]{3,}")
# Words of every language of trials; a name of two words may not have them.
_COMMON = ("giving", "control", "other_treatment", "other_drug", "session", "local_way", "sampling")
_SOUNDS = {"product", "area", "other_disease"}  # what a name of its own may sound like: "Osteo-"
_CELLS = (
    r"(?:multipotent|mesenchymal|stem|stromal|progenitor|precursor|regenerative|cells?|tissue|derived|human|"
    r"product|therapy|preparation|suspension|injection)"
)
_NAMED = (
    r"(?:(?:also|so|hereafter|commercially|which is|here)[\s-]+)?"
    r"(?:called|named|known as|termed|branded|designated|coded|marketed as|referred to as|"
    r"(?:brand|trade|code|product) name:?|i\.\s?e\.,?)\s+"
)
_THEN_NAME = pattern_of(  # between the cells and their name
    rf"[\s-]*(?:{_CELLS}[\s-]+|{_CELLS}(?=\W)){{0,6}}"
    rf"(?:\s*[(\[]\s*(?:[\w-]{{2,20}}\s*[,;:/=\[(]+\s*)?(?:{_NAMED})?|,\s+|,?\s+{_NAMED}|"
    r"\s*(?:product|therapy|preparation|drug|medicine|formulation)\s+)[\"'“‘]?",
    re.IGNORECASE,
)
_THEN_CELLS = pattern_of(  # between a name and the cells that it stands for
    r"[®™]?(?:\s*\([^()]{0,40}\))?,?(?:\s+[\w.-]{1,20}){0,2}?"
    r"(?:\s*[(\[:=]|\s+(?:which\s+(?:is|are|contains)\s|an?\s)|\s+"
    r"(?:is|are|was|were|contain\w*|consist\w*|compris\w*|compos\w*|retain\w*|hold\w*|includ\w*)\s)"
    r"[^.;]{0,120}|[®™]?,\s+(?:(?!(?:and|or|the|plus|with)\b)[\w-]+\s+){0,5}[\w-]{0,20}",
    re.IGNORECASE,
)
_NOT_ITSELF = pattern_of(  # a name, and cells that it only acts on, or has not
    r"\)|\b(?:for|to|than|without|not|no|free|by|on|into|via|through|against|unlike|when|after|if|"
    r"(?<!-)like|(?:has|have|had)\s+(?:more|fewer|higher|lower)|releas(?:es|ed|ing)(?=\s+(?:\w+\s+)?$)|effects?|antibod\w*|such\s+as|best\s+available|versus|vs|compared|placebo|"
    r"(?:number|count|frequency|proportion|percentage|presence|content|function|ability|capacity|propert\w+|"
    r"differentiation|proliferation|migration)s?\s+of\b(?!\s+(?:infus|dos|inject))|"
    r"(?:recruit|attract|mobili[sz]|target|inhibit|bind|block|deplet|enhanc|increas|promot|support|"
    r"modulat|affect|improv|alter|interact|compet)\w*|"
    r"(?:activat|stimulat|induc)(?!ed)\w*|acts?|endogenous|circulating|resident)\b",
    re.IGNORECASE,
)
_ACTS_ON = pattern_of(  # what is in brackets is not the cells: "a peptide that attracts stromal cells (XYZ-1)"
    r"\b(?:for|against|unlike|hold|carry|recruit\w*|attract\w*|activat(?:es|ing|or)|stimulat(?:es|ing|or)|"
    r"mobili[sz]\w+|wakes?|target\w*|inhibit\w*)"
    r"\s+(?:\w+[\s-]+){0,4}$",
    re.IGNORECASE,
)
_TISSUE = pattern_of(  # words of a tissue, and no cells soon after
    r"(?:mesench|amnio|wharton|menstr|dental|umbilic|adipose|placent)\w*"
    r"(?![^.;]{0,50}?(?:cells?\b|SCs?\b|exosom|vesic|secret|medi(?:um|a)\b))",
    re.IGNORECASE,
)
_CLOSED = pattern_of(r"\([^()]{0,80}\)")
_BEFORE = 60  # letters before the cells
_AFTER = 160  # letters after a name


def codes(text: str) -> list[str]:
    """The words that look like a code: "XYZ-1", "NeoGraft"."""
    return _CODE.findall(text)


def own_names(name: str) -> list[str]:
    """Words that look like a product's name: "ADR-001", or an intervention's only word, "Pneumostem"."""
    common = any(names(field, name) for field in ("giving", "product", "control", "other_treatment"))
    word = _ONE_WORD.fullmatch(name.strip())
    return [word[1]] if word and not common else codes(name)


def tied_names(titles: Iterable[str], given: Iterable[str], sentences: Iterable[str]) -> Iterator[str]:
    """Names that a sentence of the record ties to cells: of interventions and arms, or words of titles.

    What only a title names is the product where it stands for mesenchymal cells: a title also names what is measured.
    """
    told = tuple(sentences)
    if not told:
        return
    labels = tuple(given)
    texts = (*titles, *labels)
    own = {
        name.strip().rstrip("®™")
        for name in labels
        if _PROPER.fullmatch(name.strip()) and not any(names(field, name) for field in _COMMON)
    }
    coded = {word for text in texts for word in _CODE.findall(text)} | own
    titled = set[str]()
    if not any(names("cell_type", text) for text in texts):  # else the cells are named as such
        titled = {word for text in texts for word in _TITLED.findall(text)}
    words = {word for word in titled if not _is_common(word, told)}
    for sentence in told if coded or titled else ():
        able = {name for name in (*coded, *words) if name in sentence}
        if titled:
            able |= {word for word in _BRACKETED.findall(sentence) if any(word in text for text in texts)}
        if not (able and may_name("cell_type", sentence, "" if own else CellType.MSC)):
            continue
        for name in sorted(able):
            kinds = {one.value for one in cells_called(sentence, name)}
            if (
                (CellType.MSC in kinds or (kinds and name in own))
                and fields(name) <= (_SOUNDS if name in own else {"product"} if name in coded else set())
                and (name in coded or not _is_common(name, told))
            ):
                yield name


def _is_common(word: str, told: tuple[str, ...]) -> bool:
    """Whether sentences have a word in small letters."""
    return any(word.lower() in text for text in told)


def cells_called(sentence: str, name: str) -> Iterator[Found]:
    """The cells that a sentence says are what has the name: "XYZ-1 contains stromal cells"."""
    if name not in sentence:
        return
    for cells in find("cell_type", sentence):
        last = cells.end + _AFTER
        start = sentence.find(name, max(0, cells.start - _AFTER), last)
        while start >= 0:
            if _is_called(sentence, cells, start, start + len(name)):
                yield cells
                break
            start = sentence.find(name, start + len(name), last)


def _is_called(sentence: str, cells: Found, start: int, end: int) -> bool:
    """Whether the name from `start` to `end` stands for the cells."""
    if not are_cells(sentence, cells):
        return False
    if cells.end <= start:
        return bool(_THEN_NAME.fullmatch(sentence, cells.end, start)) and not acted_on(sentence, cells)
    end += sentence.startswith(")", end)  # "the product (XYZ-1) contains ..."
    return bool(_THEN_CELLS.fullmatch(sentence, end, cells.start)) and not acts_only(
        sentence[end : cells.start]
    )


def are_cells(text: str, found: Found) -> bool:
    """Whether words that name cells are no tissue alone: "amniotic membrane", "menstrual cycle"."""
    return not _TISSUE.match(text, found.start)


def acts_only(between: str) -> bool:
    """Whether the words between a product and cells keep them apart: "mobilises", "without", "for"."""
    return bool(_NOT_ITSELF.search(_CLOSED.sub("", between)))


def acted_on(text: str, cells: Found) -> bool:
    """Whether the words before cells say that something else acts on them: "a peptide that attracts ..."."""
    return bool(_ACTS_ON.search(text, max(0, cells.start - _BEFORE), cells.start))
