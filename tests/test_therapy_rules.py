"""Words of the vocabulary, looked up as an expression would find them."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mscwatch.therapy.rules import Ending, Rule, Term, first_end
from mscwatch.therapy.words import find

GAP = r"[\s\-\u2010-\u2015_]*"
TERMS = (
    ("bone", "marrow"),
    ("stem", "cell"),
    ("msc",),
    ("cord",),
    ("umbilical", "cord", "blood"),
    ("intra", "thecal"),
)
BETWEEN = ("", "", " ", "-", "\u2013", "_", "\n", ",", "s", "S", "x", "2")


@st.composite
def texts_of(draw, terms):
    """Texts of the words of some terms, each after something that may or may not hold them together."""
    words = st.sampled_from([word for term in terms for word in term])
    pieces = draw(st.lists(st.tuples(st.sampled_from(BETWEEN), words, st.booleans()), min_size=1, max_size=6))
    return "".join(
        between + (word.upper() if is_upper else word) for between, word, is_upper in pieces
    ) + draw(st.sampled_from(BETWEEN))


TEXTS = st.sampled_from(TERMS).flatmap(lambda term: st.tuples(st.just(term), texts_of([term])))


@example((("msc",), "MSCs"), True)
@given(TEXTS, st.booleans())
def test_a_term_ends_where_the_expression_of_it_ends(drawn, is_whole):
    words, text = drawn
    first, *others = words
    end = r"s?\b" if is_whole else r"\w*"
    expression = re.compile(rf"\b{GAP.join(words)}{end}", re.IGNORECASE)
    for word in re.finditer(r"\w+", text):
        found = expression.match(text, word.start())
        assert Term(first, tuple(others), is_whole).end(text.lower(), word.start()) == (
            found.end() if found else 0
        )


@given(texts_of([("msc",), ("bone",)]))
def test_an_ending_ends_where_the_expression_of_it_ends(text):
    expression = re.compile(r"\w*mscs?[0-9]*\b", re.IGNORECASE)
    for word in re.finditer(r"\w+", text):
        found = expression.match(text, word.start())
        assert Ending("msc").end(text.lower(), word.start()) == (found.end() if found else 0)


@example("umbilicalcord blood")
@given(texts_of(TERMS))
def test_what_is_asked_of_a_word_alone_leaves_out_nothing_that_the_text_has(text):
    terms = [Term(first, tuple(others), is_whole=False) for first, *others in TERMS]
    rule = Rule(
        "field",
        "value",
        tuple(one for one in terms if not one.others),
        tuple(one for one in terms if one.others),
        (),
    )
    lower = text.lower()
    for word in re.finditer(r"\w+", lower):
        start, able = word.start(), rule.terms_of(word[0])
        assert first_end(able, lower, start) == first_end(rule.several, lower, start)
        following = re.compile(GAP).match(lower, word.end()).end()
        for term in able:
            if term.first == word[0] and term.end(lower, start):
                assert lower.startswith(term.others[0], following)


@pytest.mark.parametrize("written", ["intrathecal", "intra-thecal", "intra thecal"])
def test_words_that_are_written_apart_are_one_term(written):
    assert [one.value for one in find("route", written)] == ["other"]
