"""A watch file: read, extended, and refused with a sentence that names the key."""

from __future__ import annotations

import re
import tomllib
from importlib.resources import files
from pathlib import Path
from urllib.parse import urlencode

import pytest

from mscwatch.errors import ConfigError
from mscwatch.screening import relevance
from mscwatch.screening.relevance import ANY_DISEASE
from mscwatch.vocabulary import EventKind, IndicationGroup, Relevance, Severity
from mscwatch.watch import Alerts, Query, Watch
from mscwatch.watches import load_watch, packaged

RULES = [
    path.name.removesuffix(".toml").replace("_", "-")
    for path in (files("mscwatch.screening") / "rules").iterdir()
] + list(ANY_DISEASE)
MINIMAL = 'name = "mine"\ntitle = "Mine"\n[query]\nterm = "liver"\n'


def test_every_packaged_watch_is_valid_and_its_rules_exist():
    for name in packaged():
        found = load_watch(name)
        assert found.name == name
        if found.relevance.rules != "none":
            assert relevance.patterns(found.relevance.rules)


def test_what_the_packaged_watch_sends_is_short_phrases_in_a_short_address():
    sent = load_watch("msc-liver").query.parameters()
    assert set(sent) == {"query.cond", "query.intr"}
    assert sum(len(text) for text in sent.values()) < 3_000
    for text in sent.values():
        phrases = text.split(" OR ")
        assert all(phrase.startswith('"') and phrase.endswith('"') for phrase in phrases)
        assert all(len(phrase.split()) <= 4 for phrase in phrases)


def test_a_watch_extends_a_packaged_one_and_overrides_only_what_it_says(tmp_path):
    (tmp_path / "w.toml").write_text('extends = "msc-liver"\nname = "mine"\n[expect]\nmin = 5\n')
    base, mine = load_watch("msc-liver"), load_watch(str(tmp_path / "w.toml"))
    assert (mine.name, mine.title, mine.query) == ("mine", base.title, base.query)
    assert mine.expect == base.expect.model_copy(update={"min": 5})
    assert mine.digest != base.digest


@pytest.mark.parametrize(
    ("text", "named"),
    [
        (MINIMAL + "[expect]\nminimum = 3\n", "expect.minimum: is not a key"),
        (MINIMAL + "[expect]\nmin = -1\n", "expect.min"),
        (MINIMAL + '[alerts]\nkinds = ["birthday"]\n', "alerts.kinds"),
        ('name = "mine"\ntitle = "Mine"\n[query]\nterm = ""\n', "the query is empty"),
        ('name = "mine"\n', "title"),
        ("name = \n", "not valid TOML"),
        ('extends = "no-such-watch"\n', "neither a file nor a packaged watch"),
    ],
)
def test_a_wrong_watch_file_is_an_error_that_names_the_key(tmp_path, text, named):
    path = tmp_path / "w.toml"
    path.write_text(text)
    with pytest.raises(ConfigError) as error:
        load_watch(str(path))
    assert named in str(error.value)
    assert error.value.exit_code == 2


@pytest.mark.parametrize(
    ("text", "key", "allowed"),
    [
        ('[alerts]\nrelevance = ["cor"]\n', "alerts.relevance.0", Relevance),
        ('[alerts]\nkinds = ["birthday"]\n', "alerts.kinds.0", EventKind),
        (
            '[[subscriptions]]\nchannel = "slack"\nkinds = ["birthday"]\n',
            "subscriptions.0.kinds.0",
            EventKind,
        ),
        (
            '[[subscriptions]]\nchannel = "slack"\nseverities = ["huge"]\n',
            "subscriptions.0.severities.0",
            Severity,
        ),
        (
            '[[subscriptions]]\nchannel = "slack"\nindications = ["hair"]\n',
            "subscriptions.0.indications.0",
            IndicationGroup,
        ),
        ('[relevance]\nrules = "mscs"\n', "relevance.rules", ["none", *RULES]),
    ],
)
def test_a_value_outside_a_closed_list_is_refused_with_the_list(tmp_path, text, key, allowed):
    path = tmp_path / "w.toml"
    path.write_text(MINIMAL + text)
    with pytest.raises(ConfigError) as error:
        load_watch(str(path))
    assert f"{key}: must be one of " in str(error.value)
    listed, _, wrong = str(error.value).partition(", not ")
    assert set(re.findall("'(.*?)'", listed)) == set(allowed)
    assert wrong.split("'")[1] in text


