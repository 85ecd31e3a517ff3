"""Deliveries of a sandbox: what is to be tried again later is, as soon as its time was moved on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import pytest
from standardwebhooks import Webhook

from loadtests.misbehaving import Receiver
from service.clock import SystemClock, to_ms
from service.delivery import run_deliverer
from service.model.events import log_owner
from service.model.webhooks import Delivery
from service.settings import Settings
from service.store import deliveries, worlds
from service.store.client import Store
from service.usecases.context import Context
from tests.service.making import CIPHER, emit, eventually, make_endpoint, new_event, read_endpoint

pytestmark = pytest.mark.anyio
MARKET = "sandbox-par_1"
OWNER = log_owner(MARKET, "par_1")
DAY_MS = 86_400_000
RARELY = Settings(allow_private_webhooks=True, webhook_retry_schedule=(3600, 7200, 7200))


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with Receiver() as serving:
        yield serving


@pytest.fixture
async def deliverer(store: Store) -> AsyncIterator[None]:
    stop = asyncio.Event()
    task = asyncio.create_task(run_deliverer(Context(store, SystemClock(), RARELY, CIPHER), stop))
    yield
    stop.set()
    await task


async def tried(store: Store, endpoint_id: str, times: int) -> Delivery:
    """Return the endpoint's one delivery once it was tried so often."""

    async def holds() -> Delivery | None:
        page = await deliveries.list_deliveries(store, OWNER, endpoint_id, limit=9, cursor=None)
        return next((one for one in page.items if len(one.attempts) == times), None)

    return await eventually(holds)  # type: ignore[no-any-return]


async def test_a_retry_is_made_when_its_time_has_come(store: Store, receiver: Receiver, deliverer: None) -> None:
    receiver.statuses = [500, 503]
    endpoint, secret = await make_endpoint(store, OWNER, receiver.url("/script"))
    await emit(store, new_event("par_1"), market=MARKET)
    first = await tried(store, endpoint.id, 1)
    assert first.next_attempt_at is not None
    await worlds.move_clock(store, MARKET, DAY_MS)
    second = await tried(store, endpoint.id, 2)
    assert second.next_attempt_at is not None
    assert second.next_attempt_at - first.next_attempt_at > timedelta(hours=20)
    await worlds.move_clock(store, MARKET, 2 * DAY_MS)
    last = await tried(store, endpoint.id, 3)
    assert [attempt["status"] for attempt in last.attempts] == [500, 503, 200]
    times = [datetime.fromisoformat(attempt["at"]) for attempt in last.attempts]
    assert times[2] - times[0] > timedelta(days=1, hours=23)
    for request in receiver.received:  # signed at the receiver's time, or it would refuse it as a replay
        Webhook(secret).verify(request.body, request.headers)


async def test_an_endpoint_that_fails_for_days_of_the_sandbox_is_disabled(
    store: Store, receiver: Receiver, deliverer: None
) -> None:
    endpoint, _ = await make_endpoint(store, OWNER, receiver.url("/500"))
    await emit(store, new_event("par_1"), market=MARKET)
    await tried(store, endpoint.id, 1)
    await worlds.move_clock(store, MARKET, 6 * DAY_MS)

    async def disabled() -> bool:
        return (await read_endpoint(store, OWNER, endpoint.id)).status == "disabled"

    await eventually(disabled)


async def test_a_lane_that_was_asked_to_wait_waits_by_the_sandbox_s_time(
    store: Store, receiver: Receiver, deliverer: None
) -> None:
    endpoint, _ = await make_endpoint(store, OWNER, receiver.url("/busy"))
    await emit(store, new_event("par_1"), market=MARKET)
    await tried(store, endpoint.id, 1)
    await worlds.move_clock(store, MARKET, DAY_MS)
    await tried(store, endpoint.id, 2)


async def test_events_after_a_move_are_logged_at_the_sandbox_s_time(
    store: Store, receiver: Receiver, deliverer: None
) -> None:
    endpoint, _ = await make_endpoint(store, OWNER, receiver.url())
    await worlds.move_clock(store, MARKET, DAY_MS)
    await emit(store, new_event("par_1"), market=MARKET)
    delivery = await tried(store, endpoint.id, 1)
    now = SystemClock().now()
    assert to_ms(datetime.fromisoformat(delivery.attempts[0]["at"])) - to_ms(now) > DAY_MS // 2
