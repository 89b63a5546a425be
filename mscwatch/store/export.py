"""Export of the published file as a folder of Parquet, CSV or NDJSON: one entry per table and view, and a manifest.

`DIR/main/trials.parquet`, `DIR/ctgov/studies.parquet`, …, `DIR/manifest.json`. The relations that only grow
(`versions`, `events`) are Parquet folders with one part per year of observation. So a copy to another place transfers
only the current year, and a reader of one year opens only its part. The other relations have few rows, and parts would
make them slower. Beside Parquet lies `DIR/sources.yml`, for dbt.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path

import duckdb

from mscwatch.errors import ConfigError, WarehouseError
from mscwatch.review import prisma, ris
from mscwatch.store import catalog, dbt_sources, queries, schema, sqlite_export, views
from mscwatch.store.data_dir import DataDir
from mscwatch.store.sql import Connection, dicts, first_line, quoted, scalar

MADE_BY = "mscwatch export"
MANIFEST = "manifest.json"
UNFINISHED = ".mscwatch-export-"

GROWING = {"main.versions", "main.events"}
YEAR = "year(observed_at) AS observed_year"

UNPRINTABLE = r"[\x00-\x08\x0B\x0C\x0E-\x1F\x7F-\x9F]"  # what a terminal would act on; a text keeps its lines
# Beginnings that a spreadsheet runs as a formula: the OWASP list, full-width signs included.
FORMULA = r"^[=+\-@\t\r\n\x{FF1D}\x{FF0B}\x{FF0D}\x{FF20}]"

FACTS = ("watch", "banner", "data_timestamp", "mscwatch_version", "attribution")


class ExportFormat(StrEnum):
    """The format of an export; the value is also the files' extension."""

    PARQUET = "parquet"
    CSV = "csv"
    NDJSON = "ndjson"
    SQLITE = "sqlite"  # one file, `mscwatch.sqlite`
    # The record of the search alone: tables as CSV, its flow as SVG, what is included as RIS.
    PRISMA = "prisma"


OPTIONS = {
    ExportFormat.PARQUET: "FORMAT parquet, COMPRESSION zstd",
    ExportFormat.CSV: "FORMAT csv, HEADER",
    # Every time in the warehouse is UTC.
    ExportFormat.NDJSON: "FORMAT json, TIMESTAMPFORMAT '%Y-%m-%dT%H:%M:%S.%fZ'",
}

SEARCH_RECORD = {("main", "prisma"), ("main", "prisma_flow"), ("main", "screening"), ("main", "living_table")}
INCLUDED = (
    "SELECT t.*, s.reason FROM screening AS s JOIN trials AS t USING (nct_id) "
    "WHERE s.decision = 'included' AND s.in_watch ORDER BY nct_id"
)
PAPERS = (
    "SELECT paper, any_value(p.pmid) AS pmid, any_value(citation) AS citation, any_value(r.doi) AS doi, "
    "string_agg(s.nct_id || ' (' || grade || ': ' || p.reason || ')', '; ' ORDER BY s.nct_id) AS reports "
    "FROM publications AS p JOIN screening AS s USING (nct_id) "
    "LEFT JOIN published_trials AS r ON r.pmid = p.paper AND r.doi_confidence = 'high' "
    "WHERE s.decision = 'included' AND s.in_watch AND p.grade IN ('accepted', 'linked') GROUP BY paper ORDER BY paper"
)


@dataclass(frozen=True, slots=True)
class Exported:
    """One relation as it was written. `path` is relative to the folder; for a partitioned one it is a glob."""

    name: str
    rows: int
    path: str
    meaning: str


def export_tables(data_dir: DataDir, folder: Path, form: ExportFormat) -> list[Exported]:
    """Write every public table and view of the published file into `folder`, which is created if it is missing.

    An earlier export there is replaced once the new one is complete. Raises `ConfigError` for a folder that holds
    anything but an export, `WarehouseError` when nothing is published or the folder cannot be written.
    """
    _refuse_foreign(folder)
    with queries.open_published(data_dir) as con:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            for abandoned in folder.glob(f"{UNFINISHED}*"):
                shutil.rmtree(abandoned)
            with tempfile.TemporaryDirectory(prefix=UNFINISHED, dir=folder) as name:
                fresh = Path(name)
                written = _write_all(con, form, fresh)
                _write_manifest(con, written, form, fresh)
                _replace(folder, fresh)
        except (OSError, duckdb.IOException) as error:
            raise WarehouseError(
                f"The export to {folder} failed: {first_line(error)} Make room or give another folder."
            ) from error
    return written


def _refuse_foreign(folder: Path) -> None:
    if not folder.exists():
        return
    if not folder.is_dir():
        raise ConfigError(f"{folder} is a file. Give a folder to export into.")
    is_empty = all(path.name.startswith(UNFINISHED) for path in folder.iterdir())
    if not is_empty and not _is_export(folder):
        raise ConfigError(
            f"{folder} is not empty and holds no earlier export. Give an empty or a new folder."
        )


