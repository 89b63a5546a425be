"""Countries of the registry by the map's names. The registry's spellings change, and the map has its own."""

from __future__ import annotations

import csv
import json
from functools import cache
from importlib.resources import files

HERE = files(__package__)


def on_map(country: str) -> str:
    """The map's name for a country that is spelt as in the registry; empty if the map does not show it."""
    name = _respelt().get(country, country)
    return name if name in _drawn() else ""


@cache
def _drawn() -> frozenset[str]:
    world = json.loads(HERE.joinpath("vendor/countries-110m.json").read_text(encoding="utf-8"))
    return frozenset(shape["properties"]["name"] for shape in world["objects"]["countries"]["geometries"])


@cache
def _respelt() -> dict[str, str]:
    lines = HERE.joinpath("countries.csv").read_text(encoding="utf-8").splitlines()
    return {row["registry"]: row["map"] for row in csv.DictReader(lines)}
