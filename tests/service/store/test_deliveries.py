"""Deliveries are claimed under a lease and settled once; endpoints keep out of each other's way."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from service.model.events import EventFilter
from service.model.webhooks import Claimed
from service.store import deliveries, endpoints, events, keys, logs
from service.store.client import Store
from service.store.deliveries import Disabling, Settlement, Wanted
from tests.conftest import FakeClock
from tests.service.making import emit, make_endpoint, new_event, read_endpoint

pytestmark = pytest.mark.anyio
OWNER = "par_1"
DAY = timedelta(days=1)
LEASE = timedelta(seconds=30)
DISABLED = {"type": "endpoint.disabled", "at": "2026-11-24T06:00:00Z", "seq": "2", "subject": "whe_1", "data": "{}"}


async def owe(store: Store, clock: FakeClock, *subjects: str, type_: str = "match.proposed") -> None:
    await emit(store, *[new_event(OWNER, seq=n, subject=s, type_=type_) for n, s in enumerate(subjects)])
    entries = await events.read_outboxes(store, ["main"], 10_000, 10)
    await events.relay(store, events.parcels_of(entries, 50), clock.now(), clock.now() - 30 * DAY)
    await events.forget_relayed(store, entries)


async def claim(store: Store, clock: FakeClock, each: int = 100, **room: int) -> list[Claimed]:
    (claims,) = await deliveries.claim(store, [Wanted(OWNER, 100, each, room)], clock.now(), LEASE, DAY)
    return claims.claimed


async def settle(store: Store, claimed: Claimed, verdict: str, clock: FakeClock, **more: object) -> str:
    settlement = Settlement(claimed, verdict, clock.now(), **more)  # type: ignore[arg-type]
    (settled,) = await deliveries.settle(store, [settlement], DAY)
    return settled.answer


async def test_claim_hands_out_everything_that_is_sent(store: Store, clock: FakeClock) -> None:
    endpoint, _ = await make_endpoint(store, OWNER)
    await owe(store, clock, "mat_1")
    (claimed,) = await claim(store, clock)
    assert claimed.endpoint == endpoint
    assert (claimed.type, claimed.subject, claimed.attempts, claimed.data) == ("match.proposed", "mat_1", 0, '{"a":1}')
    (event,), _ = await logs.list_events(store, OWNER, after=None, wanted=EventFilter(), limit=5)
    assert claimed.event_id == event.id
    kept_s = await store.redis.ttl(keys.DELIVERY("{p:par_1}", endpoint.id, claimed.entry))
    assert 0 < kept_s <= DAY.total_seconds()


async def test_claimed_is_not_claimed_again_before_its_lease_ends(store: Store, clock: FakeClock) -> None:
    await make_endpoint(store, OWNER)
    await owe(store, clock, "mat_1")
    (first,) = await claim(store, clock)
    assert await claim(store, clock) == []
    clock.move(seconds=30)
    (second,) = await claim(store, clock)
    assert second.entry == first.entry
    assert second.payload() == first.payload()


async def test_only_the_newest_claim_settles(store: Store, clock: FakeClock) -> None:
    await make_endpoint(store, OWNER)
    await owe(store, clock, "mat_1")
    (paused,) = await claim(store, clock)
    clock.move(seconds=30)
    (newer,) = await claim(store, clock)
    assert await settle(store, paused, "failed", clock, attempt='{"status":500}') == "stale"
    assert await settle(store, newer, "succeeded", clock, attempt='{"status":200}') == "ok"
    assert await settle(store, newer, "succeeded", clock, attempt='{"status":200}') == "stale"
    page = await deliveries.list_deliveries(store, OWNER, newer.endpoint.id, limit=5, cursor=None)
    assert [(d.status, d.attempts) for d in page.items] == [("succeeded", [{"status": 200}])]


async def test_racing_workers_share_the_queue(store: Store, clock: FakeClock) -> None:
    await make_endpoint(store, OWNER)
    await owe(store, clock, *[f"mat_{n}" for n in range(60)])
    shares = await asyncio.gather(*[claim(store, clock, each=10) for _ in range(8)])
    entries = [claimed.entry for share in shares for claimed in share]
    assert len(entries) == len(set(entries)) == 60


async def test_failed_attempt_is_due_again_when_said(store: Store, clock: FakeClock) -> None:
    await make_endpoint(store, OWNER)
    await owe(store, clock, "mat_1")
    (claimed,) = await claim(store, clock)
    due = clock.now() + timedelta(minutes=5)
    assert await settle(store, claimed, "retry", clock, due=due, attempt='{"status":500}') == "ok"
    page = await deliveries.list_deliveries(store, OWNER, claimed.endpoint.id, limit=5, cursor=None)
    assert page.items[0].next_attempt_at == due
    clock.move(minutes=4)
    assert await claim(store, clock) == []
    clock.move(minutes=1)
    (again,) = await claim(store, clock)
    assert again.attempts == 1


async def test_later_event_of_a_trip_waits_for_the_earlier(store: Store, clock: FakeClock) -> None:
    await make_endpoint(store, OWNER)
    await owe(store, clock, "mat_1", "mat_2", "mat_1", "mat_1")
    first = await claim(store, clock)
    assert [(c.subject, c.seq) for c in first] == [("mat_1", "0"), ("mat_2", "1")]
    await settle(store, first[0], "retry", clock, due=clock.now() + timedelta(seconds=5), attempt="{}")
    assert await claim(store, clock) == []
    clock.move(seconds=5)
    (retried,) = await claim(store, clock)
    assert retried.seq == "0"
    await settle(store, retried, "succeeded", clock)
    (second,) = await claim(store, clock)
    assert second.seq == "2"
    await settle(store, second, "failed", clock)  # given up on: the next one may go
    (third,) = await claim(store, clock)
    assert third.seq == "3"
    await settle(store, third, "succeeded", clock)
    await settle(store, first[1], "succeeded", clock)
    assert await store.redis.hgetall(keys.WAITING("{p:par_1}", third.endpoint.id)) == {}


async def test_other_endpoints_do_not_wait(store: Store, clock: FakeClock) -> None:
    slow, _ = await make_endpoint(store, OWNER)
    quick, _ = await make_endpoint(store, OWNER)
    await owe(store, clock, "mat_1", "mat_1")
    claimed = await claim(store, clock, **{slow.id: 0})
    assert [c.endpoint.id for c in claimed] == [quick.id]
    await settle(store, claimed[0], "succeeded", clock)
    assert [(c.endpoint.id, c.seq) for c in await claim(store, clock, **{slow.id: 0})] == [(quick.id, "1")]


async def test_endpoint_gets_the_types_it_asked_for(store: Store, clock: FakeClock) -> None:
    picky, _ = await make_endpoint(store, OWNER, types=["match.confirmed", "trip.expired"])
    every, _ = await make_endpoint(store, OWNER)
    await owe(store, clock, "mat_1", type_="match.proposed")
    await owe(store, clock, "mat_2", type_="trip.expired")
    got = sorted((c.endpoint.id, c.type) for c in await claim(store, clock))
    expected = [(every.id, "match.proposed"), (every.id, "trip.expired"), (picky.id, "trip.expired")]
    assert got == sorted(expected)


async def test_endpoint_that_is_gone_is_disabled_with_an_event_for_the_others(store: Store, clock: FakeClock) -> None:
    gone, _ = await make_endpoint(store, OWNER)
    other, _ = await make_endpoint(store, OWNER)
    await owe(store, clock, "mat_1", "mat_2")
    claimed = {(c.endpoint.id, c.subject): c for c in await claim(store, clock)}
    disabling = Disabling("gone", DISABLED)
    one = claimed[gone.id, "mat_1"]
    assert await settle(store, one, "retry", clock, due=clock.now(), attempt="{}", disable=disabling) == "disabled"
    kept = await read_endpoint(store, OWNER, gone.id)
    assert (kept.status, kept.disabled_reason, kept.version) == ("disabled", "gone", 2)
    told = await claim(store, clock)
    assert [(c.endpoint.id, c.type) for c in told] == [(other.id, "endpoint.disabled")]
    # What it is owed stays queued, and is neither claimed nor added to while it is disabled.
    assert await settle(store, claimed[gone.id, "mat_2"], "retry", clock, due=clock.now(), attempt="{}") == "ok"
    await owe(store, clock, "mat_3")
    assert {c.endpoint.id for c in await claim(store, clock)} == {other.id}
    assert await store.redis.zcard(keys.QUEUE("{p:par_1}", gone.id)) == 2


async def test_endpoint_is_disabled_only_after_failing_all_the_time(store: Store, clock: FakeClock) -> None:
    endpoint, _ = await make_endpoint(store, OWNER)
    for n in range(6):
        await owe(store, clock, f"mat_{n}")
    held = await claim(store, clock)

    async def fail(claimed: Claimed) -> str:
        disabling = Disabling("failing", DISABLED, clock.now() - 5 * DAY)
        return await settle(store, claimed, "failed", clock, attempt="{}", disable=disabling)

    assert await fail(held[0]) == "ok"
    clock.move(days=4)
    assert await settle(store, held[1], "succeeded", clock) == "ok"  # this breaks the row
    assert await fail(held[2]) == "ok"
    clock.move(days=4, hours=23)
    assert await fail(held[3]) == "ok"
    clock.move(hours=1)
    assert await fail(held[4]) == "disabled"
    assert (await read_endpoint(store, OWNER, endpoint.id)).disabled_reason == "failing"


async def test_deleted_endpoint_leaves_nothing_behind(store: Store, clock: FakeClock) -> None:
    endpoint, _ = await make_endpoint(store, OWNER)
    await owe(store, clock, *["mat_1", "mat_1"], *[f"mat_{n}" for n in range(2, 30)])
    claimed = await claim(store, clock, each=20)
    assert await endpoints.delete_endpoint(store, OWNER, endpoint.id)
    assert await settle(store, claimed[0], "succeeded", clock, attempt="{}") == "missing"
    assert not await endpoints.delete_endpoint(store, OWNER, endpoint.id)
    left = [key async for key in store.redis.scan_iter(match=f"*{endpoint.id}*")]
    assert left == []
    assert await store.redis.zcard(keys.LANES("{p:par_1}")) == 0


async def test_event_that_the_log_dropped_is_dropped_from_the_queue(store: Store, clock: FakeClock) -> None:
    endpoint, _ = await make_endpoint(store, OWNER)
    await owe(store, clock, "mat_1", "mat_1")
    await store.redis.xtrim(keys.EVENTS("{p:par_1}"), maxlen=1, approximate=False)
    assert await claim(store, clock) == []
    assert [c.seq for c in await claim(store, clock)] == ["1"]
    assert await store.redis.zcard(keys.QUEUE("{p:par_1}", endpoint.id)) == 1


async def test_postponed_delivery_counts_no_attempt(store: Store, clock: FakeClock) -> None:
    endpoint, _ = await make_endpoint(store, OWNER)
    await owe(store, clock, "mat_1")
    (claimed,) = await claim(store, clock)
    await settle(store, claimed, "postponed", clock, due=clock.now() + timedelta(seconds=9))
    assert await claim(store, clock) == []
    clock.move(seconds=9)
    (again,) = await claim(store, clock)
    assert again.attempts == 0
    assert (await read_endpoint(store, OWNER, endpoint.id)).failing_since_ms is None


async def test_deliveries_are_listed_latest_first_while_more_come(store: Store, clock: FakeClock) -> None:
    endpoint, _ = await make_endpoint(store, OWNER)
    for n in range(7):
        await owe(store, clock, f"mat_{n}")
        await claim(store, clock)
        clock.move(seconds=1)
    first = await deliveries.list_deliveries(store, OWNER, endpoint.id, limit=3, cursor=None)
    await owe(store, clock, "mat_9")
    await claim(store, clock)
    rest = await deliveries.list_deliveries(store, OWNER, endpoint.id, limit=50, cursor=first.next_cursor)
    listed = [d.event_id for d in first.items + rest.items]
    logged, _ = await logs.list_events(store, OWNER, after=None, wanted=EventFilter(), limit=50)
    assert listed == [event.id for event in reversed(logged[:7])]
    assert rest.next_cursor is None


async def test_deliveries_of_one_status_are_listed_alone(store: Store, clock: FakeClock) -> None:
    endpoint, _ = await make_endpoint(store, OWNER)
    failed = []
    for n in range(9):
        await owe(store, clock, f"mat_{n}")
        (claimed,) = await claim(store, clock)
        await settle(store, claimed, "failed" if n % 2 else "succeeded", clock)
        failed += [claimed.event_id] * (n % 2)
        clock.move(seconds=1)
    found, cursor = [], None
    while True:
        page = await deliveries.list_deliveries(store, OWNER, endpoint.id, status="failed", limit=3, cursor=cursor)
        found += [delivery.event_id for delivery in page.items]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert found == list(reversed(failed))


async def test_purge_drops_old_deliveries_and_what_a_disabled_endpoint_is_owed(store: Store, clock: FakeClock) -> None:
    endpoint, _ = await make_endpoint(store, OWNER)
    await owe(store, clock, "mat_1", "mat_2", "mat_1")
    done, gone = await claim(store, clock)
    await settle(store, done, "succeeded", clock, attempt="{}")
    await settle(store, gone, "retry", clock, due=clock.now(), attempt="{}", disable=Disabling("gone", DISABLED))
    clock.move(days=29)
    await logs.purge_log(store, OWNER, clock.now() - 30 * DAY)
    assert len((await deliveries.list_deliveries(store, OWNER, endpoint.id, limit=9, cursor=None)).items) == 2
    clock.move(days=2)
    await logs.purge_log(store, OWNER, clock.now() - 30 * DAY)
    assert (await deliveries.list_deliveries(store, OWNER, endpoint.id, limit=9, cursor=None)).items == []
    assert await store.redis.exists(keys.QUEUE("{p:par_1}", endpoint.id), keys.WAITING("{p:par_1}", endpoint.id)) == 0
