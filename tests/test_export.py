"""`mscwatch export`: every relation as files, an earlier export replaced and nothing else."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
from contextlib import closing

import duckdb
import pytest
import yaml

from mscwatch.errors import ConfigError, WarehouseError
from mscwatch.store import catalog, export, queries
from mscwatch.store.data_dir import DataDir
from support.records import FORMULA

READERS = {
    "parquet": "read_parquet('{}', hive_partitioning = true)",
    "csv": "read_csv('{}', header = true, all_varchar = true)",
    "ndjson": "read_json('{}', format = 'newline_delimited')",
}


@pytest.fixture(scope="module")
def counted(made_two_nights):
    """How many rows each table and view of `two_nights` has, each view asked by itself."""
    with queries.open_published(DataDir(made_two_nights)) as con:
        names = [f"{one.schema}.{one.name}" for one in catalog.relations(con)]
        return {name: con.execute(f"SELECT count(*) FROM {name}").fetchall()[0][0] for name in names}


@pytest.mark.slow
@pytest.mark.parametrize("form", list(export.OPTIONS))
def test_every_relation_is_exported_whole_and_counted(two_nights, counted, tmp_path, form):
    folder = tmp_path / "deep" / "out"
    export.export_tables(DataDir(two_nights.settings.data_dir), folder, form)
    manifest = json.loads((folder / "manifest.json").read_text())
    assert (manifest["format"], manifest["data_timestamp"]) == (form.value, "2022-10-07 09:00:05")
    assert {one["name"]: one["rows"] for one in manifest["relations"]} == counted
    assert counted["main.trials"] == counted["ctgov.studies"] == 3
    with duckdb.connect() as con:
        for one in manifest["relations"]:
            if one["rows"] or form is export.ExportFormat.PARQUET:
                source = READERS[form.value].format(folder / one["path"])
                assert con.execute(f"SELECT count(*) FROM {source}").fetchall() == [(one["rows"],)], one
    assert not list(folder.glob(".*"))


@pytest.fixture(scope="module")
def exported_demo(demo_warehouse, made_once):
    """The folder of an export of the demo as Parquet."""

    def make(folder):
        export.export_tables(DataDir(demo_warehouse), folder, export.ExportFormat.PARQUET)

    return made_once("exported", make)


@pytest.mark.slow
def test_the_reviews_table_is_exported_in_its_order(exported_demo):
    with duckdb.connect() as con:
        places = con.execute(f"SELECT place FROM '{exported_demo}/main/living_table.parquet'").fetchall()
    assert places == sorted(places)
    assert len(places) >= 22


@pytest.mark.slow
@pytest.mark.parametrize("view", ["trials", "living_table", "figures", "contradictions"])
def test_what_is_made_of_other_views_is_exported_as_it_stands(demo_warehouse, exported_demo, view):
    with queries.open_published(DataDir(demo_warehouse)) as con:
        stands, written = (
            sorted(map(repr, con.execute(f"FROM {source}").fetchall()))
            for source in (f"main.{view}", f"'{exported_demo}/main/{view}.parquet'")
        )
    assert written == stands
    assert written


@pytest.mark.slow
def test_sqlite_is_one_file_with_every_row_and_lists_as_json(two_nights, tmp_path):
    folder, data_dir = tmp_path / "out", DataDir(two_nights.settings.data_dir)
    written = export.export_tables(data_dir, folder, export.ExportFormat.SQLITE)
    assert sorted(path.name for path in folder.iterdir()) == ["manifest.json", "mscwatch.sqlite"]
    with closing(sqlite3.connect(folder / "mscwatch.sqlite")) as con:
        for one in written:
            assert con.execute(f'SELECT count(*) FROM "{one.name}"').fetchall() == [(one.rows,)], one.name
        query = "SELECT conditions, start_date FROM trials WHERE nct_id = 'NCT00000001'"
        [(conditions, start)] = con.execute(query)
        assert con.execute("SELECT count(*) FROM ctgov_studies").fetchall() == [(3,)]
        [(observed,)] = con.execute("SELECT DISTINCT typeof(is_baseline) FROM events")
    assert json.loads(conditions) == ["Liver Cirrhosis", "Hepatitis B"]
    assert (len(start), observed) == (10, "integer")
    export.export_tables(data_dir, folder, export.ExportFormat.CSV)
    assert not (folder / "mscwatch.sqlite").exists()


@pytest.mark.slow
def test_parquet_keeps_types_and_parts_what_only_grows(two_nights, tmp_path):
    export.export_tables(DataDir(two_nights.settings.data_dir), tmp_path / "out", export.ExportFormat.PARQUET)
    (year,) = {path.name for path in (tmp_path / "out" / "main" / "versions").iterdir()}
    assert year.startswith("observed_year=")
    with duckdb.connect() as con:
        types = con.execute(f"DESCRIBE FROM '{tmp_path}/out/main/trials.parquet'").fetchall()
        required = con.execute(
            f"SELECT name FROM parquet_schema('{tmp_path}/out/main/trials.parquet') "
            "WHERE repetition_type = 'REQUIRED' AND name <> 'duckdb_schema'"
        ).fetchall()
    assert not required  # whatever the values of a night are
    assert dict(row[:2] for row in types).items() >= {"countries": "VARCHAR[]", "start_date": "DATE"}.items()


@pytest.mark.slow
def test_each_parquet_file_says_what_its_table_and_its_columns_mean(two_nights, tmp_path):
    data_dir = DataDir(two_nights.settings.data_dir)
    written = export.export_tables(data_dir, tmp_path / "out", export.ExportFormat.PARQUET)
    with queries.open_published(data_dir) as con:
        relations = catalog.relations(con)
    meanings = {f"{one.schema}.{one.name}": one.columns for one in relations}
    described = (tmp_path / "out" / "sources.yml").read_text("utf-8")
    main, ctgov = yaml.safe_load(described)["sources"]
    tables = {
        f"{source['schema']}.{table['name']}": table for source in (main, ctgov) for table in source["tables"]
    }
    assert (main["name"], ctgov["name"], tables.keys()) == ("mscwatch", "mscwatch_ctgov", meanings.keys())
    for name, columns in meanings.items():
        found = [(one["name"], one["data_type"], one["description"]) for one in tables[name]["columns"]]
        assert found == list(columns)
    assert "{{" not in described.partition("version:")[2]  # dbt would run it
    with duckdb.connect() as con:
        for one in written:
            found = con.execute(
                "SELECT DISTINCT decode(key), decode(value) FROM parquet_kv_metadata(?)",
                [f"{tmp_path}/out/{one.path}"],
            )
            said = dict(found.fetchall())
            assert said["mscwatch.meaning"] == one.meaning
            wanted = {column: meaning for column, _, meaning in meanings[one.name]}
            assert json.loads(said["mscwatch.columns"]) == wanted
            assert said["mscwatch.data_timestamp"] == "2022-10-07 09:00:05"
            assert "ClinicalTrials.gov" in said["mscwatch.attribution"]


@pytest.mark.slow
def test_growing_tables_without_rows_still_have_their_columns(two_nights, tmp_path):
    with duckdb.connect(str(two_nights.data_dir.published)) as con:
        con.execute("DELETE FROM events")
    export.export_tables(DataDir(two_nights.settings.data_dir), tmp_path / "out", export.ExportFormat.PARQUET)
    with duckdb.connect() as con:
        found = con.execute(f"FROM read_parquet('{tmp_path}/out/main/events/**/*.parquet')")
        assert "observed_year" in [column[0] for column in found.description]


@pytest.mark.slow
def test_csv_runs_no_formula_and_joins_lists(two_nights, tmp_path):
    export.export_tables(DataDir(two_nights.settings.data_dir), tmp_path / "out", export.ExportFormat.CSV)
    text = (tmp_path / "out" / "main" / "trials.csv").read_text()
    found = {row["nct_id"]: row for row in csv.DictReader(io.StringIO(text))}
    assert found["NCT00000003"]["brief_title"] == f"'{FORMULA}"
    assert found["NCT00000001"]["brief_title"] == "Mesenchymal stem cells in liver cirrhosis"
    assert found["NCT00000001"]["conditions"] == "Liver Cirrhosis; Hepatitis B"


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"])
def test_every_beginning_of_a_formula_is_defused(start):
    with duckdb.connect() as con:
        cell = export._as_cell("it", "VARCHAR")
        assert con.execute(f"SELECT {cell} FROM (SELECT ? AS it)", [f"{start}1"]).fetchall() == [
            (f"'{start}1",)
        ]
        cells = export._as_cell("it", "VARCHAR[]")
        assert con.execute(f"SELECT {cells} FROM (SELECT ? AS it)", [[f"{start}1", "b"]]).fetchall() == [
            (f"'{start}1; b",)
        ]
        assert con.execute(f"SELECT {cell} FROM (SELECT NULL::VARCHAR AS it)").fetchall() == [(None,)]
        assert con.execute(f"SELECT {cell} FROM (SELECT ? AS it)", ["a\x1b[31m\nb"]).fetchall() == [
            ("a [31m\nb",)
        ]


@pytest.mark.slow
def test_ndjson_has_lists_records_and_utc_times(two_nights, tmp_path):
    export.export_tables(DataDir(two_nights.settings.data_dir), tmp_path / "out", export.ExportFormat.NDJSON)
    lines = (tmp_path / "out" / "main" / "versions.ndjson").read_text().splitlines()
    first = json.loads(lines[0])
    assert first["record"]["protocolSection"]["identificationModule"]["nctId"] == first["nct_id"]
    assert first["data_timestamp"].endswith("Z")


@pytest.mark.slow
def test_an_earlier_export_is_replaced_and_other_files_are_left_alone(two_nights, tmp_path):
    folder = tmp_path / "out"
    export.export_tables(DataDir(two_nights.settings.data_dir), folder, export.ExportFormat.CSV)
    (folder / "notes.txt").write_text("mine")
    (folder / f"{export.UNFINISHED}killed").mkdir()
    export.export_tables(DataDir(two_nights.settings.data_dir), folder, export.ExportFormat.PARQUET)
    assert sorted(path.name for path in folder.iterdir()) == [
        *("ctgov", "main", "manifest.json", "notes.txt", "sources.yml"),
    ]
    assert not list(folder.rglob("*.csv"))


@pytest.mark.parametrize("stranger", ["thesis.docx", "manifest.json"])
def test_a_folder_with_anything_else_is_refused_and_untouched(two_nights, tmp_path, stranger):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / stranger).write_text('{"made_by": "somebody else"}')
    with pytest.raises(ConfigError, match="is not empty and holds no earlier export"):
        export.export_tables(DataDir(two_nights.settings.data_dir), tmp_path / "out", export.ExportFormat.CSV)
    assert [path.name for path in (tmp_path / "out").iterdir()] == [stranger]
    with pytest.raises(ConfigError, match="is a file"):
        export.export_tables(
            two_nights.settings.data_dir, tmp_path / "out" / stranger, export.ExportFormat.CSV
        )


@pytest.mark.slow
def test_an_export_that_fails_leaves_the_earlier_one(two_nights, tmp_path, monkeypatch):
    folder = tmp_path / "out"
    export.export_tables(DataDir(two_nights.settings.data_dir), folder, export.ExportFormat.CSV)
    before = {path: path.read_bytes() for path in folder.rglob("*.*") if path.is_file()}

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(export, "_write_manifest", full)
    with pytest.raises(WarehouseError, match="No space left"):
        export.export_tables(DataDir(two_nights.settings.data_dir), folder, export.ExportFormat.CSV)
    assert {path: path.read_bytes() for path in folder.rglob("*.*") if path.is_file()} == before
