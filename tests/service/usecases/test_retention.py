"""Trips and matches are dropped when they have been over for the retention, not before, and nothing else is."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import httpx
import pytest

from service.delivery.keeper import Keeper
from service.errors import StaleLease
from service.model.partners import SCOPES
from service.store import keys, leases
from service.store.client import Store
from service.store.retention import RETENTION, read_statistics
from service.usecases import batches, moves, retention
from service.usecases.checkup import check_up, mend
from service.usecases.context import Context
from tests.conftest import FakeClock
from tests.factories import offer_body, request_body
from tests.invariants import violations
from tests.running import relayed, run_batch
from tests.service.api.conftest import MakeClient
from tests.service.api.conftest import client_of as client_of  # noqa: PLC0414 - a fixture
from tests.service.api.rides import answer, confirm, post, shared_car, status, the_match
from tests.service.damage import TAG, damage_match, damage_trip, set_aside_ids
from tests.service.days import live_a_day
from tests.service.markets import ACROSS, west_and_east
from tests.service.snapshots import snapshot

pytestmark = pytest.mark.anyio
KEPT_DAYS = 30
LEFT = (
    keys.CHANGES, keys.CHANGED, keys.OUTBOX, keys.SEEN, keys.LEASE, keys.STATISTICS, keys.PARTNER_STATISTICS,
)  # fmt: skip
LATER = {"earliest_departure": "2027-12-24T07:30:00+01:00", "latest_arrival": "2027-12-24T08:45:00+01:00"}


@pytest.fixture
async def caller(client_of: MakeClient) -> httpx.AsyncClient:
    return await client_of(*SCOPES)


async def drop(context: Context) -> None:
    """Let what is due expire, and drop what has ended long ago."""
    while await batches.expire_due(context, "main"):
        pass
    await Keeper(context).drop_ended()


async def sound(context: Context) -> None:
    assert await violations(context.store) == []
    report = await check_up(context)
    assert [check.examples for check in report.checks if check.wrong] == []


async def kept(caller: httpx.AsyncClient) -> list[str]:
    """Return the ids that a partner still finds, of trips and matches."""
    paths = ("offers", "requests", "matches")
    return [item["id"] for path in paths for item in (await caller.get(f"/v1/{path}?limit=500")).json()["items"]]


async def of_market(store: Store, *but: keys.Kind) -> set[str]:
    """Return the kinds of keys that a market has."""
    found = [keys.parse(name) for name in await snapshot(store) if name.startswith(TAG)]
    return {key.kind.suffix for key in found if key is not None and key.kind not in but}


async def agreed(context: Context, caller: httpx.AsyncClient, **times: str) -> list[dict[str, Any]]:
    trips = [await post(caller, "offer", offer_body(**times)), await post(caller, "request", request_body(**times))]
    await run_batch(context)
    await confirm(caller, *trips)
    return trips


async def test_a_cancelled_trip_is_dropped_when_its_retention_has_passed_and_not_a_second_before(
    context: Context, clock: FakeClock, caller: httpx.AsyncClient
) -> None:
    trip = await post(caller, "request", request_body(external_id="shift 7", **LATER))
    clock.move(days=3)
    await caller.delete(f"/v1/requests/{trip['id']}")
    clock.move(days=KEPT_DAYS, seconds=-1)
    await drop(context)
    assert await status(caller, trip) == "cancelled"
    clock.move(seconds=2)
    await drop(context)
    assert (await caller.get(f"/v1/requests/{trip['id']}")).status_code == 404
    assert (await caller.get("/v1/requests?external_id=shift 7")).json()["items"] == []
    assert await read_statistics(context.store, "main") == {"2027-12-24 requests_cancelled": 1}
    await sound(context)


async def test_an_agreed_ride_is_dropped_with_its_trips_after_its_day_and_counted_once(
    context: Context, clock: FakeClock, caller: httpx.AsyncClient
) -> None:
    await agreed(context, caller)
    match = await the_match(caller)
    clock.move(days=KEPT_DAYS)  # since it was agreed; the ride was two hours later
    await drop(context)
    assert len(await kept(caller)) == 3
    clock.move(hours=4)
    await drop(context)
    assert await kept(caller) == []
    counts = await read_statistics(context.store, "main")
    hundredths = int(match["riders"][0]["cost_share"]["amount"].replace(".", ""))
    assert counts == {f"2027-03-01 {name}": number for name, number in {
        "matches_confirmed": 1, "offers_confirmed": 1, "requests_confirmed": 1, "riders": 1,
        "saved_s": match["saved_s"], "saved_m": match["saved_m"], "co2_saved_g": match["co2_saved_g"],
        "paid_EUR": hundredths, "received_EUR": hundredths,
    }.items()}  # fmt: skip
    await drop(context)
    assert await read_statistics(context.store, "main") == counts
    await sound(context)


async def test_a_ride_that_no_matcher_completes_either_is_over_as_an_agreed_one_is_and_its_position_goes_with_it(
    context: Context, clock: FakeClock, caller: httpx.AsyncClient
) -> None:
    offer, _ = await agreed(context, caller)
    match = await the_match(caller)
    await answer(caller, match, "start", offer)
    spot = {"lat": 52.315, "lon": 4.866, "at": clock.now().isoformat()}
    assert (await caller.post(f"/v1/matches/{match['id']}/position", json=spot)).status_code == 200
    clock.move(days=KEPT_DAYS)  # since it started; it should have arrived some hours later
    await Keeper(context).drop_ended()
    assert (await the_match(caller))["status"] == "under_way"
    await sound(context)
    clock.move(hours=4)
    await Keeper(context).drop_ended()
    assert await kept(caller) == []
    counts = await read_statistics(context.store, "main")
    assert {name: counts[f"2027-03-01 {name}"] for name in ("matches_under_way", "requests_under_way", "riders")} == {
        "matches_under_way": 1, "requests_under_way": 1, "riders": 1,
    }  # fmt: skip
    assert await context.store.redis.exists(keys.MATCH(TAG, match["id"])) == 0
    assert keys.MATCH.suffix not in await of_market(context.store)
    await sound(context)


async def test_a_completed_ride_is_dropped_with_its_trips(
    context: Context, clock: FakeClock, caller: httpx.AsyncClient
) -> None:
    offer, request = await agreed(context, caller)
    match = await the_match(caller)
    for verb, trip in (("start", offer), ("pickup", request), ("dropoff", request), ("complete", offer)):
        assert (await answer(caller, match, verb, trip)).status_code == 200
    clock.move(days=KEPT_DAYS)
    await drop(context)
    assert len(await kept(caller)) == 3
    await sound(context)
    clock.move(hours=4)
    await drop(context)
    assert await kept(caller) == []
    counts = await read_statistics(context.store, "main")
    assert counts["2027-03-01 requests_completed"] == counts["2027-03-01 matches_completed"] == 1
    await sound(context)


async def test_who_left_a_car_is_dropped_before_it_and_the_car_stays_as_it_is(
    context: Context, clock: FakeClock, caller: httpx.AsyncClient
) -> None:
    offer, ann, bob = await shared_car(context, caller, "ann", "bob")
    await caller.delete(f"/v1/requests/{bob['id']}")
    match = await the_match(caller)
    clock.move(days=KEPT_DAYS, seconds=1)
    await drop(context)
    assert sorted(await kept(caller)) == sorted([offer["id"], ann["id"], match["id"]])
    assert await the_match(caller) == match
    await sound(context)
    clock.move(hours=4)
    await drop(context)
    assert await kept(caller) == []
    assert await of_market(context.store, keys.BATCH, keys.BATCHES) == {kind.suffix for kind in LEFT}
    await sound(context)


async def test_who_had_arrived_when_a_car_failed_is_counted_as_ridden(
    context: Context, clock: FakeClock, caller: httpx.AsyncClient
) -> None:
    offer, ann, bob, cas = await shared_car(context, caller, "ann", "bob", "cas")
    match = await the_match(caller)
    for verb, trip in (("start", offer), ("pickup", ann), ("pickup", bob), ("dropoff", ann), ("cancel", offer)):
        assert (await answer(caller, match, verb, trip)).status_code == 200
    await caller.delete(f"/v1/requests/{cas['id']}")
    clock.move(days=KEPT_DAYS, seconds=1)
    await drop(context)
    assert await kept(caller) == []
    assert await read_statistics(context.store, "main") == {f"2027-03-01 {name}": number for name, number in {
        "matches_cancelled": 1, "offers_cancelled": 1, "requests_cancelled": 2, "requests_completed": 1, "riders": 1,
    }.items()}  # fmt: skip
    await sound(context)


async def test_a_day_that_is_long_over_leaves_figures_alone(
    context: Context, clock: FakeClock, caller: httpx.AsyncClient
) -> None:
    await live_a_day(context, caller)
    clock.move(days=1)
    await drop(context)
    statuses = Counter([
        f"{path}_{item['status']}" for path in ("offers", "requests", "matches")
        for item in (await caller.get(f"/v1/{path}?limit=500")).json()["items"]
    ])  # fmt: skip
    await sound(context)
    clock.move(days=KEPT_DAYS + 1)
    await drop(context)
    assert await kept(caller) == []
    counted = Counter[str]()
    for counts in (await retention.statistics(context, "main")).values():
        counted.update(counts)
    assert {name: counted[name] for name in statuses} == statuses
    assert await of_market(context.store, keys.BATCH, keys.BATCHES, keys.BATCH_QUEUE, keys.ONCE) == {
        kind.suffix for kind in LEFT
    }
    await sound(context)


async def test_nothing_live_is_ever_dropped(context: Context, clock: FakeClock, caller: httpx.AsyncClient) -> None:
    rides = await agreed(context, caller, **LATER)
    waits = await post(caller, "request", request_body(commuter_id="al", **LATER))
    declined = await post(caller, "offer", offer_body(commuter_id="dan", **LATER))
    await run_batch(context)
    proposals = (await caller.get("/v1/matches?status=proposed")).json()["items"]
    for match in proposals:
        await answer(caller, match, "decline", {"id": match["awaiting"][0]})
    assert len(proposals) == 1
    live = [*rides, waits, declined]
    for _ in range(9):
        clock.move(days=KEPT_DAYS)
        await drop(context)
        found = await kept(caller)
        assert {trip["id"] for trip in live} <= set(found)
        await sound(context)
    assert [await status(caller, trip) for trip in live] == ["confirmed", "confirmed", "open", "open"]
    assert len(found) == 5  # and the match; the declined one was over
    clock.move(days=60)
    await drop(context)
    assert {await status(caller, trip) for trip in (waits, declined)} == {"expired"}
    assert len(await kept(caller)) == 2  # those two ended just now
    clock.move(days=KEPT_DAYS, seconds=1)
    await drop(context)
    assert await kept(caller) == []
    await sound(context)


async def test_a_proposal_whose_car_was_agreed_before_is_not_taken_for_over(
    context: Context, clock: FakeClock, caller: httpx.AsyncClient
) -> None:
    await post(caller, "offer", offer_body(**LATER))
    await post(caller, "request", request_body(**LATER))
    await run_batch(context)
    match = await the_match(caller)
    await context.store.redis.zadd(keys.ENDED(TAG), {match["id"]: 1, match["awaiting"][0]: 1})
    await Keeper(context).drop_ended()
    assert len(await kept(caller)) == 3
    assert await context.store.redis.zcard(keys.ENDED(TAG)) == 0


async def test_way_out_and_way_back_are_dropped_in_any_order(
    context: Context, clock: FakeClock, caller: httpx.AsyncClient
) -> None:
    await live_a_day(context, caller)
    for hours in range(24):
        clock.move(hours=1, days=KEPT_DAYS if hours == 0 else 0)
        await drop(context)
        await sound(context)
    clock.move(days=KEPT_DAYS)
    await drop(context)
    assert await kept(caller) == []


async def test_several_keepers_at_once_beside_people_at_work_count_each_thing_once(
    context: Context, clock: FakeClock, caller: httpx.AsyncClient
) -> None:
    for n in range(retention.MOST + 30):
        trip = await post(caller, "request", request_body(commuter_id=f"c{n}"))
        await caller.delete(f"/v1/requests/{trip['id']}")
    clock.move(days=KEPT_DAYS, seconds=1)
    later = await post(caller, "request", request_body(commuter_id="later", **LATER))

    async def changes_its_mind() -> None:
        await caller.delete(f"/v1/requests/{(await post(caller, 'request', request_body(**LATER)))['id']}")

    async with at_work_on(changes_its_mind):
        await asyncio.gather(*(Keeper(context).drop_ended() for _ in range(3)))
        await Keeper(context).drop_ended()
    counts = await read_statistics(context.store, "main")
    assert counts == {"2027-03-01 requests_cancelled": retention.MOST + 30}
    assert await status(caller, later) == "open"
    await sound(context)


@asynccontextmanager
async def at_work_on(deed: Callable[[], Awaitable[None]]) -> AsyncIterator[None]:
    """Have something done over and over for the length of a block."""
    over = asyncio.Event()

    async def work() -> None:
        while not over.is_set():
            await deed()

    working = asyncio.create_task(work())
    try:
        yield
    finally:
        over.set()
        await working


async def test_who_was_overtaken_drops_nothing(context: Context, clock: FakeClock, caller: httpx.AsyncClient) -> None:
    await agreed(context, caller)
    trip = await post(caller, "request", request_body(commuter_id="al"))
    await caller.delete(f"/v1/requests/{trip['id']}")
    clock.move(days=KEPT_DAYS + 1)
    old = await leases.take(context.store, "main", RETENTION, "one", clock.now(), 30)
    clock.move(seconds=31)
    new = await leases.take(context.store, "main", RETENTION, "two", clock.now(), 30)
    assert old is not None
    assert new is not None
    with pytest.raises(StaleLease):
        await retention.drop_ended(context, "main", old)
    assert len(await kept(caller)) == 4
    assert await read_statistics(context.store, "main") == {}
    await retention.drop_ended(context, "main", new)
    assert await kept(caller) == []


async def test_a_round_is_bounded_however_much_has_ended(
    context: Context, clock: FakeClock, caller: httpx.AsyncClient
) -> None:
    first = await post(caller, "request", request_body())
    await caller.delete(f"/v1/requests/{first['id']}")
    row = await context.store.redis.hgetall(keys.TRIP(TAG, first["id"]))
    score = await context.store.redis.zscore(keys.ENDED(TAG), first["id"])
    many = 3 * retention.MOST
    for n in range(1, many):
        id_ = f"{first['id'][:-6]}{n:06d}"
        await context.store.redis.hset(keys.TRIP(TAG, id_), mapping={**row, "id": id_})
        await context.store.redis.zadd(keys.ENDED(TAG), {id_: score})
    assert (await mend(context)).wrong == 0
    clock.move(days=KEPT_DAYS, seconds=1)
    lease = await leases.take(context.store, "main", RETENTION, "one", clock.now(), 30)
    assert lease is not None
    for left in (2, 1, 0):
        assert await retention.drop_ended(context, "main", lease) == retention.MOST
        assert await context.store.redis.zcard(keys.ENDED(TAG)) == left * retention.MOST
    assert await retention.drop_ended(context, "main", lease) == 0
    await sound(context)


async def test_what_can_not_be_read_is_set_aside_and_the_others_are_dropped(
    context: Context, clock: FakeClock, caller: httpx.AsyncClient
) -> None:
    await agreed(context, caller)
    match = await the_match(caller)
    trips = [await post(caller, "request", request_body(commuter_id=name)) for name in ("al", "bo", "cy")]
    for trip in trips:
        await caller.delete(f"/v1/requests/{trip['id']}")
    body = await context.store.redis.hget(keys.TRIP(TAG, trips[0]["id"]), "body")
    await damage_trip(context.store, trips[0]["id"])
    await damage_match(context.store, match["id"])
    await context.store.redis.delete(keys.TRIP(TAG, trips[1]["id"]))
    clock.move(days=KEPT_DAYS + 1)
    await drop(context)
    assert await set_aside_ids(context.store) == {trips[0]["id"], match["id"]}
    assert (await caller.get(f"/v1/requests/{trips[2]['id']}")).status_code == 404
    assert await context.store.redis.zcard(keys.ENDED(TAG)) == 0

    await context.store.redis.hset(keys.TRIP(TAG, trips[0]["id"]), "body", body)
    await mend(context)
    clock.move(days=KEPT_DAYS)
    await drop(context)
    assert (await caller.get(f"/v1/requests/{trips[0]['id']}")).status_code == 404


async def test_what_contradicts_itself_is_in_nobodys_way(
    context: Context, clock: FakeClock, caller: httpx.AsyncClient
) -> None:
    await agreed(context, caller)
    match = await the_match(caller)
    await context.store.redis.hset(keys.MATCH(TAG, match["id"]), "version", "9")
    trip = await post(caller, "request", request_body(commuter_id="al"))
    clock.move(minutes=1)
    await caller.delete(f"/v1/requests/{trip['id']}")
    clock.move(days=KEPT_DAYS + 1)
    await drop(context)
    assert len(await kept(caller)) == 3
    before_ms = (clock.now() - timedelta(days=KEPT_DAYS)).timestamp() * 1000
    assert await context.store.redis.zscore(keys.ENDED(TAG), match["id"]) > before_ms
    await context.store.redis.hset(keys.MATCH(TAG, match["id"]), "version", str(match["version"]))
    clock.move(hours=2)
    await drop(context)
    assert await kept(caller) == []


async def test_a_trip_that_moved_leaves_no_pointer_behind(
    context: Context, clock: FakeClock, caller: httpx.AsyncClient
) -> None:
    await west_and_east(context, clock)
    driver = await post(caller, "offer", offer_body(**LATER))
    rider = await post(caller, "request", request_body(**ACROSS, **LATER))
    await run_batch(context, market="east")
    await run_batch(context, market="west")
    await moves.finish_left(context, "east")
    assert await status(caller, rider) == "proposed"
    await caller.delete(f"/v1/requests/{rider['id']}")
    clock.move(days=KEPT_DAYS, seconds=1)
    await Keeper(context).drop_ended()
    assert await kept(caller) == [driver["id"]]
    assert await context.store.redis.exists(keys.TRIP(keys.market_tag("east"), rider["id"])) == 0
    report = await check_up(context)
    assert [check.examples for check in report.checks if check.wrong] == []


async def test_what_partners_read_of_an_ended_trip_in_their_log_stays_for_its_own_time(
    context: Context, clock: FakeClock, caller: httpx.AsyncClient
) -> None:
    trip = await post(caller, "request", request_body(**LATER))
    await caller.delete(f"/v1/requests/{trip['id']}")
    clock.move(days=KEPT_DAYS, seconds=1)
    await relayed(context)  # a deliverer that was away for as long
    await drop(context)
    (event,) = (await caller.get("/v1/events")).json()["items"]
    assert (event["type"], event["data"]["id"]) == ("trip.cancelled", trip["id"])


async def test_doctor_finds_what_is_not_known_to_have_ended(
    context: Context, clock: FakeClock, caller: httpx.AsyncClient
) -> None:
    await live_a_day(context, caller)
    before = await context.store.redis.zrange(keys.ENDED(TAG), 0, -1)
    await context.store.redis.delete(keys.ENDED(TAG))
    await context.store.redis.zadd(keys.ENDED(TAG), {"req_gone": 7})
    report = await check_up(context)
    assert {check.name: check.wrong for check in report.checks if check.wrong} == {"ended": len(before) + 1}
    assert (await mend(context)).wrong == 0
    assert sorted(await context.store.redis.zrange(keys.ENDED(TAG), 0, -1)) == sorted(before)


async def test_what_two_end_at_once_is_ended_once_and_dropped_in_time(
    context: Context, clock: FakeClock, caller: httpx.AsyncClient
) -> None:
    for n in range(60):
        await post(caller, "request", request_body(commuter_id=f"r{n}"))
    clock.move(days=1)
    await asyncio.gather(*(batches.expire_due(context, "main") for _ in range(4)))
    assert await set_aside_ids(context.store) == set()
    await sound(context)
    clock.move(days=KEPT_DAYS + 1)
    await drop(context)
    assert await kept(caller) == []
