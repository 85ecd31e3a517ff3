"""What a market's batch takes of its neighbours' trips, step by step and with kills between the steps."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest

from service.model.markets import Market
from service.model.partners import SCOPES
from service.store import keys, trips
from service.store import moves as store_moves
from service.usecases import moves
from service.usecases.checkup import check_up, mend
from service.usecases.context import Context
from service.usecases.markets import MarketChange, get_market, update_market
from tests.conftest import FakeClock
from tests.factories import HOME, offer_body, request_body
from tests.invariants import violations, violations_between
from tests.running import relayed, run_batch
from tests.service.api.conftest import MakeClient
from tests.service.api.conftest import client_of as client_of  # noqa: PLC0414 - a fixture
from tests.service.api.rides import answer, back, carrying, confirm, post, status
from tests.service.markets import ACROSS, west_and_east

pytestmark = pytest.mark.anyio
ALL = ("main", "west", "east")


@pytest.fixture
async def towns(context: Context, clock: FakeClock) -> tuple[Market, Market]:
    return await west_and_east(context, clock)


@pytest.fixture
async def caller(client_of: MakeClient) -> httpx.AsyncClient:
    return await client_of(*SCOPES)


async def sound(context: Context, *posted: dict[str, Any]) -> None:
    """See that nothing contradicts anything, in the markets and between them."""
    for market in ALL:
        assert await violations(context.store, market) == []
    ids = [trip["id"] for trip in posted]
    assert await violations_between(context.store, ALL, ids) == []
    report = await check_up(context)
    assert [check.examples for check in report.checks if check.wrong] == []


async def at_the_border(context: Context, caller: httpx.AsyncClient, **rider: Any) -> tuple[dict, dict]:
    """Post a driver in the west and a rider in the east, whom the east's batch has left over."""
    driver = await post(caller, "offer", offer_body())
    request = await post(caller, "request", request_body(**{**ACROSS, **rider}))
    await run_batch(context, market="east")
    return driver, request


async def test_a_batch_takes_what_its_neighbour_left_over(
    context: Context, towns: Any, caller: httpx.AsyncClient
) -> None:
    driver, rider = await at_the_border(context, caller, external_id="shift 7")
    batch = await run_batch(context, market="west")
    assert (batch.matches, batch.sizes["trips_of_neighbours"]) == (1, 1)
    await sound(context, driver, rider)
    match = await carrying(caller, rider)
    assert match == await carrying(caller, driver)
    for query in ("", "?status=proposed", "?external_id=shift 7", "?commuter=rob"):
        assert [trip["id"] for trip in (await caller.get(f"/v1/requests{query}")).json()["items"]] == [rider["id"]]
    assert (await caller.get("/v1/requests?status=open")).json()["items"] == []
    assert (await run_batch(context, market="east")).requests == 0
    await confirm(caller, driver, rider)
    assert (await caller.delete(f"/v1/requests/{rider['id']}")).json()["status"] == "cancelled"
    assert await status(caller, driver) == "open"
    await sound(context, driver, rider)
    await relayed(context, *ALL)
    events = [event["type"] for event in (await caller.get("/v1/events")).json()["items"]]
    assert events == [
        "match.proposed", "match.accepted", "match.accepted", "match.confirmed", "match.cancelled", "trip.cancelled",
    ]  # fmt: skip


async def test_a_trip_that_moved_is_matched_where_it_is_when_its_first_match_falls(
    context: Context, towns: Any, caller: httpx.AsyncClient
) -> None:
    driver, rider = await at_the_border(context, caller)
    await run_batch(context, market="west")
    await answer(caller, await carrying(caller, rider), "decline", rider)
    other = await post(caller, "offer", offer_body(commuter_id="eve"))
    assert (await run_batch(context, market="west")).matches == 1
    assert await status(caller, driver) == "open"  # who was declined is not proposed again
    await confirm(caller, other, rider)
    await sound(context, driver, rider, other)


