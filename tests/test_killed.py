"""`kill -9` at any moment of a night, also in the midst of a send: the next run leaves what an undisturbed one leaves."""

from __future__ import annotations

import shutil
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import count
from random import Random

import pytest

from mscwatch.pipeline.run import run_watch
from mscwatch.replica import Replica
from mscwatch.store.publish import sha256
from support.killed_run import EDITS, MOMENTS, STAGES, Evening, three_nights

pytestmark = [pytest.mark.slow, pytest.mark.reviewed]

POINTS = 60
SEED = 20_221_007


@pytest.fixture
def evening(order, tmp_path, watch_file):
    """Makes evenings before the third night, each in a folder of its own; the two before were told to nobody."""
    with Replica(three_nights()[:2]) as registry:
        run_watch(order(registry.url))
        registry.advance()
        assert run_watch(order(registry.url)).events == {"suspended": 1}
    numbers = count()

    def make():
        folder = tmp_path / f"evening-{next(numbers)}"
        shutil.copytree(tmp_path / "data", folder / "data")
        return Evening(folder, watch_file)

    return make


@dataclass
class Point:
    """A moment at which a run was killed, and what became of it."""

    stages: list
    doubtful: set
    told: Counter
    folded: bool  # whether every mail that came twice had its Message-ID twice
    written: dict
    log: str  # of runs that were left alone and did not end well; none should be
    was_torn: bool  # the rare kill that broke the working file: what was told comes again, as new
    is_whole: bool  # whether the published file is the one whose SHA-256 lies beside it


def killed(evening, moments):
    """A night that is killed at each of these moments, run after run, and then left alone."""
    with evening() as night:
        stages, doubtful = [], set()
        for due in moments:
            code, _ = night.run(due)
            if code == -9:
                stage, doubt = night.found_dead()
                stages.append(stage)
                doubtful |= doubt
        (night.folder / "log.txt").unlink()
        code, _ = night.run()
        log = "" if code == 0 else f"exit code {code}\n{(night.folder / 'log.txt').read_text()}"
        taken = [(to, mail["Message-ID"]) for to, mail in night.mail.mails]
        folded = len(set(taken)) == len({to for to, _ in taken})
        is_whole = night.data_dir.published_hash.read_text().split()[0] == sha256(night.data_dir.published)
        was_torn = night.data_dir.broken.exists()
        point = Point(stages, doubtful, night.told(), folded, night.written(), log, was_torn, is_whole)
    shutil.rmtree(night.folder)
    return point


def drawn(random, length, number):
    """Moments to be killed at: every one that a server meets, the others spread over the night; one in five kills twice."""
    seconds = [length * (part + random.random()) / number for part in range(number)]
    found = [*((moment,) for moment in MOMENTS), *((one,) for one in seconds)]
    return [(*one, random.random() * length) if random.random() < 1 / 5 else one for one in found]


def table(points, expected):
    """Kills, repeats and losses by the stage in which (the last) kill came."""
    lines = [f"{'stage':26}{'kills':>6}{'in doubt':>9}{'repeats':>8}{'losses':>7}"]
    for stage in STAGES:
        here = [point for point in points if point.stages[-1:] == [stage]]
        kills = sum(point.stages.count(stage) for point in points)
        doubt = sum(len(point.doubtful) for point in here)
        repeats = sum((point.told - expected).total() for point in here)
        losses = sum((expected - point.told).total() for point in here)
        lines.append(f"{stage:26}{kills:6}{doubt:9}{repeats:8}{losses:7}")
    return lines


def test_a_night_that_is_killed_at_any_moment_loses_nothing_and_repeats_only_what_was_in_doubt(
    evening, capsys
):
    random = Random(SEED)
    with ThreadPoolExecutor(2) as two_at_once, evening() as night, evening() as other:
        (code, length), (_, beside) = two_at_once.map(Evening.run, (night, other))
        assert code == 0
        wanted, expected = night.written(), night.told()
        points = []
        while sum(len(point.stages) for point in points) < POINTS:
            number = POINTS - 6 if not points else 6
            moments = drawn(random, max(length, beside), number)
            points += two_at_once.map(partial(killed, evening), moments)
    points = [point for point in points if point.stages]
    with capsys.disabled():
        print(
            f"\n[killed] {sum(len(one.stages) for one in points)} kills, seed {SEED}",
            *table(points, expected),
            sep="\n",
        )

    assert set(expected.values()) == {1}
    assert len(expected) == (len(EDITS) + 1) * 5  # what is taken back was told to nobody
    assert {one.log for one in points} == {""}
    for point in points:
        assert expected - point.told == Counter(), point.stages
        assert point.is_whole, point.stages
        for query, found in point.written.items():
            if not point.was_torn or not {"deliveries", "notices"} & set(query.split()):
                assert found == wanted[query], point.stages
        if point.was_torn:
            continue
        repeated = point.told - expected
        assert set(repeated) <= point.doubtful, point.stages
        assert {channel for _, channel, _ in repeated} <= {"email", "slack"}
        assert point.folded, point.stages
    assert sum(point.was_torn for point in points) <= len(points) // 10
    assert {"reading", "in a send", "between two sends"} <= {
        stage for point in points for stage in point.stages
    }
