"""Damage of the working file is mended wherever it shows: the run that meets it goes on from the published copy.

Every next run ends good, nothing that was published is lost, the operator hears, and the broken file is kept.
"""

from __future__ import annotations

import random
import shutil
from types import SimpleNamespace

import duckdb
import pytest

from mscwatch.pipeline.run import run_watch
from support.odd import (
    Ears,
    RawRegistry,
    all_texts,
    column,
    completed,
    edited,
    number,
    order_in,
    record,
    rows,
    say,
)

PLACES, CUTS, PAGE = 20, 10, 4096
SLOW = pytest.mark.slow  # all places are a campaign; some of each sort are looked at every time
EVENTS = "SELECT event_id, nct_id, kind FROM events ORDER BY ALL"
VERSIONS = "SELECT nct_id, version_no, content_hash FROM versions ORDER BY ALL"
TRIALS = 60


def longer(study):
    """A trial with a text, so that its records fill more than a block of the file."""
    text = " ".join(
        random.Random(study["hasResults"]).choices(["cells", "liver", "dose", "week", "vein"], k=900)
    )
    return edited(
        study, lambda copy: copy["protocolSection"].update(descriptionModule={"detailedDescription": text})
    )


@pytest.fixture(scope="module")
def nights(tmp_path_factory):
    """Two nights that were published, kept as they are; a third, on which trial 3 completed, is for the tests."""
    folder = tmp_path_factory.mktemp("nights")
    first = [longer(record(n)) for n in range(1, TRIALS + 1)]
    second = [completed(first[0]), *first[1:]]
    third = [second[0], second[1], completed(second[2]), *second[3:]]
    with RawRegistry([first, second, third]) as registry:
        order = order_in(folder, registry.url)
        for registry.night in range(2):
            assert run_watch(order).exit_code == 0
        registry.night = 2
        known = SimpleNamespace(events=rows(order, EVENTS), versions=rows(order, VERSIONS))
        yield SimpleNamespace(registry=registry, kept=order.data_dir.path, known=known)


def is_sound(path):
    """Whether every value of every table of a file can be read."""
    try:
        all_texts(path)
    except duckdb.Error:
        return False
    return True


@pytest.fixture
def damaged(nights, tmp_path):
    """Run the third night after `damage(path of the working file)`; the order, the result and what people heard."""

    def run(damage):
        shutil.copytree(nights.kept, tmp_path / "data")
        with Ears(tmp_path) as ears:
            order = order_in(tmp_path, nights.registry.url, **ears.settings)
            damage(order.data_dir.working)
            left = order.data_dir.working.read_bytes()
            sound = is_sound(shutil.copyfile(order.data_dir.working, tmp_path / "copy.duckdb"))
            result = run_watch(order)
        return SimpleNamespace(order=order, result=result, ears=ears, left=left, was_sound=sound)

    return run


def assert_good(done, known):
    order = done.order
    assert (done.result.exit_code, done.result.error) == (0, None)
    assert done.ears.deaf_to(number(3)) == []
    assert is_sound(order.data_dir.working)
    assert is_sound(order.data_dir.published)
    assert set(known.events) < set(rows(order, EVENTS))
    assert set(known.versions) < set(rows(order, VERSIONS))
    assert len(rows(order, EVENTS)) == len(known.events) + 1
    if done.was_sound:  # the damage lies where nothing is stored
        return
    assert order.data_dir.broken.read_bytes() == done.left
    assert str(order.data_dir.broken) in "".join(done.ears.operator.split())
    assert any(str(order.data_dir.broken) in warning for warning in done.result.warnings)


def some(numbers, always):
    return [n if n in always else pytest.param(n, marks=SLOW) for n in numbers]


@pytest.mark.parametrize("place", some(range(PLACES), {7}))
def test_a_damaged_page_anywhere_is_mended_by_the_run_that_meets_it(nights, damaged, place):
    def damage(path):
        size = path.stat().st_size
        with path.open("r+b") as file:
            file.seek(max(0, place * size // PLACES // PAGE * PAGE))
            file.write(random.Random(place).randbytes(PAGE))

    assert_good(damaged(damage), nights.known)


@pytest.mark.slow
@pytest.mark.parametrize("cut", some(range(1, CUTS + 1), {1, 5, CUTS}))
def test_a_file_that_was_cut_anywhere_is_mended(nights, damaged, cut):
    def damage(path):
        size = path.stat().st_size
        with path.open("r+b") as file:
            file.truncate(size - 1 if cut == CUTS else cut * size // CUTS)

    assert_good(damaged(damage), nights.known)


def spoil_everything_but_the_head(path):
    size = path.stat().st_size
    with path.open("r+b") as file:
        for start in range(3 * PAGE + 262_144, size, 65_536):
            file.seek(start)
            file.write(random.Random(start).randbytes(PAGE))


@pytest.mark.slow
def test_damage_that_shows_in_the_midst_of_a_night_is_mended_by_the_same_night(nights, damaged):
    """The head of the file is whole, so it opens; what a night reads later is not."""
    assert_good(damaged(spoil_everything_but_the_head), nights.known)


def test_damage_on_a_night_with_nothing_new_is_mended_too(nights, damaged):
    nights.registry.night = 1
    try:
        done = damaged(spoil_everything_but_the_head)
    finally:
        nights.registry.night = 2
    assert (done.result.exit_code, done.result.error) == (0, None)
    assert is_sound(done.order.data_dir.working)
    assert rows(done.order, EVENTS) == nights.known.events
    assert str(done.order.data_dir.broken) in "".join(done.ears.operator.split())


@pytest.mark.slow
def test_the_operator_hears_once_and_the_run_after_says_no_more(nights, damaged):
    done = damaged(spoil_everything_but_the_head)
    again = run_watch(order_in(done.order.data_dir.path.parent, nights.registry.url))
    assert (again.exit_code, again.warnings) == (0, [])
    mended = "SELECT count(*) FROM notices WHERE kind = 'mended'"
    assert column(done.order, mended, file="working") == [1]


@pytest.mark.slow
def test_doctor_reads_every_table_and_its_advice_is_true(nights, tmp_path):
    shutil.copytree(nights.kept, tmp_path / "data")
    order = order_in(tmp_path, nights.registry.url)
    spoil_everything_but_the_head(order.data_dir.working)
    values = {
        "data_dir": order.data_dir.path,
        "watch": tmp_path / "watch.toml",
        "api_url": nights.registry.url,
    }
    values |= {"min_interval": 0, "retry_budget": 0, "report": False}
    before = say("doctor", "--json", folder=tmp_path, **values)
    assert before.returncode == 1
    assert "`mscwatch run` mends it" in before.stdout
    assert say("run", "--direct", folder=tmp_path, **values).returncode == 0
    assert say("doctor", "--json", folder=tmp_path, **values).returncode == 0


@pytest.mark.slow
def test_what_a_killed_export_left_is_removed_by_the_next_run(nights, tmp_path):
    shutil.copytree(nights.kept, tmp_path / "data")
    left = tmp_path / "data" / "working" / "export-k3x9"
    (left / "main").mkdir(parents=True)
    (left / "main" / "trials.parquet").write_bytes(b"half a table")
    assert run_watch(order_in(tmp_path, nights.registry.url)).exit_code == 0
    assert not left.exists()
