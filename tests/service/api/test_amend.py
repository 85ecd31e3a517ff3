"""Changing an open trip over HTTP: by a merge patch, judged as a whole, and never under a batch's feet."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest

from service.store import trips
from service.usecases import batches
from service.usecases.context import Context
from tests.factories import HOME, offer_body, request_body
from tests.invariants import violations
from tests.running import run_batch
from tests.service.api.conftest import MakeClient
from tests.service.api.rides import answer, back, post, status, the_match
from tests.service.markets import IN_EAST, west_and_east

pytestmark = pytest.mark.anyio
MERGE = {"Content-Type": "application/merge-patch+json"}
LATER = {"earliest_departure": "2027-03-01T10:00:00+01:00", "latest_arrival": "2027-03-01T11:30:00+01:00"}


async def patch(client: httpx.AsyncClient, trip: dict[str, Any], body: Any, **headers: str) -> httpx.Response:
    kind = "offers" if trip["id"].startswith("off_") else "requests"
    return await client.patch(f"/v1/{kind}/{trip['id']}", json=body, headers=MERGE | headers)


async def test_a_patch_changes_what_it_names_and_leaves_the_rest(partner: httpx.AsyncClient) -> None:
    posted = {
        "max_detour_s": 300, "traits": ["woman"], "vehicle": {"label": "blue Kia", "plate": "X-1"},
        "metadata": {"a": "1", "b": "2"}, "external_id": "shift-1",
    }  # fmt: skip
    trip = await post(partner, "offer", offer_body(**posted))
    wanted = {"seats": 1, "max_detour_s": None, "vehicle": {"plate": None}, "metadata": {"a": None, "c": "3"}}
    changed = await patch(partner, trip, wanted)
    assert changed.status_code == 200, changed.text
    vehicle = {"label": "blue Kia", "plate": None, "co2_g_per_km": None}
    now = {"seats": 1, "max_detour_s": 900, "vehicle": vehicle, "metadata": {"b": "2", "c": "3"}, "version": 2}
    assert changed.json() == trip | now
    assert changed.headers["etag"] == '"2"'
    assert (await partner.get(f"/v1/offers/{trip['id']}")).json() == changed.json()


async def test_what_a_patch_changes_is_where_it_is_looked_for(
    context: Context, partner: httpx.AsyncClient, clock: Any
) -> None:
    trip = await post(partner, "request", request_body(external_id="shift-1"))
    assert (await patch(partner, trip, {"external_id": "shift-2", **LATER})).status_code == 200

    async def found(own: str) -> list[str]:
        return [t["id"] for t in (await partner.get("/v1/requests", params={"external_id": own})).json()["items"]]

    assert await found("shift-1") == []
    assert await found("shift-2") == [trip["id"]]
    assert await violations(context.store) == []
    clock.move(hours=3)  # past the window that it was posted with
    await batches.expire_due(context, "main")
    assert await status(partner, trip) == "open"
    clock.move(hours=3)
    await batches.expire_due(context, "main")
    assert await status(partner, trip) == "expired"


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"seats": 9}, "/seats"),
        ({"seats": None}, "/seats"),
        ({"origin": None}, "/origin"),
        ({"origin": {"lat": 91}}, "/origin/lat"),
        ({"status": "cancelled"}, "/status"),
        ({"colour": None}, "/colour"),
        ({"vehicle": 5}, "/vehicle"),
        ({"commuter_id": "eve"}, "/commuter_id"),
        ({"latest_arrival": "2027-03-01T07:31:00+01:00"}, "/latest_arrival"),
        ({"earliest_departure": "2029-03-01T07:30:00Z"}, "/earliest_departure"),
        ([], ""),
        (None, ""),
    ],
)
async def test_what_a_patch_would_make_is_judged_as_a_new_trip_is(
    partner: httpx.AsyncClient, changes: Any, pointer: str
) -> None:
    trip = await post(partner, "offer", offer_body())
    refused = await patch(partner, trip, changes)
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["pointer"] == pointer
    assert (await partner.get(f"/v1/offers/{trip['id']}")).json() == trip


async def test_a_way_back_stays_that_of_its_way_out(partner: httpx.AsyncClient) -> None:
    out = await post(partner, "request", request_body())
    home = await post(partner, "request", back(request_body(), return_of=out["id"]))
    assert (await patch(partner, home, {"return_of": None})).json()["errors"][0]["pointer"] == "/return_of"
    assert (await patch(partner, home, {"return_of": out["id"], "seats": 2})).json()["seats"] == 2


async def test_a_patch_that_changes_nothing_keeps_the_version(partner: httpx.AsyncClient) -> None:
    trip = await post(partner, "offer", offer_body())
    for body in ({}, {"seats": trip["seats"]}, {"origin": trip["origin"]}):
        assert (await patch(partner, trip, body)).json() == trip


async def test_only_the_version_named_is_changed(partner: httpx.AsyncClient) -> None:
    trip = await post(partner, "offer", offer_body())
    assert (await patch(partner, trip, {"seats": 1}, **{"If-Match": '"1"'})).json()["version"] == 2
    stale = await patch(partner, trip, {"seats": 2}, **{"If-Match": '"1"'})
    assert stale.status_code == 412
    answers = await asyncio.gather(
        *(patch(partner, trip, {"seats": seats}, **{"If-Match": '"2"'}) for seats in (2, 3, 4))
    )
    assert sorted(a.status_code for a in answers) == [200, 412, 412]


async def test_changes_at_once_are_made_one_after_the_other(context: Context, partner: httpx.AsyncClient) -> None:
    trip = await post(partner, "offer", offer_body())
    wanted = [{"seats": 1}, {"max_detour_s": 60}, {"traits": ["woman"]}]
    assert {a.status_code for a in await asyncio.gather(*(patch(partner, trip, body) for body in wanted))} == {200}
    now = (await partner.get(f"/v1/offers/{trip['id']}")).json()
    assert now == trip | {"seats": 1, "max_detour_s": 60, "traits": ["woman"], "version": 4}
    assert await violations(context.store) == []


async def test_a_plan_made_of_what_a_trip_was_is_not_proposed(context: Context, partner: httpx.AsyncClient) -> None:
    driver, rider = await post(partner, "offer", offer_body()), await post(partner, "request", request_body())

    async def rider_leaves_later() -> None:
        assert (await patch(partner, rider, LATER)).status_code == 200

    batch = await run_batch(context, meanwhile=rider_leaves_later)
    assert (batch.matches, batch.withdrawn) == (0, 1)
    assert (await patch(partner, driver, LATER)).status_code == 200
    assert (await run_batch(context)).matches == 1
    assert (await the_match(partner))["stops"][0]["at"] >= "2027-03-01T09:00:00Z"


async def test_a_trip_that_is_not_open_is_not_changed(context: Context, partner: httpx.AsyncClient) -> None:
    driver, rider = await post(partner, "offer", offer_body()), await post(partner, "request", request_body())
    await run_batch(context)
    proposed = await patch(partner, driver, {"seats": 1})
    assert proposed.status_code == 409
    assert proposed.json()["type"].endswith("wrong-state")
    await answer(partner, await the_match(partner), "decline", rider)
    assert (await patch(partner, driver, {"seats": 1})).status_code == 200
    await partner.delete(f"/v1/offers/{driver['id']}")
    assert (await patch(partner, driver, {"seats": 2})).status_code == 409


async def test_a_change_makes_a_trip_new_to_the_next_batch(context: Context, partner: httpx.AsyncClient) -> None:
    trip = await post(partner, "offer", offer_body())
    before = await trips.change_count(context.store, "main")
    await patch(partner, trip, {"seats": 1})
    (kept,) = await trips.get_trips(context.store, "main", [trip["id"]])
    assert kept is not None
    assert kept.opened == await trips.change_count(context.store, "main") > before


async def test_another_tenant_s_trip_and_other_media_are_refused(
    partner: httpx.AsyncClient, client_of: MakeClient
) -> None:
    trip = await post(partner, "offer", offer_body())
    assert (await patch(await client_of(), trip, {"seats": 1})).status_code == 404
    as_text = await patch(partner, trip, {"seats": 1}, **{"Content-Type": "text/plain"})
    assert as_text.status_code == 415
    assert (await patch(partner, trip, {"seats": 1}, **{"Content-Type": "application/json"})).status_code == 200


async def test_a_trip_stays_in_its_market(context: Context, partner: httpx.AsyncClient, clock: Any) -> None:
    await west_and_east(context, clock)
    trip = await post(partner, "offer", offer_body())
    refused = await patch(partner, trip, {"origin": IN_EAST})
    assert refused.json()["errors"][0]["pointer"] == "/origin"
    nearby = {"lat": HOME["lat"] + 0.001}
    assert (await patch(partner, trip, {"origin": nearby})).json()["origin"] == {**HOME, **nearby, "label": None}
