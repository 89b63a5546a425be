"""Papers by hand: a search of the services now, and the file of a search that a person made.

Both judge and store as a night does, and publish. The next night that publishes tells what counts since.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from mscwatch.errors import ConfigError, NoAnswerError, RefusedError, WarehouseError
from mscwatch.paper_sources.nightly import look_for_papers
from mscwatch.papers.imported import ImportedFile, read_file
from mscwatch.pipeline import wiring
from mscwatch.pipeline.context import RunOrder
from mscwatch.pipeline.paper_search import judge_all, search_order_of, store_judged
from mscwatch.store import found_papers, ledger, paper_searches, sql, working
from mscwatch.store.data_dir import locked
from mscwatch.store.publish import publish_copy
from mscwatch.store.sql import Connection, row_of
from mscwatch.vocabulary import PaperSource, SearchOutcome

LARGEST = 64_000_000  # bytes of an imported file
MOST_REQUESTS = 40  # of a search by hand: a person waits for it, and it reads more full texts than a night
MOST_NAMED = 100  # entries that were left out, in the row of `searches`


@dataclass(frozen=True, slots=True)
class Looked:
    """How a search or an import went. `hits` counts what the services announced, or the entries of the file."""

    run_id: str
    hits: int
    read: int  # papers
    new: int  # of these, brought by no search before
    known: int = 0  # papers of a file of which a service told before
    requests: int = 0
    counting: int = 0  # links that count, and did not before
    waiting: int = 0  # links that wait for a person, of all
    left_out: tuple[str, ...] = ()
    note: str = ""


def search_now(order: RunOrder) -> Looked:
    """Ask Europe PMC and PubMed now, as a night would.

    Raises `ConfigError` where the settings or the watch do not ask for papers, `RefusedError` for a search that is not
    proven, `NoAnswerError` where a service gave no usable answer (the table `searches` says so, nothing else changes),
    `LockedError` while a run is at work, `WarehouseError` where no night was published yet.
    """
    _refuse_unasked(order)
    sources = wiring.paper_sources(order.settings)
    started = order.clock()
    run_id = f"search-{started:%Y%m%dT%H%M%S%f}-{secrets.token_hex(2)}"
    with _at_work(order):
        with _opened(order) as con:
            search_order = search_order_of(con, order.watch, started)
            trials = found_papers.sketches(con)
        search_order = replace(search_order, most_requests=MOST_REQUESTS)
        harvest = look_for_papers(sources, search_order)
        judged = judge_all(harvest.papers, trials)
        with _opened(order) as con, sql.transaction(con):
            before = found_papers.counting(con)
            new = store_judged(con, judged, run_id, started)
            paper_searches.note_search(con, run_id, started, map(row_of, harvest.asked), new)
            counting, waiting = found_papers.counting(con) - before, found_papers.waiting(con)
        if not harvest.is_proven:
            answered = any(question.outcome is SearchOutcome.REFUSED for question in harvest.asked)
            kind = RefusedError if answered else NoAnswerError
            raise kind(f"The search for papers was not trusted, so it changed nothing: {harvest.problem}")
        _publish(order)
    hits = sum(question.hit_count or 0 for question in harvest.asked if question.subject != "articles")
    return Looked(
        run_id, hits, len(harvest.papers), new, requests=sources.requests, counting=counting, waiting=waiting
    )


def import_file(order: RunOrder, file: Path) -> Looked:
    """Take the papers of a file that a person exported; what PubMed told of one, or a service first, is not replaced.

    The same file a second time adds no paper, no link and no row of `searches`. Raises `ConfigError` for a file that
    cannot be read, `LockedError` while a run is at work, `WarehouseError` where no night was published yet; then
    nothing is stored.
    """
    content = _content(file)
    try:
        imported = read_file(content)
    except ConfigError as error:
        raise ConfigError(f"The file {file} {error}") from error
    if not imported.papers:
        raise ConfigError(
            f"The file {file} has no paper that can be used: {'; '.join(imported.left_out[:3])}."
        )
    started = order.clock()
    run_id = f"import-{started:%Y%m%dT%H%M%S%f}-{secrets.token_hex(2)}"
    digest = hashlib.sha256(content).hexdigest()
    with _at_work(order):
        with _opened(order) as con, sql.transaction(con):
            told = found_papers.told_by_services(con)
            stored = found_papers.pmids_by_doi(con)  # so that a paper is judged under the number that it has
            papers = [
                replace(paper, pmid=paper.pmid or stored.get(paper.doi, ""))
                for paper in imported.papers
                if told.isdisjoint(paper.identifiers)
            ]
            before = found_papers.counting(con)
            new = store_judged(con, judge_all(papers, found_papers.sketches(con)), run_id, started)
            if not paper_searches.was_imported(con, digest):
                row = _row(imported, {"file": file.name, "sha256": digest})
                paper_searches.note_search(con, run_id, started, [row], new)
            counting, waiting = found_papers.counting(con) - before, found_papers.waiting(con)
        _publish(order)
    return Looked(
        run_id,
        imported.entries,
        len(imported.papers),
        new,
        known=len(imported.papers) - len(papers),
        counting=counting,
        waiting=waiting,
        left_out=imported.left_out,
        note=imported.note,
    )


def _refuse_unasked(order: RunOrder) -> None:
    if not order.watch.papers.query:
        raise ConfigError(
            f"The watch {order.watch.name} has no table [papers] with a query. Add one to its file."
        )
    if not order.settings.papers:
        raise ConfigError("MSCWATCH_PAPERS is off, so no paper source is asked. Set it to on, then search.")
    if not order.settings.papers_are_asked:
        raise ConfigError(
            "The registry is a stand-in and the paper sources are the public ones, which are not asked about invented "
            "trials. Set MSCWATCH_EUROPEPMC_URL and MSCWATCH_PUBMED_URL to the stand-in's too."
        )


@contextmanager
def _at_work(order: RunOrder) -> Iterator[None]:
    """Hold the lock of a data directory with a published night."""
    if not order.data_dir.working.exists():
        raise WarehouseError(f"There is no warehouse in {order.data_dir.path}. Run `mscwatch run` first.")
    with locked(order.data_dir):
        with _opened(order) as con:
            working.refuse_other_watch(sql.meta(con, "watch"), order.watch.name, order.data_dir.path)
            if ledger.last_trusted_run(con) is None:
                raise WarehouseError(
                    "No night is published yet, so papers have no trial to belong to. Run `mscwatch run` first."
                )
        yield


def _opened(order: RunOrder) -> AbstractContextManager[Connection]:
    return working.open_warehouse(order.data_dir, order.settings.memory_limit)


def _publish(order: RunOrder) -> None:
    publish_copy(order.data_dir, order.settings.keep_published)


def _content(file: Path) -> bytes:
    try:
        if file.stat().st_size > LARGEST:
            raise ConfigError(f"The file {file} is larger than {LARGEST / 1e6:.0f} MB. Split it.")
        return file.read_bytes()
    except OSError as error:
        raise ConfigError(f"The file {file} cannot be read: {error.strerror or error}.") from error


def _row(imported: ImportedFile, proof: dict[str, Any]) -> dict[str, Any]:
    return {
        "source": PaperSource.PERSON,
        "subject": "import",
        "outcome": SearchOutcome.PROVEN,
        "hit_count": imported.entries,
        "fetched": len(imported.papers),
        "requests": 0,
        "proof": proof | {"format": imported.form, "left_out": list(imported.left_out[:MOST_NAMED])},
    }
