"""One damaged record costs nobody else anything: it is set aside, the others go on, lists leave it out."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from prometheus_client import REGISTRY

from service.ids import new_id
from service.model.partners import SCOPES
from service.store import keys
from service.usecases import batches
from service.usecases.context import Context
from tests.factories import offer_body, request_body
from tests.running import run_batch
from tests.service.api.conftest import MakeClient
from tests.service.api.rides import answer, event_types, post, status, the_match
from tests.service.damage import TAG, damage_match, damage_trip, due_ids, set_aside_ids

pytestmark = pytest.mark.anyio


def counted(kind: str) -> float:
    return REGISTRY.get_sample_value("carpool_set_aside_total", {"kind": kind}) or 0.0


async def test_a_damaged_trip_that_falls_due_is_set_aside_and_the_others_expire(
    context: Context, partner: httpx.AsyncClient, clock: Any
) -> None:
    sound, bad = [await post(partner, "request", request_body(commuter_id=name)) for name in ("ann", "bob")]
    await damage_trip(context.store, bad["id"])
    before = counted("trip")
    clock.move(hours=4)
    await batches.expire_due(context, "main")
    assert await status(partner, sound) == "expired"
    assert await set_aside_ids(context.store) == {bad["id"]}
    assert await due_ids(context.store) == set()
    assert await context.store.redis.scard(keys.OPEN(TAG)) == 0
    assert counted("trip") == before + 1
    assert await event_types(context) == ["trip.expired"]


async def test_ids_without_a_record_do_not_keep_others_from_expiring(
    context: Context, partner: httpx.AsyncClient, clock: Any
) -> None:
    sound = await post(partner, "offer", offer_body())
    gone = [new_id(kind) for kind in ("offer", "match") for _ in range(300)]
    await context.store.redis.zadd(keys.DUE(TAG), dict.fromkeys(gone, 0))
    clock.move(hours=4)
    for _ in range(2):
        await batches.expire_due(context, "main")
    assert await status(partner, sound) == "expired"
    assert await set_aside_ids(context.store) == set(gone)


async def test_a_key_of_the_wrong_type_is_one_record_s_trouble(
    context: Context, partner: httpx.AsyncClient, clock: Any
) -> None:
    sound, bad = [await post(partner, "request", request_body(commuter_id=name)) for name in ("ann", "bob")]
    await context.store.redis.delete(keys.TRIP(TAG, bad["id"]))
    await context.store.redis.set(keys.TRIP(TAG, bad["id"]), "no hash")
    clock.move(hours=4)
    await batches.expire_due(context, "main")
    assert await status(partner, sound) == "expired"
    assert await set_aside_ids(context.store) == {bad["id"]}


async def test_a_damaged_proposal_that_falls_due_lets_go_of_its_trips(
    context: Context, partner: httpx.AsyncClient, clock: Any
) -> None:
    trips = [await post(partner, "offer", offer_body()), await post(partner, "request", request_body())]
    await run_batch(context)
    match = await the_match(partner)
    await damage_match(context.store, match["id"])
    clock.move(seconds=600)
    await batches.expire_due(context, "main")
    assert [await status(partner, trip) for trip in trips] == ["open", "open"]
    assert await set_aside_ids(context.store) == {match["id"]}
    assert (await run_batch(context)).matches == 1


async def test_a_proposal_whose_trip_is_gone_does_not_stay_due_for_ever(
    context: Context, partner: httpx.AsyncClient, clock: Any
) -> None:
    offer, request = await post(partner, "offer", offer_body()), await post(partner, "request", request_body())
    await run_batch(context)
    match = await the_match(partner)
    await context.store.redis.delete(keys.TRIP(TAG, request["id"]))
    clock.move(seconds=600)
    await batches.expire_due(context, "main")
    assert await status(partner, offer) == "open"
    assert await set_aside_ids(context.store) == {match["id"]}


async def test_a_damaged_open_trip_is_out_of_the_next_batch(context: Context, partner: httpx.AsyncClient) -> None:
    bad = await post(partner, "request", request_body())
    await damage_trip(context.store, bad["id"])
    await run_batch(context)
    before = counted("trip")
    await run_batch(context)
    assert await set_aside_ids(context.store) == {bad["id"]}
    assert counted("trip") == before


async def test_a_damaged_partner_shares_with_nobody_and_its_own_people_are_matched(
    context: Context, client_of: MakeClient
) -> None:
    sound, bad = await client_of(), await client_of(shares_with="all")
    for client in (sound, bad):
        await post(client, "offer", offer_body())
        await post(client, "request", request_body())
    tag = keys.partner_tag(bad.partner_id)  # type: ignore[attr-defined]
    await context.store.redis.hdel(keys.PARTNER(tag), "shares_with")
    assert (await run_batch(context)).matches == 2


async def test_a_damaged_trip_or_match_is_a_problem_of_its_own_kind_to_its_partner_alone(
    context: Context, client_of: MakeClient
) -> None:
    caller, stranger = await client_of(*SCOPES), await client_of(*SCOPES)
    offer, request = await post(caller, "offer", offer_body()), await post(caller, "request", request_body())
    await run_batch(context)
    match = await the_match(caller)
    batch = (await caller.post("/v1/batches")).json()
    await damage_trip(context.store, offer["id"])
    await context.store.redis.delete(keys.TRIP(TAG, request["id"]))
    await context.store.redis.set(keys.TRIP(TAG, request["id"]), "no hash")
    await damage_match(context.store, match["id"])
    await context.store.redis.hset(keys.BATCH(TAG, batch["id"]), "doc", "[]")
    for path, id_ in (("offers", offer), ("requests", request), ("matches", match), ("batches", batch)):
        answer = await caller.get(f"/v1/{path}/{id_['id']}")
        assert answer.status_code == 500
        assert answer.json()["type"].endswith("/damaged")
        assert id_["id"] in answer.json()["detail"]
        if path != "batches":
            assert (await stranger.get(f"/v1/{path}/{id_['id']}")).status_code == 404
    assert (await caller.delete(f"/v1/offers/{offer['id']}")).json()["type"].endswith("/damaged")


async def test_a_car_that_does_not_agree_with_its_trips_can_not_be_answered(
    context: Context, partner: httpx.AsyncClient
) -> None:
    offer, request = await post(partner, "offer", offer_body()), await post(partner, "request", request_body())
    await run_batch(context)
    match = await the_match(partner)
    await context.store.redis.delete(keys.TRIP(TAG, request["id"]))
    refused = await answer(partner, match, "decline", offer)
    assert refused.json()["type"].endswith("/damaged")
    assert match["id"] in refused.json()["detail"]


async def test_lists_leave_out_what_can_not_be_read(context: Context, client_of: MakeClient) -> None:
    caller = await client_of(*SCOPES)
    await post(caller, "offer", offer_body())
    requests = [await post(caller, "request", request_body(commuter_id=name)) for name in ("ann", "bob")]
    await run_batch(context)
    match = await the_match(caller)
    batch_ids = [(await caller.post("/v1/batches")).json()["id"] for _ in range(2)]
    await damage_trip(context.store, requests[0]["id"])
    await damage_match(context.store, match["id"])
    await context.store.redis.hset(keys.BATCH(TAG, batch_ids[0]), "doc", "[]")

    async def listed(path: str) -> list[str]:
        answer = await caller.get(path)
        assert answer.status_code == 200, answer.text
        return [item["id"] for item in answer.json()["items"]]

    before = counted("match")
    assert await listed("/v1/requests") == [requests[1]["id"]]
    assert await listed("/v1/matches") == []
    assert counted("match") == before + 1
    assert batch_ids[0] not in await listed("/v1/batches")
    assert batch_ids[1] in await listed("/v1/batches")
