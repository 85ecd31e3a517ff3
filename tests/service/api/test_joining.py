"""Riders are added to a car that is agreed, over HTTP: they alone are asked, and it stays as it is until they join."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest

from service.store import matches as store_matches
from service.usecases import batches
from service.usecases.agreed import AgreedCars
from service.usecases.checkup import check_up
from service.usecases.context import Context
from tests.factories import corridor, offer_body, request_body
from tests.invariants import violations
from tests.running import run_batch
from tests.service.api.conftest import MakeClient
from tests.service.api.rides import (
    answer,
    back,
    car_of_partners,
    carrying,
    event_types,
    events,
    post,
    shared_car,
    status,
    the_match,
)

pytestmark = pytest.mark.anyio
NEAR = {"origin": {"lat": 52.3101, "lon": 4.865}, "destination": {"lat": 52.3599, "lon": 4.895}}


async def sound(context: Context) -> None:
    assert await violations(context.store) == []
    assert (await check_up(context)).wrong == 0


async def invited_car(context: Context, partner: httpx.AsyncClient) -> tuple[dict[str, Any], ...]:
    """Have a driver and ann agree on a car to which bob is invited; returns their trips."""
    offer, ann = await shared_car(context, partner, "ann")
    bob = await post(partner, "request", request_body(commuter_id="bob", **NEAR))
    assert (await run_batch(context)).riders == 1
    return offer, ann, bob


def times(match: dict[str, Any]) -> dict[str, datetime]:
    return {s["kind"]: datetime.fromisoformat(s["at"]) for s in match["stops"] if s["kind"] in ("depart", "arrive")}


async def test_a_rider_joins_an_agreed_car_whose_people_keep_their_times(
    context: Context, partner: httpx.AsyncClient
) -> None:
    offer, ann = await shared_car(context, partner, "ann")
    agreed = await the_match(partner)
    bob = await post(partner, "request", request_body(commuter_id="bob", **NEAR))
    batch = await run_batch(context)
    assert (batch.offers, batch.requests, batch.matches, batch.riders) == (0, 1, 1, 1)
    asked = await the_match(partner)
    assert (asked["id"], asked["status"]) == (agreed["id"], "confirmed")
    assert (asked["stops"], asked["riders"]) == (agreed["stops"], agreed["riders"])
    assert asked["awaiting"] == [bob["id"]]
    assert [rider["request_id"] for rider in asked["invitation"]["riders"]] == [ann["id"], bob["id"]]
    assert [await status(partner, trip) for trip in (offer, ann, bob)] == ["confirmed", "confirmed", "proposed"]
    await sound(context)
    joined = (await answer(partner, agreed, "accept", bob)).json()
    assert (joined["status"], joined["reason"], joined["invitation"]) == ("confirmed", "rider_joined", None)
    assert [rider["request_id"] for rider in joined["riders"]] == [ann["id"], bob["id"]]
    assert (await answer(partner, agreed, "accept", bob)).json() == joined
    before, after = ({s["kind"]: s for s in m["stops"] if s["request_id"] == ann["id"]} for m in (agreed, joined))
    for kind in ("pickup", "dropoff"):
        moved = datetime.fromisoformat(after[kind]["at"]) - datetime.fromisoformat(before[kind]["at"])
        assert abs(moved.total_seconds()) <= 300
    assert (times(agreed)["depart"] - times(joined)["depart"]).total_seconds() <= 300
    assert (times(joined)["arrive"] - times(agreed)["arrive"]).total_seconds() <= 300
    assert [await status(partner, trip) for trip in (offer, ann, bob)] == ["confirmed"] * 3
    assert (await event_types(context))[-4:] == ["match.proposed", "match.accepted", "match.confirmed", "match.updated"]
    await sound(context)


async def test_who_has_nobody_else_in_the_car_reads_it_as_proposed_and_the_others_do_not_hear_of_it(
    context: Context, client_of: MakeClient
) -> None:
    drives, rides = await client_of(shares_with="all"), await client_of(shares_with="all")
    await car_of_partners(context, drives, (drives, "ann"))
    agreed = await the_match(drives)
    bob = await post(rides, "request", request_body(commuter_id="bob", **NEAR))
    await run_batch(context)
    seen = await the_match(rides)
    assert (seen["id"], seen["status"], seen["awaiting"]) == (agreed["id"], "proposed", [bob["id"]])
    assert (await rides.get("/v1/matches?status=proposed")).json()["items"] == [seen]
    assert (await rides.get("/v1/matches?status=confirmed")).json()["items"] == []
    assert {stop["exact"] for stop in seen["stops"] if stop["request_id"] != bob["id"]} == {False}
    assert (await rides.get("/v1/matches?status=confirmed&commuter=bob")).json()["items"] == []
    assert (await drives.get("/v1/matches?status=proposed&commuter=ann")).json()["items"] == []
    other = await the_match(drives)
    assert (other["awaiting"], other["invitation"]) == ([], None)
    assert {e["partner"] for e in await events(context) if e["type"] == "match.proposed"} == {
        drives.partner_id, rides.partner_id,  # type: ignore[attr-defined]
    }  # fmt: skip
    await answer(rides, seen, "accept", bob)
    told = [(e["type"], e["partner"]) for e in (await events(context))[-2:]]
    assert told == [("match.confirmed", rides.partner_id), ("match.updated", drives.partner_id)]  # type: ignore[attr-defined]
    assert (await rides.get("/v1/matches?status=proposed")).json()["items"] == []
    assert (await the_match(rides))["status"] == "confirmed"
    await sound(context)


@pytest.mark.parametrize("how", ["decline", "expire", "cancel", "delete"])
async def test_a_rider_who_does_not_join_leaves_the_car_as_it_was(
    context: Context, client_of: MakeClient, clock: Any, how: str
) -> None:
    drives, rides = await client_of(shares_with="all"), await client_of(shares_with="all")
    offer, ann = await car_of_partners(context, drives, (drives, "ann"))
    agreed = await the_match(drives)
    bob = await post(rides, "request", request_body(commuter_id="bob", **NEAR))
    await run_batch(context)
    if how == "expire":
        clock.move(seconds=601)
        assert (await answer(rides, agreed, "accept", bob)).status_code == 409
        await batches.expire_due(context, "main")
    elif how == "delete":
        assert (await rides.delete(f"/v1/requests/{bob['id']}")).json()["status"] == "cancelled"
    else:
        ended = await answer(rides, agreed, how, bob)
        assert ended.json()["status"] == {"decline": "declined", "cancel": "cancelled"}[how]
    after = await the_match(drives)
    assert after | {"version": agreed["version"]} == agreed
    assert [await status(drives, trip) for trip in (offer, ann)] == ["confirmed", "confirmed"]
    assert await status(rides, bob) == ("cancelled" if how in ("cancel", "delete") else "open")
    assert (await rides.get("/v1/matches")).json()["items"] == []
    ending = {"decline": "match.declined", "expire": "match.expired"}.get(how, "match.cancelled")
    last = next(e for e in reversed(await events(context)) if e["type"].startswith("match."))
    assert (last["type"], last["partner"]) == (ending, rides.partner_id)  # type: ignore[attr-defined]
    await sound(context)
    if how == "decline":
        await run_batch(context)
        assert await status(rides, bob) == "open"


@pytest.mark.parametrize("change", ["leave", "driver", "delay", "late", "start"])
async def test_whatever_changes_the_car_frees_who_is_invited(
    context: Context, partner: httpx.AsyncClient, change: str
) -> None:
    offer, ann, cas = await shared_car(context, partner, "ann", "cas")
    bob = await post(partner, "request", request_body(commuter_id="bob", **NEAR))
    await run_batch(context)
    match = await the_match(partner)
    assert match["awaiting"] == [bob["id"]]
    path = f"/v1/matches/{match['id']}"
    if change in ("leave", "driver"):
        done = await answer(partner, match, "cancel", cas if change == "leave" else offer)
    elif change == "start":
        done = await answer(partner, match, "start", offer)
    else:
        late = {"trip_id": offer["id"], "delay_s": 60 if change == "delay" else 1000}
        done = await partner.post(f"{path}/delay", json=late)
    assert done.status_code == 200
    assert done.json()["invitation"] is None
    assert await status(partner, bob) == "open"
    ended = next(e for e in await events(context) if e["type"] == "match.cancelled" and bob["id"] in e["data"])
    assert '"reason":"car_changed"' in ended["data"]
    assert (await answer(partner, match, "accept", bob)).status_code in (409, 422)
    await sound(context)
    assert await status(partner, ann) in ("confirmed", "open", "proposed", "under_way")


async def test_an_acceptance_and_a_change_of_the_car_at_once_leave_one_truth(
    context: Context, partner: httpx.AsyncClient
) -> None:
    offer, ann, bob = await invited_car(context, partner)
    match = await the_match(partner)
    await asyncio.gather(
        answer(partner, match, "accept", bob), answer(partner, match, "start", offer),
        partner.delete(f"/v1/requests/{ann['id']}"),
    )  # fmt: skip
    await sound(context)


async def test_a_car_that_changed_while_a_batch_was_solved_invites_nobody(
    context: Context, partner: httpx.AsyncClient
) -> None:
    _, _, cas = await shared_car(context, partner, "ann", "cas")
    match = await the_match(partner)
    bob = await post(partner, "request", request_body(commuter_id="bob", **NEAR))

    async def leave() -> None:
        await answer(partner, match, "cancel", cas)

    batch = await run_batch(context, meanwhile=leave)
    assert (batch.riders, batch.withdrawn) == (0, 1)
    assert await status(partner, bob) == "open"
    assert (await run_batch(context)).riders == 1
    await sound(context)


async def test_a_full_car_or_one_under_way_takes_nobody(context: Context, partner: httpx.AsyncClient) -> None:
    offer = await post(partner, "offer", offer_body(seats=1))
    ann = await post(partner, "request", request_body(commuter_id="ann"))
    await run_batch(context)
    match = await the_match(partner)
    for trip in (offer, ann):
        await answer(partner, match, "accept", trip)
    bob = await post(partner, "request", request_body(commuter_id="bob", **NEAR))
    assert (await run_batch(context)).riders == 0
    await answer(partner, match, "start", offer)
    assert (await run_batch(context)).riders == 0
    assert await status(partner, bob) == "open"


async def test_nobody_is_invited_for_whom_others_would_ride_more_than_five_minutes_from_their_promised_times(
    context: Context, partner: httpx.AsyncClient
) -> None:
    await shared_car(context, partner, "ann")
    agreed = await the_match(partner)
    dropoff = datetime.fromisoformat(agreed["riders"][0]["dropoff"]["at"])

    async def invited(minutes: int) -> int:
        early = {"latest_arrival": (dropoff - timedelta(minutes=minutes)).isoformat()}
        bob = await post(partner, "request", request_body(commuter_id="bob", **NEAR, **early))
        riders = (await run_batch(context)).riders
        await partner.delete(f"/v1/requests/{bob['id']}")
        return riders

    assert [await invited(minutes) for minutes in (15, 1)] == [0, 1]


async def test_several_who_are_invited_at_once_join_together_or_not_at_all(
    context: Context, partner: httpx.AsyncClient
) -> None:
    await shared_car(context, partner, "ann")
    bob, cas = [await post(partner, "request", request_body(commuter_id=name, **NEAR)) for name in ("bob", "cas")]
    assert (await run_batch(context)).riders == 2
    match = await the_match(partner)
    half = (await answer(partner, match, "accept", bob)).json()
    assert (half["awaiting"], len(half["riders"])) == ([cas["id"]], 1)
    await sound(context)
    assert (await answer(partner, match, "decline", cas)).json()["status"] == "declined"
    assert [await status(partner, trip) for trip in (bob, cas)] == ["open", "open"]
    assert (await run_batch(context)).riders == 1
    assert (await answer(partner, match, "accept", bob)).json()["status"] == "confirmed"
    await sound(context)


async def test_a_way_back_whose_way_out_joins_a_car_falls_with_it(context: Context, partner: httpx.AsyncClient) -> None:
    await shared_car(context, partner, "ann")
    await post(partner, "offer", back(offer_body(commuter_id="eve")))
    out = await post(partner, "request", request_body(commuter_id="bob", **NEAR))
    home = await post(partner, "request", back(request_body(commuter_id="bob", **NEAR), return_of=out["id"]))
    assert (await run_batch(context)).riders == 2
    await answer(partner, await carrying(partner, home), "decline", home)
    assert [await status(partner, trip) for trip in (out, home)] == ["open", "open"]
    await sound(context)


async def test_a_batch_reads_agreed_cars_anew_only_where_they_have_changed(
    context: Context, partner: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []
    read_each = store_matches.read_each

    async def noting(store: Any, market: str, ids: Any) -> Any:
        read.extend(ids)
        return await read_each(store, market, ids)

    _, ann, rob = await shared_car(context, partner, "ann", "rob")
    match = await the_match(partner)
    away = corridor(request_body(commuter_id="eve"), 1)  # asks for a batch, and fits nobody
    await post(partner, "request", away)
    monkeypatch.setattr(store_matches, "read_each", noting)
    assert [(await run_batch(context)).riders for _ in range(3)] == [0, 0, 0]
    assert read == [match["id"]]
    assert (await answer(partner, match, "cancel", rob)).status_code == 200
    read.clear()
    bob = await post(partner, "request", request_body(commuter_id="bob", **NEAR))
    assert (await run_batch(context)).riders == 1
    assert read == [match["id"]]
    asked = await the_match(partner)
    assert [rider["request_id"] for rider in asked["invitation"]["riders"]] == [ann["id"], bob["id"]]
    read.clear()
    await run_batch(replace(context, agreed=AgreedCars()))  # a process that takes over
    assert read == [match["id"]]
    await sound(context)


async def test_a_car_that_a_batch_knows_and_others_changed_meanwhile_takes_nobody_by_what_it_was(
    context: Context, partner: httpx.AsyncClient
) -> None:
    offer, _ = await shared_car(context, partner, "ann")

    async def call_off() -> None:
        assert (await partner.delete(f"/v1/offers/{offer['id']}")).status_code == 200

    await post(partner, "request", corridor(request_body(commuter_id="eve"), 1))
    await run_batch(context)  # knows the car from here on
    bob = await post(partner, "request", request_body(commuter_id="bob", **NEAR))
    batch = await run_batch(context, meanwhile=call_off)
    assert (batch.matches, batch.withdrawn) == (0, 1)
    assert await status(partner, bob) == "open"
    assert (await run_batch(context)).matches == 0
    await sound(context)
