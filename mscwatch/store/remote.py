"""The export of each published run at a URL: a folder, S3, GCS, SFTP, or any other storage that fsspec knows.

`URL/RUN_ID/…` is one complete export. `URL/latest.json` is the manifest of the newest, with the `folder` to read and
the SHA-256 of the published file that it was made from. Readers begin at `latest.json`: it is replaced last, in one
step, and the folder that it names is never written to again.

`URL/latest/` holds the same under names that stay: `mscwatch.duckdb` (the published file), `report.html` and
`parquet/…`. Each file is replaced whole, and all of them before `latest.json`, which lists them under `stable`. While
they are being replaced, two of them may be of two nights.
"""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from mscwatch.errors import ConfigError, MscwatchError, WarehouseError
from mscwatch.masking import credentials, masked
from mscwatch.store import export
from mscwatch.store.data_dir import DataDir

LATEST = "latest.json"
STABLE = "latest"
RUN = re.compile(r"\d{8}T\d{12}-[0-9a-f]{4}")  # a run id begins with its time, so ids sort by time


def refresh(data_dir: DataDir, url: str, run_id: str, earlier: int) -> bool:
    """Export the published file to `url` unless that was done, and keep `earlier` older exports; whether it exported.

    Raises `ConfigError` for a URL that cannot be used, `WarehouseError` when the export fails; `latest.json` then
    names the same export as before. Messages hold no password.
    """
    files, root = _opened(url)
    published = data_dir.published_hash.read_text("ascii").split()[0]
    with _errors_in_words(url):
        if _latest(files, root).get("sha256") == published:
            return False
        with tempfile.TemporaryDirectory(prefix="export-", dir=data_dir.working.parent) as name:
            folder = Path(name) / run_id
            export.export_tables(data_dir, folder, export.ExportFormat.PARQUET)
            _upload(files, root, folder, published, _stable(data_dir, folder))
        _drop_old(files, root, earlier)
    return True


def latest_run(url: str) -> str:
    """The id of the run whose export `latest.json` names; empty before the first.

    Raises `ConfigError` for a URL that cannot be used, `WarehouseError` when the storage fails.
    """
    files, root = _opened(url)
    with _errors_in_words(url):
        return str(_latest(files, root).get("folder", ""))


def _opened(url: str) -> tuple[Any, str]:
    import fsspec  # noqa: PLC0415  with asyncio it takes 30 ms, so only those who export pay

    try:
        files, root = fsspec.url_to_fs(url)
    except Exception as error:  # noqa: BLE001  a missing package, an unknown scheme, a host that does not answer
        msg = f"MSCWATCH_EXPORT_URL {masked(url)} cannot be used: {_message(error, url)}"
        if isinstance(error, ImportError) and url.startswith(("s3:", "s3a:")):
            msg += " It comes with pip install 'mscwatch[s3]'."
        raise ConfigError(msg) from None  # the cause may hold a password
    return files, root.rstrip("/")


@contextmanager
def _errors_in_words(url: str) -> Iterator[None]:
    try:
        yield
    except MscwatchError:
        raise
    except Exception as error:  # noqa: BLE001  every storage has its own errors
        raise WarehouseError(
            f"The export to {masked(url)} failed: {_message(error, url)} The next run tries again."
        ) from None  # the cause may hold a password


def _latest(files: Any, root: str) -> dict[str, Any]:
    """The manifest in `latest.json`; empty before the first export."""
    try:
        manifest = json.loads(files.cat_file(f"{root}/{LATEST}"))
    except (FileNotFoundError, ValueError):
        return {}
    return manifest if isinstance(manifest, dict) else {}


def _stable(data_dir: DataDir, folder: Path) -> dict[str, Path]:
    """The names below `latest/`, each with the local file that it is a copy of."""
    names = {data_dir.published.name: data_dir.published, data_dir.report.name: data_dir.report}
    parts = (path for path in sorted(folder.rglob("*")) if path.is_file())
    tables = {f"parquet/{path.relative_to(folder).as_posix()}": path for path in parts}
    return {name: path for name, path in names.items() if path.exists()} | tables


def _upload(files: Any, root: str, folder: Path, published: str, stable: dict[str, Path]) -> None:
    manifest = json.loads((folder / export.MANIFEST).read_text("utf-8"))
    names = [f"{STABLE}/{name}" for name in stable]
    manifest |= {"folder": folder.name, "sha256": published, "stable": names}
    files.makedirs(root, exist_ok=True)
    files.put(f"{folder}/", f"{root}/{folder.name}/", recursive=True)
    _replace_stable(files, f"{root}/{STABLE}", stable)
    unfinished = f"{root}/.{LATEST}"
    files.pipe_file(unfinished, (json.dumps(manifest, ensure_ascii=False, indent=2) + "\n").encode())
    files.mv(unfinished, f"{root}/{LATEST}")


def _replace_stable(files: Any, place: str, stable: dict[str, Path]) -> None:
    """Replace each file below `latest/` whole, and remove what earlier nights left there."""
    for name, source in stable.items():
        target = f"{place}/{name}"
        parent, _, last = target.rpartition("/")
        files.makedirs(parent, exist_ok=True)
        files.put_file(str(source), f"{parent}/.{last}")
        files.mv(f"{parent}/.{last}", target)
    files.invalidate_cache()
    for path in files.find(place):
        if str(path).rpartition(f"{place}/")[2] not in stable:
            files.rm_file(path)


def _drop_old(files: Any, root: str, earlier: int) -> None:
    """Remove all but the last exports; only folders named like a run are touched."""
    files.invalidate_cache()
    names = (str(path).rstrip("/").rpartition("/")[2] for path in files.ls(root, detail=False))
    runs = sorted(name for name in names if RUN.fullmatch(name))
    for name in runs[: -(earlier + 1)]:
        files.rm(f"{root}/{name}", recursive=True)


def _message(error: Exception, url: str) -> str:
    """The storage's own message as one line, without the secrets of the URL."""
    words = masked((str(error) or type(error).__name__).splitlines()[0], credentials(url))
    return words.rstrip(".") + "."
