"""A campaign: any leaf of a real record becomes any JSON value, thousands of times, and every night is good.

A hundred mutants share a night with five healthy trials that have news, on all channels, on a baseline and on the night
after. Three of them cannot be parsed at all, as many as a night may hold.
"""

from __future__ import annotations

import csv
import gzip
import io
import json

import pytest
from hypothesis import HealthCheck, Phase, Verbosity, given, settings
from hypothesis import strategies as st

from mscwatch.pipeline.run import run_watch
from support.odd import (
    ANNE,
    DAYS,
    SHARED,
    Ears,
    RawRegistry,
    as_text,
    column,
    completed,
    edited,
    number,
    order_in,
    record,
    rows,
    say,
)

pytestmark = pytest.mark.slow

# Pairs of nights: 50 mutants on the baseline and 97 on the night after, in all 2,205. A night costs more than its records.
HEALTHY, MUTANTS, PAIRS = 5, 100, 15
ODD_TEXTS = (
    *(
        "",
        " ",
        "\u200b",
        "\u0000",
        "\u202eevil",
        "é" * 300,
        "🧬",
        "=1+1",
        "\r\n",
        "<b>&amp;</b>",
        "\\",
        "'; --",
        "None",
    ),
    *(
        "NCT00000001",
        "2022-02-30",
        "2022",
        "January 2019",
        "1e400",
        "NaN",
        "-0",
        "١٢",
        "a" * 100_000,
        "\ufffe",
    ),
)
LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**63), 2**64 - 1),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from(ODD_TEXTS),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=20),
)
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["name", "date", "type", "x", ""]), inner, max_size=3),
    max_leaves=8,
) | st.integers(10, 300).map(lambda depth: json.loads("[" * depth + "]" * depth))  # fmt: skip
# Which leaf, as a share of all of the record's, and what it becomes.
MUTATION = st.tuples(st.floats(0, 1, exclude_max=True), VALUES)
UNPARSED = (rb'"\ud800"', b'"\xff"', b"NaN", b"1e400", b"9" * 400, b"[" * 5000 + b"]" * 5000)


@pytest.fixture(scope="module")
def mutations():
    """As many mutations as the campaign needs, no two the same, and the same each time."""
    found = []

    @settings(
        max_examples=PAIRS * (MUTANTS // 2 + MUTANTS), database=None, derandomize=True, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck), verbosity=Verbosity.quiet,
    )  # fmt: skip
    @given(MUTATION)
    def note(one):
        found.append(one)

    note()
    return found


@pytest.fixture(scope="module")
def real():
    """Real records, each text once."""
    file = SHARED / "records" / "msc_2022.ndjson.gz"
    if not file.exists():
        pytest.skip(f"no real records at {file.parent}")
    return [json.loads(line) for line in gzip.open(file)]


def leaves(value, path=()):
    """Every path to a leaf or to an empty list or object, but for the record's own number."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    found = [leaf for key, item in inner for leaf in leaves(item, (*path, key))]
    return found or ([] if path[-1:] == ("nctId",) else [path])


def mutated(study, share, value):
    """A copy of a record with the leaf at a share of all its leaves replaced."""
    places = leaves(study)
    *way, last = places[int(share * len(places))]

    def edit(copy):
        for key in way:
            copy = copy[key]
        copy[last] = value

    return edited(study, edit)


def unparsed(study, value):
    text = as_text(edited(study, lambda copy: copy.update(hasResults="%%%")))
    return text.replace(b'"%%%"', value)


def id_of(study):
    return study["protocolSection"]["identificationModule"]["nctId"]


def assert_told(ears, order):
    """The healthy trials' news is in the mail's table, the feed and the lines, and sent to every address."""
    attached = {
        row["nct_id"]
        for to, mail in ears.mail.mails
        if to == ANNE
        for part in mail.iter_attachments()
        for row in csv.DictReader(io.StringIO(part.get_content()))
    }
    healthy = [number(n) for n in range(1, HEALTHY + 1)]
    lines = {json.loads(line).get("nct_id") for line in ears.lines.read_text("ascii").splitlines()}
    assert set(healthy) <= attached
    assert set(healthy) <= lines
    assert [nct_id for nct_id in healthy if nct_id not in ears.feed.read_text("utf-8")] == []
    sent = rows(
        order,
        "SELECT nct_id, count(*), bool_and(state = 'sent') FROM deliveries JOIN events USING (event_id) "
        f"WHERE kind = 'completed' AND nct_id <= '{healthy[-1]}' GROUP BY nct_id ORDER BY nct_id",
    )
    assert sent == [(nct_id, 4, True) for nct_id in healthy]


@pytest.mark.parametrize("pair", range(PAIRS))
def test_nights_of_mutants_are_good_and_the_healthy_are_told(tmp_path, real, mutations, pair):
    chosen = [real[(pair * len(real) // PAIRS + place) % len(real)] for place in range(MUTANTS)]
    healthy = [record(n) for n in range(1, HEALTHY + 1)]
    # A quarter of the mutants is healthy on the baseline, and a quarter is new on the night after.
    quarter, changes = MUTANTS // 4, mutations[pair::PAIRS]
    first, second = changes[: MUTANTS // 2], changes[MUTANTS // 2 :]
    before = [
        *chosen[:quarter],
        *(mutated(study, *change) for study, change in zip(chosen[quarter:-quarter], first, strict=True)),
    ]
    after = [mutated(study, *change) for study, change in zip(chosen, second, strict=True)]
    broken = UNPARSED[:3] if pair % 2 else UNPARSED[3:]
    texts = [*after[: len(after) - len(broken)], *map(unparsed, chosen[len(after) - len(broken) :], broken)]
    nights = [[*healthy, *before], [*map(completed, healthy), *texts]]
    for place, studies in enumerate(
        nights
    ):  # left there by a failure: `mscwatch registry --records` serves them
        (tmp_path / f"night-{place}.ndjson").write_bytes(b"\n".join(map(as_text, studies)))
    with RawRegistry(nights, page_size=20) as registry:
        with Ears(tmp_path) as ears:
            order = order_in(tmp_path, registry.url, **ears.settings)
            results = []
            for registry.night in range(2):
                results.append(run_watch(order))
        ends = [(result.exit_code, result.owed, result.error and str(result.error)) for result in results]
        assert ends == [(0, 0, None), (0, 0, None)], f"the nights are in {tmp_path}"
        assert_told(ears, order)
        assert_accounted_for(order, [id_of(study) for study in chosen])
        assert_commands_work(tmp_path, order)


def assert_accounted_for(order, ids):
    """Every mutant is stored, or the proof says that it was set aside."""
    stored = set(column(order, "SELECT nct_id FROM versions"))
    proofs = "".join(column(order, "SELECT proof FROM runs"))
    assert [nct_id for nct_id in ids if nct_id not in stored and nct_id not in proofs] == []


def assert_commands_work(folder, order):
    values = {"data_dir": order.data_dir.path, "watch": folder / "watch.toml"}
    for words in (
        ("events", "--csv"),
        ("events", "--baseline"),
        ("digest", "--since", DAYS[0][:10]),
        ("report",),
    ):
        done = say(*words, folder=folder, **values)
        assert done.returncode == 0, (words, done.stderr)
