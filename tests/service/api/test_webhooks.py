"""Webhook endpoints and the log of events over HTTP."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest

from service.usecases.context import Context
from tests.factories import offer_body
from tests.running import relayed
from tests.service.api.conftest import MakeClient

pytestmark = pytest.mark.anyio
HOOK = {"url": "https://hooks.acme.example/carpool", "event_types": ["match.proposed"], "description": "live"}


@pytest.mark.one_server
async def test_a_secret_is_shown_once_and_kept_encrypted(partner: httpx.AsyncClient, valkey: Any) -> None:
    made = await partner.post("/v1/webhook-endpoints", json=HOOK, headers={"Idempotency-Key": "hook"})
    assert made.status_code == 201, made.text
    secret = made.json()["secret"]
    assert secret.startswith("whsec_")
    read = await partner.get(made.headers["location"])
    assert read.json() == {name: value for name, value in made.json().items() if name != "secret"}
    written = b"".join(file.read_bytes() for file in (valkey.data_dir / "appendonlydir").glob("*"))
    assert made.json()["id"].encode() in written
    assert secret.removeprefix("whsec_").encode() not in written
    again = await partner.post("/v1/webhook-endpoints", json=HOOK, headers={"Idempotency-Key": "hook"})
    assert again.content == made.content
    assert again.headers["idempotent-replayed"] == "true"


async def test_a_rotated_secret_is_shown_once_and_its_repeat_is_the_same(partner: httpx.AsyncClient) -> None:
    made = await partner.post("/v1/webhook-endpoints", json={**HOOK, "asymmetric": True})
    path = made.headers["location"]
    asked = {"Idempotency-Key": "r", "If-Match": made.headers["etag"]}
    rotated = await partner.post(f"{path}/rotate-secret", headers=asked)
    assert rotated.status_code == 200, rotated.text
    assert rotated.json()["secret"] != made.json()["secret"]
    again = await partner.post(f"{path}/rotate-secret", headers=asked)
    assert again.content == rotated.content
    assert again.headers["idempotent-replayed"] == "true"
    read = await partner.get(path)
    assert read.json() == {name: value for name, value in rotated.json().items() if name != "secret"}
    assert read.headers["etag"] == rotated.headers["etag"] != made.headers["etag"]
    stale = await partner.post(f"{path}/rotate-secret", headers={"If-Match": made.headers["etag"]})
    assert stale.status_code == 412
    at_once = await partner.post(f"{path}/rotate-secret", json={"overlap_s": 0})
    assert at_once.json()["old_secrets_until"] is None


async def test_an_endpoint_is_changed_where_it_is_still_as_it_was_read(partner: httpx.AsyncClient) -> None:
    made = await partner.post("/v1/webhook-endpoints", json=HOOK)
    path, asked = made.headers["location"], {"If-Match": made.headers["etag"]}
    changed = await partner.patch(path, json={"event_types": [], "description": "all"}, headers=asked)
    assert changed.status_code == 200, changed.text
    kept = {name: value for name, value in made.json().items() if name != "secret"}
    assert changed.json() == kept | {"event_types": None, "description": "all", "version": 2}
    assert (await partner.get(path)).json() == changed.json()
    assert (await partner.patch(path, json={"description": "late"}, headers=asked)).status_code == 412
    same = await partner.patch(path, json={"description": "all"})
    assert same.json() == changed.json()
    for wrong, pointer in (
        ({"url": "ftp://a.example/"}, "/url"),
        ({"url": None}, "/url"),
        ({"status": "disabled"}, "/status"),
    ):
        refused = await partner.patch(path, json=wrong)
        assert refused.status_code == 422
        assert refused.json()["errors"][0]["pointer"] == pointer


@pytest.mark.parametrize(
    "body",
    [
        {}, {"since": "2027-03-01T05:00:00Z", "event_ids": ["evt_" + "0" * 26]}, {"event_ids": []},
        {"since": "2027-03-01T05:00:00Z", "until": "2027-03-01T05:00:00Z"}, {"until": "2027-03-01T05:00:00Z"},
    ],
)  # fmt: skip
async def test_what_to_redeliver_is_said_in_one_way(partner: httpx.AsyncClient, body: dict[str, Any]) -> None:
    path = (await partner.post("/v1/webhook-endpoints", json=HOOK)).headers["location"]
    assert (await partner.post(f"{path}/redeliver", json=body)).status_code == 422


async def test_a_redelivery_is_answered_the_same_to_its_repeat(partner: httpx.AsyncClient) -> None:
    path = (await partner.post("/v1/webhook-endpoints", json=HOOK)).headers["location"]
    ping = (await partner.post(f"{path}/ping")).json()
    for body in ({"event_ids": [ping["id"]]}, {"since": "2027-03-01T05:00:00Z"}):
        asked = {"Idempotency-Key": str(body)}
        first, again = [await partner.post(f"{path}/redeliver", json=body, headers=asked) for _ in range(2)]
        assert (first.status_code, first.json()) == (202, {"queued": 0, "next_since": None})  # it is owed as it is
        assert again.content == first.content
        assert again.headers["idempotent-replayed"] == "true"


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"url": "http://user:pw@acme.example/"}, "/url"),
        ({"url": "ftp://acme.example/"}, "/url"),
        ({"event_types": ["match.imagined"]}, "/event_types/0"),
        ({"colour": "red"}, "/colour"),
    ],
)
async def test_what_is_wrong_with_an_endpoint_is_pointed_at(
    partner: httpx.AsyncClient, changes: dict[str, Any], pointer: str
) -> None:
    answer = await partner.post("/v1/webhook-endpoints", json={**HOOK, **changes})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == pointer


async def test_endpoints_are_listed_and_deleted_by_their_owner_alone(
    partner: httpx.AsyncClient, client_of: MakeClient
) -> None:
    path = (await partner.post("/v1/webhook-endpoints", json=HOOK)).headers["location"]
    stranger = await client_of()
    for attempt in (
        stranger.get(path),
        stranger.delete(path),
        stranger.post(f"{path}/ping"),
        stranger.post(f"{path}/rotate-secret"),
        stranger.post(f"{path}/redeliver", json={"since": "2026-11-24T06:00:00Z"}),
        stranger.patch(path, json={"description": "mine"}),
        stranger.get(f"{path}/deliveries"),
    ):
        assert (await attempt).status_code == 404
    assert len((await partner.get("/v1/webhook-endpoints")).json()["items"]) == 1
    assert (await partner.delete(path)).status_code == 204
    assert (await partner.get(path)).status_code == 404
    assert (await partner.delete(path)).status_code == 404


async def test_a_partner_has_at_most_twenty_endpoints(partner: httpx.AsyncClient) -> None:
    answers = await asyncio.gather(*(partner.post("/v1/webhook-endpoints", json=HOOK) for _ in range(25)))
    assert sorted(answer.status_code for answer in answers) == [201] * 20 + [409] * 5


async def test_a_ping_is_an_event_of_the_log_and_its_repeat_makes_no_second(partner: httpx.AsyncClient) -> None:
    path = (await partner.post("/v1/webhook-endpoints", json=HOOK)).headers["location"]
    pings = [await partner.post(f"{path}/ping", headers={"Idempotency-Key": "p"}) for _ in range(2)]
    assert [ping.status_code for ping in pings] == [202, 202]
    assert pings[0].content == pings[1].content
    assert (await partner.get("/v1/events")).json()["items"] == [pings[0].json()]


async def test_events_are_read_in_order_from_any_of_them_on(context: Context, partner: httpx.AsyncClient) -> None:
    trips = [(await partner.post("/v1/offers", json=offer_body())).json()["id"] for _ in range(5)]
    for trip in trips:
        await partner.delete(f"/v1/offers/{trip}")
    await relayed(context)
    await relayed(context)
    first = (await partner.get("/v1/events?limit=2")).json()
    rest = (await partner.get(f"/v1/events?after={first['next_cursor']}")).json()
    events = first["items"] + rest["items"]
    assert [event["data"]["id"] for event in events] == trips
    assert {event["type"] for event in events} == {"trip.cancelled"}
    assert [event["id"] for event in events] == sorted(event["id"] for event in events)
    assert rest["next_cursor"] is None
    assert (await partner.get("/v1/events?types=match.proposed")).json()["items"] == []


async def test_a_strangers_event_is_no_place_to_go_on_from(
    context: Context, partner: httpx.AsyncClient, client_of: MakeClient
) -> None:
    path = (await partner.post("/v1/webhook-endpoints", json=HOOK)).headers["location"]
    event = (await partner.post(f"{path}/ping")).json()
    stranger = await client_of()
    answer = await stranger.get(f"/v1/events?after={event['id']}")
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "?after"
