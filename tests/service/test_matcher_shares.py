"""Matchers share the markets: each its part, the large ones hold nobody else up, and none is left alone."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta

import pytest

from matching import Instance, Plan, solve
from service.clock import SystemClock, monotonic_s
from service.holdings import Holdings
from service.matcher import Matcher
from service.model.batches import Batch
from service.settings import Settings
from service.store import batches, keys, leases, trips
from service.store.client import Store
from service.usecases.context import Context
from tests.conftest import FakeClock
from tests.service.making import eventually
from tests.service.matchers import engine, running

pytestmark = pytest.mark.anyio
MARKETS = ("main", "a", "b", "c", "d", "e")


@pytest.fixture
async def six(store: Store, monkeypatch: pytest.MonkeyPatch) -> Context:
    """A context of six markets, whose matchers look at each other often."""
    monkeypatch.setattr("service.matcher._RENEW_S", 0.05)
    for market in MARKETS:
        await trips.remember_market(store, market)
    return Context(store, SystemClock(), Settings(batch_interval_s=0.2))


def matcher(context: Context) -> Matcher:
    return Matcher(context, lambda: engine, lambda: None)


async def holders(store: Store) -> Counter[str]:
    """Return how many markets each matcher holds."""
    found = Counter[str]()
    for market in MARKETS:
        owner = await store.redis.hget(keys.LEASE(keys.market_tag(market), leases.MATCHER), "owner")
        found[owner or "nobody"] += 1
    return found


async def shared_as(store: Store, *shares: int) -> None:
    async def so() -> bool:
        return sorted((await holders(store)).values()) == sorted(shares)

    await eventually(so)


async def test_one_two_and_three_matchers_share_the_markets_and_those_left_take_over(six: Context) -> None:
    async with running(matcher(six)):
        await shared_as(six.store, 6)
        async with running(matcher(six)):
            await shared_as(six.store, 3, 3)
            async with running(matcher(six)):
                await shared_as(six.store, 2, 2, 2)
            await shared_as(six.store, 3, 3)
        await shared_as(six.store, 6)


@asynccontextmanager
async def stuck_in(context: Context, market: str) -> AsyncIterator[Callable[[], bool]]:
    """Run a batch of a market that does not end for the length of a block; yields whether it has begun."""
    begun, over = threading.Event(), threading.Event()

    def run(instance: Instance, stopped: Callable[[], bool]) -> Plan:
        begun.set()
        over.wait(60)
        return solve(instance)

    asked = Batch("bat_" + "0" * 26, market, "requested", context.clock.now())
    await batches.request_batch(context.store, asked, "par_x", None)
    async with running(Matcher(context, lambda: run, lambda: None)):
        try:
            yield begun.is_set
        finally:
            over.set()


@pytest.mark.parametrize("others", [1, 2])
async def test_a_large_market_holds_none_of_the_others_up(six: Context, others: int) -> None:
    async with stuck_in(six, "c") as begun, AsyncExitStack() as stack:

        async def is_stuck() -> bool:
            return begun()

        await eventually(is_stuck)
        for _ in range(others):
            await stack.enter_async_context(running(matcher(six)))
        rest = [market for market in MARKETS if market != "c"]

        async def all_fresh() -> bool:
            ticks = await batches.last_ticks(six.store, rest)
            return all(tick and six.clock.now() - tick < timedelta(seconds=1) for tick in ticks)

        await eventually(all_fresh)
        since = six.clock.now()

        async def again() -> bool:
            return all(tick and tick > since for tick in await batches.last_ticks(six.store, rest))

        await eventually(again)


async def test_the_most_overdue_market_comes_first_and_one_never_looked_after_before_all(
    store: Store, clock: FakeClock
) -> None:
    holdings = Holdings(Context(store, clock, Settings()))
    for market, seconds_ago in {"a": 5, "b": 50, "c": 20}.items():
        await batches.mark_tick(store, market, clock.now() - timedelta(seconds=seconds_ago))
    assert await holdings.in_order(["a", "b", "c", "d"], {}) == ["d", "b", "c", "a"]
    assert await holdings.take("a") is not None
    overdue = {"a": monotonic_s() - 1000}
    assert await holdings.in_order(["a", "b", "c", "d"], overdue) == ["d", "a", "b", "c"]


async def test_what_took_least_time_is_given_back_first(store: Store, clock: FakeClock) -> None:
    context = Context(store, clock, Settings())
    holdings, markets = Holdings(context), ["a", "b", "c", "d"]
    await holdings.in_order(markets, {})
    for market in markets:
        await holdings.take(market)
    await leases.note_matcher(store, "another", clock.now(), 20)
    await holdings.renew({})
    await holdings.give_back_surplus({"a": 9.0, "b": 0.1, "c": 5.0})
    assert [market for market in markets if market in holdings] == ["a", "c"]
    await holdings.give_back_surplus({"a": 9.0, "c": 5.0})
    assert [market for market in markets if market in holdings] == ["a", "c"]


async def test_a_matcher_that_died_is_counted_no_longer_than_its_leases_last(store: Store, clock: FakeClock) -> None:
    assert await leases.note_matcher(store, "one", clock.now(), 20) == 1
    assert await leases.note_matcher(store, "two", clock.move(seconds=15), 20) == 2
    assert await leases.note_matcher(store, "two", clock.move(seconds=6), 20) == 1