async def test_a_trip_moves_once(context: Context, towns: Any, caller: httpx.AsyncClient) -> None:
    driver, rider = await at_the_border(context, caller)
    await run_batch(context, market="west")
    await caller.delete(f"/v1/offers/{driver['id']}")
    await run_batch(context, market="west")  # which leaves the rider over
    own = await post(caller, "offer", offer_body(**ACROSS, commuter_id="eve"))
    assert (await run_batch(context, market="east")).matches == 0
    assert (await run_batch(context, market="west")).matches == 1  # the driver moves, and the rider no more
    await sound(context, driver, rider, own)


async def test_what_the_own_batch_has_not_seen_since_it_is_open_is_left_to_it(
    context: Context, towns: Any, caller: httpx.AsyncClient
) -> None:
    driver, rider = await at_the_border(context, caller)
    late = await post(caller, "request", request_body(**ACROSS, commuter_id="al"))
    own = await post(caller, "offer", offer_body(**ACROSS))
    assert (await run_batch(context, market="east")).matches == 1
    await answer(caller, await carrying(caller, own), "decline", own)
    newest = await post(caller, "request", request_body(**ACROSS, commuter_id="cy"))
    await caller.delete(f"/v1/offers/{own['id']}")
    west = await get_market(context, "west")
    assert await moves.left_over(context, west) == {}
    await run_batch(context, market="east")
    assert set(await moves.left_over(context, west)) == {rider["id"], late["id"], newest["id"]}
    await sound(context, driver, rider, late, own, newest)


@pytest.mark.parametrize("case", ["either", "return_of", "way out", "no neighbour", "no trip of its own"])
async def test_what_has_to_stay_stays(context: Context, towns: Any, caller: httpx.AsyncClient, case: str) -> None:
    driver, rider = await at_the_border(context, caller, **({"either": "e"} if case == "either" else {}))
    posted = [driver, rider]
    if case in ("return_of", "way out"):
        morning = request_body(**ACROSS)
        leg = back(morning) if case == "way out" else morning
        posted.append(await post(caller, "request", {**leg, "return_of": rider["id"]}))
        if case == "return_of":
            posted.append(await post(caller, "request", request_body(**ACROSS, commuter_id="al")))
        await run_batch(context, market="east")
    if case == "no neighbour":
        await update_market(context, "west", MarketChange(neighbours=[]))
    if case == "no trip of its own":
        await caller.delete(f"/v1/offers/{driver['id']}")
        posted.append(await post(caller, "offer", offer_body(**ACROSS)))
    batch = await run_batch(context, market="west")
    taken = [trip["id"] for trip in posted if await context.store.redis.exists(keys.TRIP("{m:west}", trip["id"]))]
    wanted = {"return_of": [driver["id"], posted[-1]["id"]], "no trip of its own": [driver["id"]]}
    assert taken == wanted.get(case, [driver["id"]])
    assert batch.matches == (case == "return_of")
    await sound(context, *posted)


class Killed(Exception):
    """The process is no more."""


STEPS = ("read_moving", "receive", "forward")


