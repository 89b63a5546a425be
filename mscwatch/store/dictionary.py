"""The data dictionary as Markdown: `python -m mscwatch.store.dictionary > warehouse/README.md`.

Relations, columns, types, comments, keys and macros are read from a warehouse made for the purpose. The prose is in
`dictionary.md.j2`, and what the mapping ignores is in `warehouse/ctgov_ignored.csv`.
"""

import csv
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory

from jinja2 import Environment, PackageLoader, StrictUndefined

from mscwatch.store import working
from mscwatch.store.catalog import HUB, Relation, links, relations
from mscwatch.store.data_dir import DataDir
from mscwatch.store.sql import Connection
from mscwatch.therapy import tiers

ONE_PER_TRIAL = re.compile("One row per trial(?! and )")  # how the meaning of a relation begins

# An expression of PostgreSQL, the same for DuckDB 1.5 and 2.0, and the answer; the tests run the second.
DIALECT = (
    ("7 / 2 (whole numbers)", "7 // 2", "3"),
    ("'1.23456'::numeric", "'1.23456'::DOUBLE", "1.23456"),
    ("'12 Years' ~ '[0-9]'", "regexp_matches('12 Years', '[0-9]')", "true"),
    ("'Acute MSC' ~* 'msc'", "regexp_matches('Acute MSC', 'msc', 'i')", "true"),
    ("'abc' SIMILAR TO '%(b|x)%'", "regexp_matches('abc', 'b|x')", "true"),
    ("'abc' ILIKE ANY (ARRAY['%B%', '%x%'])", "'abc' ILIKE '%B%' OR 'abc' ILIKE '%x%'", "true"),
    ("substring('12 Years' from '[0-9]+')", "regexp_extract('12 Years', '[0-9]+')", "12"),
    ("to_char(DATE '2020-05-06', 'YYYY-MM')", "strftime(DATE '2020-05-06', '%Y-%m')", "2020-05"),
    ("to_date('2020-05', 'YYYY-MM')", "CAST(strptime('2020-05', '%Y-%m') AS DATE)", "2020-05-01"),
    (
        "regexp_replace(name, E'\\u00a0', ' ')",
        "replace('stem' || chr(160) || 'cell', chr(160), ' ')",
        "stem cell",
    ),
    ("json_agg(x)", "(SELECT to_json(list(x ORDER BY x)) FROM (VALUES (2), (1)) AS t(x))", "[1,2]"),
    ("row_to_json(t)", "(SELECT to_json(t) FROM (VALUES (1)) AS t(x))", '{"x":1}'),
    ("to_tsvector(name) @@ to_tsquery('cell')", "regexp_matches('Stem cells', '\\bcell', 'i')", "true"),
)

MACROS = """
SELECT DISTINCT schema_name, function_name, parameters, coalesce(comment, '') FROM duckdb_functions()
WHERE database_name = current_database() AND NOT internal AND function_type LIKE '%macro' ORDER BY ALL
"""


@dataclass(frozen=True, slots=True)
class Schema:
    """One schema: its relations, and the lines of its entity-relationship picture (Mermaid)."""

    name: str
    relations: list[Relation]
    picture: list[str]


def text(con: Connection) -> str:
    """The whole dictionary of the current database as Markdown."""
    pages = Environment(  # noqa: S701  Markdown of our own words
        loader=PackageLoader("mscwatch.store", ""),
        undefined=StrictUndefined,
        trim_blocks=True,
        keep_trailing_newline=True,
    )
    pages.filters["cell"] = _cell
    ignored = (files("mscwatch.warehouse") / "ctgov_ignored.csv").read_text(encoding="utf-8")
    return pages.get_template("dictionary.md.j2").render(
        schemas=list(_schemas(relations(con))),
        dialect=DIALECT,
        ignored=csv.DictReader(ignored.splitlines()),
        macros=con.execute(MACROS).fetchall(),
        tiers=tiers.measured(),
    )


def _schemas(every: list[Relation]) -> Iterator[Schema]:
    for name, hub in HUB.items():
        ours = [relation for relation in every if relation.schema == name]
        yield Schema(name, ours, list(_picture(ours, hub)))


def _picture(ours: list[Relation], hub: str) -> Iterator[str]:
    """The relations of a schema that are linked, with keys and links only."""
    linked = list(links(ours))
    for relation, column, to in linked:
        is_one = column == relation.key or ONE_PER_TRIAL.match(relation.meaning)
        yield f"    {to.name} ||--{'o|' if is_one else 'o{'} {relation.name} : {column}"
    for relation in ours:
        foreign = {column for other, column, _ in linked if other == relation}
        if foreign or relation.name == hub or any(to == relation for _, _, to in linked):
            yield f"    {relation.name} {{"
            for name, kind, _ in relation.columns:
                if name in foreign | {relation.key}:
                    marks = ["PK"] * (name == relation.key) + ["FK"] * (name in foreign)
                    yield f"        {kind} {name} {', '.join(marks)}"
            yield "    }"


def _cell(text: str) -> str:
    """Text for a cell of a table: its marks escaped, the API paths at the end set as code."""
    text, marker, paths = text.replace("|", "\\|").partition("Source: ")
    return text + (f"{marker}`{paths}`" if marker else "")


def main() -> None:
    """Print the dictionary of a warehouse made for the purpose."""
    with TemporaryDirectory() as folder:
        data_dir = DataDir(Path(folder))
        data_dir.prepare()
        with working.open_warehouse(data_dir) as con:
            sys.stdout.write(text(con))


if __name__ == "__main__":
    main()
