"""Memory does not grow with the number of pages: a night of many records in a process of its own, measured there."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest
from benchmarks.compare import HERE, WATCH, multiplied, run

from mscwatch.store.places import Places

FEW, MANY = 10_000, 40_000  # one group of pages, and four; a hundred thousand take no more, but ten minutes


def full_load(files, size, folder):
    """Peak memory (MB) and the result of a baseline of `size` records, served by another process."""
    folder.mkdir()
    nights = multiplied(files, size, folder)
    (folder / "all.toml").write_text(WATCH)
    registry = subprocess.Popen(
        [sys.executable, HERE / "serve.py", *nights], stdout=subprocess.PIPE, stdin=subprocess.PIPE, text=True
    )
    try:
        url = registry.stdout.readline().strip()
        environment = os.environ | {
            "MSCWATCH_DATA_DIR": str(folder / "data"), "MSCWATCH_API_URL": url, "MSCWATCH_MIN_INTERVAL": "0",
            "MSCWATCH_WATCH": str(folder / "all.toml"),
        }  # fmt: skip
        found = run("ours", [HERE / "ours.py"], environment)
    finally:
        registry.kill()
    assert Places(folder / "data").published.exists()
    return found["peak"], json.loads(found["out"].rsplit("PEAK", 1)[0])


@pytest.mark.slow
def test_four_times_the_records_take_the_same_memory(real_records, tmp_path):
    files = sorted((HERE.parents[2] / "shared" / "records").glob("*.ndjson.gz"))
    few, _ = full_load(files, FEW, tmp_path / "few")
    many, told = full_load(files, MANY, tmp_path / "many")
    assert (told["outcome"], told["fetched"], told["new"]) == ("baseline", MANY, MANY)
    print(f"\n[scale] peak {few} MB for {FEW} records, {many} MB for {MANY}")
    assert many < 1_000  # MB: MSCWATCH_MEMORY_LIMIT for DuckDB, and Python beside it
    assert many < 2 * few  # what DuckDB keeps of the file grows up to its limit
