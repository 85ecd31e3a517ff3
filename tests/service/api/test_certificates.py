"""A batch's certificate proves it to anyone, tells no names, and coarse places alone where that is asked."""

from __future__ import annotations

import asyncio
import gzip
import json
from dataclasses import replace
from typing import Any

import httpx
import pytest

from matching import Certificate, Instance, Plan, solve
from service.errors import NotFound, StaleLease
from service.ids import new_id
from service.model.batches import Batch
from service.model.partners import SCOPES
from service.store import batches, keys, leases
from service.usecases.batches import run_batch as run_once
from service.usecases.certificates import exact_of
from service.usecases.context import Context
from service.usecases.visibility import coarse
from tests.factories import offer_body, request_body
from tests.running import run_batch
from tests.service.api.certificates import certificate_of, make_what_was_asked, proves_itself
from tests.service.api.conftest import MakeClient
from tests.service.api.rides import back, post
from tests.service.damage import TAG

pytestmark = pytest.mark.anyio


async def solve_aside(instance: Instance) -> Plan | None:
    return await asyncio.to_thread(solve, instance)


async def morning(client: httpx.AsyncClient) -> list[dict[str, Any]]:
    """Post people with all that could give them away: names of eithers and communities, a way back."""
    shy = {"traits": ["woman", "employee:acme"], "requires": ["woman"]}
    odd = {"earliest_departure": "2027-03-01T07:31:17+01:00", "latest_arrival": "2027-03-01T08:43:59+01:00"}
    out = await post(client, "request", request_body(commuter_id="rob", seats=2))
    return [
        await post(client, "offer", offer_body(**shy, **odd)),
        await post(client, "offer", back(offer_body(commuter_id="eve"))),
        await post(client, "request", request_body(commuter_id="ann", either="ann-monday", **shy, **odd)),
        await post(client, "offer", offer_body(commuter_id="ann", either="ann-monday", external_id="acme-77")),
        out,
        await post(client, "request", back(request_body(commuter_id="rob"), return_of=out["id"])),
    ]


async def test_certificate_of_a_batch_proves_it_and_tells_no_names(
    context: Context, operator: httpx.AsyncClient
) -> None:
    trips = await morning(operator)
    batch = await run_batch(context)
    document = await certificate_of(operator, batch.id)
    assert (document["batch_id"], document["places"]) == (batch.id, "exact")
    assert (document["plan"]["score"], document["plan"]["bound"]) == (batch.score, batch.bound)
    assert len(document["plan"]["matches"]) == batch.matches > 0
    assert proves_itself(document)
    text = json.dumps(document["instance"]) + json.dumps(document["plan"])
    secrets = ("ann", "rob", "dora", "woman", "acme", "monday", "par_", *(trip["id"] for trip in trips))
    assert [secret for secret in secrets if secret in text] == []


async def test_a_certificate_that_was_changed_proves_nothing(context: Context, operator: httpx.AsyncClient) -> None:
    await morning(operator)
    document = await certificate_of(operator, (await run_batch(context)).id)
    plan, instance = document["plan"], document["instance"]
    first, *others = plan["matches"]
    for changed in (
        {"plan": {**plan, "bound": plan["bound"] - 1}},
        {"plan": {**plan, "matches": others}},
        {"plan": {**plan, "matches": [{**first, "stops": first["stops"][::-1]}, *others]}},
        {"plan": {**plan, "certificate": {"requests": {"r1": -1.0}}}},
        {"plan": {name: value for name, value in plan.items() if name != "certificate"}},
        {"instance": {**instance, "requests": instance["requests"][:1]}},
        {"instance": {**instance, "boarding_s": 3000}},
    ):
        assert not proves_itself({**document, **changed})


async def test_certificate_comes_packed_or_not_as_the_caller_takes_it(
    context: Context, operator: httpx.AsyncClient
) -> None:
    await morning(operator)
    path = f"/v1/batches/{(await run_batch(context)).id}/certificate"
    bodies = set()
    for accepted, packed in (
        ("gzip", True), ("br, GZIP;q=0.5", True), ("*", True),
        ("", False), ("identity", False), ("gzip;q=0", False), ("br;q=1.0, gzip;q=0.000", False),
    ):  # fmt: skip
        async with operator.stream("GET", path, headers={"Accept-Encoding": accepted}) as answer:
            raw = b"".join([piece async for piece in answer.aiter_raw()])
        assert answer.headers.get("content-encoding") == ("gzip" if packed else None)
        assert (answer.headers["vary"], answer.headers["content-type"]) == ("Accept-Encoding", "application/json")
        bodies.add(gzip.decompress(raw) if packed else raw)
    assert len(bodies) == 1


async def test_an_empty_batch_has_a_certificate_too(context: Context, operator: httpx.AsyncClient) -> None:
    assert proves_itself(await certificate_of(operator, (await run_batch(context)).id))


async def problem(client: httpx.AsyncClient, batch_id: str, places: str = "exact") -> tuple[int, str]:
    answer = await client.get(f"/v1/batches/{batch_id}/certificate?places={places}")
    return answer.status_code, answer.json()["detail"]


