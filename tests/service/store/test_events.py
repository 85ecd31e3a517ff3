"""Events come from the outbox into their partner's log once and in order, and are kept for the retention."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from service.model.events import EventFilter, event_entry, event_id, log_owner
from service.store import events, keys, logs
from service.store.client import Store
from service.store.deliveries import Wanted, claim
from tests.conftest import FakeClock
from tests.service.making import emit, make_endpoint, new_event

pytestmark = pytest.mark.anyio
OWNER = "par_1"
DAY = timedelta(days=1)


async def outbox(store: Store, market: str = "main") -> list[events.OutboxEntry]:
    return await events.read_outboxes(store, [market], 10_000, 10)


async def relay_all(store: Store, clock: FakeClock, market: str = "main") -> list[events.Relayed]:
    entries = await outbox(store, market)
    return await events.relay(store, events.parcels_of(entries, 50), clock.now(), clock.now() - 30 * DAY)


async def log(store: Store, owner: str = OWNER) -> list[tuple[str, int]]:
    found, _ = await logs.list_events(store, owner, after=None, wanted=EventFilter(), limit=500)
    return [(event.subject, event.seq) for event in found]


async def test_log_keeps_what_was_emitted(store: Store, clock: FakeClock) -> None:
    await emit(store, new_event(OWNER, subject="mat_7", seq=3, data='{"x":"é","n":1.50}'))
    await relay_all(store, clock)
    (event,), more = await logs.list_events(store, OWNER, after=None, wanted=EventFilter(), limit=10)
    assert more is None
    assert (event.type, event.at, event.seq, event.subject) == ("match.proposed", "2026-11-24T06:00:00Z", 3, "mat_7")
    assert event.data == {"x": "é", "n": 1.5}
    assert event_entry(OWNER, event.id) == event.entry
    assert event_entry("par_2", event.id) is None


async def test_each_partner_gets_its_own(store: Store, clock: FakeClock) -> None:
    await emit(store, new_event("par_1", seq=1), new_event("par_2", seq=1), new_event("par_1", seq=2))
    await relay_all(store, clock)
    assert await log(store, "par_1") == [("mat_1", 1), ("mat_1", 2)]
    assert await log(store, "par_2") == [("mat_1", 1)]


async def test_relaying_again_adds_nothing(store: Store, clock: FakeClock) -> None:
    await make_endpoint(store, OWNER)
    await emit(store, *[new_event(OWNER, seq=n, subject=f"mat_{n}") for n in range(120)])
    first = await relay_all(store, clock)
    assert sum(r.appended for r in first) == 120
    assert sum(r.owed for r in first) == 120
    again = await relay_all(store, clock)
    assert [(r.appended, r.owed) for r in again] == [(0, 0)] * 3
    assert len(await log(store)) == 120


async def test_outbox_ids_are_compared_as_numbers(store: Store, clock: FakeClock) -> None:
    await store.redis.sadd(keys.MARKETS, "main")
    for id_ in ("9-9", "9-10", "10-1", "100-0"):  # as text, each would come before the one in front of it
        await store.redis.xadd(keys.OUTBOX("{m:main}"), new_event(OWNER, subject=id_).as_argument(), id=id_)
    entries = await outbox(store)
    for entry in entries:  # one at a time, so that each is compared with the one before
        await events.relay(store, events.parcels_of([entry], 50), clock.now(), clock.now() - DAY)
    assert [subject for subject, _ in await log(store)] == ["9-9", "9-10", "10-1", "100-0"]
    (refused,) = await events.relay(store, events.parcels_of(entries[:3], 50), clock.now(), clock.now() - DAY)
    assert refused.appended == 0


async def test_racing_relays_add_each_event_once_and_in_order(store: Store, clock: FakeClock) -> None:
    await make_endpoint(store, OWNER)
    await emit(store, *[new_event(OWNER, seq=n, subject=f"mat_{n}") for n in range(300)])
    entries = await outbox(store)
    batches = [entries[start : start + 40] for start in range(0, 300, 20)]  # overlapping, as racing relays read

    async def relay_in_order() -> int:
        total = 0
        for batch in batches:
            done = await events.relay(store, events.parcels_of(batch, 7), clock.now(), clock.now() - DAY)
            total += sum(r.owed for r in done)
        return total

    owed = await asyncio.gather(*[relay_in_order() for _ in range(4)])
    assert await log(store) == [(f"mat_{n}", n) for n in range(300)]
    assert sum(owed) == 300
    (claims,) = await claim(store, [Wanted(OWNER, 1000, 1000)], clock.now(), DAY, DAY)
    assert sorted(int(c.seq) for c in claims.claimed) == list(range(300))


async def test_log_ids_follow_the_time_handed_in_and_never_step_back(store: Store, clock: FakeClock) -> None:
    await emit(store, new_event(OWNER, seq=1))
    await relay_all(store, clock)
    moved = clock.move(hours=-2)
    await emit(store, new_event(OWNER, seq=2))
    await relay_all(store, clock)
    found, _ = await logs.list_events(store, OWNER, after=None, wanted=EventFilter(), limit=10)
    assert [event.seq for event in found] == [1, 2]
    assert found[0].entry.split("-")[0] == str(int((moved + timedelta(hours=2)).timestamp() * 1000))
    assert found[0].id < found[1].id


async def test_sandbox_events_stay_in_the_sandbox(store: Store, clock: FakeClock) -> None:
    await emit(store, new_event(OWNER, seq=1), market="sandbox-par_1")
    await emit(store, new_event(OWNER, seq=2), market="main")
    await relay_all(store, clock, "sandbox-par_1")
    await relay_all(store, clock)
    assert await log(store, log_owner("sandbox-par_1", OWNER)) == [("mat_1", 1)]
    assert await log(store, OWNER) == [("mat_1", 2)]


async def test_paging_by_the_last_id_reads_every_event_once(store: Store, clock: FakeClock) -> None:
    kinds = ("match.proposed", "trip.cancelled", "match.confirmed")
    await emit(store, *[new_event(OWNER, seq=n, type_=kinds[n % 3]) for n in range(100)])
    await relay_all(store, clock)
    for types, expected in (((), list(range(100))), (("trip.cancelled",), list(range(1, 100, 3)))):
        seen: list[int] = []
        after: str | None = None
        while True:
            page, after = await logs.list_events(
                store, OWNER, after=after, wanted=EventFilter(frozenset(types)), limit=9
            )
            assert len(page) <= 9
            seen += [event.seq for event in page]
            if after is None:
                break
        assert seen == expected


async def test_old_events_are_purged(store: Store, clock: FakeClock) -> None:
    await emit(store, *[new_event(OWNER, seq=n) for n in range(5)])
    await relay_all(store, clock)
    clock.move(days=31)
    await emit(store, new_event(OWNER, seq=9))
    await relay_all(store, clock)
    await logs.purge_log(store, OWNER, clock.now() - 30 * DAY)
    assert [seq for _, seq in await log(store)] == [9]


async def test_broken_log_is_told_apart_from_a_store_that_is_away(store: Store, clock: FakeClock) -> None:
    await store.redis.set(keys.EVENTS(keys.partner_tag(OWNER)), "not a stream")
    await emit(store, new_event(OWNER, data='{"secret":"place"}'))
    with pytest.raises(events.NotRelayed) as raised:
        await relay_all(store, clock)
    assert "place" not in str(raised.value)


async def test_entry_set_aside_keeps_its_fields_and_leaves_the_outbox(store: Store) -> None:
    await emit(store, new_event(OWNER))
    (entry,) = await outbox(store)
    await events.set_aside(store, entry, "broken")
    assert await outbox(store) == []
    ((_, kept),) = await store.redis.xrange(keys.OUTBOX_DEAD("{m:main}"))
    assert kept["outbox_id"] == entry.id
    assert kept["error"] == "broken"
    assert kept["partner"] == OWNER


def test_event_ids_sort_like_the_log() -> None:
    entries = ["1-0", "9-9", "9-10", "10-0", "1764000000000-3", "1764000000000-20"]
    ids = [event_id(OWNER, entry) for entry in entries]
    assert ids == sorted(ids)
    assert [event_entry(OWNER, id_) for id_ in ids] == entries
