"""What the operator hears when the ledger can take nothing: the disk is full, or the working file cannot be opened.

The alarm goes out by the channels alone, and a small file says that it did, so that it is sent once. The next run that
can write records it as the failure that it was, and tells the operator when it is over, as after any failed night.
"""

from __future__ import annotations

import logging
from contextlib import suppress

from mscwatch import digest
from mscwatch.channels import send_with_retries
from mscwatch.digest import notices
from mscwatch.errors import MscwatchError
from mscwatch.model import Notice
from mscwatch.pipeline.context import RunContext
from mscwatch.store import addresses, ledger
from mscwatch.store.sql import Connection
from mscwatch.vocabulary import RunOutcome

log = logging.getLogger(__name__)


def sound(context: RunContext, error: MscwatchError) -> None:
    """Notify the operator of an error, unless an earlier run did and none could write since."""
    mark = context.order.data_dir.alarm
    if mark.exists():
        return
    run_id, text = context.result.run_id, str(error)
    notice = notices.incident(run_id, context.result.watch, RunOutcome.FAILED, text, is_open=False)
    arrived = _send(context, notice) if notice else 0
    with suppress(OSError):  # without it the next run says it again
        mark.write_text(f"{run_id} {arrived}\n{text}\n", encoding="utf-8")


def record(con: Connection, context: RunContext) -> None:
    """Record an error that an earlier run could not, as an open incident; it is owed where it did not arrive then."""
    mark = context.order.data_dir.alarm
    if not mark.exists():
        return
    first, _, text = mark.read_text("utf-8").partition("\n")
    run_id, _, arrived = first.partition(" ")
    notice = notices.incident(run_id, context.result.watch, RunOutcome.FAILED, text.strip(), is_open=False)
    if notice:
        heard = arrived not in ("", "0")
        unheard = () if heard else context.routes.operator_except(addresses.switched_off(con))
        ledger.enqueue_notice(con, notice, context.result.run_id, unheard)


def clear(context: RunContext) -> None:
    """Forget the alarm: what `record` wrote is on the disk, so there is room again."""
    context.order.data_dir.alarm.unlink(missing_ok=True)


def _send(context: RunContext, notice: Notice) -> int:
    """Send one notice to the operator, past the ledger. Returns at how many addresses it arrived."""
    watch, arrived = context.order.watch, 0
    message = digest.compose(
        [],
        [notice],
        title=watch.title,
        night=context.result.data_date,
        banner=watch.banner,
        page_url=context.order.settings.page_url,
    )
    for address in context.routes.operator:
        try:
            send_with_retries(context.routes.channels[address], message, address.recipient)
        except Exception as error:  # noqa: BLE001  the error that is told matters more
            log.warning("The operator was not reached: %s", error)
        else:
            arrived += 1
    return arrived
