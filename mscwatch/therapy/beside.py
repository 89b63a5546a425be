"""Tissues and donors that a text names, but not as those of the cells.

They are of what the cells lie on or are mixed with, of a transplantation before, or of a comparison.
"""

from __future__ import annotations

import re

from mscwatch.therapy.words import Found, names
from mscwatch.vocabulary.patterns import pattern_of

_BEFORE, _AFTER = 60, 90  # letters that are looked at
_FEW = 5  # letters: "from "
_OF_CELLS = r"\w*MSCs?|\w*ASCs?|mesench\w*|stem|strom\w*|progenitor\w*|cells?"
_ITS_TISSUE = r"(?:bone[\s-]*)?marrow|fat|adipose\w*|lipo\w*|cord|umbilical|placent\w*"
_JOINING = r"and|or|with|plus|in|on|onto|to|for|from|of|into|after|by|as|is|are|was|were|using|versus|vs"
# "autologous fibrin", "allogenic cancellous bone", not "autologous bone marrow" or "autologous skin-derived MSC".
_THING = pattern_of(
    rf"[\s\-]*(?:(?!(?:{_OF_CELLS}|{_ITS_TISSUE}|{_JOINING}|\w*engineered)\b)[\w'’]+[\s\-]+){{0,4}}?"
    r"(?:bone|scaffold|matri(?:x|ces)|graft|fibrin|ser(?:um|a)|plasma|platelet|lysate|collagen|blood|PRP|PRF|skin|"
    r"derm|clot|vitreous|flap|membrane|periost|fibroblast|antibod|immune|respons|tendon|ligament|"
    r"cartilage|menisc|islet|kidney|renal|liver|hepatic|lung|heart|organ|trachea|tooth|teeth|conjunctiv|"
    r"cornea|iliac|nerve|vein|chips?|keratinocyte|epiderm|lymphocyt|[TB][\s\-]cells?)\w*\b"
    rf"(?![\s\-]*(?:(?:tissue|lysate)[\s\-]*)?(?:{_OF_CELLS}|deriv|mar+ow|morrow|narrow|biops|aspirat|"
    r"concentrat|origin|expand|cultur|grown|supplement))",
    re.IGNORECASE,
)
# "allogeneic bone marrow transplantation", "unrelated donor HSCT"; of stem cells only where they are those of blood.
_TRANSPLANT = pattern_of(
    r"[\s\-]*(?:(?=[\w\s/\-]{0,60}?(?:ha?emato|ha?emopo|blood))"
    r"(?:(?:blood|ha?emato\w*|ha?emopoi\w*|peripheral|cord|umbilical|bone|marrow|stem|progenitor|cells?|"
    r"and|or|donor)[\s/\-]+){1,6}"
    r"|(?:(?:bone|marrow|donor|donors|kidney|renal|islet|liver|lung|organ|solid|related|unrelated|matched|mismatched|"
    r"living|deceased|sibling|identical|HLA)[\s/\-]+){0,5})"
    r"(?:transplant\w*|HS?CT|SCT|BMT|grafts?|(?:stem[\s\-])?cell\s+rescue|rescue|support|recipients?)\b(?!\s+of\b)",
    re.IGNORECASE,
)
_RECIPIENTS = pattern_of(r"\brecipients?\s+of\s+(?:an?\s+)?$", re.IGNORECASE)
# "PBSC from related or", "transplantation of marrow from": what comes next is a person who gave a graft.
_GRAFT_FROM = pattern_of(
    r"\b(?:(?:re)?transplant(?:s|ations?)?|lymphocytes?(?:\s+infusions?)?|DLI|"
    r"(?:patients|recipients|children|subjects|were)\s+transplanted|HSCT|SCT|BMT|PBSCs?|HSCs?|"
    r"blood\s+stem\s+cells?|cord\s+blood|islets?|grafts?|tracheas?|organs?|kidneys?|lungs?|hearts?|"
    r"scaffolds?)"
    rf"(?:\W+(?!(?:{_OF_CELLS}|by|with|and)\b)\w+){{0,4}}?\W+(?:from|of)\b(?:\W+(?!(?:{_OF_CELLS})\b)\w+){{0,3}}\W*$",
    re.IGNORECASE,
)
_OF_MSC = pattern_of(
    r"(?:MSCs?|mesenchym\w*(?:[\s\-]+(?:stem|stromal|progenitor|cells?)){0,3})\W*$", re.IGNORECASE
)
_PERSON = pattern_of(r"(?:from|of)\b|[^\n]{0,60}\bdonors?$", re.IGNORECASE)
_THEN_CELLS = pattern_of(rf"[\s\-]*(?:\w+[\s\-]+){{0,2}}?(?:{_OF_CELLS})\b", re.IGNORECASE)
_INSTEAD = pattern_of(
    r"(?:^compared\s+(?:with|to)|\bunlike|\binstead\s+of|rather\s+than|"
    r"(?:contrast|comparison|opposed|alternative|superior)\s+(?:to|with)|\w+er\s+than)\s+"
    r"(?:(?:the|an?|those|that|with|from|of|for|use|using|treatment|conventional|standard|other|human|"
    r"adult|fresh|own|traditional)\s+){0,4}$",
    re.IGNORECASE,
)
_AGAINST = pattern_of(
    r"\b(?:compar\w*\s+(?:\w+\s+){0,3}?(?:with|to|against)|versus|vs\.?|standard|conventional|"
    r"controls?(?:\s+(?:group|arm|patients))?(?::|\s+(?:(?:will|are|is|get|gets|receive|receives|given|"
    r"treated|with)\b\s*){1,3}))\s*"
    r"(?:(?!plus|and\b|with|combin)[\w'’]+[\s\-]+){0,3}$",
    re.IGNORECASE,
)
_GRAFT = pattern_of(  # blood stem cells by themselves
    r"(?:(?:mobili[sz]ed|G-CSF)\W+){0,2}(?:peripheral\s+(?:blood\s+)?stem(?:\s+cells?)?|PBSCs?)"
    r"(?!\W*deriv)|mobili[sz]ed|leukapheresis",
    re.IGNORECASE,
)
_GRAFT_OR = pattern_of(  # they, or a transplantation, before a tissue
    r"(?:(?:PBSCs?|HSCs?|blood\s+stem\s+cells?)\W+(?:and|or)|\btransplant\w*\s+(?:of|with))\W+(?:\w+\W+)?$",
    re.IGNORECASE,
)
_OR_GRAFT = pattern_of(  # they after a tissue
    r"\W*(?:and|or)\W+(?:\w+\W+)?(?:PBSC|HSC|(?:peripheral\s+)?blood\s+stem)", re.IGNORECASE
)
_ADDED = pattern_of(r"\b(?:with|plus|and|on|before|after)\s+(?:\w+\s+)?$|\+\s*$", re.IGNORECASE)


