"""What has ended, so that it is dropped when the retention has passed."""

from __future__ import annotations

from collections.abc import Sequence

from service.clock import to_ms
from service.store import keys
from service.store.checks.reading import Pass, found_in, judge


async def check_records(on: Pass, tag: str, ids: Sequence[str]) -> None:
    """See that trips and matches that have ended are known to have."""
    on.report.read("ended", len(ids))
    now_ms = str(to_ms(on.now))
    await judge(on, "check_ended", tag, [{"id": id_, "found": False, "now_ms": now_ms} for id_ in ids])


async def check_found(on: Pass, tag: str) -> None:
    """See that there is a record for each that is known to have ended."""
    async for places in found_in(on, "ended", [keys.ENDED(tag)], "zset"):
        await judge(on, "check_ended", tag, [{"id": id_, "found": True} for _, id_ in places], astray="ended")
