"""What the patients of an abstract have: the disease as written, and for livers its group and its causes. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from mscwatch.review.abstracts import Part, Quote, Sentence
from mscwatch.review.study_text import Drafted, StudyText
from mscwatch.therapy import disease
from mscwatch.therapy.passages import Passage, Passages
from mscwatch.therapy.words import names
from mscwatch.vocabulary import IndicationGroup
from mscwatch.vocabulary.patterns import pattern_of

_DISEASE = pattern_of(
    r"\b(?:patients?|subjects?|participants?|children|adults|recipients?|people|cases?|individuals|knees"
    r"|eyes)\b(?:\s*\([^()]{1,60}\))?\s+(?:with|suffering from|who had|having|affected by"
    r"|diagnosed with)\s+(?P<disease>[^.;:]{3,160})",
    re.IGNORECASE,
)
_TREATMENT_OF = pattern_of(
    r"\b(?:treatment|management|therapy|symptoms)\s+(?:of|for"
    r"|in)\s+(?:patients with\s+)?(?P<disease>[^.;:]{3,140})",
    re.IGNORECASE,
)
_OF_TITLE = pattern_of(
    r"\b(?:(?:patients?|subjects|children|adults|recipients) with|for(?: the)?(?: treatment of)?"
    r"|treatment of|symptoms of|in)\s+(?P<disease>[^.;:]{3,140})",
    re.IGNORECASE,
)
_DISEASE_ENDS = pattern_of(
    r"\s*(?:[(,]|\b(?:were|was|who|whom|which|that|are|is|underwent|received|treated|enrolled|included|recruited"
    r"|randomly|randomi[sz]ed|to|using|by|caused|due|secondary|resulting|induced by|at|from|between|during|after"
    r"|before|under|participated|had|have|and (?:were|injected|received|divided|randomi[sz]ed|treated|followed)"
    r"|a (?:phase|pilot|random|prospective|clinical|multi)\w*|in (?:this|the|our|a|whom|two|three)|through|via"
    r"|with(?=\s+(?:autologous|allogeneic|MSC|mesenchymal|stem)))\b|\s-\s|$)",
    re.IGNORECASE,
)
_NO_DISEASE = pattern_of(
    r"\b(?:repair|regenerat\w+|combination|mixture|scaffolds?|implantation|surgery"
    r"|improv\w+)\b",
    re.IGNORECASE,
)
_NOT_A_NAME = pattern_of(r"^(?:the|an?|their|either|symptomatic patients with)\s+", re.IGNORECASE)


def patients(told: Sequence[Sentence]) -> dict[str, Drafted]:
    """What the patients have: `disease` as written, and for livers the group and the causes."""
    text = StudyText.of(told)
    named = _disease(told)
    conditions = (
        (Passage(str(named.sentence.place), named.sentence.text[named.start : named.end]),) if named else ()
    )
    known = Passages(
        titles=text.passages.titles,
        product=text.passages.product,
        conditions=conditions,
        summary=text.passages.product,
    )
    group = disease.indication(known)
    found: dict[str, Drafted | None] = {"disease": Drafted(named.words, named) if named else None}
    if group and group.values[0] != IndicationGroup.NONE:
        quotes = [quote for seen in group.evidence if (quote := text.quote(seen, seen.span))]
        found["indication_group"] = Drafted(group.values[0], quotes[0]) if quotes else None
        found["aetiology"] = text.listed(disease.aetiology(known))
    return {name: drafted for name, drafted in found.items() if drafted}


def _disease(told: Sequence[Sentence]) -> Quote | None:
    """The disease as the methods name it behind "patients with", else as the title does."""
    methods = [one for one in told[1:] if one.part is Part.METHODS]
    places = ((methods, _DISEASE), (told[:1], _OF_TITLE), (methods, _TREATMENT_OF), (told[1:], _DISEASE))
    for sentence, pattern in ((sentence, pattern) for sentences, pattern in places for sentence in sentences):
        for match in pattern.finditer(sentence.text):
            end = _DISEASE_ENDS.search(match["disease"])
            words = match["disease"][: end.start() if end else None]
            article = _NOT_A_NAME.match(words)
            start = match.start("disease") + (article.end() if article else 0)
            stop = match.start("disease") + len(words)
            if not _NO_DISEASE.search(sentence.text, start, stop) and any(
                names(field, sentence.text[start:stop]) for field in ("indication", "aetiology", "area")
            ):
                return Quote(sentence, start, stop)
    return None
