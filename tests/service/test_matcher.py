"""The matcher process's loop on a real store: it runs what was asked for, skips what did not change, hands over."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import orjson
import pytest
from redis.exceptions import ResponseError

from matching import Instance, Plan, solve
from service.clock import SystemClock
from service.matcher import Matcher
from service.model.batches import Batch
from service.model.partners import Caller
from service.model.trips import OfferDraft, RequestDraft
from service.settings import Settings
from service.store import batches, keys, leases, trips
from service.store.listing import PageOf
from service.usecases.batches import fail_abandoned, run_batch
from service.usecases.context import Context
from service.usecases.trips import post_trip
from tests.factories import offer_body, request_body
from tests.service.making import eventually

pytestmark = pytest.mark.anyio


@asynccontextmanager
async def matching(context: Context, run: Callable[..., Plan]) -> AsyncIterator[Matcher]:
    """Run a matcher for the length of a block."""
    matcher, stop = Matcher(context, lambda: run, lambda: None), asyncio.Event()
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


async def offer_and_request(context: Context) -> None:
    """Post two trips of an hour from now that fit together."""
    leave = context.clock.now() + timedelta(hours=1)
    times = {"earliest_departure": leave, "latest_arrival": leave + timedelta(hours=1)}
    caller = Caller("par_x", "key_x", frozenset(), sandbox=False)
    drafts = (OfferDraft(**offer_body(**times)), RequestDraft(**request_body(**times)))
    for kind, draft in zip(("offer", "request"), drafts, strict=True):
        await post_trip(context, caller, kind, draft, lambda _: None)


async def listed(context: Context) -> list[Batch]:
    return (await batches.list_batches(context.store, "main", PageOf())).items


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
    asked = Batch("bat_" + "0" * 26, "main", "requested", now)
    await batches.request_batch(store, asked, "par_x", None)
    started = 0

    async def kills(instance: Instance) -> Plan:
        nonlocal started
        started += 1
        raise asyncio.CancelledError  # as far as the store can tell, the process is gone

    for number in range(3):
        lease = await leases.take(store, "main", leases.MATCHER, f"m{number}", now + timedelta(minutes=number), 20)
        assert lease is not None
        assert await fail_abandoned(real_context, "main", lease) == []
        (batch,) = await batches.get_batches(store, "main", [asked.id])
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
    calls = 0

    def breaks_once(instance: Instance, stopped: Callable[[], bool]) -> Plan:
        nonlocal calls
        calls += 1
        if calls == 1:
            raise ArithmeticError("no")
        return solve(instance)

    async with matching(real_context, breaks_once):

        async def matched() -> bool:
            return [batch.matches for batch in await listed(real_context)][:2] == [1, 0]

        await eventually(matched)
    assert [batch.status for batch in await listed(real_context)] == ["completed", "failed"]


async def test_a_market_keeps_its_solver_from_batch_to_batch_and_gets_another_with_another_lease(
    real_context: Context,
) -> None:
    store, numbers = real_context.store, iter(range(100))
    used: list[int] = []

    def new_solver() -> Callable[[Instance, Callable[[], bool]], Plan]:
        number = next(numbers)

        def run(instance: Instance, stopped: Callable[[], bool]) -> Plan:
            used.append(number)
            return solve(instance)

        return run

    async def runs_a_batch(digit: str) -> None:
        asked = Batch("bat_" + digit * 26, "main", "requested", real_context.clock.now())
        await batches.request_batch(store, asked, "par_x", None)
        before = len(used)

        async def ran() -> bool:
            return len(used) > before and await batches.requested_batches(store, "main") == []

        await eventually(ran)

    stop = asyncio.Event()
    task = asyncio.create_task(Matcher(real_context, new_solver, lambda: None).run(stop))
    try:
        await runs_a_batch("0")
        await runs_a_batch("1")
        later = real_context.clock.now() + timedelta(hours=1)  # by when this one's lease has run out
        taken = await leases.take(store, "main", leases.MATCHER, "another", later, 20)
        assert taken is not None
        await leases.drop(store, "main", taken)
        await runs_a_batch("2")
    finally:
        stop.set()
        await asyncio.wait_for(task, 20)
    assert used == [0, 0, 1]


async def test_a_failed_warm_up_ends_the_matcher_and_gives_its_market_back(real_context: Context) -> None:
    await offer_and_request(real_context)

    def breaks() -> None:
        raise ArithmeticError("no")

    with pytest.raises(ArithmeticError):
        async with asyncio.timeout(20):
            await Matcher(real_context, lambda: engine, breaks).run(asyncio.Event())
    lease = await leases.take(real_context.store, "main", leases.MATCHER, "b", real_context.clock.now(), 1)
    assert lease is not None
    assert not {task.get_name() for task in asyncio.all_tasks()} & {"rounds", "leases", "warm_up"}


async def test_while_it_warms_up_a_matcher_ends_what_is_due_but_claims_no_round_that_is_waited_for(
    real_context: Context,
) -> None:
    store, warm = real_context.store, threading.Event()
    gone = "req_" + "0" * 26
    await offer_and_request(real_context)
    await store.redis.zadd(keys.DUE("{m:main}"), {gone: 0})
    stop = asyncio.Event()
    task = asyncio.create_task(Matcher(real_context, lambda: engine, warm.wait).run(stop))
    try:
        await eventually(lambda: store.redis.sismember(keys.SET_ASIDE("{m:main}"), gone))
        assert await batches.last_tick(store, "main") is None
        warm.set()
        await eventually(lambda: batches.last_tick(store, "main"))
        assert [batch.matches for batch in await listed(real_context)] == [1]
    finally:
        warm.set()
        stop.set()
        await asyncio.wait_for(task, 20)


async def test_a_matcher_that_can_not_renew_its_leases_ends(
    real_context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.matcher._RENEW_S", 0.05)
    store = real_context.store
    task = asyncio.create_task(Matcher(real_context, lambda: engine, lambda: None).run(asyncio.Event()))
    await eventually(lambda: batches.last_tick(store, "main"))
    await store.redis.set(keys.LEASE("{m:main}", leases.MATCHER), "not a lease")
    with pytest.raises(ResponseError):
        await asyncio.wait_for(task, 20)
