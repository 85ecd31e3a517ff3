"""Every event comes from the outbox into its log once, whoever relays, dies or races, and whatever lies in between."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest

from service.delivery.relay import Relay
from service.store import events, keys, leases
from service.store.client import Store
from tests.conftest import FakeClock
from tests.service.making import emit, eventually, make_endpoint, new_event, whole_log

pytestmark = pytest.mark.anyio
OWNER = "par_1"


def relay_of(store: Store, clock: FakeClock, told: list[str] | None = None) -> Relay:
    def tell(owners: Collection[str]) -> None:
        if told is not None:
            told.extend(owners)

    return Relay(store, clock, timedelta(days=30), tell)


async def seqs(store: Store, owner: str = OWNER) -> list[int]:
    return [event.seq for event in await whole_log(store, owner)]


async def test_relayed_leaves_the_outbox_and_wakes_whoever_is_owed(store: Store, clock: FakeClock) -> None:
    told: list[str] = []
    await make_endpoint(store, "par_2")
    await emit(store, new_event("par_1"), new_event("par_2"))
    assert await relay_of(store, clock, told).relay_once(["main"], 10) == 2
    assert told == ["par_2"]
    assert await events.read_outboxes(store, ["main"], 10, 10) == []
    assert await relay_of(store, clock, told).relay_once(["main"], 10) == 0


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("data", "{"), ("seq", "one"), ("type", 'x","y":"'), ("at", '"'), ("partner", ""), ("subject", "a,b"),
        ("data", None), ("partner", None),
    ],
)  # fmt: skip
async def test_poisoned_entry_is_set_aside_and_the_others_go_on(
    store: Store, clock: FakeClock, field: str, value: str | None
) -> None:
    bad = {**new_event(OWNER, seq=2).as_argument(), field: value}
    await emit(store, new_event(OWNER, seq=1))
    await store.redis.xadd(keys.OUTBOX("{m:main}"), {k: v for k, v in bad.items() if v is not None})
    await emit(store, new_event(OWNER, seq=3))
    await relay_of(store, clock).relay_once(["main"], 10)
    assert await seqs(store) == [1, 3]
    assert await store.redis.xlen(keys.OUTBOX("{m:main}")) == 0
    assert await store.redis.xlen(keys.OUTBOX_DEAD("{m:main}")) == 1


async def test_one_partners_broken_log_stops_no_other(store: Store, clock: FakeClock) -> None:
    await store.redis.set(keys.EVENTS("{p:par_1}"), "broken")
    await emit(store, new_event("par_2", seq=1), new_event("par_1", seq=1), new_event("par_2", seq=2))
    told: list[str] = []
    await relay_of(store, clock, told).relay_once(["main"], 10)
    assert "par_2" in told
    assert await seqs(store, "par_2") == [1, 2]
    assert await store.redis.xlen(keys.OUTBOX_DEAD("{m:main}")) == 1


async def test_relay_that_dies_before_it_cleans_up_is_made_good(store: Store, clock: FakeClock) -> None:
    await emit(store, *[new_event(OWNER, seq=n) for n in range(30)])
    entries = await events.read_outboxes(store, ["main"], 20, 10)
    await events.relay(store, events.parcels_of(entries, 50), clock.now(), clock.now())
    # … and dies here, with nothing removed from the outbox. The next one finds all 30 there.
    assert await relay_of(store, clock).relay_once(["main"], 10) == 10
    assert await seqs(store) == list(range(30))


async def test_running_relays_race_while_events_come(store: Store, clock: FakeClock) -> None:
    over = asyncio.Event()
    relays = [asyncio.create_task(relay_of(store, clock).run(over)) for _ in range(3)]
    for start in range(0, 400, 20):
        await emit(store, *[new_event(OWNER, seq=n) for n in range(start, start + 20)])

    async def all_relayed() -> bool:
        logged, left = keys.EVENTS("{p:par_1}"), keys.OUTBOX("{m:main}")
        return await store.redis.xlen(logged) >= 400 and not await store.redis.xlen(left)

    await eventually(all_relayed)
    over.set()
    await asyncio.gather(*relays)
    assert await seqs(store) == list(range(400))


async def test_new_market_is_found(store: Store, clock: FakeClock) -> None:
    over = asyncio.Event()
    running = asyncio.create_task(relay_of(store, clock).run(over))
    await emit(store, new_event(OWNER, seq=1))
    await emit(store, new_event(OWNER, seq=2), market="new")

    async def both_logged() -> bool:
        return len(await seqs(store)) == 2

    await eventually(both_logged)
    over.set()
    await running


@asynccontextmanager
async def relaying(relay: Relay) -> AsyncIterator[None]:
    over = asyncio.Event()
    running = asyncio.create_task(relay.run(over))
    try:
        yield
    finally:
        over.set()
        await asyncio.wait_for(running, 10)


async def test_a_market_is_left_to_whoever_holds_it_until_that_one_is_gone(store: Store, clock: FakeClock) -> None:
    await leases.take(store, "main", leases.RELAY, "another", clock.now(), 5)
    await emit(store, new_event(OWNER, seq=1), market="other")
    await emit(store, new_event(OWNER, seq=2))

    async def relayed(*expected: int) -> bool:
        return await seqs(store) == list(expected)

    async with relaying(relay_of(store, clock)):
        await eventually(lambda: relayed(1))
        assert await store.redis.xlen(keys.OUTBOX("{m:main}")) == 1
        clock.move(seconds=6)
        await eventually(lambda: relayed(1, 2))


async def test_a_relay_that_ends_leaves_its_markets_to_the_next_at_once(store: Store, clock: FakeClock) -> None:
    async def held() -> bool:
        return bool(await store.redis.hget(keys.LEASE("{m:main}", leases.RELAY), "owner"))

    async with relaying(relay_of(store, clock)):
        await eventually(held)
    assert await leases.take(store, "main", leases.RELAY, "another", clock.now(), 5) is not None
