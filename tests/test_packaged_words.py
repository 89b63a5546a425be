"""A word that the vocabulary does not have is refused when a packaged file is loaded: file, word and list are named."""

from __future__ import annotations

import re
import tomllib
from importlib.resources import files

import pytest

from mscwatch.errors import ConfigError
from mscwatch.screening import relevance
from mscwatch.therapy import overrides, vocabulary

ENTRY = '[[override]]\nnct_id = "NCT00000001"\nrow = 1\nreason = "r"\ndate = 2026-01-31\n'
LONGEST_LINE = 140


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            '[cell_source.bone_marow]\nstarts = ["bone marrow"]',
            r"therapy/vocabulary\.toml, values of cell_source: 'bone_marow' .* bone_marrow, umbilical_cord",
        ),
        ('[cell_sourse.skin]\nstarts = ["skin"]', r"vocabulary\.toml, fields: 'cell_sourse' .* cell_source"),
        ('[route.other]\nstart = ["topical"]', r"keys of route\.other: 'start' .* starts, words, tissue"),
        ('[own.route]\nstarts = ["this"]', r"values of own: 'route' .* any, nothing"),
        (
            "[list]\nplace = ['knee']\ncarrier = ['gel']\n[route.other]\npatterns = ['\\binto (?:<plase>)']",
            r"vocabulary\.toml, lists: 'plase' .* place, carrier",
        ),
        ("[list]\nhere = ['<place>']\nplace = ['knee']", r"lists: 'place' is not in the list"),
    ],
)
def test_the_therapy_vocabulary_names_only_known_values(text, message):
    with pytest.raises(ConfigError, match=message):
        vocabulary.parse(text)


def test_lists_of_the_therapy_vocabulary_stand_where_they_are_named():
    tables = vocabulary.parse(
        """
        [list]
        place = ['knees?', 'eye']
        there = ['in the (?:<place>)']
        brand = ["alphastem", "betastem"]
        [route.other]
        starts = ["topical", "<brand>"]
        patterns = [['\\bput ', '(?:<there>|at the (?:<place>))'], '\\bby (?<=by)\\w{1,3}(?P<place>x)']
        near.drop = ['\\bdrops? <there>']
        """
    )
    assert tables == {
        "route": {
            "other": {
                "starts": ["topical", "alphastem", "betastem"],
                "patterns": [
                    r"\bput (?:in the (?:knees?|eye)|at the (?:knees?|eye))",
                    r"\bby (?<=by)\w{1,3}(?P<place>x)",
                ],
                "near": {"drop": [r"\bdrops? in the (?:knees?|eye)"]},
            }
        }
    }


def test_the_therapy_vocabulary_can_be_read_and_uses_every_list():
    text = (files("mscwatch.therapy") / "vocabulary.toml").read_text("utf-8")
    rules = "\n".join(line for line in text.splitlines() if not line.startswith("#"))
    assert [line for line in text.splitlines() if len(line) > LONGEST_LINE] == []
    assert [name for name in tomllib.loads(text)["list"] if f"<{name}>" not in rules] == []


@pytest.mark.parametrize("file", ["overrides.toml", "printed.toml"])
@pytest.mark.parametrize(
    ("correction", "message"),
    [
        ('field = "route"\nvalue = ["by mouth"]', "value of route: 'by mouth' .* peripheral_vein"),
        ('field = "cell_type"\nvalue = "marrow_stem"', "value of cell_type: 'marrow_stem' .* hepatocyte"),
        ('field = "colour"\nvalue = "red"', "field: 'colour' .* cell_source, donor, route"),
        (
            'field = "doses"\nvalue = [{low = 1, high = 2, unit = "mg"}]',
            "value of doses: 'mg' .* cells, cells/kg, particles, other",
        ),
        ('field = "doses"\nvalue = [{low = 1}]', "value of doses: .* is not a dose"),
    ],
)
def test_corrections_name_only_known_fields_and_values(file, correction, message):
    with pytest.raises(ConfigError, match=rf"therapy/{file}, entry 2, {message}"):
        overrides.parse(f'{ENTRY}field = "route"\nvalue = ["other"]\n{ENTRY}{correction}', file)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('[produkt]\nstarts = ["msc"]', r"rules/mine\.toml, tables: 'produkt' .* product, not_product"),
        (
            '[disease]\nstart = ["liver"]',
            r"rules/mine\.toml, keys of disease: 'start' .* starts, ends, words",
        ),
    ],
)
def test_rules_have_only_known_tables_and_keys(text, message):
    with pytest.raises(ConfigError, match=message):
        relevance.parse(text, "mine.toml")


def test_every_expression_of_the_therapy_vocabulary_compiles():
    rules = vocabulary.vocabulary()
    for by_key in (rules.by_head, rules.by_tail, rules.by_need):
        for found in by_key.values():
            assert all(re.compile(one) for rule in found for one in rule.expressions)