def _around(text: str, found: Found) -> tuple[str, str]:
    return text[max(0, found.start - _BEFORE) : found.start], text[found.end : found.end + _AFTER]


def is_of_another_tissue(text: str, donor: Found) -> bool:
    """Whether a donor is said of a scaffold, a graft, a transplantation or a comparison: "MSC in allogeneic bone"."""
    before, after = _around(text, donor)
    words = text[donor.start : donor.end]
    person = _PERSON.match(words)
    if person and not _THEN_CELLS.match(after) and _gave_a_graft(before + words[:_FEW]):
        return True
    return bool(
        (not person and _THING.match(after))
        or _TRANSPLANT.match(after)
        or _RECIPIENTS.search(before)
        or _is_compared(before, words + after)
    )


def _gave_a_graft(before: str) -> bool:
    """Whether the words before a person end in a graft that came from him, and are not "MSC transplantation from"."""
    graft = _GRAFT_FROM.search(before)
    return graft is not None and not _OF_MSC.search(before[: graft.start()])


def is_added(text: str, donor: Found) -> bool:
    """Whether what a donor is said of goes with the cells or against them: "with autologous chondrocytes"."""
    before, _ = _around(text, donor)
    return bool(_ADDED.search(before) or _AGAINST.search(before))


def is_of_a_comparison(text: str, tissue: Found) -> bool:
    """Whether a tissue is what the product is compared with: "unlike marrow MSC they are easy to get"."""
    before, after = _around(text, tissue)
    return _is_compared(before, text[tissue.start : tissue.end] + after)


def is_of_a_graft(text: str, tissue: Found, *, bound: bool) -> bool:
    """Whether a tissue is that of blood stem cells, or is named with them and is not `bound`: "PBSC or marrow"."""
    if _GRAFT.match(text, tissue.start):
        return True
    before = text[max(0, tissue.start - _BEFORE) : tissue.start]
    return not bound and bool(_GRAFT_OR.search(before) or _OR_GRAFT.match(text, tissue.end))


def _is_compared(before: str, told: str) -> bool:
    """Whether words set what is told against the product; where cells are told, "standard" or "versus" does not."""
    if _INSTEAD.search(before):
        return True
    return bool(_AGAINST.search(before)) and not names("cell_type", told)
