"""What a night leaves on Prefect's pages: artifacts, and one event of Prefect's for each event of a trial."""

from __future__ import annotations

from typing import Any

from prefect import get_run_logger
from prefect.artifacts import create_link_artifact, create_markdown_artifact, create_table_artifact
from prefect.events import emit_event

from mscwatch.pipeline.context import RunOrder, RunResult
from mscwatch.pipeline.summary import event_rows, markdown, trial_event
from mscwatch.store import queries
from mscwatch.vocabulary import RunOutcome


def show_in_prefect(order: RunOrder, result: RunResult) -> None:
    """Write how the night went and its events, as artifacts, and emit the events.

    A night never fails because Prefect takes none of this.
    """
    key, report = f"mscwatch-{order.watch.name}", order.data_dir.report
    description = f"{order.watch.banner} How the night went".strip()
    try:
        events = _events(order, result)
        create_markdown_artifact(key=key, markdown=markdown(result, events), description=description)
        if events:
            create_table_artifact(
                key=f"{key}-events", table=event_rows(events), description="What happened, event by event"
            )
        if report.exists():
            path = report.resolve()
            link = order.settings.page_url or path.as_uri()
            create_link_artifact(
                key=f"{key}-report", link=link, link_text=order.settings.page_url or str(path)
            )
        for event in events:
            emit_event(**trial_event(event, order.watch.name))
    except Exception as error:  # noqa: BLE001  whatever Prefect's server answers, the run is good
        get_run_logger().warning("Prefect did not take all that this night shows: %s", error)


def _events(order: RunOrder, result: RunResult) -> list[dict[str, Any]]:
    """The rows of `queries.events` that this night published."""
    if result.outcome is not RunOutcome.PUBLISHED or not result.events:
        return []
    with queries.open_published(order.data_dir) as con:
        return queries.events(con, run_id=result.run_id)
