"""Somebody leaves an agreed car, or does not come, over HTTP: the others ride on, or are free at once and told why."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import httpx
import pytest

from service.store import trips as store_trips
from service.usecases.checkup import check_up
from service.usecases.context import Context
from tests.factories import HOME, WORK, offer_body, request_body
from tests.invariants import violations
from tests.running import run_batch
from tests.service.api.conftest import MakeClient
from tests.service.api.rides import (
    FELL,
    answer,
    back,
    car_of_partners,
    carrying,
    confirm,
    event_types,
    events,
    outcome,
    post,
    shared_car,
    status,
    the_match,
)

pytestmark = pytest.mark.anyio


async def cancel(
    client: httpx.AsyncClient, match: dict[str, Any], trip: dict[str, Any], reason: str | None = None
) -> httpx.Response:
    body = {"trip_id": trip["id"]} | ({"reason": reason} if reason else {})
    return await client.post(f"/v1/matches/{match['id']}/cancel", json=body)


def promised(match: dict[str, Any]) -> dict[tuple[str, str], str]:
    """Return when each rider is picked up and dropped off."""
    return {(stop["request_id"], stop["kind"]): stop["at"] for stop in match["stops"] if stop["request_id"]}


@pytest.mark.parametrize("by_trip", [False, True])
async def test_a_rider_who_leaves_a_shared_car_leaves_it_to_the_others(
    context: Context, partner: httpx.AsyncClient, by_trip: bool
) -> None:
    offer, ann, bob = await shared_car(context, partner, "ann", "bob")
    before = await the_match(partner)
    if by_trip:
        assert (await partner.delete(f"/v1/requests/{bob['id']}")).json()["status"] == "cancelled"
    else:
        assert (await cancel(partner, before, bob, "ill")).json()["status"] == "confirmed"
    after = await the_match(partner)
    reason = "trip_cancelled" if by_trip else "ill"
    assert (after["status"], after["reason"]) == ("confirmed", reason)
    assert [rider["request_id"] for rider in after["riders"]] == [ann["id"]]
    assert promised(after) == {who: at for who, at in promised(before).items() if who[0] == ann["id"]}
    assert after["left"] == [{"trip_id": bob["id"], "at": "2027-03-01T05:00:00Z", "reason": reason, "late": False}]
    assert after["detour_s"] < before["detour_s"]
    assert after["saved_m"] < before["saved_m"]
    assert [await status(partner, trip) for trip in (offer, ann, bob)] == ["confirmed", "confirmed", "cancelled"]
    assert (await check_up(context)).wrong == 0
    assert (await event_types(context))[-2:] == ["match.updated", "trip.cancelled"]
    assert await violations(context.store) == []


async def test_nobody_pays_more_because_another_left(context: Context, partner: httpx.AsyncClient) -> None:
    _, ann, bob = await shared_car(context, partner, "ann", "bob")
    before = {r["request_id"]: Decimal(r["cost_share"]["amount"]) for r in (await the_match(partner))["riders"]}
    (rider,) = (await cancel(partner, await the_match(partner), bob)).json()["riders"]
    assert Decimal(rider["cost_share"]["amount"]) <= before[ann["id"]]


async def test_the_same_cancellation_again_changes_nothing(context: Context, partner: httpx.AsyncClient) -> None:
    _, ann, bob = await shared_car(context, partner, "ann", "bob")
    match = await the_match(partner)
    first = await cancel(partner, match, bob)
    assert (await cancel(partner, match, bob)).content == first.content
    last = await cancel(partner, match, ann)
    assert last.json()["status"] == "cancelled"
    assert (await cancel(partner, match, ann)).content == last.content


@pytest.mark.parametrize("under_way", [False, True])
async def test_when_the_driver_cancels_the_riders_are_free_at_once_and_come_first(
    context: Context, partner: httpx.AsyncClient, under_way: bool
) -> None:
    offer, ann = await shared_car(context, partner, "ann")
    match = await the_match(partner)
    if under_way:
        await answer(partner, match, "start", offer)
    ended = await cancel(partner, match, offer, "the car broke down")
    assert (ended.json()["status"], ended.json()["reason"]) == ("cancelled", "the car broke down")
    told = [event for event in await events(context) if event["type"] == "match.cancelled"]
    assert "the car broke down" in told[0]["data"]
    assert [await status(partner, trip) for trip in (offer, ann)] == ["cancelled", "open"]
    # A car with one seat: who was let down gets it, though the other's longer ride would save more.
    rival = await post(partner, "request", request_body(commuter_id="rik", origin=HOME, destination=WORK))
    await post(partner, "offer", offer_body(commuter_id="eve", seats=1))
    await run_batch(context)
    assert [await status(partner, trip) for trip in (ann, rival)] == ["proposed", "open"]
    assert await violations(context.store) == []
    assert (await check_up(context)).wrong == 0


async def test_who_lost_an_agreed_car_is_matched_at_the_promised_time_before_any_other(
    context: Context, partner: httpx.AsyncClient
) -> None:
    offer, ann = await shared_car(context, partner, "ann")
    match = await the_match(partner)
    before = promised(match)
    await cancel(partner, match, offer)
    arrival = datetime.fromisoformat(before[ann["id"], "dropoff"])
    # An earlier car could take her by the rules: not yet, for one at her own time may come.
    early = {"latest_arrival": (arrival - timedelta(minutes=15)).isoformat()}
    await post(partner, "offer", offer_body(commuter_id="eve", **early))
    assert (await run_batch(context)).riders == 0
    assert (await run_batch(context)).riders == 1
    eve_s = promised(await carrying(partner, ann))[ann["id"], "pickup"]
    assert eve_s < before[ann["id"], "pickup"]
    assert (await check_up(context)).wrong == 0


async def test_who_lost_an_agreed_car_gets_the_promised_time_where_a_car_keeps_it(
    context: Context, partner: httpx.AsyncClient
) -> None:
    offer, ann = await shared_car(context, partner, "ann")
    before = promised(await the_match(partner))
    await cancel(partner, await the_match(partner), offer)
    await post(partner, "offer", offer_body(commuter_id="eve"))
    await run_batch(context)
    after = promised(await carrying(partner, ann))
    for stop, at in before.items():
        assert abs((datetime.fromisoformat(after[stop]) - datetime.fromisoformat(at)).total_seconds()) <= 300


async def test_who_agreed_to_a_car_that_another_gave_up_when_it_was_late_comes_first(
    context: Context, partner: httpx.AsyncClient
) -> None:
    offer, ann, bob = await shared_car(context, partner, "ann", "bob")
    match = await the_match(partner)
    await partner.post(f"/v1/matches/{match['id']}/delay", json={"trip_id": offer["id"], "delay_s": 1200})
    assert (await answer(partner, match, "decline", bob)).json()["status"] == "declined"
    trips = (await store_trips.read_each(context.store, "main", [ann["id"], bob["id"]]))[0]
    assert [(trip.priority_s > 0, trip.promised is not None) for trip in trips] == [(True, True), (False, False)]


async def test_a_car_without_its_last_rider_is_cancelled_and_the_driver_free(
    context: Context, partner: httpx.AsyncClient
) -> None:
    offer, ann = await shared_car(context, partner, "ann")
    assert (await cancel(partner, await the_match(partner), ann)).json()["status"] == "cancelled"
    assert [await status(partner, trip) for trip in (offer, ann)] == ["open", "cancelled"]
    assert await violations(context.store) == []


async def test_leaving_shortly_before_is_late(context: Context, partner: httpx.AsyncClient, clock: Any) -> None:
    offer, ann, bob = await shared_car(context, partner, "ann", "bob")
    match = await the_match(partner)
    pickup = datetime.fromisoformat(promised(match)[bob["id"], "pickup"])
    clock.move(seconds=(pickup - clock.now()).total_seconds() - 3600)
    assert [left["late"] for left in (await cancel(partner, match, bob)).json()["left"]] == [False]
    clock.move(seconds=3600)
    ended = (await cancel(partner, match, offer)).json()
    assert [(left["trip_id"], left["late"]) for left in ended["left"]] == [(bob["id"], False), (offer["id"], True)]
    assert await status(partner, ann) == "open"


async def test_a_rider_who_does_not_come_is_left_behind_once_their_time_has_passed(
    context: Context, client_of: MakeClient, clock: Any
) -> None:
    drives, rides = await client_of(shares_with="all"), await client_of(shares_with="all")
    offer, ann, bob = await car_of_partners(context, drives, (drives, "ann"), (rides, "bob"))
    match = await the_match(drives)
    assert (await cancel(drives, match, bob)).status_code == 422
    assert (await cancel(drives, match, bob, "no_show")).status_code == 409
    await answer(drives, match, "start", offer)
    pickup = datetime.fromisoformat(promised(match)[bob["id"], "pickup"])
    clock.move(seconds=(pickup - clock.now()).total_seconds())
    assert (await cancel(rides, match, ann, "no_show")).status_code == 422
    left = (await cancel(drives, match, bob, "no_show")).json()
    assert (left["status"], left["reason"]) == ("under_way", "no_show")
    assert [rider["request_id"] for rider in left["riders"]] == [ann["id"]]
    assert await status(rides, bob) == "cancelled"
    assert (await event_types(context))[-3:] == ["match.updated", "match.updated", "trip.cancelled"]
    assert await violations(context.store) == []
    # Who is out of the car is told no more of it, and sees no more of it than before it was agreed.
    seen = await the_match(rides)
    assert [stop["exact"] for stop in seen["stops"]] == [False] * 4
    where = {"lat": 52.3, "lon": 4.87, "at": clock.now().isoformat()}
    await drives.post(f"/v1/matches/{match['id']}/position", json=where)
    assert (await the_match(rides))["position"] is None
    told = len(await events(context))
    await answer(drives, match, "pickup", ann)
    assert {event["partner"] for event in (await events(context))[told:]} == {drives.partner_id}  # type: ignore[attr-defined]


async def test_a_driver_who_does_not_come_frees_the_riders(context: Context, client_of: MakeClient, clock: Any) -> None:
    drives, rides = await client_of(shares_with="all"), await client_of(shares_with="all")
    offer, ann = await car_of_partners(context, drives, (rides, "ann"))
    match = await the_match(drives)
    assert (await cancel(rides, match, offer, "no_show")).status_code == 409
    pickup = datetime.fromisoformat(promised(match)[ann["id"], "pickup"])
    clock.move(seconds=(pickup - clock.now()).total_seconds() + 60)
    ended = (await cancel(rides, match, offer, "no_show")).json()
    assert (ended["status"], ended["reason"]) == ("cancelled", "no_show")
    assert await status(rides, ann) == "open"
    assert await status(drives, offer) == "cancelled"


async def test_who_has_left_a_car_can_not_end_it_for_the_others(
    context: Context, client_of: MakeClient, clock: Any
) -> None:
    drives, rides = await client_of(shares_with="all"), await client_of(shares_with="all")
    offer, ann, _ = await car_of_partners(context, drives, (rides, "ann"), (drives, "bob"))
    match = await the_match(drives)
    await cancel(rides, match, ann)
    clock.move(hours=3)
    assert (await cancel(rides, match, offer, "no_show")).status_code == 422
    assert await status(drives, offer) == "confirmed"


async def test_a_car_that_fails_on_its_way_ends_the_rides_of_those_aboard_and_frees_those_who_wait(
    context: Context, partner: httpx.AsyncClient
) -> None:
    offer, ann, bob, cas = await shared_car(context, partner, "ann", "bob", "cas")
    match = await the_match(partner)
    await answer(partner, match, "start", offer)
    for verb, rider in (("pickup", ann), ("pickup", bob), ("dropoff", ann)):
        await answer(partner, match, verb, rider)
    assert (await cancel(partner, match, bob)).status_code == 409
    assert (await cancel(partner, match, offer)).json()["status"] == "cancelled"
    states = [await status(partner, trip) for trip in (offer, ann, bob, cas)]
    assert states == ["cancelled", "completed", "cancelled", "open"]
    assert sorted((await event_types(context))[-2:]) == ["trip.cancelled", "trip.cancelled"]
    assert await violations(context.store) == []


async def test_the_way_back_of_who_leaves_falls_while_it_is_proposed(
    context: Context, partner: httpx.AsyncClient
) -> None:
    trips = [await post(partner, "offer", offer_body())]
    trips += [await post(partner, "request", request_body(commuter_id=name)) for name in ("ann", "bob")]
    await run_batch(context)
    await confirm(partner, *trips)
    await post(partner, "offer", back(offer_body(commuter_id="eve")))
    home = await post(partner, "request", back(request_body(commuter_id="bob"), return_of=trips[2]["id"]))
    await run_batch(context)
    out, way_back = await carrying(partner, trips[2]), await carrying(partner, home)
    assert (await cancel(partner, out, trips[2])).json()["status"] == "confirmed"
    assert await outcome(partner, way_back) == FELL
    assert await status(partner, home) == "open"
    assert await violations(context.store) == []


async def test_all_leave_at_once_and_the_car_ends_once(context: Context, partner: httpx.AsyncClient) -> None:
    offer, *riders = await shared_car(context, partner, "ann", "bob", "cas")
    match = await the_match(partner)
    answers = await asyncio.gather(*(cancel(partner, match, trip) for trip in (*riders, offer)))
    assert {done.status_code for done in answers} <= {200, 409}
    assert (await event_types(context)).count("match.cancelled") == 1
    assert await status(partner, offer) in ("open", "cancelled")
    assert await violations(context.store) == []