def test_watches_that_extend_each_other_are_an_error(tmp_path):
    (tmp_path / "a.toml").write_text('extends = "b.toml"\n')
    (tmp_path / "b.toml").write_text('extends = "a.toml"\n')
    with pytest.raises(ConfigError, match="extends itself"):
        load_watch("a.toml")


def test_a_new_title_is_no_edit_and_a_new_query_is_one(tmp_path):
    tables = tomllib.loads(MINIMAL)
    same = Watch.model_validate(tables | {"title": "Other words"})
    other = Watch.model_validate(tables | {"query": {"term": "hepatic"}})
    mine = Watch.model_validate(tables)
    assert mine.digest == same.digest != other.digest


class LaterAlerts(Alerts):
    """The table as a later version may have it: one more key, and one more kind by default."""

    areas: tuple[str, ...] = ()
    kinds: tuple[EventKind, ...] = (*Alerts().kinds, EventKind.DATE_CHANGED)


class LaterWatch(Watch):
    alerts: LaterAlerts = LaterAlerts()
    later: bool = False


def test_keys_that_a_later_version_adds_edit_no_watch_until_they_are_set():
    written = tomllib.loads(MINIMAL)
    today, later = Watch.model_validate(written), LaterWatch.model_validate(written)
    assert today.digest == later.digest
    for edit in ({"later": True}, {"alerts": {"areas": ["liver"]}}, {"alerts": {"kinds": ["completed"]}}):
        edited = LaterWatch.model_validate(written | edit)
        assert edited.digest != today.digest
        assert not edited.has_digest(today.digest)


def test_a_default_that_is_written_out_is_no_edit():
    base = Watch.model_validate(tomllib.loads(MINIMAL))
    spelt_out = MINIMAL + '[expect]\nsentinels = []\n[relevance]\nrules = "none"\n'
    assert Watch.model_validate(tomllib.loads(spelt_out)).digest == base.digest


# What schema 7 (commit 8b5e0a4) stored for these watches.
EARLIER = {
    "cell-therapy-liver": "9340e61d7af35d72fea15989acc4ac064b774809cfa16da9936dcb32b05025d7",
    "msc-liver": "ec247c292f8c11fff48aaf6dbb2592262d97f6573bf884f45f5c39cff899a5f0",
    "mine.toml": "cd70973cebf3113ee680aad14bb6285c19310c7f885f0938689412d3bfebc49d",
}

# The queries of that version; today's packaged ones ask for more.
EARLIER_QUERIES = {
    "cell-therapy-liver": {
        "intr": """"stem cell" OR "stem cells" OR "stromal cell" OR "stromal cells" OR "mesenchymal" OR "progenitor cell" OR "progenitor cells"
OR "hepatocyte transplantation" OR "hepatocyte infusion" OR "hepatocyte-like" OR "mononuclear cells" OR "CD34" OR "CD133"
OR "endothelial progenitor" OR "regulatory T" OR "natural killer" OR "cytokine-induced killer" OR "macrophages"
OR "cell therapy" OR "cell transplantation" OR "cell infusion" OR "adipose derived" OR "MSC" OR "MSCs" OR "exosomes"
""",
        "cond": """"liver" OR "hepatic" OR "hepatitis" OR "cirrhosis" OR "cirrhotic" OR "biliary" OR "bile duct" OR "cholangitis"
OR "Wilson disease" OR "hepatolenticular" OR "acute-on-chronic" OR "hepatocellular"
""",
    },
    "msc-liver": {
        "intr": """"mesenchymal" OR "stromal cell" OR "stromal cells" OR "stromal stem" OR "bone marrow stem" OR "marrow derived stem"
OR "adipose derived" OR "adipose stem" OR "adipose tissue derived" OR "stromal vascular fraction"
OR "umbilical cord" OR "cord blood" OR "Wharton's jelly" OR "menstrual blood" OR "dental pulp" OR "placenta derived"
OR "amniotic" OR "MSC" OR "MSCs" OR "UC-MSC" OR "BMSC" OR "BMSCs" OR "exosome" OR "exosomes" OR "extracellular vesicles"
OR "liver derived progenitor" OR "HepaStem" OR "Cellgram" OR "Stempeucel" OR "ABCB5" OR "stem cell" OR "stem cells"
""",
        "cond": """"liver" OR "hepatic" OR "hepatitis" OR "cirrhosis" OR "cirrhotic" OR "biliary" OR "bile duct" OR "cholangitis"
OR "Wilson disease" OR "Wilson's disease" OR "hepatolenticular" OR "acute-on-chronic" OR "ACLF" OR "hepatocellular"
""",
    },
}


