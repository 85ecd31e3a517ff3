"""Who could ride together now, over HTTP: found as soon as they are posted, and seen no nearer than 500 m."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from service.usecases import partners
from service.usecases.context import Context
from service.usecases.partners import PartnerChange
from tests.conftest import FakeClock
from tests.factories import HOME, WORK, offer_body, request_body
from tests.running import run_batch
from tests.service.api.conftest import MakeClient
from tests.service.api.rides import car_of_partners, post, shared_car

pytestmark = pytest.mark.anyio


def asked(role: str = "rider", **changes: Any) -> dict[str, Any]:
    """Return the parameters of who would post the tests' request, or offer."""
    body = request_body() if role == "rider" else offer_body()
    ends = {name: f"{body[end]['lat']},{body[end]['lon']}" for name, end in (("from", "origin"), ("to", "destination"))}
    times = {name: body[name] for name in ("earliest_departure", "latest_arrival")}
    return {"role": role, **ends, **times, **changes}


async def journeys(client: httpx.AsyncClient, role: str = "rider", **changes: Any) -> list[dict[str, Any]]:
    answer = await client.get("/v1/journeys", params=asked(role, **changes))
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


async def test_an_offer_is_found_once_it_is_posted_and_no_more_once_it_is_cancelled(partner: httpx.AsyncClient) -> None:
    assert await journeys(partner) == []
    offer = await post(partner, "offer", offer_body())
    (found,) = await journeys(partner)
    assert (found["role"], found["trip_id"], found["seats"], found["riders"]) == ("driver", offer["id"], 3, 0)
    assert found["certain"]
    assert found["saved_s"] > 600
    assert 90 <= found["detour_s"] <= 300
    assert float(found["cost_share"]["amount"]) > 0.5
    assert await journeys(partner, "driver") == []
    await partner.delete(f"/v1/offers/{offer['id']}")
    assert await journeys(partner) == []


async def test_a_driver_finds_riders(partner: httpx.AsyncClient) -> None:
    request = await post(partner, "request", request_body())
    (found,) = await journeys(partner, "driver", seats=2)
    assert (found["role"], found["trip_id"], found["seats"]) == ("rider", request["id"], 1)


async def test_what_is_proposed_is_not_shown_and_is_again_when_it_falls(
    context: Context, partner: httpx.AsyncClient, clock: FakeClock
) -> None:
    await post(partner, "offer", offer_body())
    request = await post(partner, "request", request_body())
    assert len(await journeys(partner)) == 1
    await run_batch(context)
    assert await journeys(partner) == []
    await partner.delete(f"/v1/requests/{request['id']}")
    assert len(await journeys(partner)) == 1


async def test_places_are_coarse_and_nobody_is_named(client_of: MakeClient) -> None:
    theirs, own = await client_of(shares_with="all"), await client_of(shares_with="all")
    vehicle = {"label": "blue Kia", "plate": "X-1"}
    await post(theirs, "offer", offer_body(origin={**HOME, "label": "my door"}, vehicle=vehicle))
    answer = await own.get("/v1/journeys", params=asked())
    (found,) = answer.json()["items"]
    assert found["trip_id"] is None
    for end, exact in (("origin", HOME), ("destination", WORK)):
        assert found[end] != exact
        assert abs(found[end]["lat"] - exact["lat"]) <= 0.00226
    assert not any(word in answer.text for word in ("dora", "my door", "Kia", "X-1", theirs.partner_id))


async def test_nobody_who_does_not_share_is_found(client_of: MakeClient) -> None:
    theirs, own = await client_of(shares_with="own"), await client_of(shares_with="all")
    await post(theirs, "offer", offer_body())
    assert await journeys(own) == []
    assert len(await journeys(theirs)) == 1


async def test_a_partner_that_shares_no_more_is_seen_no_more_at_once(context: Context, client_of: MakeClient) -> None:
    theirs, own = await client_of(shares_with="all"), await client_of(shares_with="all")
    await post(theirs, "offer", offer_body())
    assert len(await journeys(own)) == 1
    await partners.update_partner(context, theirs.partner_id, PartnerChange(shares_with="own"))  # type: ignore[attr-defined]
    assert await journeys(own) == []


