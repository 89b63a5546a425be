"""Memory does not grow with the number of pages: a night of many records in a process of its own, measured there."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from benchmarks.compare import HERE, WATCH, multiplied, run
from mscwatch.store.data_dir import DataDir

MANY = 40_000  # four groups of pages


def full_load(files, size, folder):
    """Peak memory (MiB) and the result of a baseline of `size` records, served by another process."""
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
    assert DataDir(folder / "data").published.exists()
    return found["peak"], json.loads(found["out"].rsplit("PEAK", 1)[0])


@pytest.mark.slow
def test_many_records_fit_into_a_gigabyte(real_records, tmp_path):
    """One transaction of them would not; a hundred thousand take no more than forty, but ten minutes."""
    files = sorted((HERE.parents[2] / "shared" / "records").glob("*.ndjson.gz"))
    peak, told = full_load(files, MANY, tmp_path / "many")
    assert (told["outcome"], told["fetched"], told["new"]) == ("baseline", MANY, MANY)
    print(f"\n[scale] peak {peak} MiB for {MANY} records")
    assert peak * 2**20 < 1_000_000_000  # MSCWATCH_MEMORY_LIMIT for DuckDB, and Python beside it
