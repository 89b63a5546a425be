"""The export of each night at a URL, for whoever reads Parquet elsewhere: a folder, S3, GCS, SFTP, what fsspec knows.

`URL/RUN_ID/…` is one export, whole; `URL/latest.json` is its manifest, with the `folder` to read and the SHA-256 of
the published file it was made from. A reader begins at `latest.json`: it is put in place last, in one step, and the
folder that it names is never written to again.
"""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import fsspec

from mscwatch.errors import ConfigError, MscwatchError, WarehouseError
from mscwatch.store import export
from mscwatch.store.data_dir import DataDir

LATEST = "latest.json"
RUN = re.compile(r"\d{8}T\d{12}-[0-9a-f]{4}")  # how runs are named: by their time, so names sort


def keep(data_dir: DataDir, url: str, run_id: str, earlier: int) -> bool:
    """Bring the export at `url` up to the published file, and keep `earlier` older ones; whether that was needed.

    Raises `ConfigError` for a URL that cannot be used, `WarehouseError` when the export fails; `latest.json` then
    names the export that it named before. Messages hold no password.
    """
    files, root = _opened(url)
    published = data_dir.published_hash.read_text("ascii").split()[0]
    with _put_in_words(url):
        if _latest(files, root).get("sha256") == published:
            return False
        with tempfile.TemporaryDirectory(prefix="export-", dir=data_dir.working.parent) as made:
            export.export_tables(data_dir, Path(made) / run_id, export.ExportFormat.PARQUET)
            _put(files, root, Path(made) / run_id, published)
        _forget(files, root, earlier)
    return True


def newest(url: str) -> str:
    """The run whose export a reader finds at `url`; empty before the first. Raises what `keep` raises."""
    files, root = _opened(url)
    with _put_in_words(url):
        return str(_latest(files, root).get("folder", ""))


def _opened(url: str) -> tuple[Any, str]:
    try:
        files, root = fsspec.url_to_fs(url)
    except Exception as error:  # noqa: BLE001  a missing package, an unknown scheme, a host that does not answer
        msg = f"MSCWATCH_EXPORT_URL {masked(url)} cannot be used: {_said(error, url)}"
        raise ConfigError(msg) from None
    return files, root.rstrip("/")


@contextmanager
def _put_in_words(url: str) -> Iterator[None]:
    try:
        yield
    except MscwatchError:
        raise
    except Exception as error:  # noqa: BLE001  every storage has its own
        msg = f"The export to {masked(url)} failed: {_said(error, url)} The next run tries again."
        raise WarehouseError(msg) from None


def masked(text: str) -> str:
    """A URL, or a text that holds some, without user, password and query."""
    return re.sub(r"\?\S*", "?***", re.sub(r"//[^/\s]*@", "//***@", text))


def _latest(files: Any, root: str) -> dict[str, Any]:
    """The manifest that a reader begins at; empty before the first export."""
    try:
        found = json.loads(files.cat_file(f"{root}/{LATEST}"))
    except (FileNotFoundError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _put(files: Any, root: str, made: Path, published: str) -> None:
    manifest = json.loads((made / export.MANIFEST).read_text("utf-8"))
    manifest |= {"folder": made.name, "sha256": published}
    files.makedirs(root, exist_ok=True)
    files.put(f"{made}/", f"{root}/{made.name}/", recursive=True)
    unfinished = f"{root}/.{LATEST}"
    files.pipe_file(unfinished, (json.dumps(manifest, ensure_ascii=False, indent=2) + "\n").encode())
    files.mv(unfinished, f"{root}/{LATEST}")


def _forget(files: Any, root: str, earlier: int) -> None:
    """Remove all but the last exports; nothing that is not named like a run is touched."""
    files.invalidate_cache()
    names = (str(path).rstrip("/").rpartition("/")[2] for path in files.ls(root, detail=False))
    runs = sorted(name for name in names if RUN.fullmatch(name))
    for name in runs[: -(earlier + 1)]:
        files.rm(f"{root}/{name}", recursive=True)


def _said(error: Exception, url: str) -> str:
    """The storage's own words, in one line, without what the URL keeps secret."""
    words = masked((str(error) or type(error).__name__).splitlines()[0])
    parts = urlsplit(url)
    for secret in filter(None, (parts.password, unquote(parts.password or ""))):
        words = words.replace(secret, "***")
    return words.rstrip(".") + "."
