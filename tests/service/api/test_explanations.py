"""Why a trip has no match, over HTTP: counts by rule, changes that help when they are made, and no places."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from service.usecases.context import Context
from tests.conftest import FakeClock
from tests.factories import HOME, corridor, offer_body, request_body
from tests.running import run_batch
from tests.service.api.conftest import MakeClient
from tests.service.api.rides import answer, back, carrying, confirm, explained, post, shared_car, status

pytestmark = pytest.mark.anyio
EARLY = {"earliest_departure": "2027-03-01T06:30:00+01:00", "latest_arrival": "2027-03-01T07:20:00+01:00"}
LATE = {"earliest_departure": "2027-03-01T18:25:00+01:00", "latest_arrival": "2027-03-01T19:45:00+01:00"}


def counts(explanation: dict[str, Any]) -> dict[str, int]:
    return {out["name"]: out["count"] for out in explanation["ruled_out"] if out["count"]}


async def test_each_of_the_others_is_ruled_out_by_one_rule(partner: httpx.AsyncClient) -> None:
    request = await post(partner, "request", request_body(seats=2, traits=["quiet"]))
    assert (await explained(partner, request))["reason"] == "nobody_there"
    for changes in (
        {"requires": ["woman"], "traits": ["woman"]},
        {"seats": 1},
        {"max_detour_s": 60},
        EARLY,
        {"earliest_departure": "2027-03-01T08:25:00+01:00"},
    ):
        await post(partner, "offer", offer_body(**changes))
    await post(partner, "offer", corridor(offer_body(), 1))
    found = await explained(partner, request)
    assert found["reason"] == "nobody_fits"
    assert (found["counterparts"], found["possible"]) == (6, 0)
    assert counts(found) == {"people": 1, "seats": 1, "detour": 2, "driver_window": 1, "rider_window": 1}
    assert [out["rule"] for out in found["ruled_out"]] == [8, 2, 4, 3, 5, 6, 9]


async def test_a_change_that_is_named_gives_a_match_when_it_is_made(
    context: Context, partner: httpx.AsyncClient
) -> None:
    await post(partner, "offer", offer_body(**EARLY))
    await post(partner, "offer", offer_body(seats=1, max_detour_s=600))
    request = await post(partner, "request", request_body(seats=2, max_ride_s=3600))
    changes = {change["field"]: change for change in (await explained(partner, request))["changes"]}
    assert changes.keys() == {"earliest_departure", "seats"}
    assert (changes["seats"]["by"], changes["seats"]["value"]) == (-1, 1)
    assert changes["earliest_departure"]["by"] % 300 == 0
    for field, change in changes.items():
        await partner.delete(f"/v1/requests/{request['id']}")
        request = await post(
            partner, "request", request_body(**{"seats": 2, "max_ride_s": 3600, field: change["value"]})
        )
        assert (await explained(partner, request))["reason"] == "waiting_for_batch"
        await run_batch(context)
        assert await status(partner, request) == "proposed"


async def test_a_driver_learns_what_detour_would_help(context: Context, partner: httpx.AsyncClient) -> None:
    await post(partner, "request", request_body())
    offer = await post(partner, "offer", offer_body(max_detour_s=0))
    (change,) = (await explained(partner, offer))["changes"]
    assert (change["field"], change["counterparts"]) == ("max_detour_s", 1)
    offer = await post(partner, "offer", offer_body(commuter_id="eve", max_detour_s=change["value"]))
    await run_batch(context)
    assert await status(partner, offer) == "proposed"


async def test_who_could_ride_is_told_that_others_gain_more(context: Context, partner: httpx.AsyncClient) -> None:
    await post(partner, "offer", offer_body(seats=1, max_detour_s=400))
    near = await post(partner, "request", request_body())
    short = {"lat": 52.325, "lon": 4.87}
    far = await post(partner, "request", request_body(commuter_id="ann", destination=short))
    assert (await explained(partner, far))["reason"] == "waiting_for_batch"
    await run_batch(context)
    assert (await explained(partner, near))["reason"] == "proposed"
    found = await explained(partner, far)
    assert (found["reason"], found["taken"], found["seat_worth_s"]) == ("others_gain_more", 1, None)


async def test_what_a_seat_was_worth_is_told_of_several_together(context: Context, partner: httpx.AsyncClient) -> None:
    for n in range(5):
        await post(partner, "offer", offer_body(commuter_id=f"d{n}", seats=1, max_detour_s=400))
        await post(partner, "request", request_body(commuter_id=f"r{n}"))
    short = await post(
        partner, "request", request_body(commuter_id="ann", destination={"lat": 52.325, "lon": 4.87})
    )  # fmt: skip
    await run_batch(context)
    found = await explained(partner, short)
    assert (found["reason"], found["taken"]) == ("others_gain_more", 5)
    assert found["seat_worth_s"] > 0
    assert found["seat_worth_s"] % 600 == 0


async def test_a_car_that_its_riders_fill_is_ruled_out_by_them(context: Context, partner: httpx.AsyncClient) -> None:
    await shared_car(context, partner, "rob", "ann", "bob")
    request = await post(partner, "request", request_body(commuter_id="joe"))
    found = await explained(partner, request)
    assert counts(found) == {"committed": 1}
    assert found["reason"] == "nobody_fits"


async def test_each_status_has_its_reason(context: Context, partner: httpx.AsyncClient, clock: FakeClock) -> None:
    offer, request = await shared_car(context, partner, "rob")
    found = await explained(partner, offer)
    assert (found["reason"], found["ruled_out"], found["changes"]) == ("confirmed", [], [])
    assert found["match_id"]
    await partner.delete(f"/v1/requests/{request['id']}")
    assert (await explained(partner, request))["reason"] == "cancelled"
    either = await post(partner, "offer", offer_body(commuter_id="eve", either="eve"))
    await post(partner, "request", request_body(commuter_id="eve", either="eve"))
    assert counts(await explained(partner, either)) == {"people": 1}


async def both_ways(partner: httpx.AsyncClient) -> tuple[dict[str, Any], dict[str, Any]]:
    out = await post(partner, "request", request_body())
    return out, await post(partner, "request", back(request_body(), return_of=out["id"]))


async def test_a_way_that_fits_is_told_that_the_other_does_not(context: Context, partner: httpx.AsyncClient) -> None:
    out, home = await both_ways(partner)
    await post(partner, "offer", offer_body())
    drives = await post(partner, "offer", back(offer_body(commuter_id="eve"), max_detour_s=0))
    await run_batch(context)
    found = await explained(partner, out)
    assert (found["reason"], found["possible"], found["changes"]) == ("other_way", 1, [])
    assert found["other_way"] == {"request_id": home["id"], "reason": "nobody_fits", "possible": 0, "changes": []}
    found = await explained(partner, home)
    assert (found["reason"], found["possible"]) == ("nobody_fits", 0)
    assert found["other_way"] == {
        "request_id": out["id"], "reason": "waiting_for_batch", "possible": 1, "changes": []
    }  # fmt: skip
    assert (await explained(partner, drives))["other_way"] is None
    assert (await partner.patch(f"/v1/offers/{drives['id']}", json={"max_detour_s": 900})).status_code == 200
    assert [(await explained(partner, way))["reason"] for way in (out, home)] == ["waiting_for_batch"] * 2
    await run_batch(context)
    assert [await status(partner, way) for way in (out, home)] == ["proposed"] * 2


async def test_the_change_that_is_named_for_the_other_way_gives_both_a_match(
    context: Context, partner: httpx.AsyncClient
) -> None:
    out, home = await both_ways(partner)
    await post(partner, "offer", offer_body())
    await post(partner, "offer", back(offer_body(commuter_id="eve"), **LATE))
    (change,) = (await explained(partner, out))["other_way"]["changes"]
    assert change["field"] == "latest_arrival"
    assert (await explained(partner, home))["changes"] == [change]
    done = await partner.patch(f"/v1/requests/{home['id']}", json={change["field"]: change["value"]})
    assert done.status_code == 200
    await run_batch(context)
    assert [await status(partner, way) for way in (out, home)] == ["proposed"] * 2


async def test_where_neither_way_fits_both_are_told_what_helps(partner: httpx.AsyncClient) -> None:
    out = await post(partner, "request", request_body(seats=2))
    home = await post(partner, "request", back(request_body(seats=2), return_of=out["id"]))
    for body in (offer_body(seats=1), back(offer_body(commuter_id="eve", seats=1))):
        await post(partner, "offer", body)
    for one, other in ((out, home), (home, out)):
        found = await explained(partner, one)
        assert [found["reason"], found["other_way"]["reason"]] == ["nobody_fits"] * 2
        assert found["other_way"]["request_id"] == other["id"]
        assert [change["field"] for change in (*found["changes"], *found["other_way"]["changes"])] == ["seats"] * 2


async def test_one_driver_who_drives_either_way_is_not_enough(context: Context, partner: httpx.AsyncClient) -> None:
    out, home = await both_ways(partner)
    for body in (offer_body(either="once"), back(offer_body(either="once"))):
        await post(partner, "offer", body)
    assert (await run_batch(context)).matches == 0
    for way in (out, home):
        found = await explained(partner, way)
        assert (found["reason"], found["possible"], found["other_way"]["possible"]) == ("other_way", 1, 1)


async def test_a_way_back_waits_for_a_way_out_that_is_proposed_and_stands_alone_once_it_is_settled(
    context: Context, partner: httpx.AsyncClient
) -> None:
    offer, out = await post(partner, "offer", offer_body()), await post(partner, "request", request_body())
    await run_batch(context)
    home = await post(partner, "request", back(request_body(), return_of=out["id"]))
    await post(partner, "offer", back(offer_body(commuter_id="eve")))
    found = await explained(partner, home)
    waits = {"request_id": out["id"], "reason": "proposed", "possible": 0, "changes": []}
    assert (found["reason"], found["other_way"]) == ("other_way", waits)
    assert (await run_batch(context)).matches == 0
    await confirm(partner, offer, out)
    found = await explained(partner, home)
    assert (found["reason"], found["other_way"]) == ("waiting_for_batch", None)
    await run_batch(context)
    assert await status(partner, home) == "proposed"
    assert (await answer(partner, await carrying(partner, home), "decline", home)).status_code == 200
    assert (await explained(partner, home))["other_way"] is None


async def test_nobody_else_may_ask(client_of: MakeClient) -> None:
    theirs, own = await client_of(), await client_of()
    trip = await post(theirs, "request", request_body())
    assert (await own.get(f"/v1/requests/{trip['id']}/explanation")).status_code == 404
    assert (await theirs.get(f"/v1/offers/{trip['id']}/explanation")).status_code == 404
    assert (await theirs.get(f"/v1/requests/{trip['id']}/explanation?x=1")).status_code == 422


async def test_no_question_tells_where_in_its_cell_a_home_is(client_of: MakeClient, context: Context) -> None:
    """Two worlds that differ in a door within one cell of the grid answer all the same."""
    answers = []
    for door in ({"lat": 52.3011, "lon": 4.8611}, {"lat": 52.2989, "lon": 4.8642}):
        theirs, own = await client_of(shares_with="all"), await client_of(shares_with="all")
        offer = await post(theirs, "offer", offer_body(origin=door, max_detour_s=500))
        said = []
        for n in range(24):
            near = {"lat": HOME["lat"] - 0.03 + n * 0.0027, "lon": HOME["lon"] + (n % 5) * 0.008}
            asked = {"origin": near, "commuter_id": f"r{n}"}
            request = await post(own, "request", request_body(**asked))
            told = await explained(own, request)
            params = {
                "from": f"{near['lat']:.6f},{near['lon']:.6f}", "to": "52.36,4.895", "role": "rider",
                **{name: request[name] for name in ("earliest_departure", "latest_arrival")},
            }  # fmt: skip
            journeys = (await own.get("/v1/journeys", params=params)).json()
            said.append([told[name] for name in ("reason", "ruled_out", "possible", "changes")] + [journeys["items"]])
            await own.delete(f"/v1/requests/{request['id']}")
        await theirs.delete(f"/v1/offers/{offer['id']}")
        answers.append(said)
    assert answers[0] == answers[1]
    assert len({str(said) for said in answers[0]}) > 3  # it does tell something
