"""A data timestamp that is none, or lies at the ends of time."""

from __future__ import annotations

from mscwatch.pipeline.run import run_watch
from support.odd import RawRegistry, completed, order_in, record


def test_a_data_timestamp_at_the_ends_of_time_or_none_is_read_past(tmp_path):
    """Without a usable timestamp a night is read, as where `/version` gives none; the next good one is the last one."""
    stamps = [
        *('"0001-01-01T00:00:00"', '"9999-12-31T23:59:59"', '"9999-12-31T23:59:59-14:00"'),
        *('"0001-01-01T00:00:00+14:00"', '"yesterday"', "20221006"),
    ]
    codes = {}
    with RawRegistry([[record(1)], [completed(record(1))]]) as registry:
        order = order_in(tmp_path, registry.url)
        for stamp in stamps:
            registry.version["dataTimestamp"] = stamp
            codes[stamp] = run_watch(order).exit_code
        registry.version.clear()
        registry.night = 1
        result = run_watch(order)
        again = run_watch(order)
    assert codes == dict.fromkeys(stamps, 0)
    assert (result.exit_code, result.events, str(again.outcome)) == (0, {"completed": 1}, "unchanged")
