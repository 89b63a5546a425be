"""Commands on the whole warehouse: `report`, `export`, `rebuild`, `backup` and `restore`."""

from __future__ import annotations

import webbrowser
from pathlib import Path
from typing import Annotated

import typer

from mscwatch.cli import screen
from mscwatch.report import render_page
from mscwatch.settings import load_settings
from mscwatch.store.backup import restore_backup, write_backup
from mscwatch.store.data_dir import DataDir
from mscwatch.store.export import MANIFEST, ExportFormat, export_tables
from mscwatch.store.rebuild import rebuild_derived
from mscwatch.store.report import compiled_templates, read_answers, write_page
from mscwatch.watches import load_watch


def report(
    to: Annotated[
        Path | None,
        typer.Option("--to", metavar="FILE", help="Where to write it; default: beside the warehouse."),
    ] = None,
    opened: Annotated[bool, typer.Option("--open", help="Open it in a browser.")] = False,
) -> None:
    """Write the HTML report: one page that needs no network."""
    data_dir = DataDir(load_settings().data_dir)
    path = to or data_dir.report
    page = render_page(*read_answers(data_dir), compiled_templates())
    write_page(path, page)
    screen.say(f"{path}: {len(page.encode()) / 1e6:.1f} MB, works without a network.")
    if opened and not webbrowser.open(path.resolve().as_uri()):
        screen.say("No browser could be started; open the file yourself.")


def export(
    folder: Annotated[
        Path,
        typer.Argument(metavar="DIR", help="New, empty, or holding an earlier export, which is replaced."),
    ],
    form: Annotated[ExportFormat, typer.Option("--format", help="What to write.")] = ExportFormat.PARQUET,
) -> None:
    """Write every table and view into a folder, with a manifest."""
    written = export_tables(DataDir(load_settings().data_dir), folder, form)
    rows = sum(table.rows for table in written)
    screen.say(
        f"{len(written)} tables and views, {rows} rows in {folder} as {form.value}; see {MANIFEST} there."
    )


def rebuild() -> None:
    """Derive every derived table again; no network, no events."""
    settings = load_settings()
    screen.log_to_stderr()
    done = rebuild_derived(
        DataDir(settings.data_dir),
        load_watch(settings.watch),
        settings.decisions,
        memory_limit=settings.memory_limit,
        keep=settings.keep_published,
    )
    screen.say(
        f"{done.rows} rows made from {done.records} records; {done.readings_changed} trials or links are read "
        "differently. " + ("Published." if done.published else "Not published: no night has been proven yet.")
    )


def backup(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="New, or an earlier backup, which is replaced.")
    ],
) -> None:
    """Save the warehouse into one file, and verify it."""
    manifest = write_backup(DataDir(load_settings().data_dir), file)
    screen.say(
        f"{manifest['counts']['main.versions']} records and {manifest['counts']['main.events']} events of the watch "
        f"{manifest['watch'] or '(none yet)'} in {file}; bring them back with `mscwatch restore`."
    )


def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False, help="A backup.")],
    replace: Annotated[bool, typer.Option("--replace", help="Replace the warehouse that is there.")] = False,
) -> None:
    """Restore a backup, verified and published."""
    settings = load_settings()
    manifest = restore_backup(
        DataDir(settings.data_dir),
        file,
        load_watch(settings.watch).name,
        replace=replace,
        memory_limit=settings.memory_limit,
        keep=settings.keep_published,
    )
    screen.say(
        f"The warehouse of {screen.cell(manifest['made_at'])} is back in {settings.data_dir}. "
        "The next run finds events since then and sends them again."
    )
