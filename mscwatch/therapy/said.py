"""What patients are said to get, where no name of the product and no arm says it.

A description says it in a sentence about this trial: "patients receive …", "… cells will be injected". An observational
study says that its patients got the cells before: "subjects who received XYZ-1 in the phase 1 trial".
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from mscwatch.therapy import terms
from mscwatch.therapy.called import acted_on, acts_only, are_cells, codes
from mscwatch.therapy.passages import Passage, Passages
from mscwatch.therapy.terms import NOTHING, Told
from mscwatch.therapy.words import Found, find, names
from mscwatch.vocabulary import CellType
from mscwatch.vocabulary.patterns import pattern_of

SAID = "said to be given"
_GIVING = (
    r"(?:(?:co-?|auto)?(?:receiv|infus|inject|implant|transplant|graft|administ)|appl(?:y|ied|ication)|instill|deliver(?:y|ed|ing)|"
    r"seed|load|deposit|inoculat|enrich|populat(?!\w*\s+by)|impregnat|coat|mix|combin)\w*"
)
_GIVES = pattern_of(  # the cells follow it
    rf"\b(?:{_GIVING}(?:\s+(?:of|with|by|from|using|in combination with))?|(?<!failed )(?<!prior )(?<!previous )"
    r"(?:treat\w*|therap\w+)\s+(?:with|by|using)|"
    r"given|carry\w*|plac(?:e[ds]?|ing)|us(?:e|ing|es|age)(?:\s+of)?|contain\w*|compos\w*\s+of|consist\w*\s+of|compris\w*|"
    r"made\s+(?:of|from|with|up of)|mixture\s+of|"
    r"(?:safety|efficacy|effectiveness|feasibility|tolerability|dos(?:e|es|age|ing)|therapeutic\s+\w+)\s+of)\s",
    re.IGNORECASE,
)
_JUDGES = pattern_of(  # the cells follow it, and what they are for
    r"\b(?:whether|if|(?:evaluat|assess|test|stud[yi]|investigat|examin|explor|compar)\w*|(?:effects?|benefits?)\s+of)\s",
    re.IGNORECASE,
)
_TREATS = pattern_of(
    r"(?:(?!\b(?:of|from|in)\b[^.;:]{0,30}\b(?:patient|participant|subject|donor))[^.;:]){0,80}?\b(?:therap(?:y|ies|eutic)|"
    r"treat(?!ed)|transplant|infus|inject|administ|implant|graft|safe|effective|efficacious|beneficial|feasible|help|"
    r"improve|as\s+an?\s)",
    re.IGNORECASE,
)
_NEAR = 130  # letters before the cells
_BETWEEN = pattern_of(r"[^.;:]{0,90}")  # such words and the cells
_IS_GIVEN = pattern_of(
    rf"(?!(?:\s+(?:stem|stromal|progenitor|cells?))*\s+(?:differentiat|proliferat|migrat|recruit|homing|mobili)\w*)(?:[^.;:]{{0,160}}?\b(?:be|are|were|is|was|being|and|then)\s+(?:\w+\s+){{0,3}}?(?:{_GIVING}ed|placed)\b|"
    r"[^.;:]{0,60}?\bas\s+(?:\w+\s+){0,3}?(?:treatment|therap|alternative|prophylax))",
    re.IGNORECASE,
)
_UNSURE = pattern_of(
    r"\b(?:may|might|could|can|cannot|mice|mouse|rats?|rabbits?|animals?|murine|hypothes\w*|endogenous|"
    r"resident|circulating|unlike|instead of|without|future|previously|"
    r"biomarkers?|flow cytometry|exclu\w+|must not|not (?:have )?received|another (?:study|trial))\b|"
    r"(?<!expanded )(?<!cultured )(?<!grown )(?<!culture )\bin vitro\b(?! expan| cultur)",
    re.IGNORECASE,
)
_GROUP = pattern_of(
    r"\b(?:treat(?:ment|ed)|study|experimental|test|intervention|active)\s+(?:group|arm)\b", re.IGNORECASE
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
    named = terms.naming("cell_type", terms.sentences(described), CellType.MSC)
    own = terms.own_sentences(named, passages.brands)
    ours = (
        one
        for one in own
        if not _UNSURE.search(one.text)
        and (engineered or _is_ours(one.text) or (passages.observational and _GOT.search(one.text)))
    )
    said = ((one, cells) for one in ours for cells in _cells_of(one, engineered=engineered))
    return terms.told("cell_type", said, SAID)


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


def _is_ours(text: str) -> bool:
    """Whether a sentence is about this trial or a group of it."""
    return names("own", text) or bool(_GROUP.search(text))


def _cells_of(sentence: Passage, *, engineered: bool) -> Iterator[Found]:
    """The mesenchymal cells that a sentence gives; of an engineered product, all that it names."""
    text = sentence.text
    for cells in find("cell_type", text):
        if cells.value == CellType.MSC and are_cells(text, cells) and (engineered or _is_given(text, cells)):
            yield cells


def _is_given(text: str, cells: Found) -> bool:
    near = max(0, cells.start - _NEAR), cells.start
    judged = _JUDGES.finditer(text, *near) if _TREATS.match(text, cells.end) else ()
    before = (text[verb.end() : cells.start] for verb in (*_GIVES.finditer(text, *near), *judged))
    return bool(_IS_GIVEN.match(text, cells.end) and not acted_on(text, cells)) or any(
        _BETWEEN.fullmatch(words) and not acts_only(words) for words in before
    )


def _is_known(name: str) -> bool:
    """Whether an intervention's name says that something else is given, or taken."""
    if any(one.value != CellType.OTHER for one in find("cell_type", name)):
        return True
    return any(names(field, name) for field in ("other_drug", "control", "sampling"))
