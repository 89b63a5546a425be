"""A season of scripted nights over real records: every event is found, and none is invented."""

from __future__ import annotations

import json
from collections import Counter
from random import Random

import pytest

from mscwatch.pipeline.run import run_watch
from mscwatch.record import record_nct_id
from mscwatch.replica import Replica
from mscwatch.screening import relevance
from mscwatch.vocabulary import EventKind
from support.season.script import STORIES, Season
from support.warehouse import rows

TRIALS = 150
RESERVE = 30
BIGGEST = 40_000  # characters
LONGEST_STORY = 4


@pytest.fixture
def watch_file(tmp_path):
    """A watch that a record can leave by one word."""
    path = tmp_path / "season.toml"
    path.write_text(
        'name = "season"\ntitle = "A season"\n[query]\nadvanced = "AREA[StudyType]INTERVENTIONAL"\n'
        '[relevance]\nrules = "msc-liver"\n'
    )
    return path


def season_of(real_records, random):
    """Real trials of stem cells; what does not belong to the watch's query is left out."""
    found = {}
    for one in real_records:
        text = json.dumps(one)
        of_kind = one["protocolSection"].get("designModule", {}).get("studyType") == "INTERVENTIONAL"
        if of_kind and "mesenchymal" in text.casefold() and len(text) < BIGGEST:
            found[record_nct_id(one)] = json.loads(text)
    chosen = random.sample(sorted(found), TRIALS + RESERVE)
    world = [found[one] for one in chosen[:TRIALS]]
    off_topic = [record_nct_id(one) for one in world if relevance.read(one, "msc-liver").relevance == "off"]
    return Season(world, [found[one] for one in chosen[TRIALS:]], off_topic, random)


def play(order, season, nights, rounds):
    """Run the season; the number of each run's night. One night in five is run twice."""
    numbers = {}
    begins = [(1 + turn * (nights - LONGEST_STORY) // (len(STORIES) * rounds), story)
              for turn, story in enumerate(STORIES * rounds)]  # fmt: skip

    def run(night, **how):
        with Replica([night]) as registry:
            result = run_watch(order(registry.url, **how))
        assert result.error is None, result.error
        numbers[result.run_id] = season.number
        return result

    run(season.tonight())
    for _ in range(nights - 1):
        night = season.next(starting=[story for when, story in begins if when == season.number + 1])
        run(night)
        if season.random.random() < 1 / 5:
            assert run(night, force=True).events == {}
    return numbers


def table(expected, found):
    """By kind: expected, found, missed, false."""
    lines = [f"{'kind':26}{'expected':>9}{'found':>7}{'missed':>8}{'false':>7}"]
    count = {name: Counter(one[2] for one in events) for name, events in
             {"e": expected, "f": found, "m": expected - found, "x": found - expected}.items()}  # fmt: skip
    counts = [*((kind, [count[name][kind] for name in "efmx"]) for kind in map(str, EventKind))]
    counts.append(("all", [sum(column) for column in zip(*(row for _, row in counts), strict=True)]))
    return lines + [f"{kind:26}{e:9}{f:7}{m:8}{x:7}" for kind, (e, f, m, x) in counts]


@pytest.mark.slow
@pytest.mark.parametrize(("nights", "rounds", "seed"), [(12, 1, 1), (42, 2, 2)])
def test_a_season_tells_everything_that_happened_and_nothing_else(
    order, real_records, capsys, nights, rounds, seed
):
    season = season_of(real_records, Random(seed))
    numbers = play(order, season, nights, rounds)
    tonight = order("http://127.0.0.1")
    told = rows(tonight, "SELECT run_id, nct_id, kind, field FROM events WHERE NOT is_baseline")
    found = Counter((numbers[run_id], *event) for run_id, *event in told)
    expected = Counter(season.expected)
    with capsys.disabled():
        print(
            f"\n[season] {nights} nights, {len(numbers)} runs, {TRIALS} trials",
            *table(expected, found),
            sep="\n",
        )
    assert found - expected == Counter()
    assert expected - found == Counter()
    of_papers = {EventKind.PUBLICATION_FOUND, EventKind.PUBLICATION_RETRACTED}  # a search raises them
    assert {kind for _, _, kind, _ in expected} == set(EventKind) - of_papers

    by_retraction = rows(
        tonight,
        "SELECT r.nct_id, list(e.kind ORDER BY e.kind) FROM events AS r JOIN events AS e ON e.retracted_by = r.event_id "
        "WHERE r.kind = 'retracted' GROUP BY r.event_id, r.nct_id",
    )
    assert sorted(by_retraction) == sorted(season.taken_back)
    material = dict(rows(tonight, "SELECT DISTINCT rule, is_material FROM changes"))
    assert material.keys() >= {
        "content",
        "derived",
        "markup",
        "order",
        "precision",
    }  # and `writing`, by chance
    assert [rule for rule, is_material in material.items() if is_material] == ["content"]
