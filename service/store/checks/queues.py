"""What is owed: endpoints' queues and what waits behind them, lanes, outboxes and how far logs have taken them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from service.clock import from_ms, to_ms
from service.store import keys
from service.store.checks.reading import Pass, found_in, judge
from service.store.parts import in_parts
from service.store.reading import members

_MOST_A_CALL = 200


async def check_lanes(on: Pass, tag: str, ids: Sequence[str], *, gone: bool = False) -> None:
    """Judge endpoints' lanes; with `gone` only whether an endpoint without a record is still owed something."""
    await judge(on, "check_endpoint", tag, [{"id": id_, "gone": gone} for id_ in ids])


async def check_queue(on: Pass, tag: str, endpoint: str) -> None:
    """Judge an endpoint's queue: each subject has one entry queued, and the rest of it waits behind that.

    What waits is read before what is queued, so that a subject without a queued entry is stuck unless it has moved
    since, which the function sees.
    """
    newest = await on.store.read(lambda redis: redis.xrevrange(keys.EVENTS(tag), count=1))
    waiting: dict[str, str] = {}
    async for some in members(on.store, keys.WAITING(tag, endpoint), "hash"):
        waiting.update(some)
    stuck, unordered = dict(waiting), []
    async for queued in found_in(on, "queues", [keys.QUEUE(tag, endpoint)], "zset"):
        for _, member in queued:
            subject = member.partition(" ")[2]
            stuck.pop(subject, None)
            if subject and subject not in waiting:
                unordered.append(member)
    common: dict[str, Any] = {"id": endpoint, "now_ms": str(to_ms(on.now)), "queued": [], "stuck": []}
    common["after"] = newest[0][0] if newest else "0-0"
    await judge(on, "check_queue", tag, [
        *(common | {"queued": part} for part in in_parts(unordered, _MOST_A_CALL)),
        *(common | {"stuck": part} for part in in_parts([list(pair) for pair in stuck.items()], _MOST_A_CALL)),
    ], at_once=1)  # fmt: skip


async def check_outbox(on: Pass, tag: str) -> None:
    """Tell how much of an outbox is yet to be relayed, and since when."""
    on.report.read("outboxes")
    waiting = await on.store.read(lambda redis: redis.xlen(keys.OUTBOX(tag)))
    first = await on.store.read(lambda redis: redis.xrange(keys.OUTBOX(tag), count=1))
    if first:
        age = (on.now - from_ms(int(first[0][0].partition("-")[0]))).total_seconds()
        on.report.notes.append(
            f"{waiting} events of {keys.owner_of(tag)} wait for a deliverer to relay them, "
            f"the oldest for {max(age, 0):.0f} s"
        )


async def check_dead(on: Pass, tag: str) -> None:
    """Tell how many events of a market were set aside because they could not be relayed."""
    dead = await on.store.read(lambda redis: redis.xlen(keys.OUTBOX_DEAD(tag)))
    on.report.notes.append(f"{dead} events of {keys.owner_of(tag)} could not be relayed: see {keys.OUTBOX_DEAD(tag)}")


async def check_relayed(on: Pass, tag: str) -> None:
    """See that what comes next in each market's outbox is newer than what this log has taken from it."""
    async for some in members(on.store, keys.RELAYED(tag), "hash"):
        for market, entry in some:
            await judge(on, "check_outbox", keys.market_tag(market), [{"id": market, "relayed": entry}])
