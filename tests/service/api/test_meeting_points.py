"""Riders who walk to a meeting point, over HTTP: matched where no car could come to their door, and seen only there."""

from __future__ import annotations

import gzip
import json
from datetime import datetime
from typing import Any

import httpx
import orjson
import pytest

from matching import certified_from_json
from matching.verify import verify
from service.usecases.certificates import exact_of
from service.usecases.context import Context
from service.usecases.markets import MarketChange, update_market
from tests.conftest import FakeClock
from tests.factories import HOME, WORK, offer_body, request_body
from tests.invariants import violations
from tests.running import relayed, run_batch
from tests.service.api.conftest import MakeClient, SignIn
from tests.service.api.rides import answer, carrying, confirm, post, status
from tests.service.markets import points, west_and_east

pytestmark = pytest.mark.anyio
CORNER = (52.3175, 4.87)  # on the driver's way
OFF_THE_WAY = {"lat": 52.31761, "lon": 4.89137}  # 1.4 km from it, as the crow flies
WALK_M_S = 1.5  # nobody walks faster


def driver(**changes: Any) -> dict[str, Any]:
    """Return a driver who stops for a rider on the way, and makes no detour."""
    return offer_body(**{"max_detour_s": 120, **changes})


def walker(**changes: Any) -> dict[str, Any]:
    """Return a rider who lives off the driver's way, and works on it."""
    own = {"commuter_id": "ann", "origin": OFF_THE_WAY, "destination": {"lat": 52.3525, "lon": 4.89}}
    return request_body(**{**own, **changes})


@pytest.fixture(autouse=True)
async def corner(context: Context) -> None:
    await update_market(context, "main", MarketChange(meeting_points=points(corner=CORNER)))


def stop_of(match: dict[str, Any], kind: str, request: dict[str, Any]) -> dict[str, Any]:
    return next(stop for stop in match["stops"] if (stop["kind"], stop["request_id"]) == (kind, request["id"]))


def at_corner(stop: dict[str, Any]) -> bool:
    return (stop["lat"], stop["lon"], stop["meeting_point"], stop["exact"]) == (*CORNER, "corner", True)


async def test_who_fits_no_car_at_the_door_is_matched_at_the_corner(
    context: Context, partner: httpx.AsyncClient
) -> None:
    offer, request = await post(partner, "offer", driver()), await post(partner, "request", walker())
    await run_batch(context)
    assert await status(partner, request) == "open"
    walks = await partner.patch(f"/v1/requests/{request['id']}", json={"max_walk_m": 2500})
    assert walks.status_code == 200
    batch = await run_batch(context)
    assert await status(partner, request) == "proposed"
    match = await carrying(partner, offer)
    pickup, dropoff = stop_of(match, "pickup", request), stop_of(match, "dropoff", request)
    assert at_corner(pickup)
    assert 1300 < pickup["walk_m"] <= 2500
    assert (dropoff["meeting_point"], dropoff["walk_m"]) == (None, 0)
    assert {name: pickup[name] for name in match["riders"][0]["pickup"]} == match["riders"][0]["pickup"]
    assert match["detour_s"] <= 120
    proof = certified_from_json(orjson.loads(gzip.decompress(await exact_of(context, batch.id))))
    assert verify(*proof).faults == ()
    assert [point.id for point in proof[0].meeting_points] == ["m1"]


async def test_nobody_is_picked_up_before_they_can_be_there_on_foot(
    context: Context, partner: httpx.AsyncClient
) -> None:
    offer = await post(partner, "offer", driver())
    request = await post(partner, "request", walker(max_walk_m=2500))
    await run_batch(context)
    pickup = stop_of(await carrying(partner, offer), "pickup", request)
    leaves = datetime.fromisoformat(request["earliest_departure"])
    assert (datetime.fromisoformat(pickup["at"]) - leaves).total_seconds() >= pickup["walk_m"] / WALK_M_S


async def test_who_would_come_too_late_on_foot_is_not_matched(context: Context, partner: httpx.AsyncClient) -> None:
    times = {"earliest_departure": "2027-03-01T07:30:00+01:00", "latest_arrival": "2027-03-01T07:50:00+01:00"}
    await post(partner, "offer", driver())
    request = await post(partner, "request", walker(max_walk_m=2500, **times))
    near = {**walker(commuter_id="bob", **times), "origin": {"lat": CORNER[0], "lon": CORNER[1]}}
    other = await post(partner, "request", near)
    await run_batch(context)
    assert (await status(partner, request), await status(partner, other)) == ("open", "proposed")


