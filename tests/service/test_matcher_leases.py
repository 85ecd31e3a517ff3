"""A matcher's leases: given back when it ends, and each with a solver of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any

import pytest
from redis.exceptions import ResponseError
from structlog.testing import capture_logs

from matching import Instance, Plan, solve
from service.batch_runs import Solve
from service.matcher import Matcher
from service.store import batches, keys, leases
from service.usecases.context import Context
from tests.service.making import eventually
from tests.service.matchers import ask_for_batch, engine, is_looked_after, matching, offer_and_request, running

pytestmark = pytest.mark.anyio


async def test_a_matcher_that_stops_gives_its_market_back_at_once(real_context: Context) -> None:
    store = real_context.store
    async with matching(real_context, engine):
        await eventually(lambda: is_looked_after(store))
        assert await leases.take(store, "main", leases.MATCHER, "b", real_context.clock.now(), 1) is None
    assert await leases.take(store, "main", leases.MATCHER, "b", real_context.clock.now(), 1) is not None


async def test_a_market_keeps_its_solver_from_batch_to_batch_and_gets_another_with_another_lease(
    real_context: Context,
) -> None:
    store, numbers = real_context.store, iter(range(100))
    used: list[int] = []

    def new_solver() -> Solve:
        number = next(numbers)

        def run(instance: Instance, stopped: Callable[[], bool]) -> Plan:
            used.append(number)
            return solve(instance)

        return run

    async def runs_a_batch(digit: str) -> None:
        before = len(used)
        await ask_for_batch(real_context, digit)

        async def ran() -> bool:
            return len(used) > before and await batches.requested_batches(store, "main") == []

        await eventually(ran)

    async with running(Matcher(real_context, new_solver, lambda: None)):
        await runs_a_batch("0")
        await runs_a_batch("1")
        later = real_context.clock.now() + timedelta(hours=1)  # by when this one's lease has run out
        taken = await leases.take(store, "main", leases.MATCHER, "another", later, 20)
        assert taken is not None
        await leases.drop(store, "main", taken)
        await runs_a_batch("2")
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


async def test_the_log_tells_that_the_engine_is_made_ready_and_when_it_is(real_context: Context) -> None:
    with capture_logs() as logs:
        async with matching(real_context, engine):
            await eventually(lambda: is_looked_after(real_context.store))
            await eventually(lambda: has_event(logs, "engine_ready"))
    told = [line["event"] for line in logs if line["event"].startswith("engine_")]
    assert told == ["engine_prepares", "engine_ready"]


async def has_event(logs: Sequence[Mapping[str, Any]], name: str) -> bool:
    return any(line["event"] == name for line in logs)


async def test_a_matcher_that_can_not_renew_its_leases_ends(
    real_context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.matcher._RENEW_S", 0.05)
    store = real_context.store
    task = asyncio.create_task(Matcher(real_context, lambda: engine, lambda: None).run(asyncio.Event()))
    await eventually(lambda: is_looked_after(store))
    await store.redis.set(keys.LEASE("{m:main}", leases.MATCHER), "not a lease")
    with pytest.raises(ResponseError):
        await asyncio.wait_for(task, 20)
