"""The warehouse as sources of dbt: each relation of the published file, with the meanings of its columns.

The file has the format that dbt documents for `sources` (version 2). Every value in it is JSON, which is YAML too.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from itertools import groupby

from mscwatch.store.catalog import Relation

FILE = "sources.yml"
HEAD = """\
# For models/ of a dbt project with dbt-duckdb, whose profile attaches the published file:
#   attach: [{path: mscwatch.duckdb, alias: mscwatch, read_only: true}]
# A model then says {{ source('mscwatch', 'trials') }}, or {{ source('mscwatch_ctgov', 'studies') }}.
version: 2
sources:
"""


def text(relations: Iterable[Relation]) -> str:
    """The text of `sources.yml` for these relations, which come schema by schema."""
    by_schema = groupby(relations, key=lambda relation: relation.schema)
    return HEAD + "".join(line for schema, found in by_schema for line in _source(schema, found))


def _source(schema: str, relations: Iterable[Relation]) -> Iterator[str]:
    name = "mscwatch" if schema == "main" else f"mscwatch_{schema}"
    yield f"  - name: {name}\n    database: mscwatch\n    schema: {schema}\n    tables:\n"
    for relation in relations:
        yield f"      - name: {json.dumps(relation.name)}\n        description: {_quoted(relation.meaning)}\n"
        yield "        columns:\n"
        for column, kind, meaning in relation.columns:
            described = {"name": column, "data_type": kind, "description": meaning}
            yield f"          - {_quoted(described)}\n"


def _quoted(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
