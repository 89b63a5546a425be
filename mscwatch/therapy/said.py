"""What patients are said to get, where no name of the product and no arm says it.

A description says it in a sentence about this trial: "patients receive …", "… cells will be injected". An observational
study says that its patients got the cells before: "subjects who received XYZ-1 in the phase 1 trial".
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from mscwatch.therapy import terms
from mscwatch.therapy.called import acts_only, codes
from mscwatch.therapy.passages import Passage, Passages
from mscwatch.therapy.terms import NOTHING, Told
from mscwatch.therapy.words import Found, find, names
from mscwatch.vocabulary import CellType
from mscwatch.vocabulary.patterns import pattern_of

SAID = "said to be given"
_GIVING = (
    r"(?:receiv|infus|inject|implant|transplant|autotransplant|graft|administ|appl(?:y|ied|ication)|instill|deliver|"
    r"seed|load|deposit|inoculat|enrich|populat|impregnat|coat|mix|combin)\w*"
)
_GIVES = pattern_of(
    rf"\b(?:{_GIVING}(?:\s+(?:of|with|by|from|using|in combination with))?|treat\w*\s+(?:with|by|using)|therapy\s+with|"
    r"given|us(?:e|ing|es|age)(?:\s+of)?|contain\w*|compos\w*\s+of|consist\w*\s+of|compris\w*|"
    r"made\s+(?:of|from|with|up of)|whether|"
    r"(?:safety|efficacy|effect\w*|feasibility|tolerability|benefits?|dos(?:e|es|age|ing))\s+of)\s+(?P<gap>[^.;:]{0,90})$",
    re.IGNORECASE,
)
_IS_GIVEN = pattern_of(
    rf"[^.;:]{{0,80}}?\b(?:will be|are|were|is|was|to be|being|be)\s+(?:\w+\s+){{0,3}}?{_GIVING}ed\b",
    re.IGNORECASE,
)
_UNSURE = pattern_of(
    r"\b(?:may|might|could|can|cannot|would|mice|mouse|rats?|rabbits?|animals?|murine|in vitro|hypothes\w*|"
    r"endogenous|host|resident|circulating|unlike|instead of|without|future|previously|biomarkers?|analy[sz]\w*|"
    r"flow cytometry)\b",
    re.IGNORECASE,
)
_ENGINEERED = pattern_of(  # a product that cannot be without cells
    r"\b(?:tissue|bio|cell)[\s-]?engineer|\bbio-?print|\badvanced therap|\bATMP\b|"
    r"\bengineered\s+(?:\w+\s+){0,2}(?:tissue|bone|cartilage|skin|graft|construct|matrix)|"
    r"\bcell(?:ular)?[\s-](?:based|seeded|laden|loaded|therap|product)|\bregenerative\s+(?:therap|medicine|product)|"
    r"\b(?:living|viable)\s+(?:\w+\s+){0,2}(?:graft|allograft|tissue|implant|matrix)",
    re.IGNORECASE,
)
_FOLLOWED = pattern_of(
    r"\blong[\s-]?term|\bfollow(?:ing|ed)?[\s-]?up|\bextension|\bextended|\broll-?over|\bsurveillance|"
    r"\bregist(?:ry|er)\b|\bpost[\s-]?(?:market|authori[sz]ation|treatment|trial|approval)|\bprevious|\bprior\b|"
    r"\blate\s+(?:effect|outcome)",
    re.IGNORECASE,
)
_GOT = pattern_of(
    r"\b(?:(?:been|were|was|previously|already|have|had)\s+(?:\w+\s+)?(?:treated|administered|given|injected|infused|"
    r"implanted|transplanted|dosed)|received|treated\s+with|participat(?:ed|ing)|took\s+part|"
    r"enrolled|completed|underwent|history\s+of)\b(?P<what>[^.;]{0,160})",
    re.IGNORECASE,
)
_THE_PRODUCT = pattern_of(
    r"\b(?:investigational|study|trial|test)\s+(?:medicinal\s+)?(?:product|drug|treatment)s?\b", re.IGNORECASE
)


def given(passages: Passages) -> Told:
    """The mesenchymal cells that summary or description say the patients get, where names leave it open."""
    if any(_is_known(name.text) for name in passages.names):
        return NOTHING
    engineered = any(_ENGINEERED.search(text.text) for text in (*passages.titles, *passages.names))
    described = terms.naming("cell_type", (*passages.summary, *passages.description), CellType.MSC)
    own = terms.own_sentences(described, passages.brands)
    named = ((one, cells) for one in own for cells in _given_in(one, engineered=engineered))
    return terms.told("cell_type", named, SAID)


def followed(passages: Passages) -> bool:
    """Whether patients of an observational study got the product before it, and it looks what became of them."""
    if not any(_FOLLOWED.search(text.text) for text in (*passages.titles, *passages.summary)):
        return False
    called = passages.brands | {code for title in passages.titles for code in codes(title.text)}
    texts = (*passages.titles, *passages.product, *passages.summary, *passages.description)
    return any(
        _is_product(got["what"], called)
        for text in terms.sentences(texts)
        for got in _GOT.finditer(text.text)
    )


def _is_product(what: str, called: frozenset[str]) -> bool:
    return bool(
        _THE_PRODUCT.search(what)
        or any(name in what for name in called)
        or any(one.value == CellType.MSC for one in find("cell_type", what))
    )


def _is_known(name: str) -> bool:
    """Whether an intervention's name says that something else is given, or taken."""
    return any(names(field, name) for field in ("other_drug", "control", "sampling", "cell_type"))


def _given_in(sentence: Passage, *, engineered: bool) -> Iterator[Found]:
    """The mesenchymal cells that a sentence about this trial gives; of an engineered product, all that it names."""
    text = sentence.text
    if _UNSURE.search(text) or not (engineered or names("own", text)):
        return
    for cells in find("cell_type", text):
        before = _GIVES.search(text, 0, cells.start)
        is_given = (before and not acts_only(before["gap"])) or _IS_GIVEN.match(text, cells.end)
        if cells.value == CellType.MSC and (engineered or is_given):
            yield cells
