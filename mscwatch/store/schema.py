"""The relations of a warehouse file: numbered schema files, applied once each, and what is derived by definitions.

`ctgov`, seeds, views, macros and comments are made anew when a file was made with other definitions of them.
"""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.resources import as_file, files
from importlib.resources.abc import Traversable
from pathlib import Path

from mscwatch import __version__
from mscwatch.clock import utc_now
from mscwatch.errors import WarehouseError
from mscwatch.record.plain import plain_version
from mscwatch.review import claims
from mscwatch.store import addresses, conclusions, ctgov, sql, views
from mscwatch.store.plain import make_plain_again
from mscwatch.store.sql import Connection, meta, scalar, set_meta

REBUILD_BATCH = 10_000
REVIEW_SEEDS = ("published_trials.csv", "review_notes.csv")
SHOWN_KEY = "review_table"  # in `meta`; not there before the first night, when nothing is known of the watch


def show_review(con: Connection, *, shown: bool) -> None:
    """Fill the tables of the review, or empty them in a watch that is not the review's (`[review] table`)."""
    if meta(con, SHOWN_KEY) == str(shown).lower():
        return
    set_meta(con, {SHOWN_KEY: str(shown).lower()})
    for source in sql_files("seeds"):
        if source.name in REVIEW_SEEDS:
            with as_file(source) as path:
                _fill_seed(con, path, shown=shown)


def newest_schema() -> int:
    """The number of the last schema file that this mscwatch knows."""
    return max(int(path.name[:3]) for path in sql_files("schema"))


def migrate(con: Connection) -> None:
    """Bring an opened file to today's schema, and its derived relations to today's definitions.

    Raises `WarehouseError` when the file has a newer schema than this mscwatch knows.
    """
    apply_schema(con)
    _refresh_derived(con)


def apply_schema(con: Connection, until: int | None = None) -> None:
    """Apply the numbered schema files that the current database lacks, once each; none beyond the number `until`.

    Raises `WarehouseError` when it has, or is to get, a newer schema than this mscwatch knows.
    """
    con.execute(
        "CREATE TABLE IF NOT EXISTS schema_migrations (version INTEGER PRIMARY KEY, name VARCHAR, applied_at TIMESTAMP)"
    )
    done = {row[0] for row in con.execute("SELECT version FROM schema_migrations").fetchall()}
    known = {int(path.name[:3]): path for path in sql_files("schema")}
    if newer := (done | {until or 0}) - known.keys() - {0}:
        msg = (
            f"The warehouse has schema {max(newer)}, newer than this mscwatch {__version__} knows. "
            "Upgrade mscwatch; nothing was changed."
        )
        raise WarehouseError(msg)
    for version in sorted(known.keys() - done):
        if until and version > until:
            break
        with sql.transaction(con):
            con.execute(known[version].read_text("utf-8"))
            con.execute(
                "INSERT INTO schema_migrations VALUES (?, ?, ?)", [version, known[version].name, utc_now()]
            )


def _refresh_derived(con: Connection) -> None:
    """Recreate seeds, ctgov tables, views, macros and comments when the file was made with other definitions."""
    mapping, definitions = _fingerprints()
    if meta(con, "definitions") == definitions:
        return
    with sql.transaction(con):
        if meta(con, "plain_version") != plain_version():
            make_plain_again(con)
        if (meta(con, "ctgov_mapping"), meta(con, "plain_version")) != (mapping, plain_version()):
            con.execute("DROP SCHEMA IF EXISTS ctgov CASCADE")
            con.execute(ctgov.ddl())
            _refill_ctgov(con)
            set_meta(con, {"ctgov_mapping": mapping, "plain_version": plain_version()})
        shown = meta(con, SHOWN_KEY) != "false"
        _create_views(con)
        con.execute("PRAGMA disable_optimizer")  # it takes a third of the time of 1,300 comments
        con.execute(ctgov.comments())
        for source in _definitions():
            with as_file(source) as path:
                if path.suffix == ".csv":
                    _fill_seed(con, path, shown=shown or source.name not in REVIEW_SEEDS)
                elif path.parent.name != "views":
                    con.execute(path.read_text("utf-8"))
        con.execute("PRAGMA enable_optimizer")
        conclusions.recompute(con)
        if addresses.mask_stored(con):
            set_meta(con, {"rewrite": "due"})
        facts = {
            "definitions": definitions,
            "mscwatch_version": __version__,
            "schema_version": str(newest_schema()),
            "attribution": ATTRIBUTION,
        }
        set_meta(con, facts)


