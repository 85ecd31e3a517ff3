"""Run a batch in the test's own process, on the test's clock."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

from matching import Instance, Plan, solve
from service.delivery.relay import Relay
from service.ids import new_id
from service.model.batches import Batch
from service.store import leases
from service.usecases import batches
from service.usecases.context import Context


async def run_batch(
    context: Context, *, market: str = "main", meanwhile: Callable[[], Awaitable[None]] | None = None
) -> Batch:
    """Run one batch of a market; `meanwhile` happens after it has read the trips, before it proposes."""
    lease = await leases.take(context.store, market, leases.MATCHER, "test", context.clock.now(), 60)
    assert lease is not None

    async def solve_aside(instance: Instance) -> Plan:
        if meanwhile is not None:
            await meanwhile()
        return await asyncio.to_thread(solve, instance)

    batch = Batch(new_id("batch"), market, "requested", context.clock.now())
    return await batches.run_batch(context, lease, batch, solve_aside)


async def relayed(context: Context, *markets: str) -> None:
    """Move what the outboxes hold into the logs, as the deliverer does."""
    relay = Relay(context.store, context.clock, timedelta(days=30), lambda _: None)
    await relay.relay_once(markets or ["main"], 1)
