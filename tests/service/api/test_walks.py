"""Looks of riders who would walk, over HTTP: what they find, what walk would help, and that it tells no door."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest

from service.usecases.context import Context
from service.usecases.markets import MarketChange, update_market
from tests.factories import offer_body, request_body
from tests.running import run_batch
from tests.service.api.conftest import MakeClient
from tests.service.api.rides import explained, post, shared_car, status
from tests.service.api.test_journeys import asked, journeys
from tests.service.markets import points

pytestmark = pytest.mark.anyio
CORNER = (52.3175, 4.87)  # on the driver's way
FAR_OFF = {"lat": 52.3175, "lon": 4.915}  # 3 km from it, as the crow flies
DRIVER = {"max_detour_s": 320}


@pytest.fixture(autouse=True)
async def corner(context: Context) -> None:
    await update_market(context, "main", MarketChange(meeting_points=points(corner=CORNER)))


def look(**changes: Any) -> dict[str, Any]:
    """Return what a rider who lives far off the driver's way asks journeys with."""
    return {"from": f"{FAR_OFF['lat']},{FAR_OFF['lon']}", "to": "52.3525,4.89", **changes}


def walker(**changes: Any) -> dict[str, Any]:
    """Return that rider's request."""
    ends = {"origin": FAR_OFF, "destination": {"lat": 52.3525, "lon": 4.89}}
    return request_body(**{"commuter_id": "ann", **ends, **changes})


async def test_a_journey_is_found_that_only_a_walk_allows(context: Context, partner: httpx.AsyncClient) -> None:
    offer = await post(partner, "offer", offer_body(**DRIVER))
    assert await journeys(partner, **look()) == []
    assert await journeys(partner, **look(max_walk_m=2000)) == []
    (found,) = await journeys(partner, **look(max_walk_m=5000))
    assert (found["trip_id"], found["certain"]) == (offer["id"], True)
    assert (found["pickup_meeting_point"], found["dropoff_meeting_point"]) == ("corner", None)
    await update_market(context, "main", MarketChange(meeting_points=points()))

    async with asyncio.timeout(30):  # the market is read anew beside the looks
        while await journeys(partner, **look(max_walk_m=5000)):
            pass


async def test_a_walk_leads_to_an_agreed_car_too(context: Context, partner: httpx.AsyncClient) -> None:
    await update_market(context, "main", MarketChange(meeting_points=points(corner=CORNER, beside=(52.3175, 4.9))))
    offer, _ = await shared_car(context, partner, "rob")
    far = look(**{"from": "52.3175,4.95"}, earliest_departure="2027-03-01T06:15:00+01:00")
    assert await journeys(partner, **far) == []
    (found,) = await journeys(partner, **far, max_walk_m=5000)
    assert (found["trip_id"], found["riders"], found["pickup_meeting_point"]) == (offer["id"], 1, "beside")


async def test_only_riders_walk(partner: httpx.AsyncClient) -> None:
    await post(partner, "request", walker(max_walk_m=5000))
    assert await journeys(partner, "driver", **DRIVER) == []  # where the door is, is not known well enough
    near = {"lat": CORNER[0], "lon": CORNER[1] + 0.004}
    await post(partner, "request", walker(commuter_id="bob", origin=near, max_walk_m=5000))
    (found,) = await journeys(partner, "driver", **DRIVER)
    assert (found["pickup_meeting_point"], found["dropoff_meeting_point"]) == (None, None)
    refused = await partner.get("/v1/journeys", params=asked("driver", max_walk_m=10))
    assert refused.status_code == 422
    assert {"pointer": "?max_walk_m", "detail": "is no parameter of a driver"} in refused.json()["errors"]


async def test_the_walk_that_is_named_gives_a_match_when_it_is_made(
    context: Context, partner: httpx.AsyncClient
) -> None:
    await post(partner, "offer", offer_body(**DRIVER))
    request = await post(partner, "request", walker(max_walk_m=3100))
    told = await explained(partner, request)
    assert told["reason"] == "nobody_fits"
    (change,) = told["changes"]
    assert (change["field"], change["counterparts"]) == ("max_walk_m", 1)
    assert (change["by"] % 100, change["value"] - change["by"]) == (0, 3100)
    assert 100 < change["by"] <= 1000

    async def allow(metres: int) -> None:
        done = await partner.patch(f"/v1/requests/{request['id']}", json={"max_walk_m": metres})
        assert done.status_code == 200

    await allow(change["value"] - 100)
    assert (await explained(partner, request))["reason"] == "nobody_fits"
    await run_batch(context)
    assert await status(partner, request) == "open"
    await allow(change["value"])
    assert (await explained(partner, request))["reason"] == "waiting_for_batch"
    await run_batch(context)
    assert await status(partner, request) == "proposed"


async def test_no_walk_is_named_where_there_is_no_point_or_it_would_not_help(partner: httpx.AsyncClient) -> None:
    await post(partner, "offer", offer_body(**DRIVER))
    for metres in (0, 5000):
        request = await post(partner, "request", walker(max_walk_m=metres, origin={"lat": 52.3175, "lon": 4.96}))
        assert (await explained(partner, request))["changes"] == []


async def test_no_walk_tells_where_in_its_cell_a_home_is(context: Context, client_of: MakeClient) -> None:
    """Two worlds that differ in a door within one cell of the grid answer all the same, however far one would walk."""
    answers = []
    for door in ({"lat": 52.3011, "lon": 4.8611}, {"lat": 52.2989, "lon": 4.8642}):
        theirs, own = await client_of(shares_with="all"), await client_of(shares_with="all")
        offer = await post(theirs, "offer", offer_body(origin=door, **DRIVER))
        said: list[Any] = []
        for n in range(12):
            metres, near = 2900 + 150 * n, {"lat": round(52.3 + n * 0.002, 6), "lon": round(4.912 + n % 3 * 0.006, 6)}
            request = await post(own, "request", walker(origin=near, max_walk_m=metres, commuter_id=f"r{n}"))
            told = await explained(own, request)
            await own.delete(f"/v1/requests/{request['id']}")
            said.append([told[name] for name in ("reason", "ruled_out", "possible", "changes")])
            said.append(await journeys(own, **look(**{"from": f"{near['lat']},{near['lon']}"}, max_walk_m=metres)))
        assert any("max_walk_m" in str(part) for part in said)
        assert any("'corner'" in str(part) for part in said)
        answers.append(said)
        await theirs.delete(f"/v1/offers/{offer['id']}")
    assert answers[0] == answers[1]
