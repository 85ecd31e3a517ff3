"""The matcher process's loop on a real store: it runs what was asked for, skips what did not change, hands over."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import orjson
import pytest

from matching import Instance, Plan, solve
from service.clock import SystemClock
from service.matcher import Matcher
from service.model.batches import Batch
from service.settings import Settings
from service.store import batches, keys, leases, trips
from service.store.listing import PageOf
from service.usecases.context import Context
from tests.service.making import eventually

pytestmark = pytest.mark.anyio


@asynccontextmanager
async def matching(context: Context, run: Callable[..., Plan]) -> AsyncIterator[Matcher]:
    """Run a matcher for the length of a block."""
    matcher, stop = Matcher(context, run, lambda: None), asyncio.Event()
    task = asyncio.create_task(matcher.run(stop))
    try:
        yield matcher
    finally:
        stop.set()
        await asyncio.wait_for(task, 20)


def engine(instance: Instance, stopped: Callable[[], bool]) -> Plan:
    return solve(instance)


@pytest.fixture
def real_context(store: Any) -> Context:
    return Context(store, SystemClock(), Settings(batch_interval_s=0.3))


async def test_a_batch_that_was_asked_for_is_run_and_an_idle_market_makes_none(real_context: Context) -> None:
    store = real_context.store
    asked = Batch("bat_" + "0" * 26, "main", "requested", real_context.clock.now())
    await batches.request_batch(store, asked, "par_x", None)
    await store.redis.rpush("{m:main}:batch-queue", "bat_" + "1" * 26)  # purged while it waited
    async with matching(real_context, engine):

        async def ended() -> bool:
            (batch,) = await batches.get_batches(store, "main", [asked.id])
            return batch is not None and batch.status == "completed"

        await eventually(ended)
        ticks = {await batches.last_tick(store, "main")}

        async def ticked() -> bool:
            ticks.add(await batches.last_tick(store, "main"))
            return len(ticks) > 4

        await eventually(ticked)
    assert await batches.requested_batches(store, "main") == []
    assert len((await batches.list_batches(store, "main", PageOf())).items) == 1


async def test_a_matcher_that_stops_gives_its_market_back_at_once(real_context: Context) -> None:
    store = real_context.store
    async with matching(real_context, engine):
        await eventually(lambda: batches.last_tick(store, "main"))
        assert await leases.take(store, "main", leases.MATCHER, "b", real_context.clock.now(), 1) is None
    assert await leases.take(store, "main", leases.MATCHER, "b", real_context.clock.now(), 1) is not None


async def test_a_failing_engine_fails_its_batch_and_the_matcher_goes_on(real_context: Context) -> None:
    store = real_context.store
    ids = ["bat_" + digit * 26 for digit in "01"]
    calls = 0

    def breaks_once(instance: Instance, stopped: Callable[[], bool]) -> Plan:
        nonlocal calls
        calls += 1
        if calls == 1:
            raise ArithmeticError("no")
        return solve(instance)

    for id_ in ids:
        asked = Batch(id_, "main", "requested", real_context.clock.now())
        await batches.request_batch(store, asked, "par_x", None)
    async with matching(real_context, breaks_once):

        async def ended() -> bool:
            return [b and b.status for b in await batches.get_batches(store, "main", ids)] == ["failed", "completed"]

        await eventually(ended)


async def test_a_batch_that_can_not_be_read_is_set_aside_and_the_next_one_runs(real_context: Context) -> None:
    store = real_context.store
    ids = ["bat_" + digit * 26 for digit in "012"]
    for id_ in ids:
        await batches.request_batch(store, Batch(id_, "main", "requested", real_context.clock.now()), "par_x", None)
    await store.redis.hset(keys.BATCH("{m:main}", ids[0]), "doc", "{}")
    later = orjson.loads(await store.redis.hget(keys.BATCH("{m:main}", ids[1]), "doc")) | {"from_a_later_version": 1}
    await store.redis.hset(keys.BATCH("{m:main}", ids[1]), "doc", orjson.dumps(later))
    async with matching(real_context, engine):

        async def ended() -> bool:
            found, _ = await batches.read_each(store, "main", ids)
            return [batch and batch.status for batch in found] == [None, "completed", "completed"]

        await eventually(ended)
    assert await batches.requested_batches(store, "main") == []
    assert await store.redis.smembers(keys.SET_ASIDE("{m:main}")) == {ids[0]}


async def test_a_market_whose_round_fails_gets_no_tick_and_the_others_go_on(real_context: Context) -> None:
    store = real_context.store
    await trips.remember_market(store, "sandbox-par_x")
    await store.redis.set(keys.BATCH_QUEUE("{m:main}"), "not a list")
    async with matching(real_context, engine):
        ticks = set()

        async def ticked() -> bool:
            ticks.add(await batches.last_tick(store, "sandbox-par_x"))
            return len(ticks) > 3

        await eventually(ticked)
        assert await batches.last_tick(store, "main") is None
        await store.redis.delete(keys.BATCH_QUEUE("{m:main}"))
        await eventually(lambda: batches.last_tick(store, "main"))