async def test_others_see_the_corner_once_the_car_is_agreed_and_never_the_door(
    context: Context, client_of: MakeClient
) -> None:
    drives, rides = await client_of(shares_with="all"), await client_of(shares_with="all")
    offer = await post(drives, "offer", driver())
    request = await post(rides, "request", walker(max_walk_m=2500))
    await run_batch(context)
    before = await carrying(drives, offer)
    pickup = stop_of(before, "pickup", request)
    assert (pickup["meeting_point"], pickup["walk_m"], pickup["exact"]) == (None, 0, False)
    await answer(rides, before, "accept", request)
    await answer(drives, before, "accept", offer)
    after = await carrying(drives, offer)
    pickup = stop_of(after, "pickup", request)
    assert (at_corner(pickup), pickup["walk_m"]) == (True, 0)
    assert after["riders"][0]["pickup"]["walk_m"] == 0
    assert [after[name] % step for name, step in (("saved_s", 300), ("saved_m", 1000), ("co2_saved_g", 500))] == [0] * 3
    own = await carrying(rides, request)
    assert (at_corner(stop_of(own, "pickup", request)), stop_of(own, "pickup", request)["walk_m"] > 0) == (True, True)
    await relayed(context)
    told = (await drives.get("/v1/events")).json()
    assert len(told["items"]) >= 2
    for document in (before, after, told):
        for number in OFF_THE_WAY.values():
            assert str(number) not in json.dumps(document)


async def test_who_has_agreed_to_walk_keeps_the_corner_when_another_joins(
    context: Context, partner: httpx.AsyncClient
) -> None:
    offer, ann = await post(partner, "offer", driver(max_detour_s=600)), await post(
        partner, "request", walker(max_walk_m=2500, latest_arrival="2027-03-01T08:25:00+01:00")
    )  # fmt: skip
    await run_batch(context)
    await confirm(partner, offer, ann)
    agreed = await carrying(partner, offer)
    assert at_corner(stop_of(agreed, "pickup", ann))
    nearer = points(nearer=(52.3176, 4.875), corner_2=CORNER)
    await update_market(context, "main", MarketChange(meeting_points=nearer))
    bob = await post(partner, "request", request_body(commuter_id="bob", origin=HOME, destination=WORK))
    assert (await run_batch(context)).riders == 1
    await answer(partner, agreed, "accept", bob)
    match = await carrying(partner, bob)
    assert match["id"] == agreed["id"]
    for kind in ("pickup", "dropoff"):
        was, now = stop_of(agreed, kind, ann), stop_of(match, kind, ann)
        assert {**was, "at": now["at"]} == now
        moved = datetime.fromisoformat(now["at"]) - datetime.fromisoformat(was["at"])
        assert abs(moved.total_seconds()) <= 300
    alone = next(r for r in match["riders"] if r["request_id"] == ann["id"])["pickup"]
    assert alone["meeting_point"] == "corner"
    assert await violations(context.store) == []
    late = {"trip_id": offer["id"], "delay_s": 120}
    delayed = await partner.post(f"/v1/matches/{match['id']}/delay", json=late)
    assert (delayed.status_code, delayed.json()["saved_s"]) == (200, match["saved_s"])
    saved_m = match["saved_m"]
    assert (await answer(partner, match, "cancel", bob)).status_code == 200
    left = await carrying(partner, offer)
    assert (left["status"], left["saved_s"], left["saved_m"] != saved_m) == ("confirmed", agreed["saved_s"], True)


async def test_a_rider_from_over_the_border_walks_to_a_point_of_their_own_market(
    context: Context, clock: FakeClock, partner: httpx.AsyncClient
) -> None:
    await update_market(context, "main", MarketChange(meeting_points=points()))
    await west_and_east(context, clock)
    await update_market(context, "east", MarketChange(meeting_points=points(border=(52.345, 4.8858))))
    request = await post(
        partner, "request", walker(origin={"lat": 52.345, "lon": 4.907}, destination=WORK, max_walk_m=2500)
    )
    offer = await post(partner, "offer", driver())
    for market in ("east", "west"):
        await run_batch(context, market=market)
    assert stop_of(await carrying(partner, offer), "pickup", request)["meeting_point"] == "border"


async def test_partners_and_commuters_read_a_markets_meeting_points(
    partner: httpx.AsyncClient, sign_in: SignIn, client_of: MakeClient
) -> None:
    path, lat_lon = "/v1/markets/main/meeting-points", dict(zip(("lat", "lon"), CORNER, strict=True))
    found = {"items": [{"id": "corner", "name": "the corner corner", **lat_lon}], "next_cursor": None}
    sandbox = await client_of(partner_id=partner.partner_id, sandbox=True)  # type: ignore[attr-defined]
    for client in (partner, await sign_in("ann"), sandbox):
        assert (await client.get(path)).json() == found
    assert (await partner.get("/v1/markets/nowhere/meeting-points")).status_code == 404
    assert (await (await client_of("webhooks:manage")).get(path)).status_code == 403