async def test_a_batch_without_a_plan_has_no_certificate(context: Context, operator: httpx.AsyncClient) -> None:
    asked = (await operator.post("/v1/batches")).json()["id"]
    status, detail = await problem(operator, asked)
    assert status == 409
    assert "read the batch until it is completed" in detail
    lease = await leases.take(context.store, "main", leases.MATCHER, "test", context.clock.now(), 60)
    assert lease is not None
    failed = Batch(asked, "main", "failed", context.clock.now())
    await batches.put_batch(context.store, failed, lease, 60)
    status, detail = await problem(operator, asked)
    assert status == 409
    assert "a failed batch has no plan" in detail
    with pytest.raises(NotFound, match=f"no certificate of {asked}"):
        await exact_of(context, asked)
    for unknown in (new_id("batch"), "bat_1"):
        with pytest.raises(NotFound, match=f"no batch {unknown}"):
            await exact_of(context, unknown)


async def test_a_certificate_is_found_in_its_own_market_only(
    context: Context, operator: httpx.AsyncClient, client_of: MakeClient
) -> None:
    batch = await run_batch(context)
    sandbox = await client_of(*SCOPES, sandbox=True)
    for client, batch_id in ((sandbox, batch.id), (operator, "bat_" + "0" * 26), (operator, "bat_1")):
        for places in ("exact", "coarse"):
            assert (await problem(client, batch_id, places))[0] == 404
    unknown = await operator.get(f"/v1/batches/{batch.id}/certificate?places=blurred")
    assert (unknown.status_code, unknown.json()["errors"][0]["pointer"]) == (422, "?places")


@pytest.mark.parametrize("megabytes", [0, 1])
async def test_a_certificate_that_is_too_large_to_keep_is_not_there_and_the_batch_is_none_the_worse(
    context: Context, operator: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch, megabytes: int
) -> None:
    monkeypatch.setattr("service.usecases.certified._LARGEST", 10**6)
    context = replace(context, settings=context.settings.model_copy(update={"certificates_mb": megabytes}))
    await morning(operator)
    batch = await run_batch(context)
    assert (batch.status, batch.matches > 0) == ("completed", True)
    for places in ("exact", "coarse"):
        status, detail = await problem(operator, batch.id, places)
        assert status == 404
        assert "CARPOOL_CERTIFICATES_MB" in detail


async def test_a_certificate_that_can_not_be_made_does_not_fail_the_batch(
    context: Context, operator: httpx.AsyncClient
) -> None:
    await morning(operator)
    lease = await leases.take(context.store, "main", leases.MATCHER, "test", context.clock.now(), 60)
    assert lease is not None

    async def of_strangers(instance: Instance) -> Plan:
        plan = await asyncio.to_thread(solve, instance)
        return replace(plan, certificate=Certificate(offers={"off_of_nobody": 1.0}))

    asked = Batch(new_id("batch"), "main", "requested", context.clock.now())
    batch = await run_once(context, lease, asked, of_strangers)
    assert (batch.status, batch.matches > 0) == ("completed", True)
    assert (await problem(operator, batch.id))[0] == 404


async def test_a_coarse_certificate_is_made_when_asked_for_and_has_coarse_places_alone(
    context: Context, operator: httpx.AsyncClient
) -> None:
    trips = await morning(operator)
    batch = await run_batch(context)
    path = f"/v1/batches/{batch.id}/certificate?places=coarse"
    for _ in range(2):
        waiting = await operator.get(path)
        assert waiting.status_code == 202
        assert int(waiting.headers["retry-after"]) > 0
        assert waiting.json() == {"batch_id": batch.id, "places": "coarse"}
    await make_what_was_asked(context, solve_aside)
    assert await context.store.redis.exists(keys.CERTIFICATE_QUEUE(TAG)) == 0
    document = await certificate_of(operator, batch.id, "coarse")
    assert document["places"] == "coarse"
    assert proves_itself(document)
    assert len(document["plan"]["matches"]) > 0
    posted = [trip[end][axis] for trip in trips for end in ("origin", "destination") for axis in ("lat", "lon")]
    told = [*places_in(document)]
    assert set(told) == {coarse(lat, lon) for lat, lon in told}
    assert not set(posted) & {degrees for place in told for degrees in place}
    instance = document["instance"]
    times = [trip[name] for trip in (*instance["offers"], *instance["requests"]) for name in WINDOW]
    assert {(int(at[14:16]) % 5, at[17:19]) for at in times} == {(0, "00")}


WINDOW = ("earliest_departure", "latest_arrival")


def places_in(value: Any) -> list[tuple[float, float]]:
    """Return all places of a JSON document, wherever they are."""
    if isinstance(value, dict):
        here = [(value["lat"], value["lon"])] if "lat" in value else []
        return here + [place for item in value.values() for place in places_in(item)]
    return [place for item in value for place in places_in(item)] if isinstance(value, list) else []


async def test_a_coarse_certificate_that_was_stopped_is_made_when_asked_for_again(
    context: Context, operator: httpx.AsyncClient
) -> None:
    await morning(operator)
    path = f"/v1/batches/{(await run_batch(context)).id}/certificate?places=coarse"

    async def stopped(_: Instance) -> Plan | None:
        return None

    for solver in (stopped, solve_aside):
        assert (await operator.get(path)).status_code == 202
        await make_what_was_asked(context, solver)
    assert (await operator.get(path)).status_code == 200


async def test_a_matcher_that_was_overtaken_keeps_no_certificate(context: Context, operator: httpx.AsyncClient) -> None:
    await morning(operator)
    batch = await run_batch(context)
    path = f"/v1/batches/{batch.id}/certificate?places=coarse"
    await operator.get(path)

    async def overtaken(instance: Instance) -> Plan | None:
        await context.store.redis.hincrby(keys.LEASE(TAG, leases.MATCHER), "token", 1)
        return await solve_aside(instance)

    with pytest.raises(StaleLease):
        await make_what_was_asked(context, overtaken)
    assert (await operator.get(path)).status_code == 202
