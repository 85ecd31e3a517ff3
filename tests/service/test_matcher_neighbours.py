"""A matcher at work on two markets that take each other's left-over trips."""

from __future__ import annotations

from datetime import timedelta

import pytest

from service.clock import SystemClock
from service.model.partners import Caller
from service.model.trips import OfferDraft, RequestDraft
from service.settings import Settings
from service.store import batches, keys, trips
from service.store.client import Store
from service.store.listing import PageOf
from service.usecases.context import Context
from service.usecases.trips import get_trip, post_trip
from tests.conftest import FakeClock
from tests.factories import offer_body, request_body
from tests.invariants import violations, violations_between
from tests.service.making import eventually
from tests.service.markets import ACROSS, west_and_east
from tests.service.matchers import engine, last_tick, matching

pytestmark = pytest.mark.anyio
CALLER = Caller("par_x", "key_x", frozenset(), sandbox=False)


async def test_a_rider_over_the_border_is_taken_along_and_then_the_markets_rest(store: Store) -> None:
    yesterday = FakeClock(SystemClock().now() - timedelta(days=1))
    await west_and_east(Context(store, yesterday, Settings()), yesterday)
    context = Context(store, SystemClock(), Settings(batch_interval_s=0.2))
    leave = context.clock.now() + timedelta(hours=1)
    times = {"earliest_departure": leave, "latest_arrival": leave + timedelta(hours=1)}
    driver, _ = await post_trip(context, CALLER, "offer", OfferDraft(**offer_body(**times)), lambda _: None)
    rider, _ = await post_trip(
        context, CALLER, "request", RequestDraft(**request_body(**ACROSS, **times)), lambda _: None
    )
    async with matching(context, engine):

        async def proposed() -> bool:
            return (await get_trip(context, CALLER, "request", rider.id)).status == "proposed"

        await eventually(proposed)
        await eventually(lambda: rested(store))
    held = [trip for trip in await trips.get_trips(store, "west", [driver.id, rider.id]) if trip is not None]
    assert [trip.status for trip in held] == ["proposed"] * 2
    assert [await violations(store, market) for market in ("west", "east")] == [[], []]
    assert await violations_between(store, ["main", "west", "east"], [driver.id, rider.id]) == []


async def rested(store: Store) -> bool:
    """Tell whether many rounds pass without a batch."""

    async def batches_run() -> int:
        return len((await batches.list_batches(store, ["west", "east"], PageOf())).items)

    before = await batches_run()
    ticks = {await last_tick(store, "west")}

    async def ticked() -> bool:
        ticks.add(await last_tick(store, "west"))
        return len(ticks) > 5

    await eventually(ticked)
    return await batches_run() == before and await store.redis.exists(keys.SEEN("{m:west}")) == 1
