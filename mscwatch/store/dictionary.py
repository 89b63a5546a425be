"""The data dictionary: `python -m mscwatch.store.dictionary > warehouse/README.md`.

Everything in it is read from a warehouse made for the purpose (relations, columns, types, comments, keys, macros),
but for the differences from AACT, which stand here, and what the mapping ignores, which stands in ctgov_ignored.csv.
"""

import csv
import re
import sys
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory

from mscwatch.store import working
from mscwatch.store.catalog import HUB, Relation, links, relations
from mscwatch.store.data_dir import DataDir
from mscwatch.store.sql import Connection

ONE_A_TRIAL = re.compile("One row per trial(?! and )")  # how the meaning of a relation begins

OPENING = """\
# The warehouse: data dictionary

Made from the comments in the database by `python -m mscwatch.store.dictionary > warehouse/README.md`: edit
`comments.sql`, `ctgov.csv` or `mscwatch/store/dictionary.py`, not this page. In the file itself, `duckdb_tables()` and
`duckdb_columns()` show the same comments.

The published file is `mscwatch.duckdb` in the data directory: open it read-only, as often as you like. `mscwatch sql`
and `mscwatch.connect()` put both schemas on the search path, so that `studies` means `ctgov.studies`; elsewhere say
`SET search_path = 'main,ctgov'`. Analysts' questions with their queries are in `examples/`.

- `main` is this project's own: the trials of the watch, their history, what happened, who was told.
- `ctgov` is the registry's record as it stands now, under the names that AACT made common.

On this page: [`main` as a picture](#how-main-hangs-together), [`ctgov` as a picture](#how-ctgov-hangs-together),
[what AACT has otherwise](#where-ctgov-differs-from-aact), [PostgreSQL's dialect](#queries-written-for-postgresql),
[what is in no table](#what-of-a-record-is-in-no-table), [macros](#macros), and each column of
[`main`](#schema-main) and [`ctgov`](#schema-ctgov).

Begin with `trials` and `therapies` (what is known of a trial), `events` and `versions` (what happened to it),
`evidence` and `review_claims` (the review and the registry, side by side). All relations:
"""

DIFFERENCES = """\
## Where `ctgov` differs from AACT

The model is AACT's schema of October 2024. Its tables and columns are here under its names, except:

- **Trials.** Only those that the watch has ever seen, not the whole registry. A trial that left is still there:
  `trials.in_watch` tells.
- **Words.** Vocabularies are those of API v2, as AACT itself has them since 2024: `RECRUITING` for Recruiting,
  `PHASE1/PHASE2` for Phase 1/Phase 2, `INTERVENTIONAL`, `BIOLOGICAL`, `INDUSTRY`, `PRINCIPAL_INVESTIGATOR`. AACT's own
  words stay as they are: `primary` and `lead` in lower case, `Baseline` and `Reported Event`, `mesh-list`.
  Country names are the registry's of the day (`Turkey (Türkiye)`).
- **Identifiers.** `id` and the columns that link to it are BIGINT, made of the trial's number and the row's place in
  the record, so they stay the same between nights while the record is unchanged. They are not AACT's numbers, and
  they count rows in the order of the record.
- **Dates.** A month or a year alone becomes its last day; `…_month_year` keeps the text as the API writes it
  (`2020-02`, where AACT before 2024 had `February 2020`). `…_type` is ACTUAL, ESTIMATED or NULL.
- **NULL.** An age limit that is not given is `N/A`, as in AACT, and NULL in `calculated_values`. `phase` is `NA` when
  phases do not apply and NULL when the record has none. The masking flags are NULL when the record names nobody, the
  age flags when it names no age group. The enrolment 99999999 is NULL. Columns that only AACT can fill (`created_at`,
  `nlm_download_date`, …) are there and NULL.
- **Numbers.** AACT's `decimal` is DOUBLE, its `text` VARCHAR. `has_us_facility` counts the territories as well.
- **Links.** `result_groups` has a row per outcome and group; where a label or code leads nowhere, the link is NULL.
- **People.** No table holds a contact: `central_contacts`, `facility_contacts`, `facility_investigators` and
  `result_contacts` do not exist. Officials and responsible parties are named, as published.
- **Not here.** `milestones`, `drop_withdrawals`, `outcome_analyses`, `outcome_analysis_groups` and
  `result_agreements` stay in the stored JSON (`versions.record`); AACT's copy of the MeSH thesaurus (`mesh_terms`,
  `mesh_headings`) is not the registry's. The views `all_conditions`, `all_sponsors`, … are
  one aggregate each: `SELECT nct_id, string_agg(DISTINCT name, '|') AS names FROM conditions GROUP BY nct_id`.

### Queries written for PostgreSQL

Most run unchanged: `ILIKE`, `::`, `DISTINCT ON`, `string_agg(… ORDER BY …)`, `FILTER`, `percentile_cont(…) WITHIN
GROUP`, `interval '1 year'`, `EXTRACT`, `age`, window functions, CTEs, `LATERAL`. These do not:

| PostgreSQL | here | gives |
| --- | --- | --- |
"""

