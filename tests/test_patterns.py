"""Regular expressions of rules, compiled when a text is first held against them."""

import re
import tomllib
from importlib import import_module
from importlib.resources import files
from pathlib import Path

import pytest

import mscwatch
from mscwatch.papers import kind_rules
from mscwatch.vocabulary.patterns import pattern_of


def test_an_expression_finds_what_it_finds_when_it_is_compiled_at_once():
    late, at_once = pattern_of(r"(\d+) cells", re.IGNORECASE), re.compile(r"(\d+) cells", re.IGNORECASE)
    text = "5 Cells and 7 cells"
    assert late.findall(text) == at_once.findall(text)
    assert late.sub("x", text) == at_once.sub("x", text)
    assert [match.span() for match in late.finditer(text)] == [
        match.span() for match in at_once.finditer(text)
    ]
    assert (late.pattern, late.flags) == (at_once.pattern, at_once.flags)


def test_it_is_compiled_once_and_not_before_it_is_used(monkeypatch):
    compiled, at_once = [], re.compile
    monkeypatch.setattr(re, "compile", lambda *written: compiled.append(written) or at_once(*written))
    late = pattern_of("cells")
    assert late.pattern == "cells"
    assert compiled == []
    assert late.search("two cells")
    assert late.search("three cells")
    assert compiled == [("cells", 0)]


def test_an_expression_that_is_wrong_says_so_when_it_is_used():
    late = pattern_of("(")
    with pytest.raises(re.error, match="unterminated"):
        late.search("a text")


def patterns_in(value):
    """Every pattern of a module's global value, however it is gathered."""
    if type(value) is type(pattern_of("")):
        yield value
    elif isinstance(value, dict):
        yield from patterns_in([*value, *value.values()])
    elif isinstance(value, (list, tuple, set, frozenset)):
        for one in value:
            yield from patterns_in(one)


@pytest.mark.parametrize("room", ["papers", "review", "screening", "therapy"])
def test_every_expression_of_every_module_compiles(room):
    folder = Path(mscwatch.__file__).parent / room
    modules = [import_module(f"mscwatch.{room}.{path.stem}") for path in folder.glob("[!_]*.py")]
    values = {f"{one.__name__} {key}": value for one in modules for key, value in vars(one).items()}
    found = [one for place, value in values.items() if " __" not in place for one in patterns_in(value)]
    assert found
    for one in found:
        assert one.flags >= 0


def patterns_of_titles():
    tables = tomllib.loads((files("mscwatch.papers") / "kinds.toml").read_text("utf-8"))
    return [text for rule in tables["rule"] for text in rule["patterns"] + rule.get("unless", [])]


def outside_brackets(expression):
    """What of an expression stands in no group and no class."""
    text = re.sub(r"\\.|\[[^\]]*\]", "", expression)
    while text != (text := re.sub(r"\([^()]*\)", "", text)):
        pass
    return text


def test_patterns_of_titles_have_their_alternatives_in_brackets():
    assert outside_brackets(r"a|b") == "a|b"
    assert outside_brackets(r"a(?:b|(?:c|[)]))|b\|") == "a|b"
    assert [text for text in patterns_of_titles() if "|" in outside_brackets(text)] == []


def test_first_letters_that_spare_a_pattern_a_look_ahead_are_those_of_all_that_it_finds():
    spared = [text for text in patterns_of_titles() if re.match(r"\\b\(\?=\[", text)]
    assert spared
    for text in spared:
        plain = re.sub(r"\(\?=\[\w+\]\)", "", text, count=1)
        for word in re.findall(r"[a-z]{4,}", plain):
            for end in ("", "s", "ed", "ion", " of", " between", "ion with"):
                title = f"{word}{end} the therapy"
                assert bool(re.search(text, title)) == bool(re.search(plain, title)), title


@pytest.mark.parametrize(
    "patterns",
    [
        [r"\bnew cells\b", r"\bnew\b", r"cells"],
        [r"\bnew\b", r"\bnew cells\b", r"^old", r"\bold cells\b"],
        [r"^old", r"\bold cells\b", r": new"],
        [r"\b(?:old|new) \w+s\b"],
        [],
    ],
)
def test_patterns_that_share_a_look_for_a_word_find_what_each_would(patterns):
    plain = re.compile("|".join(f"(?:{text})" for text in patterns) or r"(?!)")
    for title in (
        "new cells and old cells",
        "old cells: new ones",
        "renew the cells",
        "newer, bold cells",
        "",
    ):
        found, expected = kind_rules._any(patterns).search(title), plain.search(title)
        assert (found and found.span()) == (expected and expected.span())