async def killed_before(step: str, context: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run a batch of the west by a process that is killed before a step of its moves."""

    async def killed(*_: Any) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(store_moves, step, killed)
        with pytest.raises(Killed):
            await run_batch(context, market="west")


@pytest.mark.parametrize("step", STEPS)
async def test_a_move_that_a_killed_process_left_is_finished(
    context: Context, towns: Any, caller: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    driver, rider = await at_the_border(context, caller)
    await killed_before(step, context, monkeypatch)
    await sound(context, driver, rider)
    assert (await caller.get(f"/v1/requests/{rider['id']}")).json() == rider
    assert (await caller.get("/v1/requests?status=open")).json()["items"] == [rider]
    assert (await run_batch(context, market="east")).requests == 0
    assert await moves.finish_left(context, "east") == 1
    await sound(context, driver, rider)
    assert await moves.finish_left(context, "east") == 0
    assert (await caller.get(f"/v1/requests/{rider['id']}")).json() == rider
    assert (await run_batch(context, market="west")).matches == 1
    await confirm(caller, driver, rider)
    await sound(context, driver, rider)


@pytest.mark.parametrize("step", STEPS)
async def test_a_trip_is_cancelled_while_it_moves(
    context: Context, towns: Any, caller: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    driver, rider = await at_the_border(context, caller)
    await killed_before(step, context, monkeypatch)
    gone = await caller.delete(f"/v1/requests/{rider['id']}", headers={"If-Match": '"1"'})
    assert (gone.status_code, gone.json()["status"]) == (200, "cancelled")
    await moves.finish_left(context, "east")
    assert (await caller.get(f"/v1/requests/{rider['id']}")).json() == gone.json()
    assert (await run_batch(context, market="west")).matches == 0
    await sound(context, driver, rider)


async def test_steps_that_come_late_and_twice_change_nothing(
    context: Context, towns: Any, caller: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    driver, rider = await at_the_border(context, caller)
    await killed_before("receive", context, monkeypatch)
    stood_still, _ = await store_moves.read_moving(context.store, [("east", rider["id"])])
    await moves.finish_left(context, "east")
    await run_batch(context, market="west")
    await confirm(caller, driver, rider)
    before = (await caller.get(f"/v1/requests/{rider['id']}")).json()
    await store_moves.receive(context.store, stood_still)
    await store_moves.forward(context.store, stood_still, 1)
    assert (await caller.get(f"/v1/requests/{rider['id']}")).json() == before
    await sound(context, driver, rider)


async def test_both_markets_batches_at_once_put_nobody_in_two_cars(
    context: Context, towns: Any, caller: httpx.AsyncClient
) -> None:
    driver, rider = await at_the_border(context, caller)
    own = await post(caller, "offer", offer_body(**ACROSS, commuter_id="eve"))

    async def west_is_faster() -> None:
        assert (await run_batch(context, market="west")).matches == 1

    east = await run_batch(context, market="east", meanwhile=west_is_faster)
    assert (east.matches, east.withdrawn) == (0, 1)
    assert await status(caller, own) == "open"
    await sound(context, driver, rider, own)


async def test_a_trip_that_its_own_batch_took_meanwhile_is_not_taken(
    context: Context, towns: Any, caller: httpx.AsyncClient
) -> None:
    driver, rider = await at_the_border(context, caller)
    own = await post(caller, "offer", offer_body(**ACROSS, commuter_id="eve"))

    async def east_is_faster() -> None:
        assert (await run_batch(context, market="east")).matches == 1

    west = await run_batch(context, market="west", meanwhile=east_is_faster)
    assert (west.matches, west.withdrawn) == (0, 1)
    assert await status(caller, rider) == "proposed"
    await sound(context, driver, rider, own)


async def test_a_trip_that_is_open_again_since_the_batch_read_it_stays_where_it_is(
    context: Context, towns: Any, caller: httpx.AsyncClient
) -> None:
    driver, rider = await at_the_border(context, caller)
    own = await post(caller, "offer", offer_body(**ACROSS, commuter_id="eve"))

    async def declines() -> None:
        assert (await run_batch(context, market="east")).matches == 1
        await answer(caller, await carrying(caller, rider), "decline", rider)

    west = await run_batch(context, market="west", meanwhile=declines)
    assert (west.matches, west.withdrawn) == (0, 1)
    assert await context.store.redis.hget(keys.TRIP("{m:east}", rider["id"]), "status") == "open"
    await sound(context, driver, rider, own)


async def test_a_way_back_follows_its_way_out(
    context: Context, towns: Any, caller: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    driver, out = await at_the_border(context, caller)
    body = back(request_body(**ACROSS), return_of=out["id"])
    await killed_before("receive", context, monkeypatch)
    assert (await caller.post("/v1/requests", json=body, headers={"Idempotency-Key": "b"})).status_code == 409
    await moves.finish_left(context, "east")
    posted = await caller.post("/v1/requests", json=body, headers={"Idempotency-Key": "b"})
    assert posted.status_code == 201
    again = await caller.post("/v1/requests", json=body, headers={"Idempotency-Key": "b"})
    assert again.content == posted.content
    assert await context.store.redis.exists(keys.TRIP("{m:west}", posted.json()["id"]))
    assert (await run_batch(context, market="west")).matches == 0  # nobody drives the evening
    evening = await post(caller, "offer", back(offer_body(commuter_id="eve")))  # from the east
    await run_batch(context, market="east")
    assert (await run_batch(context, market="west")).matches == 2
    await sound(context, driver, out, posted.json(), evening)


async def test_a_way_back_that_comes_first_keeps_its_way_out(
    context: Context, towns: Any, caller: httpx.AsyncClient
) -> None:
    driver, out = await at_the_border(context, caller)
    posted = []

    async def way_back() -> None:
        posted.append(await post(caller, "request", back(request_body(**ACROSS), return_of=out["id"])))

    batch = await run_batch(context, market="west", meanwhile=way_back)
    assert (batch.matches, batch.withdrawn) == (0, 1)
    assert await context.store.redis.exists(keys.TRIP("{m:east}", posted[0]["id"]))
    await sound(context, driver, out, *posted)


async def test_what_a_trip_leaves_behind_ends_with_the_retention(
    context: Context, towns: Any, caller: httpx.AsyncClient
) -> None:
    _, rider = await at_the_border(context, caller)
    (kept,) = await trips.get_trips(context.store, "east", [rider["id"]])
    assert kept is not None
    await run_batch(context, market="west")
    record = keys.TRIP("{m:east}", rider["id"])
    assert await context.store.redis.hgetall(record) == {"id": rider["id"], "status": "moved", "to": "west"}
    keep_ms = context.settings.retention_days * 86_400_000
    assert await context.store.redis.pexpiretime(record) == kept.due_ms + keep_ms


async def test_doctor_finds_a_trip_that_is_lost_or_in_two_markets(
    context: Context, towns: Any, caller: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    driver, rider = await at_the_border(context, caller)
    redis, west, east = context.store.redis, *(keys.TRIP(f"{{m:{m}}}", rider["id"]) for m in ("west", "east"))
    whole = await redis.hgetall(east)
    await killed_before("receive", context, monkeypatch)
    await redis.srem(keys.MOVING("{m:east}"), rider["id"])
    assert {c.name: c.wrong for c in (await check_up(context)).checks if c.wrong} == {"moving": 1}
    await redis.sadd(keys.MOVING("{m:east}"), rider["id"])
    await moves.finish_left(context, "east")
    pointer, there = await redis.hgetall(east), await redis.hgetall(west)
    await redis.delete(east)
    await redis.hset(east, mapping=whole)
    (two,) = [c.examples for c in (await check_up(context)).checks if c.name == "moves"]
    assert two == [f"{rider['id']} is in west and in east, too"]
    await redis.delete(east, west)
    await redis.hset(east, mapping=pointer)
    (lost,) = [c.examples for c in (await check_up(context)).checks if c.name == "moves"]
    assert lost == [f"{rider['id']} has moved to west and is not there"]
    await redis.hset(west, mapping=there)
    await sound(context, driver, rider)


async def test_a_damaged_trip_that_moves_is_set_aside_and_goes_on_once_it_is_mended(
    context: Context, towns: Any, caller: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    driver, rider = await at_the_border(context, caller)
    await killed_before("receive", context, monkeypatch)
    record, redis = keys.TRIP("{m:east}", rider["id"]), context.store.redis
    good = await redis.hget(record, "body")
    await redis.hset(record, "body", "{")
    for _ in range(2):
        await moves.finish_left(context, "east")
    assert await redis.smembers(keys.SET_ASIDE("{m:east}")) == {rider["id"]}
    assert (await caller.get(f"/v1/requests/{rider['id']}")).status_code == 500
    await redis.hset(record, "body", good)
    assert (await mend(context)).wrong == 0
    await moves.finish_left(context, "east")
    assert (await run_batch(context, market="west")).matches == 1
    await sound(context, driver, rider)


async def test_many_move_at_once(context: Context, towns: Any, caller: httpx.AsyncClient) -> None:
    names = [f"p{n}" for n in range(12)]
    drivers = await asyncio.gather(*(post(caller, "offer", offer_body(commuter_id=name)) for name in names))
    riders = await asyncio.gather(*(post(caller, "request", request_body(**ACROSS, commuter_id=n)) for n in names))
    await run_batch(context, market="east")
    monkeys = [
        run_batch(context, market="west"),
        moves.finish_left(context, "east"),
        moves.finish_left(context, "east"),
    ]
    await asyncio.gather(*monkeys)
    assert {await status(caller, rider) for rider in riders} == {"proposed"}
    await sound(context, *drivers, *riders)
    assert HOME["lon"] < 4.88 < ACROSS["origin"]["lon"]
