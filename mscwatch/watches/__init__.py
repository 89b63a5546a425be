"""The watches that come with the package, and the reader of watch files (TOML)."""

from __future__ import annotations

import tomllib
from importlib.resources import files
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from mscwatch.errors import ConfigError, refused_keys
from mscwatch.watch import Watch


def packaged() -> list[str]:
    """Names of the watches that come with the package."""
    names = (entry.name for entry in files("mscwatch.watches").iterdir())
    return sorted(name.removesuffix(".toml").replace("_", "-") for name in names if name.endswith(".toml"))


def load_watch(name_or_path: str) -> Watch:
    """Read a packaged watch by name, or a watch file by path, and follow its `extends`.

    Raises `ConfigError` when there is no such watch, or when a file is unreadable, not TOML, extends itself, or
    holds an unknown key or value. The message names the file and the key.
    """
    try:
        return Watch.model_validate(_merged(name_or_path))
    except ValidationError as error:
        key, reason = refused_keys(error, "is not a key of a watch file", quote=True)[0]
        raise ConfigError(
            f"Watch {name_or_path}: {key or 'the file'}: {reason}. Correct the watch file."
        ) from error


def review_topic(watch: Watch) -> str:
    """Of which trials of the review a watch holds all: `liver`, `any` (MSC for any disease), or none (empty).

    That takes the packaged rules, and the packaged query or one for the whole registry. A banner says that the
    registry of the watch is not the real one.
    """
    for name, topic in (("msc-liver", "liver"), ("msc", "any")):
        ours = load_watch(name)
        asked = watch.query.parameters() in (ours.query.parameters(), {"query.term": "ALL"})
        if asked and watch.relevance == ours.relevance:
            return "" if watch.banner else topic
    return ""


def _merged(name_or_path: str, extending: tuple[str, ...] = ()) -> dict[str, Any]:
    """The tables of a watch file over those of the watch that it extends."""
    if name_or_path in extending:
        raise ConfigError(
            f"Watch {extending[0]} extends itself by way of {name_or_path}. Remove one `extends`."
        )
    own = _read(name_or_path)
    base_name = own.pop("extends", None)
    if base_name is None:
        return own
    base = _merged(str(base_name), (*extending, name_or_path))
    for key, value in own.items():
        inherited = base.get(key)
        both_tables = isinstance(inherited, dict) and isinstance(value, dict)
        base[key] = inherited | value if both_tables else value
    return base


def _read(name_or_path: str) -> dict[str, Any]:
    if name_or_path in packaged():
        text = (files("mscwatch.watches") / f"{name_or_path.replace('-', '_')}.toml").read_text("utf-8")
        return tomllib.loads(text)
    try:
        return tomllib.loads(Path(name_or_path).read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        known = ", ".join(packaged())
        raise ConfigError(
            f"There is no watch {name_or_path}: neither a file nor a packaged watch ({known})."
        ) from error
    except OSError as error:
        raise ConfigError(f"Watch file {name_or_path} cannot be read: {error.strerror or error}.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"Watch file {name_or_path} is not valid TOML: {error}.") from error
