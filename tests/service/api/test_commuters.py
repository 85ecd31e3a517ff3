"""Commuters with tokens of their own: they see and change what is theirs, and nothing of anybody else's."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest

from service.api.app import create_app
from service.errors import TooManyStreams
from service.model.events import EventFilter
from service.usecases import partners
from service.usecases.context import Context
from service.usecases.visibility import coarse
from tests.conftest import FakeClock
from tests.factories import offer_body, request_body
from tests.running import relayed, run_batch
from tests.service.api.conftest import MakeClient, SignIn, token
from tests.service.api.rides import answer, post, shared_car, the_match
from tests.service.api.test_journeys import asked

pytestmark = pytest.mark.anyio
WEEKLY = {"rrule": "FREQ=WEEKLY;BYDAY=MO", "timezone": "Europe/Amsterdam"}


def without_name(body: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {name: value for name, value in {**body, **changes}.items() if name != "commuter_id"}


async def test_a_commuter_posts_reads_changes_and_cancels_their_own_trips(sign_in: SignIn) -> None:
    rob = await sign_in("rob")
    mine = await post(rob, "request", without_name(request_body()))
    assert mine["commuter_id"] == "rob"
    await post(rob, "request", request_body(metadata={"colour": "red"}))
    path = f"/v1/requests/{mine['id']}"
    assert (await rob.get(path)).json() == mine
    assert (await rob.get(f"{path}/explanation")).json()["status"] == "open"
    assert (await rob.patch(path, json={"seats": 2})).json()["seats"] == 2
    assert (await rob.delete(path)).json()["status"] == "cancelled"
    assert len((await rob.get("/v1/requests")).json()["items"]) == 2


async def test_a_commuter_shares_their_own_part_of_a_ride_and_nobody_elses(
    context: Context, partner: httpx.AsyncClient, sign_in: SignIn
) -> None:
    _, rob, ria = await shared_car(context, partner, "rob", "ria")
    match, signed_in = await the_match(partner), await sign_in("rob")
    path = f"/v1/matches/{match['id']}/share"
    shared = await signed_in.post(path, json={"trip_id": rob["id"]})
    assert (await signed_in.get(shared.json()["path"])).status_code == 200
    assert (await signed_in.post(path, json={"trip_id": ria["id"]})).status_code == 422
    assert (await signed_in.delete(f"{path}/{ria['id']}")).status_code == 422
    assert (await (await sign_in("mallory")).post(path, json={"trip_id": rob["id"]})).status_code == 404
    assert (await signed_in.delete(f"{path}/{rob['id']}")).status_code == 204
    assert (await signed_in.get(shared.json()["path"])).status_code == 404


async def test_what_is_another_commuters_is_not_there(partner: httpx.AsyncClient, sign_in: SignIn) -> None:
    rob = await sign_in("rob")
    dora = await post(partner, "offer", offer_body())
    weekly = await post(partner, "offer", offer_body(recurrence=WEEKLY))
    for path in (f"/v1/offers/{dora['id']}", f"/v1/series/{weekly['id']}"):
        assert (await rob.get(path)).status_code == 404
        assert (await rob.patch(path, json={"seats": 1})).status_code == 404
        assert (await rob.delete(path)).status_code == 404
    assert (await rob.get(f"/v1/offers/{dora['id']}/explanation")).status_code == 404
    for path in ("/v1/offers", f"/v1/offers?series={weekly['id']}", "/v1/series", "/v1/matches", "/v1/requests"):
        assert (await rob.get(path)).json()["items"] == []
    for path in ("/v1/offers", "/v1/series", "/v1/matches"):
        named = await rob.get(path, params={"commuter": "dora"})
        assert (named.status_code, named.json()["errors"][0]["pointer"]) == (422, "?commuter")
    tied = await rob.post("/v1/requests", json=request_body(return_of=(await post(partner, "request", request_body(
        commuter_id="eve")))["id"]))  # fmt: skip
    assert (tied.status_code, tied.json()["errors"][0]["pointer"]) == (422, "/return_of")


async def test_a_commuter_posts_a_week_of_their_own(sign_in: SignIn) -> None:
    rob = await sign_in("rob")
    made = await post(rob, "request", without_name(request_body(recurrence=WEEKLY)))
    assert made["commuter_id"] == "rob"
    assert [day["trip_id"] for day in made["occurrences"]]
    changed = await rob.patch(f"/v1/series/{made['id']}", json={"seats": 2})
    assert changed.json()["seats"] == 2
    assert {trip["seats"] for trip in (await rob.get("/v1/requests")).json()["items"]} == {2}
    assert [one["id"] for one in (await rob.get("/v1/series")).json()["items"]] == [made["id"]]


async def test_commuters_of_one_partner_agree_on_a_car_each_for_themselves(
    context: Context, partner: httpx.AsyncClient, sign_in: SignIn
) -> None:
    dora, rob, eve = [await sign_in(name) for name in ("dora", "rob", "eve")]
    trips = [
        await post(dora, "offer", without_name(offer_body())), await post(rob, "request", without_name(request_body())),
        await post(eve, "request", without_name(request_body())),
    ]  # fmt: skip
    await run_batch(context)
    match = await the_match(rob)
    homes = [stop for stop in match["stops"] if stop["request_id"] != trips[1]["id"]]
    assert not any(stop["exact"] for stop in homes)
    assert (homes[0]["lat"], homes[0]["lon"]) == coarse(trips[0]["origin"]["lat"], trips[0]["origin"]["lon"])
    assert [rider["cost_share"] is None for rider in match["riders"]].count(True) == 1
    assert all(stop["exact"] for stop in (await the_match(partner))["stops"])
    assert (await answer(rob, match, "accept", trips[2])).status_code == 422
    for client, trip in zip((dora, rob, eve), trips, strict=True):
        assert (await answer(client, match, "accept", trip)).status_code == 200
    confirmed = await the_match(rob)
    assert confirmed["status"] == "confirmed"
    assert [stop["exact"] for stop in confirmed["stops"]] == [False, True, True, True, True, False]
    assert (await answer(rob, match, "start", trips[0])).status_code == 422
    assert (await answer(dora, match, "start", trips[0])).status_code == 200
    here = {"lat": 52.3, "lon": 4.86, "at": "2027-03-01T05:00:00Z"}
    assert (await rob.post(f"/v1/matches/{match['id']}/position", json=here)).status_code == 422
    assert (await dora.post(f"/v1/matches/{match['id']}/position", json=here)).status_code == 200
    assert (await the_match(rob))["position"] == here
    nobody = await sign_in("nobody")
    assert (await nobody.get(f"/v1/matches/{match['id']}")).status_code == 404
    assert (await answer(nobody, match, "cancel", trips[1])).status_code == 404


async def test_a_commuter_hears_of_their_own_rides_alone_and_as_they_may_see_them(
    context: Context, partner: httpx.AsyncClient, sign_in: SignIn
) -> None:
    rob, eve, nobody = [await sign_in(name) for name in ("rob", "eve", "nobody")]
    await post(partner, "offer", offer_body())
    mine = await post(rob, "request", without_name(request_body()))
    gone = await post(eve, "request", without_name(request_body(seats=4)))
    await run_batch(context)
    await eve.delete(f"/v1/requests/{gone['id']}")
    await relayed(context)
    heard = (await rob.get("/v1/events")).json()["items"]
    assert [event["type"] for event in heard] == ["match.proposed"]
    assert heard[0]["data"] == await the_match(rob)
    assert [event["data"]["id"] for event in (await eve.get("/v1/events")).json()["items"]] == [gone["id"]]
    assert (await nobody.get("/v1/events")).json() == {"items": [], "next_cursor": None}
    assert [e["type"] for e in (await partner.get("/v1/events")).json()["items"]] == [
        "match.proposed",
        "trip.cancelled",
    ]
    await rob.delete(f"/v1/requests/{mine['id']}")
    await relayed(context)
    after = await rob.get("/v1/events", params={"after": heard[0]["id"]})
    assert [event["type"] for event in after.json()["items"]] == ["match.cancelled", "trip.cancelled"]


async def test_who_left_a_car_hears_no_more_of_it(
    context: Context, partner: httpx.AsyncClient, sign_in: SignIn
) -> None:
    rob = await sign_in("rob")
    trips = [await post(partner, "offer", offer_body())]
    trips += [await post(partner, "request", request_body(commuter_id=name)) for name in ("rob", "eve")]
    await run_batch(context)
    match = await the_match(partner)
    for trip in trips:
        await answer(partner, match, "accept", trip)
    await answer(rob, match, "cancel", trips[1])
    await answer(partner, match, "start", trips[0])
    await relayed(context)
    heard = [event["type"] for event in (await rob.get("/v1/events")).json()["items"]]
    assert heard[-2:] == ["match.updated", "trip.cancelled"]
    assert "match.started" not in heard


async def test_a_commuter_follows_their_own_events_in_few_streams(context: Context) -> None:
    wanted = EventFilter(commuter_id="rob")
    followers = [await context.tails.follow(context.store, "par_1", None, wanted) for _ in range(5)]
    with pytest.raises(TooManyStreams):
        await context.tails.follow(context.store, "par_1", None, wanted)
    followers.append(await context.tails.follow(context.store, "par_1", None, EventFilter(commuter_id="eve")))
    for follower in followers:
        context.tails.leave(follower)


async def test_every_route_that_is_not_for_commuters_is_closed_to_them(context: Context, sign_in: SignIn) -> None:
    rob = await sign_in("rob")
    closed = [
        (method, path) for path, operations in create_app(context).openapi()["paths"].items()
        for method, operation in operations.items()
        if "security" in operation and {"commuterToken": []} not in operation["security"]
    ]  # fmt: skip
    assert len(closed) >= 15
    for method, path in closed:
        asked_for = await rob.request(method.upper(), path.replace("{commuter_id}", "rob"))
        assert asked_for.status_code == 403, (method, path)
        assert "the partner" in asked_for.json()["detail"]


async def test_only_the_partner_vouches_and_gives_ids_of_its_own(sign_in: SignIn) -> None:
    rob = await sign_in("rob", traits=["non_smoker", "employee:acme"])
    mine = await post(rob, "request", request_body())
    assert mine["traits"] == ["employee:acme", "non_smoker"]
    assert (await post(rob, "request", request_body(traits=["non_smoker"])))["traits"] == ["non_smoker"]
    for faulty in ({"traits": ["woman"]}, {"external_id": "trip-7"}, {"commuter_id": "dora"}):
        refused = await rob.post("/v1/requests", json=request_body(**faulty))
        assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, f"/{next(iter(faulty))}")
    path = f"/v1/requests/{mine['id']}"
    assert (await rob.patch(path, json={"traits": ["woman"]})).status_code == 422
    plain = await sign_in("rob")  # what was vouched for stays
    assert (await plain.patch(path, json={"seats": 2})).json()["traits"] == mine["traits"]
    looked = await rob.get("/v1/journeys", params=asked(traits="woman"))
    assert (looked.status_code, looked.json()["errors"][0]["pointer"]) == (422, "?traits")
    assert (await rob.get("/v1/journeys", params=asked(traits="non_smoker"))).status_code == 200
    assert (await rob.get("/v1/journeys", params=asked(commuter="dora"))).status_code == 422


async def test_a_look_leaves_out_who_looks_and_names_no_trip_of_others(
    partner: httpx.AsyncClient, sign_in: SignIn
) -> None:
    rob, dora = await sign_in("rob"), await sign_in("dora")
    await post(partner, "offer", offer_body())
    (found,) = (await rob.get("/v1/journeys", params=asked())).json()["items"]
    assert found["trip_id"] is None
    assert (await dora.get("/v1/journeys", params=asked())).json()["items"] == []


async def test_what_ties_a_commuters_trips_ties_nobody_elses(sign_in: SignIn, partner: httpx.AsyncClient) -> None:
    rob, eve = await sign_in("rob"), await sign_in("eve")
    ties = {
        (await post(client, kind, without_name(body(), either="monday")))["either"]
        for client in (rob, eve) for kind, body in (("offer", offer_body), ("request", request_body))
    } | {(await post(partner, "request", request_body(either="monday")))["either"]}  # fmt: skip
    assert len(ties) == 3
    mine = (await rob.get("/v1/requests")).json()["items"][0]
    kept = await rob.patch(f"/v1/requests/{mine['id']}", json={"either": mine["either"], "seats": 2})
    assert kept.json()["either"] == mine["either"]


async def test_idempotency_keys_of_commuters_are_their_own(sign_in: SignIn) -> None:
    rob, eve = await sign_in("rob"), await sign_in("eve")
    body, headers = without_name(request_body()), {"Idempotency-Key": "monday"}
    first, again = [await rob.post("/v1/requests", json=body, headers=headers) for _ in range(2)]
    assert (again.content, again.headers["Idempotent-Replayed"]) == (first.content, "true")
    other = await eve.post("/v1/requests", json=body, headers=headers)
    assert (other.status_code, other.json()["commuter_id"]) == (201, "eve")


async def test_a_token_opens_until_it_ends(partner: httpx.AsyncClient, sign_in: SignIn, clock: FakeClock) -> None:
    assert (await token(partner, "rob"))["expires_at"] == "2027-03-01T05:15:00Z"
    assert (await token(partner, "rob", ttl_s=3600))["expires_at"] == "2027-03-01T06:00:00Z"
    assert (await partner.post("/v1/commuters/rob/tokens", json={"ttl_s": 3601})).status_code == 422
    rob = await sign_in("rob", ttl_s=60)
    clock.move(seconds=59)
    assert (await rob.get("/v1/offers")).status_code == 200
    clock.move(seconds=1)
    ended = await rob.get("/v1/offers")
    assert (ended.status_code, ended.json()["type"].rpartition("/")[2]) == (401, "unauthenticated")
    assert "ended at 2027-03-01T05:01:00Z" in ended.json()["detail"]
    assert ended.headers["www-authenticate"].startswith("Bearer")


async def test_tokens_end_with_the_key_that_made_them(
    context: Context, partner: httpx.AsyncClient, sign_in: SignIn, clock: FakeClock
) -> None:
    (key,) = await partners.list_keys(context, partner.partner_id)  # type: ignore[attr-defined]
    rob = await sign_in("rob", ttl_s=3600)
    assert (await rob.get("/v1/offers")).status_code == 200
    await partners.rotate_key(context, key.id, overlap_s=600)
    assert (await token(partner, "rob", ttl_s=3600))["expires_at"] == "2027-03-01T05:10:00Z"
    assert (await rob.get("/v1/offers")).status_code == 200
    await partners.revoke_key(context, key.id)
    assert (await rob.get("/v1/offers")).status_code == 401
    clock.move(seconds=601)
    assert (await rob.get("/v1/offers")).status_code == 401


async def test_signing_out_ends_what_was_made_before_and_nothing_else(
    client_of: MakeClient, partner: httpx.AsyncClient, sign_in: SignIn
) -> None:
    tested = await client_of(partner_id=partner.partner_id, sandbox=True)  # type: ignore[attr-defined]
    rob, rob_elsewhere, eve, in_sandbox = await asyncio.gather(
        sign_in("rob"), sign_in("rob"), sign_in("eve"), sign_in("rob", tested)
    )
    assert (await rob.get("/v1/offers")).status_code == 200
    assert (await partner.delete("/v1/commuters/rob/tokens")).status_code == 204
    for client, status in ((rob, 401), (rob_elsewhere, 401), (eve, 200), (in_sandbox, 200)):
        assert (await client.get("/v1/offers")).status_code == status
    assert (await (await sign_in("rob")).get("/v1/offers")).status_code == 200


async def test_a_token_of_a_test_key_is_of_the_sandbox(
    client_of: MakeClient, partner: httpx.AsyncClient, sign_in: SignIn
) -> None:
    tested = await client_of(partner_id=partner.partner_id, sandbox=True)  # type: ignore[attr-defined]
    live, test = await sign_in("rob"), await sign_in("rob", tested)
    mine = await post(test, "request", without_name(request_body()))
    assert (await live.get(f"/v1/requests/{mine['id']}")).status_code == 404
    assert (await tested.get(f"/v1/requests/{mine['id']}")).status_code == 200
