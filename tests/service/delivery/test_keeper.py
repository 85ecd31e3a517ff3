"""The keeper of the retention, as a deliverer runs it; what it drops is told in the tests of the retention."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from service.delivery.keeper import Keeper
from service.delivery.relay import Relay
from service.model.partners import Caller
from service.settings import Settings
from service.store import deliveries
from service.store.deliveries import Settlement, Wanted
from service.usecases.context import Context
from service.usecases.redelivery import Missed, redeliver_missed
from tests.conftest import FakeClock
from tests.service.making import emit, make_endpoint, new_event, whole_log

pytestmark = pytest.mark.anyio
OWNER = "par_1"
CALLER = Caller(OWNER, "key_1", frozenset({"webhooks:manage"}), sandbox=False)


async def test_it_ends_when_told_to_even_where_its_cancellation_is_lost(context: Context) -> None:
    over = asyncio.Event()
    running = asyncio.create_task(Keeper(context).run(over))
    await asyncio.sleep(0)  # it has begun
    over.set()
    await asyncio.wait_for(running, 60)


async def relay(context: Context, *subjects: str) -> None:
    await emit(context.store, *[new_event(OWNER, subject=subject) for subject in subjects])
    await Relay(context.store, context.clock, context.settings.events_kept, lambda _: None).relay_once(["main"], 1)


async def test_what_was_given_up_on_can_be_sent_again_for_two_weeks_however_short_the_retention(
    context: Context, clock: FakeClock
) -> None:
    short = replace(context, settings=Settings(retention_days=1, webhook_retry_schedule=(36_000, 36_000)))
    endpoint, _ = await make_endpoint(short.store, OWNER)
    began, keep = clock.now(), short.settings.events_kept
    await relay(short, "mat_1")
    for verdict in ("retry", "retry", "failed"):
        (claims,) = await deliveries.claim(short.store, [Wanted(OWNER, 9, 9)], clock.now(), timedelta(minutes=1), keep)
        (claimed,) = claims.claimed
        due = clock.now() + timedelta(seconds=36_000) if verdict == "retry" else None
        await deliveries.settle(
            short.store, [Settlement(claimed, verdict, clock.now(), due, '{"status":500}')], keep
        )  # type: ignore[arg-type] # fmt: skip
        if due is not None:
            clock.move(hours=10)
            await Keeper(short).purge_logs()
    clock.move(days=14)
    await relay(short, "mat_2")
    await Keeper(short).purge_logs()
    page = await deliveries.list_deliveries(short.store, OWNER, endpoint.id, limit=9, cursor=None, status="failed")
    assert [len(delivery.attempts) for delivery in page.items] == [3]
    answer, _ = await redeliver_missed(short, CALLER, endpoint.id, Missed(began, None), lambda _: None)
    assert answer["queued"] == 1
    clock.move(days=2)
    await Keeper(short).purge_logs()
    assert [event.subject for event in await whole_log(short.store, OWNER)] == ["mat_2"]
    clock.move(days=14)
    await Keeper(short).purge_logs()
    assert await whole_log(short.store, OWNER) == []


def test_events_are_kept_for_the_retention_where_that_is_longer() -> None:
    assert Settings(retention_days=30).events_kept == timedelta(days=30)
    assert Settings(retention_days=1).events_kept == timedelta(days=14, seconds=2 * 99_305)
