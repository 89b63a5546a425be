"""The ways into the body."""

from __future__ import annotations

import re

from mscwatch.therapy import terms
from mscwatch.therapy.passages import Passages
from mscwatch.therapy.terms import PRODUCT, TITLES, Told
from mscwatch.therapy.words import find, may_name
from mscwatch.vocabulary import Route
from mscwatch.vocabulary.patterns import pattern_of

_PLACE_IN_TEXT = "a place in the text"
# "by vein and injected into the joints": the second half names a place, no way.
_AND = pattern_of(r"\s(?:and|or|plus|also|then|followed|together|combined|besides)\s|[,;+&]", re.IGNORECASE)
_INTO = pattern_of(
    r"(?:inject|transplant|implant|deliver|administ|instill|applied|infus)\w*\b.*?\binto\b", re.IGNORECASE
)
_INTO_TOO = pattern_of(r"(?:\band|\bor|\bplus|\bthen|\balso|[,;+&)])\s(?:\w+ly\s|also\s)?$", re.IGNORECASE)
_NEAR = 150  # letters between the two ways


def route(passages: Passages) -> Told:
    """The ways into the body. The product comes before titles: a title may name more than the trial does."""
    told = terms.first(
        "route",
        [
            (PRODUCT, terms.about_product(passages.product, passages.brands)),
            (TITLES, (*passages.titles, *passages.keywords)),
            *terms.described("route", passages),
            ("of the treatment", terms.treatment_sentences(passages)),
        ],
    )
    if not told.values:
        told = terms.first(
            "local_way",
            [
                ("a place in the product", passages.product),
                (
                    _PLACE_IN_TEXT,
                    (
                        *terms.own_sentences(passages.titles),
                        *terms.own_sentences((*passages.summary, *passages.description), passages.brands),
                    ),
                ),
            ],
        )
    if told.values == (Route.PERIPHERAL_VEIN,):
        return _with_place(told, passages)
    if Route.INTRAHEPATIC in told.values and {Route.HEPATIC_ARTERY, Route.PORTAL_VEIN} & set(told.values):
        way = told.only([Route.INTRAHEPATIC]).evidence[0]
        if way.span.lower().startswith(("in ", "into ", "directly ")):  # "... through the hepatic artery"
            return told.without(Route.INTRAHEPATIC)
    return told


def _with_place(told: Told, passages: Passages) -> Told:
    """The vein, and the place where the same sentence puts cells besides."""
    texts = (*passages.product, *passages.titles, *passages.summary, *passages.description)
    for text in terms.own_sentences(one for one in texts if may_name("route", one.text)):
        veins = [one for one in find("route", text.text) if one.value == Route.PERIPHERAL_VEIN]
        for place in find("local_way", text.text) if veins else ():
            words = text.text[place.start : place.end]
            if not _INTO.match(words) and not _also_into(text.text[: place.start], words):
                continue
            for vein in veins:
                between = text.text[min(vein.end, place.end) : max(vein.start, place.start)]
                apart = vein.end <= place.start or place.end <= vein.start
                if apart and len(between) < _NEAR and _AND.search(f" {between} "):
                    return told.also(Route.OTHER, terms.quoted(text, place, _PLACE_IN_TEXT), _PLACE_IN_TEXT)
    return told


def _also_into(before: str, words: str) -> bool:
    """Whether words go on with a second place: "by vein and into the joint", not "a catheter into the artery"."""
    return words.lower().startswith("into") and bool(_INTO_TOO.search(before[-_NEAR:]))
