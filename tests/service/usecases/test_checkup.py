"""What `carpool doctor` finds and mends, on a store that has seen all that can happen to a trip."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

from service.ids import new_id
from service.model.partners import SCOPES
from service.store import keys
from service.store import matches as store_matches
from service.store.checks.reading import Pass, judge
from service.store.checks.report import Report
from service.store.client import Store
from service.store.match_changes import match_argument
from service.usecases import batches
from service.usecases.checkup import check_up, mend
from service.usecases.context import Context
from tests.factories import offer_body, request_body
from tests.invariants import violations
from tests.running import relayed, run_batch
from tests.service.api.conftest import MakeClient
from tests.service.api.conftest import client_of as client_of  # noqa: PLC0414 - a fixture
from tests.service.api.rides import answer, confirm, event_types, post, status, the_match
from tests.service.damage import TAG, damage_match, damage_trip, set_aside_ids
from tests.service.days import at_work, live_a_day
from tests.service.snapshots import snapshot

pytestmark = pytest.mark.anyio


@pytest.fixture
async def caller(client_of: MakeClient) -> httpx.AsyncClient:
    return await client_of(*SCOPES)


def told(report: Report) -> dict[str, int]:
    """Return how much is wrong by check."""
    return {check.name: check.wrong for check in report.checks if check.wrong}


async def test_a_store_that_lived_is_found_in_order_and_every_check_has_read_something(
    context: Context, caller: httpx.AsyncClient
) -> None:
    await live_a_day(context, caller)
    daily = {"rrule": "FREQ=DAILY", "timezone": "Europe/Amsterdam"}
    await post(caller, "request", request_body(commuter_id="sam", recurrence=daily))
    await caller.post("/v1/imports", content=b"{}", headers={"Content-Type": "application/x-ndjson"})
    report = await check_up(context)
    assert told(report) == {}
    assert {check.name for check in report.checks if not check.read} == {
        "deciding",
        "set aside",
        "moving",
        "moves",
        "market records",
    }
    (note,) = report.notes
    assert note.startswith("1 events of main wait for a deliverer to relay them, the oldest for ")


async def first_key(store: Store, kind: keys.Kind, tag: str, *parts: str) -> str:
    return sorted([key async for key in store.redis.scan_iter(kind(tag, *parts), count=1000)])[0]


Break = Callable[[Store, str], Awaitable[Any]]


async def _drop(store: Store, key: str) -> Any:
    return await store.redis.delete(key)


async def _pop(store: Store, key: str) -> Any:
    return await store.redis.zpopmin(key) if await store.redis.type(key) == "zset" else await store.redis.spop(key)


async def _retype(store: Store, key: str) -> Any:
    await store.redis.delete(key)
    await store.redis.rpush(key, "a list")


async def _add_gone(store: Store, key: str) -> Any:
    if await store.redis.type(key) == "zset":
        return await store.redis.zadd(key, {new_id("match" if ":matches" in key else "offer"): 7})
    return await store.redis.sadd(key, new_id("request"))


async def _late(store: Store, key: str) -> Any:
    ((member, score),) = await store.redis.zrange(key, 0, 0, withscores=True)
    return await store.redis.zadd(key, {member: score + 1})


async def _other_holder(store: Store, key: str) -> Any:
    return await store.redis.set(key, new_id("offer"))


INDEXES: dict[str, tuple[keys.Kind, tuple[str, ...]]] = {
    "by partner": (keys.TRIPS, ("*", "offer")), "by commuter": (keys.TRIPS_BY_COMMUTER, ("*", "request", "*")),
    "by status": (keys.TRIPS_BY_STATUS, ("*", "request", "open")),
    "open": (keys.OPEN, ()), "due": (keys.DUE, ()),
}  # fmt: skip
OF_MATCHES: dict[str, tuple[keys.Kind, tuple[str, ...]]] = {
    "by partner": (keys.MATCHES, ("*",)), "by commuter": (keys.MATCHES_BY_COMMUTER, ("*", "*")),
    "by status": (keys.MATCHES_BY_STATUS, ("*", "confirmed")),
}  # fmt: skip
BROKEN = [
    *((name, kind, parts, break_) for name, (kind, parts) in INDEXES.items()
      for break_ in (_drop, _pop, _retype, _add_gone)),
    *((name, kind, parts, break_) for name, (kind, parts) in OF_MATCHES.items()
      for break_ in (_drop, _pop, _retype, _add_gone)),
    *(("by external id", keys.TRIPS_BY_EXTERNAL_ID, ("*", "request", "*"), break_) for break_ in (_drop, _add_gone)),
    ("due", keys.DUE, (), _late),
    ("either", keys.EITHER, ("*", "*"), _drop), ("either", keys.EITHER, ("*", "*"), _other_holder),
    ("returns", keys.RETURNS, ("*",), _drop), ("returns", keys.RETURNS, ("*",), _retype),
    ("lanes", keys.LANES, (), _drop), ("lanes", keys.LANES, (), _late), ("known", keys.ENDPOINTS, (), _drop),
    ("batches", keys.BATCHES, (), _drop), ("batches", keys.BATCH_QUEUE, (), _drop),
    ("queues", keys.WAITING, ("*",), _drop),
]  # fmt: skip


@pytest.mark.parametrize(
    ("check", "kind", "parts", "break_"), BROKEN, ids=[f"{b[1].suffix}-{b[3].__name__}" for b in BROKEN]
)
async def test_what_is_broken_is_named_and_mended_to_what_it_was(
    context: Context, caller: httpx.AsyncClient, check: str, kind: keys.Kind, parts: tuple[str, ...], break_: Break
) -> None:
    await live_a_day(context, caller)
    store = context.store
    owner = keys.partner_tag(caller.partner_id)  # type: ignore[attr-defined]
    key = await first_key(store, kind, owner if kind in OWED else TAG, *parts)
    before = await snapshot(store)
    await break_(store, key)
    broken = await snapshot(store)
    assert broken != before

    report = await check_up(context)
    assert check in told(report)
    assert await snapshot(store) == broken
    mended = await mend(context)
    assert told(mended) == {}
    assert mended.mended >= 1
    after = await snapshot(store)
    if kind is keys.WAITING:  # what waited is not to be known again; that its subject is queued is
        before[key] = dict.fromkeys(before[key], "")
    assert after == before


OWED = {keys.LANES, keys.ENDPOINTS, keys.WAITING, keys.QUEUE}


async def test_events_that_wait_behind_nothing_are_queued_again(context: Context, caller: httpx.AsyncClient) -> None:
    await live_a_day(context, caller)
    tag = keys.partner_tag(caller.partner_id)  # type: ignore[attr-defined]
    queue = await first_key(context.store, keys.QUEUE, tag, "*")
    waiting = await first_key(context.store, keys.WAITING, tag, "*")
    held = await context.store.redis.hgetall(waiting)
    await context.store.redis.delete(queue)
    stuck = len(held)
    assert told(await check_up(context)) == {"queues": stuck, "lanes": 1}
    assert told(await mend(context)) == {}
    queued = await context.store.redis.zrange(queue, 0, -1)
    assert sorted(queued) == sorted(
        f"{behind.partition(',')[0]} {subject}" for subject, behind in held.items() if behind
    )


async def test_an_endpoint_that_is_gone_leaves_no_queue(context: Context, caller: httpx.AsyncClient) -> None:
    await live_a_day(context, caller)
    tag = keys.partner_tag(caller.partner_id)  # type: ignore[attr-defined]
    endpoint = await first_key(context.store, keys.ENDPOINT, tag, "*")
    await context.store.redis.delete(endpoint)
    assert "queues" in told(await check_up(context))
    assert told(await mend(context)) == {}
    assert not await context.store.redis.exists(keys.LANES(tag))


async def test_an_outbox_whose_numbers_a_log_has_passed_loses_nothing_once_mended(
    context: Context, caller: httpx.AsyncClient
) -> None:
    await live_a_day(context, caller)
    tag = keys.partner_tag(caller.partner_id)  # type: ignore[attr-defined]
    await context.store.redis.hset(keys.RELAYED(tag), "main", "99999999999999-0")  # the clock was far ahead once
    assert told(await check_up(context)) == {"outboxes": 1}
    assert told(await mend(context)) == {}
    before = len(await context.store.redis.xrange(keys.EVENTS(tag)))
    lost = await context.store.redis.xlen(keys.OUTBOX(TAG))
    trip = await post(caller, "request", request_body())
    await caller.delete(f"/v1/requests/{trip['id']}")
    await relayed(context)
    assert lost == 1
    assert len(await context.store.redis.xrange(keys.EVENTS(tag))) == before + 1


async def test_lists_of_partners_markets_logs_and_keys_are_made_anew(
    context: Context, caller: httpx.AsyncClient
) -> None:
    await live_a_day(context, caller)
    before = await snapshot(context.store)
    tag = keys.partner_tag(caller.partner_id)  # type: ignore[attr-defined]
    await context.store.redis.delete(keys.PARTNERS, keys.MARKETS, keys.LISTENERS, keys.CREDENTIALS(tag))
    assert told(await check_up(context)) == {"known": 3, "key records": 1}
    assert told(await mend(context)) == {}
    assert await snapshot(context.store) == before


async def test_a_service_at_work_is_not_taken_for_a_fault(context: Context, caller: httpx.AsyncClient) -> None:
    await live_a_day(context, caller)
    reports: list[Report] = []
    async with at_work(caller, lambda: relayed(context)) as done:
        while len(reports) < 6 or done.total() < 20:
            reports += [await check_up(context), await mend(context)]
    assert all(told(report) == {} and report.mended == 0 for report in reports)


async def test_a_match_that_moved_since_it_was_read_is_left_alone(context: Context, caller: httpx.AsyncClient) -> None:
    trips = [await post(caller, "offer", offer_body()), await post(caller, "request", request_body())]
    await run_batch(context)
    (as_read,) = await store_matches.get_matches(context.store, "main", [(await the_match(caller))["id"]])
    assert as_read is not None
    await confirm(caller, *trips)
    before = await snapshot(context.store)
    on = Pass(context.store, True, context.clock.now(), Report())
    thing = {"id": as_read.id, "match": match_argument(as_read), "index": ""}
    assert await judge(on, "check_match", TAG, [thing]) == []
    assert await snapshot(context.store) == before


async def test_a_subject_that_moved_since_its_queue_was_read_is_left_alone(
    context: Context, caller: httpx.AsyncClient
) -> None:
    """Each looks stuck, or out of order, to a caller whose reading is older than what is there."""
    await live_a_day(context, caller)
    store, tag = context.store, keys.partner_tag(caller.partner_id)  # type: ignore[attr-defined]
    queue = await first_key(store, keys.QUEUE, tag, "*")
    waiting = await store.redis.hgetall(await first_key(store, keys.WAITING, tag, "*"))
    subject, behind = next((s, b) for s, b in waiting.items() if b)
    alone = next(s for s, b in waiting.items() if not b)
    before = await snapshot(store)
    thing = {
        "id": queue.rpartition(":")[2], "now_ms": "0", "after": "0-0",  # so that every event of the log came later
        "queued": [f"1-1 {subject}"], "stuck": [[subject, f"1-1,{behind}"], [alone, ""], ["mat_gone", ""]],
    }  # fmt: skip
    on = Pass(store, True, context.clock.now(), Report())
    assert await judge(on, "check_queue", tag, [thing], at_once=1) == []
    assert await snapshot(store) == before


async def test_a_trip_that_was_mended_is_put_back_and_matched(context: Context, caller: httpx.AsyncClient) -> None:
    request = await post(caller, "request", request_body())
    await post(caller, "offer", offer_body())
    key = keys.TRIP(TAG, request["id"])
    body = await context.store.redis.hget(key, "body")
    await damage_trip(context.store, request["id"])
    assert (await run_batch(context)).matches == 0
    assert await set_aside_ids(context.store) == {request["id"]}
    damaged = await mend(context)
    assert told(damaged) == {"trip records": 1}
    assert request["id"] in next(iter(damaged.checks)).examples[0]

    await context.store.redis.hset(key, "body", body)
    assert told(await check_up(context)) == {"set aside": 1}
    assert told(await mend(context)) == {}
    assert await set_aside_ids(context.store) == set()
    assert (await run_batch(context)).matches == 1


async def test_a_mended_proposal_that_let_go_of_its_trips_is_ended_with_an_event(
    context: Context, caller: httpx.AsyncClient, clock: Any
) -> None:
    trips = [await post(caller, "offer", offer_body()), await post(caller, "request", request_body())]
    await run_batch(context)
    match = await the_match(caller)
    key = keys.MATCH(TAG, match["id"])
    doc = await context.store.redis.hget(key, "doc")
    await damage_match(context.store, match["id"])
    clock.move(seconds=600)
    await batches.expire_due(context, "main")
    assert await set_aside_ids(context.store) == {match["id"]}

    await context.store.redis.hset(key, "doc", doc)
    assert set(told(await check_up(context))) == {"cars"}
    assert told(await mend(context)) == {}
    assert (await caller.get(f"/v1/matches/{match['id']}")).json()["status"] == "expired"
    assert [await status(caller, trip) for trip in trips] == ["open", "open"]
    assert (await event_types(context))[-1] == "match.expired"
    assert await violations(context.store) == []


async def test_a_trip_whose_match_is_gone_is_free_again(context: Context, caller: httpx.AsyncClient) -> None:
    trips = [await post(caller, "offer", offer_body()), await post(caller, "request", request_body())]
    await run_batch(context)
    match = await the_match(caller)
    await confirm(caller, *trips)
    await context.store.redis.delete(keys.MATCH(TAG, match["id"]))
    assert told(await check_up(context))["cars"] == 2
    assert told(await mend(context)) == {}
    assert [await status(caller, trip) for trip in trips] == ["open", "open"]
    assert await violations(context.store) == []


async def test_a_car_that_lost_a_confirmed_trip_is_left_to_people(context: Context, caller: httpx.AsyncClient) -> None:
    trips = [await post(caller, "offer", offer_body()), await post(caller, "request", request_body())]
    await run_batch(context)
    match = await the_match(caller)
    await confirm(caller, *trips)
    await context.store.redis.delete(keys.TRIP(TAG, trips[1]["id"]))
    assert told(await mend(context)) == {"cars": 1}
    assert (await answer(caller, match, "accept", trips[0])).status_code == 200


async def test_a_batch_that_was_mended_is_queued_again(context: Context, caller: httpx.AsyncClient) -> None:
    batch = (await caller.post("/v1/batches")).json()
    key = keys.BATCH(TAG, batch["id"])
    doc = await context.store.redis.hget(key, "doc")
    await context.store.redis.hset(key, "doc", "[]")
    await context.store.redis.lrem(keys.BATCH_QUEUE(TAG), 0, batch["id"])
    await context.store.redis.sadd(keys.SET_ASIDE(TAG), batch["id"])
    assert told(await mend(context)) == {"batch records": 1}
    await context.store.redis.hset(key, "doc", doc)
    assert told(await mend(context)) == {}
    assert await context.store.redis.lrange(keys.BATCH_QUEUE(TAG), 0, -1) == [batch["id"]]
    assert await set_aside_ids(context.store) == set()


async def test_a_match_with_a_position_that_nobody_can_read_is_named(
    context: Context, caller: httpx.AsyncClient
) -> None:
    await live_a_day(context, caller)
    key = await first_key(context.store, keys.MATCH, TAG, "*")
    await context.store.redis.hset(key, "position", '{"lat": 5')
    assert told(await check_up(context))["match records"] == 1


async def test_damaged_records_of_each_kind_are_named(context: Context, caller: httpx.AsyncClient) -> None:
    await live_a_day(context, caller)
    tag = keys.partner_tag(caller.partner_id)  # type: ignore[attr-defined]
    redis = context.store.redis
    for kind, of, field, value in (
        (keys.TRIP, TAG, "status", "opne"), (keys.MATCH, TAG, "version", "1x"), (keys.BATCH, TAG, "doc", "{"),
        (keys.ENDPOINT, tag, "version", "one"), (keys.CREDENTIAL, tag, "created_ms", "noon"),
    ):  # fmt: skip
        await redis.hset(await first_key(context.store, kind, of, "*"), field, value)
    await redis.hdel(keys.PARTNER(tag), "name")
    left = told(await mend(context))
    assert {name for name in left if name.endswith("records")} == {
        f"{kind} records" for kind in ("trip", "match", "batch", "partner", "key", "endpoint")
    }