@pytest.mark.parametrize("model", [Watch, LaterWatch])
@pytest.mark.parametrize("name", EARLIER)
def test_the_digest_that_schema_7_stored_is_the_same_watch(model, name):
    Path("mine.toml").write_text(
        'extends = "msc-liver"\nname = "mine"\n[expect]\nmax_drop = 0.5\n'
        '[alerts]\nkinds = ["completed", "left_watch"]\n'
    )
    tables = load_watch(name).model_dump(exclude_defaults=True)
    tables["query"] = EARLIER_QUERIES.get(name, EARLIER_QUERIES["msc-liver"])
    watch = model.model_validate(tables)
    assert watch.has_digest(EARLIER[name])
    assert not any(watch.has_digest(other) for key, other in EARLIER.items() if key != name)
    for edit in (
        {"name": "other"},
        {"expect": {"min": 1}},
        {"query": {"term": "liver"}},
        {"relevance": {"rules": "none"}},
    ):
        assert not model.model_validate(watch.model_dump(exclude_defaults=True) | edit).has_digest(
            EARLIER[name]
        )


@pytest.mark.parametrize("name", EARLIER_QUERIES)
def test_a_packaged_query_that_asks_otherwise_than_in_schema_7_is_an_edit(name):
    assert not load_watch(name).has_digest(EARLIER[name])


@pytest.mark.parametrize("name", packaged())
def test_a_packaged_query_stays_within_what_the_registry_is_known_to_take(name):
    """Short quoted phrases, no more of them in a part than a live query had, and a short address."""
    parameters = load_watch(name).query.parameters()
    for text in parameters.values():
        phrases = re.findall('"([^"]*)"', text)
        assert text == " OR ".join(f'"{phrase}"' for phrase in phrases)
        assert len(phrases) <= 32
        assert max(len(phrase.split()) for phrase in phrases) <= 4
    assert len(urlencode(parameters)) < 3_000


def test_a_key_that_schema_7_did_not_know_is_an_edit_once_it_is_set():
    watch = LaterWatch.model_validate(load_watch("msc-liver").model_dump(exclude_defaults=True))
    for edit in ({"later": True}, {"alerts": {"areas": ["liver"]}}):
        edited = LaterWatch.model_validate(watch.model_dump(exclude_defaults=True) | edit)
        assert not edited.has_digest(EARLIER["msc-liver"])


@pytest.mark.parametrize(
    ("query", "warned"),
    [
        ({"term": "NCT00000001"}, ["query.term"]),
        ({"term": "NCT00000001 OR nct00000002, (NCT3)", "cond": "liver"}, ["query.term"]),
        ({"cond": '"NCT00000001"', "intr": "NCT00000002", "advanced": "x"}, ["query.cond", "query.intr"]),
        ({"term": "NCT00000001 OR liver"}, []),
        ({"cond": "liver", "advanced": "NCT00000001"}, []),
        ({"term": "ALL"}, []),
    ],
)
def test_a_query_of_numbers_alone_is_a_warning(query, warned):
    """Source: the registry ignores all other parameters then (seen by other clients in 2026)."""
    assert [text.partition(" ")[0] for text in Query(**query).warnings()] == warned


def test_the_warning_names_what_the_registry_ignores():
    [warning] = Query(term="NCT00000001", cond="liver", advanced="x").warnings()
    assert "ignores every other part of the query (query.cond, filter.advanced)" in warning
