"""What callers of the API notice of a large batch on the same machine."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from loadtests.capacity import requests
from loadtests.capacity.client import Answers, connected, keep_pace, pace
from loadtests.capacity.fleet import Fleet
from loadtests.capacity.people import partner_with_key, post_morning
from loadtests.capacity.waiting import eventually
from service.ids import new_id
from service.model.batches import Batch
from service.model.partners import Caller, sandbox_market
from service.store import batches as store_batches
from service.usecases.context import Context

CALLS_PER_S = 50.0
_CONNECTIONS = 64
_BEFORE_S = 10.0
_NEVER_S = 86_400.0  # between scheduled batches
_WITHIN_S = 300.0
_LOOK_S = 0.2


@dataclass(frozen=True, slots=True)
class Beside:
    """One round: p50 and p99 of POST /v1/offers alone, and from the request for a batch of so many trips to its end."""

    trips: int
    batch_s: float
    alone_p50_ms: float
    alone_p99_ms: float
    during_p50_ms: float
    during_p99_ms: float
    batch_alone_s: float = math.nan
    """Of the same trips, in another sandbox, while nobody calls."""


async def measure_beside(directory: Path, size: int, rounds: int, time_limit_s: float) -> list[Beside]:
    """Call at a fixed rate before and during a batch of a sandbox, a new one each round."""
    fleet = Fleet(directory, batch_interval_s=_NEVER_S, batch_time_limit_s=time_limit_s)
    async with fleet, fleet.context() as context:
        await fleet.start("matcher")
        await fleet.start_api(1)
        _, key = await partner_with_key(context)
        offers = requests.offers(key)
        return [await _beside(fleet, context, offers, size, seed) for seed in range(rounds)]


async def _beside(fleet: Fleet, context: Context, offers: Iterator[bytes], size: int, seed: int) -> Beside:
    async def rest() -> None:
        await asyncio.sleep(_LOOK_S)

    batch_alone_s = await _batch_s(context, await _morning(context, size, seed), rest)
    alone, during = await pace(fleet.url, offers, CALLS_PER_S, _BEFORE_S, _CONNECTIONS), Answers()
    caller = await _morning(context, size, seed)
    async with connected(fleet.url, _CONNECTIONS) as made:

        async def call() -> None:
            during.took_s += (await keep_pace(made, offers, CALLS_PER_S, 1.0)).took_s

        batch_s = await _batch_s(context, caller, call)
    return Beside(
        size, batch_s, alone.percentile_ms(50), alone.percentile_ms(99),
        during.percentile_ms(50), during.percentile_ms(99), batch_alone_s,
    )  # fmt: skip


async def _morning(context: Context, size: int, seed: int) -> Caller:
    """Post so many trips in a new sandbox that is looked after: its next scheduled batch is far away."""
    caller, _ = await partner_with_key(context, sandbox=True)

    async def is_looked_after() -> bool:
        return await store_batches.last_ticks(context.store, [sandbox_market(caller.partner_id)]) != [None]

    await eventually(is_looked_after, _WITHIN_S)
    await post_morning(context, caller, size, seed)
    return caller


async def _batch_s(context: Context, caller: Caller, meanwhile: Callable[[], Awaitable[None]]) -> float:
    """Return what the service says that a batch of this sandbox took; `meanwhile` is done until it has ended."""
    store, market = context.store, sandbox_market(caller.partner_id)
    asked = Batch(new_id("batch"), market, "requested", context.clock.now())
    await store_batches.request_batch(store, asked, caller.partner_id, None)
    while True:  # from when it is asked for, so that the shortest one is met, too
        await meanwhile()
        (batch,) = await store_batches.get_batches(store, market, [asked.id])
        if batch is not None and batch.started_at is not None and batch.finished_at is not None:
            return (batch.finished_at - batch.started_at).total_seconds()
