"""The ways into the body."""

from __future__ import annotations

from mscwatch.therapy import terms
from mscwatch.therapy.passages import Passages
from mscwatch.therapy.terms import PRODUCT, TITLES, Told
from mscwatch.vocabulary import Route


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
                    "a place in the text",
                    terms.own_sentences((*passages.titles, *passages.summary, *passages.description)),
                ),
            ],
        )
    if Route.INTRAHEPATIC in told.values and {Route.HEPATIC_ARTERY, Route.PORTAL_VEIN} & set(told.values):
        way = told.only([Route.INTRAHEPATIC]).evidence[0]
        if way.span.lower().startswith(("in ", "into ", "directly ")):  # "... through the hepatic artery"
            return told.without(Route.INTRAHEPATIC)
    return told