# What PostgreSQL writes, what DuckDB 1.5 and 2.0 both understand, and the answer; the tests run the second.
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
)
AFTER_DIALECT = """\

`ORDER BY n DESC` puts NULL last here and first in PostgreSQL: say `NULLS FIRST` or `NULLS LAST`. `crosstab` is `PIVOT`.
The file is read-only: intermediate results are `CREATE TEMP TABLE`, or CTEs.
"""


def text(con: Connection) -> str:
    """The whole dictionary of the current database as Markdown."""
    found = relations(con)
    parts = [OPENING]
    for schema in HUB:
        ours = [relation for relation in found if relation.schema == schema]
        parts += [f"- **{schema}**: " + ", ".join(f"[{one.name}](#{one.name})" for one in ours)]
    parts += ["", *_pictures(found), DIFFERENCES.rstrip()]
    parts += [f"| `{_cell(theirs)}` | `{_cell(ours)}` | {answer} |" for theirs, ours, answer in DIALECT]
    parts += [AFTER_DIALECT, *_ignored(), *_macros(con)]
    for schema in HUB:
        parts += [f"## Schema `{schema}`", ""]
        for relation in found:
            if relation.schema == schema:
                parts += _section(relation)
    return "\n".join(parts).rstrip() + "\n"


def _pictures(found: list[Relation]) -> Iterator[str]:
    """An entity-relationship picture of each schema, keys and links only."""
    for schema, hub in HUB.items():
        ours = [relation for relation in found if relation.schema == schema]
        linked = list(links(ours))
        yield from (f"## How `{schema}` hangs together", "", "```mermaid", "erDiagram")
        for relation, column, to in linked:
            is_one = column == relation.key or ONE_A_TRIAL.match(relation.meaning)
            yield f"    {to.name} ||--{'o|' if is_one else 'o{'} {relation.name} : {column}"
        for relation in ours:
            out = {column for one, column, _ in linked if one == relation}
            if out or relation.name == hub or any(to == relation for _, _, to in linked):
                keys = [(name, kind) for name, kind, _ in relation.columns if name in out | {relation.key}]
                yield f"    {relation.name} {{"
                for name, kind in keys:
                    yield f"        {kind} {name} {', '.join(['PK'] * (name == relation.key) + ['FK'] * (name in out))}"
                yield "    }"
        yield from ("```", "")
        if schema == "main":
            yield from ("`trials.nct_id` is `ctgov.studies.nct_id`.", "")


def _ignored() -> Iterator[str]:
    listed = (files("mscwatch.warehouse") / "ctgov_ignored.csv").read_text(encoding="utf-8")
    yield from ("## What of a record is in no table", "")
    yield from ("The whole record, without contact data, is in `versions.record`.", "")
    yield from ("| path | why |", "| --- | --- |")
    yield from (
        f"| `{row['path']}` | {_cell(row['reason'])} |" for row in csv.DictReader(listed.splitlines())
    )
    yield ""


def _macros(con: Connection) -> Iterator[str]:
    macros = con.execute(
        "SELECT DISTINCT schema_name, function_name, parameters, coalesce(comment, '') FROM duckdb_functions()"
        " WHERE database_name = current_database() AND NOT internal AND function_type LIKE '%macro' ORDER BY ALL"
    ).fetchall()
    yield from ("## Macros", "", "| macro | what it gives |", "| --- | --- |")
    for schema, name, parameters, said in macros:
        yield f"| `{schema}.{name}({', '.join(parameters)})` | {_cell(said)} |"
    yield ""


def _section(relation: Relation) -> Iterator[str]:
    yield from (f"### {relation.name}", "", _cell(relation.meaning), "")
    yield from ("| column | type | meaning |", "| --- | --- | --- |")
    yield from (f"| {name} | {kind} | {_cell(said)} |" for name, kind, said in relation.columns)
    yield ""


def _cell(said: str) -> str:
    """Text for a table: the API paths at its end set as code, the marks of a table escaped."""
    said, marker, paths = said.replace("|", "\\|").partition("Source: ")
    return said + (f"{marker}`{paths}`" if marker else "")


def main() -> None:
    """Print the dictionary of a warehouse made for the purpose."""
    with TemporaryDirectory() as folder:
        data_dir = DataDir(Path(folder))
        data_dir.prepare()
        with working.open_warehouse(data_dir) as con:
            sys.stdout.write(text(con))


if __name__ == "__main__":
    main()
