"""The matcher process's loop on a real store: it runs what was asked for, skips what did not change, hands over."""

from __future__ import annotations

import asyncio
import threading
from datetime import timedelta

import orjson
import pytest

from matching import Instance, Plan
from service.matcher import Matcher
from service.model.batches import Batch
from service.store import batches, keys, leases, trips
from service.store.listing import PageOf
from service.usecases.batches import fail_abandoned, run_batch
from service.usecases.context import Context
from tests.service.making import eventually
from tests.service.matchers import (
    ask_for_batch,
    breaks_once,
    engine,
    is_looked_after,
    last_tick,
    matching,
    offer_and_request,
    running,
)

pytestmark = pytest.mark.anyio


async def test_a_batch_that_was_asked_for_is_run_and_an_idle_market_makes_none(real_context: Context) -> None:
    store = real_context.store
    asked = await ask_for_batch(real_context)
    await store.redis.rpush("{m:main}:batch-queue", "bat_" + "1" * 26)  # purged while it waited
    async with matching(real_context, engine):

        async def ended() -> bool:
            (batch,) = await batches.get_batches(store, "main", [asked])
            return batch is not None and batch.status == "completed"

        await eventually(ended)
        ticks = {await last_tick(store)}

        async def ticked() -> bool:
            ticks.add(await last_tick(store))
            return len(ticks) > 4

        await eventually(ticked)
    assert await batches.requested_batches(store, "main") == []
    assert len((await batches.list_batches(store, ["main"], PageOf())).items) == 1


async def test_a_failing_engine_fails_its_batch_and_the_matcher_goes_on(real_context: Context) -> None:
    store = real_context.store
    ids = [await ask_for_batch(real_context, digit) for digit in "01"]
    async with matching(real_context, breaks_once()):

        async def ended() -> bool:
            return [b and b.status for b in await batches.get_batches(store, "main", ids)] == ["failed", "completed"]

        await eventually(ended)


async def test_a_batch_that_can_not_be_read_is_set_aside_and_the_next_one_runs(real_context: Context) -> None:
    store = real_context.store
    ids = [await ask_for_batch(real_context, digit) for digit in "012"]
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
            ticks.add(await last_tick(store, "sandbox-par_x"))
            return len(ticks) > 3

        await eventually(ticked)
        assert await last_tick(store) is None
        await store.redis.delete(keys.BATCH_QUEUE("{m:main}"))
        await eventually(lambda: is_looked_after(store))


async def listed(context: Context) -> list[Batch]:
    return (await batches.list_batches(context.store, ["main"], PageOf())).items


async def test_a_batch_left_running_by_a_killed_matcher_is_failed_by_the_next(real_context: Context) -> None:
    store, now = real_context.store, real_context.clock.now()
    killed = await leases.take(store, "main", leases.MATCHER, "killed", now - timedelta(seconds=30), 20)
    assert killed is not None
    left = Batch("bat_" + "0" * 26, "main", "running", now, version=2, started_at=now)
    await batches.put_batch(store, left, killed, 60)
    async with matching(real_context, engine):

        async def failed() -> bool:
            (batch,) = await batches.get_batches(store, "main", [left.id])
            return batch is not None and batch.status == "failed"

        await eventually(failed)
    (batch,) = await listed(real_context)
    assert batch.detail == "the matcher that ran it is gone"
    assert batch.version == 3
    assert batch.finished_at is not None


async def test_a_batch_that_was_asked_for_and_kills_its_matcher_is_given_up_after_three_starts(
    real_context: Context,
) -> None:
    store, now = real_context.store, real_context.clock.now()
    asked = await ask_for_batch(real_context)
    started = 0

    async def kills(instance: Instance) -> Plan:
        nonlocal started
        started += 1
        raise asyncio.CancelledError  # as far as the store can tell, the process is gone

    for number in range(3):
        lease = await leases.take(store, "main", leases.MATCHER, f"m{number}", now + timedelta(minutes=number), 20)
        assert lease is not None
        assert await fail_abandoned(real_context, "main", lease) == []
        (batch,) = await batches.get_batches(store, "main", [asked])
        assert batch is not None
        with pytest.raises(asyncio.CancelledError):
            await run_batch(real_context, lease, batch, kills)
    assert started == 3
    await leases.drop(store, "main", lease)
    async with matching(real_context, engine):

        async def over() -> bool:
            return await batches.requested_batches(store, "main") == []

        await eventually(over)
    (batch,) = await listed(real_context)
    assert batch.status == "failed"
    assert "started 3 times" in (batch.detail or "")


async def test_a_scheduled_batch_that_failed_is_tried_again_though_nothing_changed(real_context: Context) -> None:
    await offer_and_request(real_context)
    async with matching(real_context, breaks_once()):

        async def matched() -> bool:
            return [batch.matches for batch in await listed(real_context)][:2] == [1, 0]

        await eventually(matched)
    assert [batch.status for batch in await listed(real_context)] == ["completed", "failed"]


async def test_while_it_warms_up_a_matcher_ends_what_is_due_but_claims_no_round_that_is_waited_for(
    real_context: Context,
) -> None:
    store, warm = real_context.store, threading.Event()
    gone = "req_" + "0" * 26
    await offer_and_request(real_context)
    await store.redis.zadd(keys.DUE("{m:main}"), {gone: 0})
    async with running(Matcher(real_context, lambda: engine, warm.wait)):
        try:
            await eventually(lambda: store.redis.sismember(keys.SET_ASIDE("{m:main}"), gone))
            assert await last_tick(store) is None
        finally:
            warm.set()
        await eventually(lambda: is_looked_after(store))
        assert [batch.matches for batch in await listed(real_context)] == [1]
