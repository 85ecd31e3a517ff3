"""What `/metrics` tells of markets: as the store has it, and nothing where it can not be asked."""

from __future__ import annotations

import re

import httpx
import pytest

from service.settings import Settings
from service.store import batches, keys
from service.store.client import Store
from service.usecases.context import Context
from tests.conftest import FakeClock
from tests.factories import offer_body, request_body
from tests.running import run_batch
from tests.service.api.conftest import MakeClient
from tests.service.api.rides import post
from tests.service.markets import west_and_east

pytestmark = pytest.mark.anyio


async def told(client: httpx.AsyncClient) -> dict[str, dict[str, float]]:
    """Return the metrics of markets: name to market to value."""
    text = (await client.get("/metrics")).text
    found: dict[str, dict[str, float]] = {}
    for name, market, value in re.findall(r'^carpool_market_(\w+)\{market="([^"]+)"\} (\S+)$', text, re.MULTILINE):
        found.setdefault(name, {})[market] = float(value)
    return found


async def test_each_live_market_is_told_of_and_no_sandbox(
    context: Context, clock: FakeClock, partner: httpx.AsyncClient, client_of: MakeClient
) -> None:
    await west_and_east(context, clock)
    sandboxed = await client_of(sandbox=True)
    for client in (partner, sandboxed):
        await post(client, "offer", offer_body())
    for name in ("rob", "al", "ann", "cas"):
        await post(partner, "request", request_body(commuter_id=name))
    assert (await told(partner))["open_trips"] == {"main": 0, "west": 5, "east": 0}
    assert "batch_gap" not in await told(partner)

    batch = await run_batch(context, market="west")
    await batches.mark_tick(context.store, "west", clock.now())
    clock.move(seconds=40)
    seen = await told(partner)
    waiting = seen.pop("outbox_age_seconds")  # nobody relays here; since when is by the store's clock
    assert waiting.pop("west") >= 0
    assert waiting == {"main": 0, "east": 0}
    assert seen == {
        "open_trips": {"main": 0, "west": 5 - 1 - batch.riders, "east": 0},
        "look_age_seconds": {"west": 40}, "batch_age_seconds": {"west": 40}, "batch_gap": {"west": batch.gap},
    }  # fmt: skip
    assert "carpool_markets 3.0" in (await partner.get("/metrics")).text


async def test_a_damaged_batch_is_passed_over(context: Context, clock: FakeClock, partner: httpx.AsyncClient) -> None:
    await post(partner, "offer", offer_body())
    await post(partner, "request", request_body())
    first = await run_batch(context)
    clock.move(seconds=5)
    second = await run_batch(context)
    await context.store.redis.hset(keys.BATCH("{m:main}", second.id), "doc", "{")
    assert (await told(partner))["batch_age_seconds"] == {"main": 5}
    assert first.id != second.id


async def test_without_the_store_the_others_are_still_told(context: Context) -> None:
    from service.api.app import create_app

    away = Context(Store("redis://127.0.0.1:1"), context.clock, Settings(), context.cipher)
    transport = httpx.ASGITransport(create_app(away), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        answer = await client.get("/metrics")
        assert answer.status_code == 200
        assert "carpool_http_requests_total" in answer.text
        assert "carpool_market_open_trips" not in answer.text
    await away.store.close()
