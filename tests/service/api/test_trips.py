"""Posting, reading, listing and cancelling trips over HTTP."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest

from service.usecases.context import Context
from tests.factories import offer_body, request_body
from tests.running import relayed, run_batch
from tests.service.api.conftest import MakeClient

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("role", ["driver", "rider"])
async def test_a_flexible_commuter_reads_the_role_that_they_got(
    context: Context, partner: httpx.AsyncClient, role: str
) -> None:
    offer = (await partner.post("/v1/offers", json=offer_body(either="ann", commuter_id="ann"))).json()
    request = (await partner.post("/v1/requests", json=request_body(either="ann", commuter_id="ann"))).json()
    assert (offer["role"], request["role"]) == (None, None)
    other = ("requests", request_body()) if role == "driver" else ("offers", offer_body())
    await partner.post(f"/v1/{other[0]}", json=other[1])
    await run_batch(context)
    for kind, trip in (("offers", offer), ("requests", request)):
        assert (await partner.get(f"/v1/{kind}/{trip['id']}")).json()["role"] == role
        listed = (await partner.get(f"/v1/{kind}?commuter=ann")).json()["items"]
        assert [one["role"] for one in listed] == [role]


async def test_a_posted_trip_is_answered_and_read_back(partner: httpx.AsyncClient) -> None:
    posted = await partner.post("/v1/offers", json=offer_body(vehicle={"label": "blue Kia", "plate": "X-1"}))
    assert posted.status_code == 201, posted.text
    trip = posted.json()
    assert trip["id"].startswith("off_")
    assert trip["status"] == "open"
    assert trip["earliest_departure"] == "2027-03-01T06:30:00Z"
    assert posted.headers["location"] == f"/v1/offers/{trip['id']}"
    assert posted.headers["etag"] == '"1"'
    read = await partner.get(posted.headers["location"])
    assert read.json() == trip


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"seats": 9}, "/seats"),
        ({"seats": "3"}, "/seats"),
        ({"earliest_departure": 1772346600}, "/earliest_departure"),
        ({"earliest_departure": "0001-01-01T00:00:00+12:00"}, "/earliest_departure"),
        ({"latest_arrival": "9999-12-31T23:59:59-12:00"}, "/latest_arrival"),
        (
            {"earliest_departure": "2029-03-01T07:30:00Z", "latest_arrival": "2029-03-01T08:45:00Z"},
            "/earliest_departure",
        ),
        ({"vehicle": {"co2_g_per_km": False}}, "/vehicle/co2_g_per_km"),
        ({"origin": {"lat": 91, "lon": 0}}, "/origin/lat"),
        ({"colour": "red"}, "/colour"),
        ({"earliest_departure": "2027-03-01T07:30:00"}, "/earliest_departure"),
        ({"latest_arrival": "2027-03-01T07:31:00+01:00"}, "/latest_arrival"),
        ({"commuter_id": "a\u0000b"}, "/commuter_id"),
        ({"metadata": {"a": "b\u0000"}}, "/metadata/a"),
    ],
)
async def test_what_is_wrong_is_pointed_at(partner: httpx.AsyncClient, changes: dict, pointer: str) -> None:
    answer = await partner.post("/v1/offers", json=offer_body(**changes))
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["errors"][0]["pointer"] == pointer


async def test_a_trip_of_the_past_is_refused(partner: httpx.AsyncClient) -> None:
    past = {"earliest_departure": "2027-02-01T07:30:00+01:00", "latest_arrival": "2027-02-01T08:45:00+01:00"}
    answer = await partner.post("/v1/requests", json=request_body(**past))
    assert answer.status_code == 422
    assert "ahead" in answer.json()["detail"]


async def test_fifty_equal_posts_at_once_make_one_trip(partner: httpx.AsyncClient) -> None:
    headers = {"Idempotency-Key": "morning-1"}
    answers = await asyncio.gather(*(partner.post("/v1/offers", json=offer_body(), headers=headers) for _ in range(50)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert sum("idempotent-replayed" in answer.headers for answer in answers) == 49
    assert len((await partner.get("/v1/offers")).json()["items"]) == 1


async def test_an_idempotency_key_with_another_body_is_refused(partner: httpx.AsyncClient) -> None:
    headers = {"Idempotency-Key": "morning-1"}
    await partner.post("/v1/offers", json=offer_body(), headers=headers)
    other = await partner.post("/v1/offers", json=offer_body(seats=1), headers=headers)
    assert other.status_code == 422
    assert other.json()["type"].endswith("idempotency-key-reused")


async def test_pages_are_stable_while_trips_are_added(partner: httpx.AsyncClient) -> None:
    ids = [(await partner.post("/v1/requests", json=request_body())).json()["id"] for _ in range(7)]
    first = (await partner.get("/v1/requests?limit=3")).json()
    await partner.post("/v1/requests", json=request_body())
    second = (await partner.get(f"/v1/requests?limit=3&cursor={first['next_cursor']}")).json()
    third = (await partner.get(f"/v1/requests?limit=3&cursor={second['next_cursor']}")).json()
    seen = [trip["id"] for page in (first, second, third) for trip in page["items"]]
    assert seen == ids[::-1]
    assert third["next_cursor"] is None


async def test_trips_are_found_by_their_partner_s_own_id_of_them(client_of: MakeClient) -> None:
    partner, other = await client_of(), await client_of()
    shift = "shift:7 {a} %s}"
    for client in (partner, other):
        for name, own in (("ann", shift), ("bob", shift), ("cy", "shift:8"), ("di", None), ("ed", "")):
            body = request_body(commuter_id=name, external_id=own)
            assert (await client.post("/v1/requests", json=body)).status_code == 201

    async def found(**query: str) -> list[str]:
        answer = await partner.get("/v1/requests", params=query)
        assert answer.status_code == 200, answer.text
        return [trip["commuter_id"] for trip in answer.json()["items"]]

    assert await found(external_id=shift) == ["bob", "ann"]
    assert await found(external_id=shift, commuter="ann", status="open") == ["ann"]
    assert await found(external_id=shift, status="cancelled") == []
    assert await found(external_id="shift:9") == []
    assert (await partner.get("/v1/requests", params={"external_id": ""})).status_code == 422
    assert (await partner.get("/v1/offers", params={"external_id": shift})).json()["items"] == []


async def test_lists_are_filtered_by_commuter_and_status(partner: httpx.AsyncClient) -> None:
    mine = (await partner.post("/v1/requests", json=request_body(commuter_id="ann"))).json()["id"]
    gone = (await partner.post("/v1/requests", json=request_body(commuter_id="ann"))).json()["id"]
    await partner.post("/v1/requests", json=request_body(commuter_id="bob"))
    await partner.delete(f"/v1/requests/{gone}")

    async def ids(query: str) -> list[str]:
        return [trip["id"] for trip in (await partner.get(f"/v1/requests?{query}")).json()["items"]]

    assert await ids("commuter=ann") == [gone, mine]
    assert await ids("commuter=ann&status=open") == [mine]
    assert await ids("status=cancelled") == [gone]


async def test_unknown_parameters_are_refused(partner: httpx.AsyncClient) -> None:
    for path in ("/v1/offers?stauts=open", "/v1/offers/off_1?x=1"):
        answer = await partner.get(path)
        assert answer.status_code == 422, path


async def test_another_tenants_trip_is_not_there(partner: httpx.AsyncClient, client_of: MakeClient) -> None:
    trip = (await partner.post("/v1/offers", json=offer_body())).json()
    stranger = await client_of()
    assert (await stranger.get(f"/v1/offers/{trip['id']}")).status_code == 404
    assert (await stranger.delete(f"/v1/offers/{trip['id']}")).status_code == 404
    assert (await partner.get(f"/v1/offers/{trip['id']}")).json()["status"] == "open"


async def test_a_sandbox_is_a_world_of_its_own(partner: httpx.AsyncClient, client_of: MakeClient) -> None:
    sandbox = await client_of(partner_id=partner.partner_id, sandbox=True)
    trip = (await sandbox.post("/v1/offers", json=offer_body())).json()
    assert (await partner.get(f"/v1/offers/{trip['id']}")).status_code == 404
    assert (await partner.get("/v1/offers")).json()["items"] == []


async def test_a_cancelled_trip_stays_cancelled(partner: httpx.AsyncClient) -> None:
    trip = (await partner.post("/v1/offers", json=offer_body())).json()
    path = f"/v1/offers/{trip['id']}"
    assert (await partner.delete(path, headers={"If-Match": '"7"'})).status_code == 412
    cancelled = await partner.delete(path, headers={"If-Match": '"1"'})
    assert cancelled.json()["status"] == "cancelled"
    assert cancelled.headers["etag"] == '"2"'
    again = await partner.delete(path)
    assert (again.status_code, again.json()) == (200, cancelled.json())


async def test_bodies_are_bounded_in_size_depth_and_type(partner: httpx.AsyncClient) -> None:
    send = {"Content-Type": "application/json"}
    large = await partner.post("/v1/offers", content=b'{"a":"' + b"x" * (1 << 20) + b'"}', headers=send)
    assert large.status_code == 413
    deep = await partner.post("/v1/offers", content=b"[" * 100_000 + b"]" * 100_000, headers=send)
    assert deep.status_code == 422
    typed = await partner.post("/v1/offers", content=b"{}", headers={"Content-Type": "text/plain"})
    assert typed.status_code == 415
    for text in (b"", b"{", b"nonsense", b'{"seats": NaN}', b'"\\ud800"', b"\xff\xfe"):
        assert (await partner.post("/v1/offers", content=text, headers=send)).status_code == 422, text


@pytest.mark.parametrize("since", ["0.5", "2027-03-01", "2027-03-01T07:30:00", "yesterday"])
async def test_a_time_is_rfc_3339_or_refused(partner: httpx.AsyncClient, since: str) -> None:
    answer = await partner.get("/v1/offers", params={"since": since})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "?since"


async def test_a_repeat_gets_its_first_answer_also_when_it_is_too_late_by_now(
    partner: httpx.AsyncClient, clock: Any
) -> None:
    headers = {"Idempotency-Key": "late"}
    first = await partner.post("/v1/offers", json=offer_body(), headers=headers)
    clock.move(hours=3)
    again = await partner.post("/v1/offers", json=offer_body(), headers=headers)
    assert (again.status_code, again.content) == (201, first.content)
    assert (await partner.post("/v1/offers", json=offer_body())).status_code == 422


async def test_the_events_of_trips_are_for_those_who_may_read_trips(
    context: Context, partner: httpx.AsyncClient, client_of: MakeClient
) -> None:
    trip = (await partner.post("/v1/offers", json=offer_body())).json()
    await partner.delete(f"/v1/offers/{trip['id']}")
    await relayed(context)
    assert len((await partner.get("/v1/events")).json()["items"]) == 1
    blind = await client_of("matches:read", partner_id=partner.partner_id)
    for query in ("", "?types=trip.cancelled"):
        assert (await blind.get(f"/v1/events{query}")).json()["items"] == []
