"""The watches that come with the package, and the reading of watch files: TOML becomes a validated `Watch`."""

from __future__ import annotations

import tomllib
from importlib.resources import files
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from mscwatch.errors import ConfigError
from mscwatch.watch import Watch


def packaged() -> list[str]:
    """Names of the watches that come with the package."""
    folder = files("mscwatch.watches")
    return sorted(
        entry.name.removesuffix(".toml").replace("_", "-")
        for entry in folder.iterdir()
        if entry.name.endswith(".toml")
    )


def load_watch(name_or_path: str) -> Watch:
    """Read a packaged watch by name or a watch file by path, following `extends`.

    Raises `ConfigError` naming the file and the key.
    """
    try:
        return Watch.model_validate(_resolved(name_or_path))
    except ValidationError as error:
        item = error.errors(include_url=False)[0]
        key = ".".join(str(part) for part in item["loc"]) or "the file"
        what = "is not a key of a watch file" if item["type"] == "extra_forbidden" else item["msg"]
        msg = f"Watch {name_or_path}: {key}: {what.removeprefix('Value error, ')}. Correct the watch file."
        raise ConfigError(msg) from None


def _resolved(name_or_path: str, seen: tuple[str, ...] = ()) -> dict[str, Any]:
    if name_or_path in seen:
        msg = f"Watch {seen[0]} extends itself by way of {name_or_path}. Remove one `extends`."
        raise ConfigError(msg)
    told = _read(name_or_path)
    base_name = told.pop("extends", None)
    if base_name is None:
        return told
    base = _resolved(str(base_name), (*seen, name_or_path))
    for key, value in told.items():
        inherited = base.get(key)
        if isinstance(inherited, dict) and isinstance(value, dict):
            base[key] = inherited | value
        else:
            base[key] = value
    return base


def _read(name_or_path: str) -> dict[str, Any]:
    if name_or_path in packaged():
        text = (files("mscwatch.watches") / f"{name_or_path.replace('-', '_')}.toml").read_text("utf-8")
        return tomllib.loads(text)
    try:
        return tomllib.loads(Path(name_or_path).read_text(encoding="utf-8"))
    except FileNotFoundError:
        known = ", ".join(packaged())
        msg = f"There is no watch {name_or_path}: neither a file nor a packaged watch ({known})."
        raise ConfigError(msg) from None
    except OSError as error:
        msg = f"Watch file {name_or_path} cannot be read: {error.strerror or error}."
        raise ConfigError(msg) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        msg = f"Watch file {name_or_path} is not valid TOML: {error}."
        raise ConfigError(msg) from None