def _create_views(con: Connection) -> None:
    """Create or replace all views. An empty table hides each from those that follow, until all are there."""
    for name, source in view_files().items():
        con.execute(f"CREATE OR REPLACE VIEW {name} AS {source.read_text('utf-8')}")
        views.hide(con, name, "LIMIT 0")
    views.show(con, view_files())


def view_files() -> dict[str, Traversable]:
    """The views' files by the views' names, each after those that it is made of: the number before a name says so."""
    return {source.name.removesuffix(".sql").partition("_")[2]: source for source in sql_files("views")}


ATTRIBUTION = (
    "Registry data: ClinicalTrials.gov, U.S. National Library of Medicine. "
    "published_trials: Table 2 of Yang X et al. 2020, Cell & Bioscience 10:123, CC BY 4.0, normalised."
)


def _definitions() -> list[Traversable]:
    """The files that define derived relations, their contents and their comments, in the order of creation."""
    folders = ("views", "macros", "seeds")
    return [
        *(file for folder in folders for file in sql_files(folder)),
        files("mscwatch.warehouse") / "comments.sql",
    ]


@cache  # a run opens the file ten times
def _fingerprints() -> tuple[str, str]:
    """Two hashes: of the mapping to `ctgov`; and of all definitions with the facts about this mscwatch in `meta`."""
    mapping = _hash((files("mscwatch.warehouse") / "ctgov.csv").read_text("utf-8"))
    texts = "".join(source.read_text("utf-8") for source in _definitions()) + claims.text()
    return mapping, _hash(f"{mapping}{texts}{plain_version()}{__version__} {newest_schema()} {ATTRIBUTION}")


def _fill_seed(con: Connection, path: Path, *, shown: bool) -> None:
    """Replace the rows of the table that a seed file is named after, by none where it is not to be shown.

    Lists are written with semicolons.
    """
    columns = con.execute(f"DESCRIBE {path.stem}").fetchall()
    values = ", ".join(
        f"string_split({name}, ';') AS {name}" if kind.endswith("[]") else f"CAST({name} AS {kind}) AS {name}"
        for name, kind, *_ in columns
    )
    con.execute(f"DELETE FROM {path.stem}")
    if not shown:
        return
    con.execute(
        f"INSERT INTO {path.stem} BY NAME SELECT {values} "
        "FROM read_csv(?, nullstr = '', header = true, all_varchar = true)",
        [str(path)],
    )


def _refill_ctgov(con: Connection) -> None:
    """Fill schema `ctgov` from the stored records, in batches that fit into memory."""
    total = scalar(con, "SELECT count(DISTINCT nct_id) FROM versions")
    for start in range(0, total, REBUILD_BATCH):
        con.execute(
            "CREATE OR REPLACE TEMP TABLE current_records AS "
            "SELECT nct_id, coalesce(plain, record)::VARCHAR AS record FROM versions "
            "WHERE valid_to IS NULL ORDER BY nct_id LIMIT ? OFFSET ?",
            [REBUILD_BATCH, start],
        )
        ctgov.refresh(con, "current_records")
        con.execute("DROP TABLE current_records")


def sql_files(folder: str) -> list[Traversable]:
    entries = (files("mscwatch.warehouse") / folder).iterdir()
    return sorted(
        (entry for entry in entries if entry.name.endswith((".sql", ".csv"))), key=lambda entry: entry.name
    )


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
