"""People of series who rode together are matched together again."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from service.store import keys
from service.usecases import batches
from service.usecases.context import Context
from service.usecases.markets import MarketChange, update_market
from service.usecases.occurrences import look_after_due
from tests.factories import offer_body, request_body
from tests.running import run_batch
from tests.service.api.recurring import TAG, recurring, sound, trips
from tests.service.api.rides import confirm, post

pytestmark = pytest.mark.anyio


async def test_people_of_series_ride_together_again_where_it_costs_less_than_the_bonus(
    context: Context, partner: httpx.AsyncClient, clock: Any
) -> None:
    mondays = "FREQ=WEEKLY;BYDAY=MO"
    usual = await post(partner, "offer", recurring(offer_body(), mondays))
    rider = await post(partner, "request", recurring(request_body(), mondays))
    await run_batch(context)
    await confirm(partner, (await trips(partner, usual))[0], (await trips(partner, rider))[0])
    ends = {end: request_body()[end] for end in ("origin", "destination")}
    nearer = await post(partner, "offer", recurring(offer_body(commuter_id="eve", **ends), mondays))
    clock.move(days=1)
    await look_after_due(context, "main")
    for bonus_s, driver in ((0, nearer), (300, usual)):
        await update_market(context, "main", MarketChange(policy={"pool_bonus_s": bonus_s}))
        context.markets.forget()
        await run_batch(context)
        held = (await trips(partner, rider))[1]
        match = (await partner.get(f"/v1/matches/{held['match_id']}")).json()
        assert match["offer_id"] == (await trips(partner, driver))[-1]["id"]
        clock.move(minutes=11)
        await batches.expire_due(context, "main")
    await sound(context)


async def test_what_is_kept_of_who_rode_together_is_bounded(context: Context, partner: httpx.AsyncClient) -> None:
    pool = keys.POOL(TAG, "ser_driver")
    await context.store.redis.zadd(pool, {f"ser_{n}": n for n in range(2, 40)})
    usual = await post(partner, "offer", recurring(offer_body()))
    rider = await post(partner, "request", recurring(request_body()))
    await run_batch(context)
    for driver, passenger in zip(await trips(partner, usual), await trips(partner, rider), strict=True):
        await context.store.redis.hset(keys.TRIP(TAG, driver["id"]), "series", "ser_driver")
        await confirm(partner, driver, passenger)
    kept = await context.store.redis.zrange(pool, 0, -1, withscores=True)
    assert len(kept) == 32
    assert min(count for _, count in kept) > 3
    assert await context.store.redis.ttl(pool) > 86_400
