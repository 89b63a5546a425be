"""The file that a bug leaves: what is needed to mend it, without secrets and addresses."""

from __future__ import annotations

import os
import platform
import re
import shlex
import tempfile
import traceback
from collections.abc import Iterable, Sequence
from importlib import metadata
from pathlib import Path

from mscwatch import masking
from mscwatch.clock import utc_now
from mscwatch.errors import MscwatchError
from mscwatch.settings import load_data_dir, load_settings, secret_values, show_settings

ADDRESS = re.compile(r"[\w.+%-]+@[\w.-]+")
REQUIRED = re.compile(r"[A-Za-z0-9._-]+")


def write_bug_report(error: Exception, command: Sequence[str]) -> Path | None:
    """Write the report, which only its owner may read, into the data directory or else the temporary folder.

    Returns None where neither can be written.
    """
    name = f"mscwatch-bug-{utc_now():%Y%m%dT%H%M%S%f}.txt"
    text = bug_report(error, command)
    for folder in _folders():
        try:
            descriptor = os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w", encoding="utf-8", errors="backslashreplace") as file:
                file.write(text)
        except OSError:
            continue
        return folder / name
    return None


def bug_report(error: Exception, command: Sequence[str]) -> str:
    """Versions, command, settings and traceback; every part of a secret and every mail address is `***`."""
    parts = {
        "Versions": "\n".join(_versions()),
        "Command": shlex.join(["mscwatch", *command]),
        "Settings that are not the default": "\n".join(_settings()),
        "Traceback": "".join(traceback.format_exception(error)),
    }
    text = "\n\n".join(f"{heading}\n{body}" for heading, body in parts.items())
    return f"mscwatch bug report, {utc_now():%Y-%m-%d %H:%M} UTC\n\n{masked(text, secret_values())}"


def masked(text: str, secrets: Iterable[str]) -> str:
    """`text` with `***` for each secret, each part of a secret URL but its scheme and host, and each mail address."""
    parts = {part for secret in secrets for part in masking.parts(secret)}
    return ADDRESS.sub(masking.MASK, masking.masked(text, parts))


def _folders() -> list[Path]:
    temporary = Path(tempfile.gettempdir())
    try:
        data_dir = load_data_dir()
    except MscwatchError:
        return [temporary]
    return [data_dir, temporary] if data_dir.is_dir() else [temporary]


def _versions() -> list[str]:
    names = {"mscwatch"}
    names |= {REQUIRED.match(line)[0] for line in metadata.requires("mscwatch") or () if ";" not in line}  # type: ignore[index]
    found = [f"{name} {metadata.version(name)}" for name in sorted(names)]
    return [f"Python {platform.python_version()} on {platform.platform()}", *found]


def _settings() -> list[str]:
    try:
        shown = show_settings(load_settings())
    except MscwatchError as error:
        return [str(error)]
    changed = [f"{row.name} = {row.value} ({row.origin})" for row in shown if row.origin != "default"]
    return changed or ["(none)"]
