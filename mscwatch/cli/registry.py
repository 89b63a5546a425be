"""`mscwatch registry`: the embedded registry, for trying things."""

from __future__ import annotations

import signal
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from mscwatch.cli import screen
from mscwatch.errors import ConfigError
from mscwatch.replica import Replica, snapshot_from_ndjson
from mscwatch.replica.papers import papers_from_ndjson


def registry(
    records: Annotated[
        list[Path],
        typer.Option(metavar="FILE", help="NDJSON of API v2 records, plain or .gz; may be repeated."),
    ],
    papers: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="NDJSON of papers, plain or .gz: a stand-in of Europe PMC and PubMed, too."
        ),
    ] = None,
    port: Annotated[int, typer.Option(metavar="N", help="Port on 127.0.0.1; 0 takes a free one.")] = 0,
    data_timestamp: Annotated[
        str, typer.Option(metavar="TIME", help="What /version says (UTC).")
    ] = "2022-10-06T09:00:05",
) -> None:
    """Serve records as the registry would, for trying things.

    With --papers also Europe PMC's search and PubMed's E-utilities, which know no query language: numbers of trials
    find the papers that name one, any other query finds all. A paper is a JSON object in a line: title (needed), pmid,
    pmcid, doi, preprint_id, authors, journal, year, published_on, indexed_on, abstract, publication_types,
    declared_numbers, full_text, is_retracted, preprint_of, corrects.
    """
    try:
        snapshot = snapshot_from_ndjson(*records, data_timestamp=data_timestamp)
        snapshot = replace(snapshot, papers=papers_from_ndjson(papers) if papers else ())
    except ValueError as error:
        raise ConfigError(f"Cannot serve {error}. Give NDJSON: one study or paper in a line.") from error
    except OSError as error:
        raise ConfigError(f"Cannot serve {error.filename}: {error.strerror or error}.") from error
    try:
        replica = Replica([snapshot], port=port)
    except (OSError, OverflowError) as error:
        raise ConfigError(f"Cannot serve at port {port}: {error}. Choose another --port.") from error
    with replica as running:
        screen.say(f"{len(snapshot.records)} records at {running.url}")
        settings = f"MSCWATCH_API_URL={running.url}"
        if papers:
            screen.say(f"{len(snapshot.papers)} papers at {running.europepmc_url} and {running.pubmed_url}")
            settings += (
                f" MSCWATCH_EUROPEPMC_URL={running.europepmc_url} MSCWATCH_PUBMED_URL={running.pubmed_url}"
            )
        screen.say(f"Try: {settings} mscwatch preview")
        signal.sigwait({signal.SIGINT, signal.SIGTERM})