def _is_export(folder: Path) -> bool:
    try:
        manifest = json.loads((folder / MANIFEST).read_text("utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(manifest, dict) and manifest.get("made_by") == MADE_BY


def _write_all(con: Connection, form: ExportFormat, folder: Path) -> list[Exported]:
    relations = catalog.relations(con)
    there = {relation.name for relation in relations if relation.schema == "main"}
    with views.computed_once(con, [view for view in schema.view_files() if view in there]):
        # By statistics a column of Parquet is REQUIRED on a night without a null in it, and another night it is not.
        con.execute("SET disabled_optimizers = 'statistics_propagation'")
        if form is ExportFormat.PRISMA:
            return _write_search_record(con, relations, folder)
        if form is ExportFormat.SQLITE:
            made = sqlite_export.write(con, relations, folder / sqlite_export.FILE)
            return [
                Exported(name, rows, sqlite_export.FILE, relation.meaning) for relation, name, rows in made
            ]
        if form is ExportFormat.PARQUET:
            (folder / dbt_sources.FILE).write_text(dbt_sources.text(relations), encoding="utf-8")
        facts = queries.facts(con)
        return [_write(con, relation, form, folder, facts) for relation in relations]


def _write(
    con: Connection, relation: catalog.Relation, form: ExportFormat, folder: Path, facts: dict[str, str]
) -> Exported:
    (folder / relation.schema).mkdir(exist_ok=True)
    name, place = f"{relation.schema}.{relation.name}", f"{relation.schema}/{relation.name}"
    path, columns, options = f"{place}.{form}", "*", OPTIONS[form]
    target = folder / path
    if form is ExportFormat.CSV:
        columns = ", ".join(_as_cell(column, kind) for column, kind, _ in relation.columns)
    elif form is ExportFormat.PARQUET:
        options += f", KV_METADATA {_key_values(relation, facts)}"
    if form is ExportFormat.PARQUET and name in GROWING:
        path, columns, target = f"{place}/**/*.parquet", f"*, {YEAR}", folder / place
        target.mkdir()
        if scalar(con, f"SELECT count(*) FROM {name}"):
            options += ", PARTITION_BY (observed_year)"
        else:
            target /= "none.parquet"  # without rows there is no part, and readers still need the columns
    source = views.source(relation.schema, relation.name)
    rows = scalar(con, f"COPY (SELECT {columns} FROM {source}) TO {quoted(target)} ({options})")
    return Exported(name, int(rows), path, relation.meaning)


def _key_values(relation: catalog.Relation, facts: dict[str, str]) -> str:
    """What a Parquet file says of itself, as a struct of SQL; `mscwatch.columns` is a JSON object of meanings."""
    meanings = {column: meaning for column, _, meaning in relation.columns}
    said = {"meaning": relation.meaning, "columns": json.dumps(meanings, ensure_ascii=False)}
    said |= {name: facts.get(name, "") for name in FACTS}
    pairs = (f"{quoted(f'mscwatch.{name}')}: {quoted(text)}" for name, text in said.items())
    return f"{{{', '.join(pairs)}}}"


def _write_search_record(con: Connection, relations: list[catalog.Relation], folder: Path) -> list[Exported]:
    """What a systematic review reports about its search: tables, the flow as a picture, and what is included as RIS."""
    tables = [each for each in relations if (each.schema, each.name) in SEARCH_RECORD]
    written = [_write(con, relation, ExportFormat.CSV, folder, {}) for relation in tables]
    trials, papers = dicts(con, INCLUDED), dicts(con, PAPERS)
    path = "main/included.ris"
    (folder / path).write_text(ris.references(trials, papers), encoding="utf-8")
    meaning = "One entry per included trial, and per paper linked to one, for reference managers."
    written.append(Exported("included", len(trials) + len(papers), path, meaning))
    flow = dicts(con, "SELECT * FROM prisma_flow ORDER BY place")
    path = "main/prisma.svg"
    (folder / path).write_text(prisma.svg(flow, queries.facts(con).get("banner", "")), encoding="utf-8")
    return [*written, Exported("flow", len(flow), path, "The flow of PRISMA 2020 as a picture.")]


def _as_cell(name: str, kind: str) -> str:
    """A column as an expression for CSV: lists joined with semicolons, no control characters, no formula.

    A text that a spreadsheet would take for a formula gets an apostrophe.
    """
    if kind.endswith("[]"):
        text = f"array_to_string(\"{name}\", '; ')"
    elif kind in {"VARCHAR", "JSON"}:
        text = f'"{name}"::VARCHAR'
    else:
        return f'"{name}"'
    text = f"regexp_replace({text}, '{UNPRINTABLE}', ' ', 'g')"
    return f"CASE WHEN regexp_matches({text}, '{FORMULA}') THEN '''' || {text} ELSE {text} END AS \"{name}\""


def _write_manifest(con: Connection, written: Iterable[Exported], form: ExportFormat, folder: Path) -> None:
    facts = queries.facts(con)
    manifest = {
        "made_by": MADE_BY,
        **{name: facts.get(name, "") for name in FACTS},
        "schema_version": scalar(con, "SELECT max(version) FROM schema_migrations"),
        "format": form.value,
        "relations": [asdict(exported) for exported in written],
    }
    text = json.dumps(manifest, ensure_ascii=False, indent=2)
    (folder / MANIFEST).write_text(text + "\n", encoding="utf-8")


def _replace(folder: Path, fresh: Path) -> None:
    """Replace the old files by the new ones, the manifest last, so that it never lists files that are missing."""
    for name in catalog.HUB:
        if (folder / name).exists():
            shutil.rmtree(folder / name)
        if (fresh / name).exists():
            (fresh / name).rename(folder / name)
    for name in (sqlite_export.FILE, dbt_sources.FILE):
        if (fresh / name).exists():
            (fresh / name).replace(folder / name)
        else:
            (folder / name).unlink(missing_ok=True)
    (fresh / MANIFEST).replace(folder / MANIFEST)
