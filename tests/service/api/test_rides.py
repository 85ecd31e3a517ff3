"""A confirmed ride, from its start to its end over HTTP: who may say what, and what everyone is told."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest

from service.store import keys
from service.store.migrations import note_under_way
from service.usecases import batches
from service.usecases.checkup import check_up
from service.usecases.context import Context
from tests.factories import offer_body, request_body
from tests.invariants import violations
from tests.running import run_batch
from tests.service.api.conftest import MakeClient
from tests.service.api.rides import (
    answer,
    car_of_partners,
    carrying,
    confirm,
    event_types,
    events,
    post,
    shared_car,
    status,
    the_match,
)

pytestmark = pytest.mark.anyio


async def test_a_ride_goes_from_its_start_to_its_end(context: Context, partner: httpx.AsyncClient, clock: Any) -> None:
    offer, ann = await shared_car(context, partner, "ann")
    match = await the_match(partner)
    steps = (("start", offer), ("pickup", ann), ("dropoff", ann), ("complete", offer))
    seen = []
    for verb, trip in steps:
        clock.move(minutes=5)
        done = await answer(partner, match, verb, trip)
        assert done.status_code == 200, done.text
        seen.append((done.json()["status"], done.json()["version"]))
        assert await violations(context.store) == []
        assert (await check_up(context)).wrong == 0
    assert seen == [("under_way", 4), ("under_way", 5), ("under_way", 6), ("completed", 7)]
    (rider,) = (await the_match(partner))["riders"]
    assert rider["picked_up_at"] == "2027-03-01T05:10:00Z"
    assert rider["dropped_off_at"] == "2027-03-01T05:15:00Z"
    assert [await status(partner, trip) for trip in (offer, ann)] == ["completed"] * 2
    assert (await partner.get(f"/v1/requests/{ann['id']}")).json()["match_id"] == match["id"]
    told = ["match.started", "match.updated", "match.updated", "match.completed"]
    assert (await event_types(context))[-4:] == told
    assert [int(event["seq"]) for event in (await events(context))] == list(range(1, 9))


async def test_a_ride_that_nobody_completes_is_over_six_hours_after_its_last_stop(
    context: Context, partner: httpx.AsyncClient, clock: Any
) -> None:
    offer, ann = await shared_car(context, partner, "ann")
    match = await the_match(partner)
    await answer(partner, match, "start", offer)
    here = {"lat": 52.3, "lon": 4.86, "at": clock.now().isoformat()}
    assert (await partner.post(f"/v1/matches/{match['id']}/position", json=here)).status_code == 200
    over = datetime.fromisoformat(match["stops"][-1]["at"]) + timedelta(hours=6)
    clock.move(seconds=(over - clock.now()).total_seconds() - 1)
    await batches.expire_due(context, "main")
    assert (await the_match(partner))["status"] == "under_way"
    assert (await check_up(context)).wrong == 0
    clock.move(seconds=1)
    for _ in range(2):
        await batches.expire_due(context, "main")
    done = await the_match(partner)
    assert (done["status"], done["reason"], done["position"]) == ("completed", "nobody_completed", None)
    assert [await status(partner, trip) for trip in (offer, ann)] == ["completed"] * 2
    assert (await event_types(context)).count("match.completed") == 1
    assert (await answer(partner, match, "complete", offer)).status_code == 200
    assert await violations(context.store) == []
    assert (await check_up(context)).wrong == 0


async def test_a_ride_that_is_late_is_over_later(context: Context, partner: httpx.AsyncClient, clock: Any) -> None:
    offer, _ = await shared_car(context, partner, "ann")
    match = await the_match(partner)
    await answer(partner, match, "start", offer)
    await late_by(partner, match, offer, 240)
    over = datetime.fromisoformat(match["stops"][-1]["at"]) + timedelta(hours=6)
    clock.move(seconds=(over - clock.now()).total_seconds())
    await batches.expire_due(context, "main")
    assert (await the_match(partner))["status"] == "under_way"
    assert await violations(context.store) == []


async def test_a_ride_of_an_earlier_version_is_over_then_as_well(context: Context, partner: httpx.AsyncClient) -> None:
    offer, _ = await shared_car(context, partner, "ann")
    match = await the_match(partner)
    await answer(partner, match, "start", offer)
    due = await context.store.redis.zrange(keys.DUE("{m:main}"), 0, -1, withscores=True)
    await context.store.redis.delete(keys.DUE("{m:main}"))

    async def renew() -> None:
        pass

    for _ in range(2):
        await note_under_way(context.store, renew)
    assert await context.store.redis.zrange(keys.DUE("{m:main}"), 0, -1, withscores=True) == due


async def test_the_same_again_changes_nothing(context: Context, partner: httpx.AsyncClient) -> None:
    offer, ann = await shared_car(context, partner, "ann")
    match = await the_match(partner)
    for verb, trip in (("start", offer), ("pickup", ann), ("dropoff", ann), ("complete", offer)):
        first = await answer(partner, match, verb, trip)
        assert (await answer(partner, match, verb, trip)).content == first.content


async def test_a_ride_is_completed_without_pickups_being_told(context: Context, partner: httpx.AsyncClient) -> None:
    offer, _ = await shared_car(context, partner, "ann")
    match = await the_match(partner)
    await answer(partner, match, "start", offer)
    assert (await answer(partner, match, "complete", offer)).json()["status"] == "completed"


async def test_what_the_state_does_not_allow_is_refused(context: Context, partner: httpx.AsyncClient) -> None:
    offer, ann = await post(partner, "offer", offer_body()), await post(partner, "request", request_body())
    await run_batch(context)
    match = await the_match(partner)
    too_early = [("start", offer), ("pickup", ann), ("dropoff", ann), ("complete", offer)]
    assert [(await answer(partner, match, *do)).status_code for do in too_early] == [409] * 4
    await confirm(partner, offer, ann)
    assert [(await answer(partner, match, *do)).status_code for do in too_early[1:]] == [409] * 3
    await answer(partner, match, "start", offer)
    out_of_turn = [("dropoff", ann), ("accept", ann), ("decline", ann)]
    assert (await answer(partner, match, *out_of_turn[0])).status_code == 409
    assert (await partner.delete(f"/v1/requests/{ann['id']}")).status_code == 409
    assert (await partner.delete(f"/v1/offers/{offer['id']}")).status_code == 409
    await answer(partner, match, "complete", offer)
    assert [(await answer(partner, match, *do)).status_code for do in too_early[:3]] == [409] * 3
    assert (await answer(partner, match, "cancel", ann)).status_code == 409


async def test_a_transition_is_refused_where_somebody_was_faster(context: Context, partner: httpx.AsyncClient) -> None:
    offer, ann = await shared_car(context, partner, "ann")
    match = await the_match(partner)
    bodies: dict[str, dict[str, Any]] = {
        "cancel": {"trip_id": ann["id"]}, "delay": {"trip_id": offer["id"], "delay_s": 60},
        "start": {"trip_id": offer["id"]}, "pickup": {"trip_id": ann["id"]}, "dropoff": {"trip_id": ann["id"]},
        "complete": {"trip_id": offer["id"]},
    }  # fmt: skip
    for verb, body in bodies.items():
        stale = await partner.post(f"/v1/matches/{match['id']}/{verb}", json=body, headers={"If-Match": '"2"'})
        assert stale.status_code == 412, verb
    current = {"If-Match": f'"{match["version"]}"'}
    started = await partner.post(f"/v1/matches/{match['id']}/start", json=bodies["start"], headers=current)
    assert (started.status_code, started.headers["etag"]) == (200, '"4"')


async def test_the_driver_s_side_speaks_for_the_car_and_each_side_for_its_riders(
    context: Context, client_of: MakeClient
) -> None:
    drives, rides = await client_of(shares_with="all"), await client_of(shares_with="all")
    stranger = await client_of(shares_with="all")
    offer, ann, bob = await car_of_partners(context, drives, (rides, "ann"), (drives, "bob"))
    match = await the_match(drives)
    assert (await answer(rides, match, "start", offer)).status_code == 422
    assert (await answer(drives, match, "start", bob)).status_code == 422
    assert (await answer(stranger, match, "start", offer)).status_code == 404
    assert (await answer(drives, match, "start", offer)).status_code == 200
    assert (await answer(rides, match, "pickup", bob)).status_code == 422
    assert (await answer(drives, match, "pickup", ann)).status_code == 200
    assert (await answer(rides, match, "dropoff", ann)).status_code == 200
    assert (await answer(rides, match, "complete", offer)).status_code == 422
    assert (await answer(rides, match, "cancel", bob)).status_code == 422


async def test_all_call_at_once_and_each_thing_happens_once(context: Context, partner: httpx.AsyncClient) -> None:
    offer, *riders = await shared_car(context, partner, "ann", "bob", "cas")
    match = await the_match(partner)
    await asyncio.gather(*(answer(partner, match, "start", offer) for _ in range(3)))
    await asyncio.gather(*(answer(partner, match, "pickup", rider) for rider in riders for _ in range(2)))
    assert (await event_types(context)).count("match.started") == 1
    assert (await event_types(context)).count("match.updated") == 3
    assert await violations(context.store) == []


async def test_the_car_s_position_is_seen_by_its_people_until_the_ride_ends(
    context: Context, client_of: MakeClient, clock: Any
) -> None:
    drives, rides = await client_of(shares_with="all"), await client_of(shares_with="all")
    stranger = await client_of(shares_with="all")
    offer, ann = await car_of_partners(context, drives, (rides, "ann"))
    match = await the_match(drives)
    where = f"/v1/matches/{match['id']}/position"
    spot = {"lat": 52.315, "lon": 4.866, "at": clock.now().isoformat()}
    assert (await drives.post(where, json=spot)).status_code == 409
    await answer(drives, match, "start", offer)
    told = await drives.post(where, json=spot)
    assert (told.status_code, told.json()["position"]) == (200, spot | {"at": "2027-03-01T05:00:00Z"})
    assert (await rides.post(where, json=spot)).status_code == 422
    assert (await stranger.post(where, json=spot)).status_code == 404
    assert (await drives.post(where, json=spot | {"at": "2027-03-01T05:02:00Z"})).status_code == 422
    assert (await drives.post(where, json=spot | {"lat": 91})).status_code == 422
    older = spot | {"lat": 52.2, "at": "2027-03-01T04:59:00Z"}
    assert (await drives.post(where, json=older)).json()["position"]["lat"] == 52.315
    assert (await the_match(rides))["position"]["lat"] == 52.315
    await answer(drives, match, "pickup", ann)
    assert (await the_match(rides))["position"]["lat"] == 52.315
    await answer(drives, match, "complete", offer)
    assert (await the_match(rides))["position"] is None
    assert (await drives.post(where, json=spot)).status_code == 409
    assert "52.315" not in str(await events(context))
    assert "52.315" not in str([await context.store.redis.hgetall(f"{{m:main}}:match:{match['id']}")])


async def late_by(
    client: httpx.AsyncClient, match: dict[str, Any], trip: dict[str, Any], delay_s: int
) -> httpx.Response:  # fmt: skip
    body = {"trip_id": trip["id"], "delay_s": delay_s}
    return await client.post(f"/v1/matches/{match['id']}/delay", json=body)


def times(match: dict[str, Any]) -> list[datetime]:
    return [datetime.fromisoformat(stop["at"]) for stop in match["stops"]]


async def test_a_late_driver_moves_the_stops_and_everyone_is_told(context: Context, partner: httpx.AsyncClient) -> None:
    offer, _ = await shared_car(context, partner, "ann")
    before = await the_match(partner)
    after = (await late_by(partner, before, offer, 300)).json()
    assert [(b - a).total_seconds() for a, b in zip(times(before), times(after), strict=True)] == [300] * 4
    assert (after["status"], after["reason"], after["awaiting"]) == ("confirmed", "delayed", [])
    assert (await event_types(context))[-1] == "match.updated"
    assert await violations(context.store) == []


async def test_a_late_rider_moves_the_stops_from_their_own_on(context: Context, partner: httpx.AsyncClient) -> None:
    _, ann = await shared_car(context, partner, "ann")
    before = await the_match(partner)
    after = (await late_by(partner, before, ann, 300)).json()
    assert [(b - a).total_seconds() for a, b in zip(times(before), times(after), strict=True)] == [0, 300, 300, 300]
    assert after["detour_s"] == before["detour_s"] + 300


async def test_delays_add_up_and_beyond_five_minutes_the_others_answer_anew(
    context: Context, partner: httpx.AsyncClient
) -> None:
    offer, ann = await shared_car(context, partner, "ann")
    match = await the_match(partner)
    assert (await late_by(partner, match, offer, 200)).json()["status"] == "confirmed"
    assert (await late_by(partner, match, ann, 100)).json()["status"] == "confirmed"
    asked = (await late_by(partner, match, ann, 1)).json()
    assert (asked["status"], asked["awaiting"]) == ("proposed", [offer["id"]])
    assert (await answer(partner, match, "accept", offer)).json()["status"] == "confirmed"
    assert (await late_by(partner, match, ann, 300)).json()["status"] == "confirmed"


async def test_nobody_is_asked_where_all_rules_hold_however_late_it_is(
    context: Context, partner: httpx.AsyncClient
) -> None:
    near = {"destination": {"lat": 52.32, "lon": 4.87}, "latest_arrival": "2027-03-01T08:00:00+01:00"}
    far = {"origin": {"lat": 52.34, "lon": 4.882}}
    offer = await post(partner, "offer", offer_body(max_detour_s=1800))
    ann = await post(partner, "request", request_body(commuter_id="ann", **near))
    bob = await post(partner, "request", request_body(commuter_id="bob", **far))
    await run_batch(context)
    await confirm(partner, offer, ann, bob)
    after = (await late_by(partner, await the_match(partner), bob, 600)).json()
    assert (after["status"], after["awaiting"]) == ("confirmed", [])
    assert await violations(context.store) == []


async def test_where_a_rule_does_not_hold_any_more_the_others_answer_anew(
    context: Context, partner: httpx.AsyncClient
) -> None:
    offer, ann = await shared_car(context, partner, "ann")
    before = await the_match(partner)
    asked = (await late_by(partner, before, offer, 7200)).json()
    assert (asked["status"], asked["awaiting"], asked["reason"]) == ("proposed", [ann["id"]], "delayed")
    assert [await status(partner, trip) for trip in (offer, ann)] == ["proposed"] * 2
    assert await violations(context.store) == []
    assert (await answer(partner, asked, "accept", ann)).json()["status"] == "confirmed"
    assert times(await the_match(partner)) == times(asked)
    assert await violations(context.store) == []


async def test_who_does_not_answer_anew_is_free_when_the_time_is_up(
    context: Context, partner: httpx.AsyncClient, clock: Any
) -> None:
    offer, ann = await shared_car(context, partner, "ann")
    await late_by(partner, await the_match(partner), offer, 7200)
    clock.move(seconds=600)
    await batches.expire_due(context, "main")
    assert (await the_match(partner))["status"] == "expired"
    assert [await status(partner, trip) for trip in (offer, ann)] == ["open"] * 2


async def test_a_delay_under_way_moves_the_stops_that_are_left(
    context: Context, partner: httpx.AsyncClient, clock: Any
) -> None:
    offer, ann, _ = await shared_car(context, partner, "ann", "bob")
    match = await the_match(partner)
    await answer(partner, match, "start", offer)
    await answer(partner, match, "pickup", ann)
    before = await the_match(partner)
    after = (await late_by(partner, before, offer, 7200)).json()
    assert after["status"] == "under_way"
    done = [n for n, stop in enumerate(before["stops"]) if stop["kind"] == "depart" or
            (stop["kind"], stop["request_id"]) == ("pickup", ann["id"])]  # fmt: skip
    moved = [b > a for a, b in zip(times(before), times(after), strict=True)]
    assert moved == [n > max(done) for n in range(len(moved))]
    assert (await late_by(partner, before, ann, 60)).status_code == 409


async def test_riders_who_wait_are_asked_by_a_driver_who_is_late_on_the_way(
    context: Context, partner: httpx.AsyncClient
) -> None:
    offer, ann, bob, cas = await shared_car(context, partner, "ann", "bob", "cas")
    match = await the_match(partner)
    await answer(partner, match, "start", offer)
    await answer(partner, match, "pickup", ann)
    assert (await answer(partner, match, "decline", bob)).status_code == 409
    asked = (await late_by(partner, match, offer, 3600)).json()
    assert (asked["status"], sorted(asked["awaiting"])) == ("under_way", sorted([bob["id"], cas["id"]]))
    accepted = (await answer(partner, match, "accept", bob)).json()
    assert (accepted["status"], accepted["awaiting"]) == ("under_way", [cas["id"]])
    refused = (await answer(partner, match, "decline", cas)).json()
    assert (refused["status"], refused["awaiting"]) == ("under_way", [])
    assert (await answer(partner, match, "decline", cas)).json() == refused
    assert [(left["trip_id"], left["reason"], left["late"]) for left in refused["left"]] == [
        (cas["id"], "declined", False)
    ]
    assert [await status(partner, trip) for trip in (offer, ann, bob, cas)] == ["under_way"] * 3 + ["open"]
    assert (await event_types(context))[-2:] == ["match.accepted", "match.updated"]
    assert await violations(context.store) == []


async def test_a_car_that_every_rider_refuses_ends(context: Context, partner: httpx.AsyncClient) -> None:
    offer, ann = await shared_car(context, partner, "ann")
    match = await the_match(partner)
    await answer(partner, match, "start", offer)
    await late_by(partner, match, offer, 7200)
    assert (await answer(partner, match, "decline", ann)).json()["status"] == "cancelled"
    assert [await status(partner, trip) for trip in (offer, ann)] == ["cancelled", "open"]
    assert (await event_types(context))[-2:] == ["match.cancelled", "trip.cancelled"]
    assert await violations(context.store) == []


async def test_who_gets_in_has_answered(context: Context, partner: httpx.AsyncClient) -> None:
    offer, ann = await shared_car(context, partner, "ann")
    match = await the_match(partner)
    await answer(partner, match, "start", offer)
    await late_by(partner, match, offer, 7200)
    assert (await answer(partner, match, "pickup", ann)).json()["awaiting"] == []


async def test_a_car_on_its_way_does_not_wait_long_for_a_rider(context: Context, partner: httpx.AsyncClient) -> None:
    offer, ann = await shared_car(context, partner, "ann")
    match = await the_match(partner)
    await answer(partner, match, "start", offer)
    assert (await late_by(partner, match, ann, 300)).json()["status"] == "under_way"
    assert (await late_by(partner, match, ann, 3600)).status_code == 409


async def test_a_driver_who_tells_of_no_pickups_is_late_at_the_first_stop_that_may_be_ahead(
    context: Context, partner: httpx.AsyncClient, clock: Any
) -> None:
    offer, _ = await shared_car(context, partner, "ann")
    before = await the_match(partner)
    await answer(partner, before, "start", offer)
    clock.move(seconds=(times(before)[1] - clock.now()).total_seconds() + 120)  # two minutes after the pick-up
    after = (await late_by(partner, before, offer, 60)).json()
    assert [b > a for a, b in zip(times(before), times(after), strict=True)] == [False, False, True, True]
    again = (await late_by(partner, before, offer, 300)).json()
    assert [b > a for a, b in zip(times(after), times(again), strict=True)] == [False, True, True, True]


async def test_delays_that_say_nothing_are_refused(context: Context, partner: httpx.AsyncClient, clock: Any) -> None:
    offer, ann = await post(partner, "offer", offer_body()), await post(partner, "request", request_body())
    await run_batch(context)
    match = await the_match(partner)
    assert (await late_by(partner, match, offer, 60)).status_code == 409
    await confirm(partner, offer, ann)
    for delay_s in (0, -60, 14_401):
        assert (await late_by(partner, match, offer, delay_s)).status_code == 422
    clock.move(hours=4)
    assert (await late_by(partner, match, offer, 60)).json()["errors"][0]["pointer"] == "/delay_s"
    assert (await carrying(partner, offer))["status"] == "confirmed"
