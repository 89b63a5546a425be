"""Whether two published files hold the same, table by table: `python same_tables.py ONE.duckdb OTHER.duckdb`.

For two runs of the same nights by two versions of mscwatch. Runs, and the times that they stamp, are named by the runs'
order. Times that only say how fast a run was, and what `meta` says of the version, are left out. Views are compared as tables are.
Prints a line per relation that differs, and exits 1 if there is one.
"""

from __future__ import annotations

import sys

import duckdb

PASSING = {
    "finished_at",
    "sent_at",
    "first_tried_at",
    "applied_at",
    "read_at",
    "last_update",
    "bytes",
    "requests",
}
OF_THE_VERSION = (
    "rules_hash",
    "definitions",
    "ctgov_mapping",
    "mscwatch_version",
    "schema_version",
    "source",
)


def relations(con: duckdb.DuckDBPyConnection) -> list[str]:
    """Every table and view of the file, as `schema.name`."""
    rows = con.execute(
        "SELECT schema_name || '.' || table_name FROM duckdb_tables() WHERE NOT internal UNION "
        "SELECT schema_name || '.' || view_name FROM duckdb_views() WHERE NOT internal ORDER BY ALL"
    ).fetchall()
    return [name for (name,) in rows]


def contents(path: str) -> dict[str, list[str]]:
    """The sorted rows of each relation, as text with runs and their times by number."""
    with duckdb.connect(path, read_only=True) as con:
        con.execute("SET search_path = 'main,ctgov'")
        runs = con.execute("SELECT run_id, started_at FROM main.runs ORDER BY started_at").fetchall()
        numbered = {}
        for number, (run_id, started_at) in enumerate(runs):
            for text in (run_id, str(started_at), f"{started_at:%Y-%m-%d %H:%M:%S}"):
                numbered[text] = f"run {number}"
        found = {}
        for name in relations(con):
            columns = [row[0] for row in con.execute(f"DESCRIBE {name}").fetchall() if row[0] not in PASSING]
            chosen = ", ".join(f'"{column}"' for column in columns)
            where = f" WHERE key NOT IN {OF_THE_VERSION}" if name == "main.meta" else ""
            rows = con.execute(f"SELECT {chosen} FROM {name}{where}").fetchall()
            texts = (" | ".join(map(str, row)) for row in rows)
            found[name] = sorted(_renamed(text, numbered) for text in texts)
        return found


def _renamed(text: str, numbered: dict[str, str]) -> str:
    for value, number in numbered.items():
        text = text.replace(value, number)
    return text


def main() -> None:
    """Compare two files and say where they differ."""
    one, other = map(contents, sys.argv[1:3])
    differing = 0
    for name in sorted(one | other):
        before, after = one.get(name), other.get(name)
        if before == after:
            continue
        differing += 1
        print(
            f"{name}: {None if before is None else len(before)} and {None if after is None else len(after)} rows"
        )
        lost = sorted(set(before or ()) - set(after or ()))[:2]
        new = sorted(set(after or ()) - set(before or ()))[:2]
        for sign, rows in (("-", lost), ("+", new)):
            for row in rows:
                print(f"  {sign} {row[:400]}")
    print(f"{len(one | other)} relations, {differing} differ")
    sys.exit(bool(differing))


if __name__ == "__main__":
    main()