async def test_people_and_seats_are_as_in_a_match(partner: httpx.AsyncClient) -> None:
    await post(partner, "offer", offer_body(seats=1, traits=["woman"], requires=["non_smoker"]))
    assert await journeys(partner) == []
    assert len(await journeys(partner, traits="non_smoker")) == 1
    assert len(await journeys(partner, traits="non_smoker", requires="woman")) == 1
    assert await journeys(partner, traits="non_smoker", requires="quiet") == []
    assert await journeys(partner, traits="non_smoker", seats=2) == []
    assert await journeys(partner, traits="non_smoker", commuter="dora") == []


async def test_nothing_is_found_that_would_have_to_leave_before_now(
    partner: httpx.AsyncClient, clock: FakeClock
) -> None:
    await post(partner, "offer", offer_body())
    clock.move(hours=2, minutes=35)  # 08:35 where they live, and it takes them 17 minutes
    assert await journeys(partner) == []


async def test_a_car_with_riders_is_found_with_the_detour_beside_its_plan(
    context: Context, partner: httpx.AsyncClient
) -> None:
    await shared_car(context, partner, "rob")
    (found,) = await journeys(partner)
    assert (found["riders"], found["certain"]) == (1, False)
    assert found["detour_s"] <= 240  # who rides as another does costs two stops more, and no way
    await partner.post(f"/v1/matches/{await the_match_of(partner)}/start", json={"trip_id": found["trip_id"]})
    assert await journeys(partner) == []


async def test_a_full_car_is_not_found(context: Context, client_of: MakeClient) -> None:
    partner = await client_of()
    await car_of_partners(context, partner, *((partner, name) for name in ("rob", "ann", "bob")))
    assert await journeys(partner) == []


async def the_match_of(client: httpx.AsyncClient) -> str:
    (match,) = (await client.get("/v1/matches")).json()["items"]
    return match["id"]


async def test_one_of_an_either_that_is_held_hides_the_other(context: Context, partner: httpx.AsyncClient) -> None:
    await post(partner, "offer", offer_body(either="dora-today"))
    await post(partner, "request", request_body(commuter_id="dora", either="dora-today"))
    assert len(await journeys(partner)) == 1
    assert len(await journeys(partner, "driver")) == 1
    await post(partner, "offer", offer_body(commuter_id="eve", seats=1))
    await post(partner, "offer", offer_body(commuter_id="pat", seats=1, max_detour_s=0))
    await run_batch(context)
    statuses = [trip["status"] for trip in (await partner.get("/v1/requests")).json()["items"]]
    assert statuses == ["proposed"]
    assert await journeys(partner) == []


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"from": "52.3"}, "?from"), ({"from": "91,4"}, "?from"), ({"to": "52,181"}, "?to"),
        ({"role": "both"}, "?role"),
        ({"max_detour_s": 60}, "?max_detour_s"), ({"limit": 51}, "?limit"), ({"seats": 5}, "?seats"),
        ({"earliest_departure": "today"}, "?earliest_departure"), ({"walk": 1}, "?walk"),
    ],
)  # fmt: skip
async def test_what_is_wrong_is_named(partner: httpx.AsyncClient, changes: dict[str, Any], pointer: str) -> None:
    answer = await partner.get("/v1/journeys", params=asked(**changes))
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]


async def test_of_many_the_best_are_shown_first(partner: httpx.AsyncClient) -> None:
    for n in range(12):
        near = {"lat": HOME["lat"] + n * 0.003, "lon": HOME["lon"] - n * 0.003}
        await post(partner, "offer", offer_body(commuter_id=f"d{n}", origin=near, max_detour_s=1800))
    found = await journeys(partner, limit=5)
    saved = [journey["saved_s"] for journey in found]
    assert len(found) == 5
    assert saved == sorted(saved, reverse=True)
