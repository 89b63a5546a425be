"""The published file is for analysts with older clients too."""

from __future__ import annotations

import subprocess
import sys

import pytest

from mscwatch.store.data_dir import DataDir

READ = """
import sys, duckdb
con = duckdb.connect(sys.argv[1], read_only=True)
print(duckdb.__version__)
print(con.execute("SELECT count(*) FROM trials WHERE len(countries) > 0").fetchone()[0] > 0)
print(con.execute("SELECT min(length(record)) > 100 FROM versions").fetchone()[0])
print(con.execute("SELECT count(*) FROM published_trials").fetchone()[0])
tables = con.execute("SELECT schema_name, table_name FROM duckdb_tables()").fetchall()
print(all([len(con.execute(f'FROM "{schema}"."{table}"').fetchall()) >= 0 for schema, table in tables]))
"""


@pytest.mark.slow
@pytest.mark.parametrize("version", ["1.2.2", "1.3.2", "1.4.*", "1.5.*"])
def test_an_older_duckdb_reads_every_table_of_a_file_that_several_nights_have_written(
    demo_warehouse, tmp_path, version
):
    got = subprocess.run(
        [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--target", tmp_path / "old", f"duckdb=={version}"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if got.returncode:
        pytest.skip(f"duckdb {version} cannot be fetched for this Python here")
    data_dir = DataDir(demo_warehouse)
    for path in (data_dir.published, *(data_dir.path / "previous").iterdir()):
        done = subprocess.run(
            [sys.executable, "-c", READ, path],
            env={"PYTHONPATH": str(tmp_path / "old")}, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        found, *answers = done.stdout.split()
        assert found.startswith(version.rstrip("*"))
        assert answers == ["True", "True", "22", "True"]
