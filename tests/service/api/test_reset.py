"""A sandbox is emptied: nothing of it is left but keys and endpoints, nobody sees half of it, nobody else notices."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx
import pytest

from service.errors import StaleLease
from service.model.events import log_owner
from service.model.partners import SCOPES
from service.store import deliveries, keys, resetting
from service.store.deliveries import Wanted
from service.store.events import parcels_of, read_outboxes, relay
from service.usecases.checkup import check_up
from service.usecases.context import Context, in_world
from tests.factories import offer_body, request_body
from tests.invariants import violations
from tests.running import relayed, run_batch
from tests.service.api.conftest import MakeClient
from tests.service.api.recurring import recurring
from tests.service.api.rides import answer, confirm, post, the_match
from tests.service.snapshots import snapshot

pytestmark = pytest.mark.anyio
# Of the market: counts that only grow, leases, what tells of changes. Of the log: places, endpoints. Answers of a day.
MARKET_KEEPS = {
    keys.CHANGES, keys.CHANGED, keys.LEASE, keys.OUTBOX, keys.ONCE, keys.SEEN, keys.TICK, keys.WORLD,
}  # fmt: skip
LOG_KEEPS = {keys.EVENTS, keys.RELAYED, keys.ENDPOINT, keys.ENDPOINTS, keys.RESERVED, keys.PARTNER_ONCE}


@pytest.fixture
async def sandbox(client_of: MakeClient, partner: httpx.AsyncClient) -> httpx.AsyncClient:
    """A test key of the same partner as `partner`'s."""
    return await client_of(*SCOPES, partner_id=partner.partner_id, sandbox=True)  # type: ignore[attr-defined]


def market_of(sandbox: httpx.AsyncClient) -> str:
    return f"sandbox-{sandbox.partner_id}"  # type: ignore[attr-defined]


def log_of(sandbox: httpx.AsyncClient) -> str:
    return log_owner(market_of(sandbox), sandbox.partner_id)  # type: ignore[attr-defined]


async def reset(sandbox: httpx.AsyncClient) -> httpx.Response:
    return await sandbox.post("/v1/sandbox/reset")


async def batch_in(context: Context, sandbox: httpx.AsyncClient, **more: Any) -> Any:
    market = market_of(sandbox)
    return await run_batch(await in_world(context, market), market=market, **more)


async def live_a_little(context: Context, sandbox: httpx.AsyncClient) -> dict[str, Any]:
    """Let a car set off, somebody wait and another day recur, with all that follows; returns the match."""
    offer, rider = await post(sandbox, "offer", offer_body()), await post(sandbox, "request", request_body())
    await post(sandbox, "offer", recurring(offer_body(commuter_id="eve"), "FREQ=WEEKLY;BYDAY=TU"))
    gone = await post(sandbox, "request", request_body(commuter_id="ann", external_id="A-1", either="e"))
    await sandbox.delete(f"/v1/requests/{gone['id']}")
    assert (await sandbox.put("/v1/commuters/dora/blocks/ann")).status_code == 204
    await batch_in(context, sandbox)
    match = await the_match(sandbox)
    await confirm(sandbox, offer, rider)
    assert (await answer(sandbox, match, "start", offer)).status_code == 200
    await relayed(context, market_of(sandbox))
    return match


async def kinds_of(context: Context, tag: str, but: set[keys.Kind]) -> set[str]:
    found = [keys.parse(name) for name in await snapshot(context.store) if name.startswith(tag)]
    return {key.kind.suffix for key in found if key is not None and key.kind not in but}


async def test_nothing_is_left_of_a_world_but_keys_and_endpoints(
    context: Context, partner: httpx.AsyncClient, sandbox: httpx.AsyncClient, client_of: MakeClient
) -> None:
    other = await client_of(sandbox=True)
    for client in (partner, other):
        await post(client, "offer", offer_body())
    hook = (await sandbox.post("/v1/webhook-endpoints", json={"url": "https://a.example/"})).json()
    await live_a_little(context, sandbox)
    assert (await sandbox.post("/v1/sandbox/clock", json={"now": "2027-03-01T09:00:00Z"})).status_code == 200
    await relayed(context, market_of(sandbox))
    claims = await deliveries.claim(
        context.store, [Wanted(log_of(sandbox), 9, 9, ahead_ms=99_999_999)], context.clock.now(), timedelta(minutes=1),
        timedelta(days=1),
    )  # fmt: skip
    assert claims[0].claimed
    done = await reset(sandbox)
    assert (done.status_code, done.json()) == (200, {"now": "2027-03-01T05:00:00Z"})
    for path in ("offers", "requests", "matches", "series", "batches", "events"):
        assert (await sandbox.get(f"/v1/{path}")).json()["items"] == [], path
    assert (await sandbox.get(f"/v1/webhook-endpoints/{hook['id']}")).json()["status"] == "enabled"
    assert (await sandbox.get(f"/v1/webhook-endpoints/{hook['id']}/deliveries")).json()["items"] == []
    assert await kinds_of(context, keys.market_tag(market_of(sandbox)), MARKET_KEEPS) == set()
    assert await kinds_of(context, keys.partner_tag(log_of(sandbox)), LOG_KEEPS) == set()
    for client in (partner, other):
        assert len((await client.get("/v1/offers")).json()["items"]) == 1
    assert (await check_up(context)).wrong == 0
    (late,) = await deliveries.settle(
        context.store, [deliveries.Settlement(claims[0].claimed[0], "succeeded", context.clock.now())],
        timedelta(days=1),
    )  # fmt: skip
    assert late.answer == "stale"


async def test_the_new_world_works_as_a_new_one_does(context: Context, sandbox: httpx.AsyncClient) -> None:
    once = {"Idempotency-Key": "first"}
    first = (await sandbox.post("/v1/offers", json=offer_body(), headers=once)).json()
    await sandbox.delete(f"/v1/offers/{first['id']}")
    await sandbox.post("/v1/sandbox/clock", json={"now": "2027-03-01T05:30:00Z"})
    await live_a_little(context, sandbox)
    (last,) = (await sandbox.get("/v1/events?limit=1")).json()["items"]
    await reset(sandbox)
    again = await sandbox.post("/v1/offers", json=offer_body(), headers=once)
    assert (again.status_code, again.json()["id"] != first["id"]) == (201, True)
    assert (await sandbox.get("/v1/events", params={"after": last["id"]})).status_code == 410
    await sandbox.delete(f"/v1/offers/{again.json()['id']}")
    hook = (await sandbox.post("/v1/webhook-endpoints", json={"url": "https://a.example/"})).json()
    await live_a_little(context, sandbox)
    types = [event["type"] for event in (await sandbox.get("/v1/events")).json()["items"]]
    assert types[:3] == ["trip.cancelled", "trip.cancelled", "match.proposed"]
    wanted = [Wanted(log_of(sandbox), 9, 9)]
    (claims,) = await deliveries.claim(
        context.store, wanted, context.clock.now(), timedelta(minutes=1), timedelta(days=1)
    )
    assert {claimed.endpoint.id for claimed in claims.claimed} == {hook["id"]}
    assert await violations(context.store, market_of(sandbox)) == []
    assert (await check_up(context)).wrong == 0


async def test_while_it_is_emptied_nobody_sees_half_a_world(
    context: Context, partner: httpx.AsyncClient, sandbox: httpx.AsyncClient, clock: Any
) -> None:
    await live_a_little(context, sandbox)
    lease = await resetting.close(context.store, market_of(sandbox), clock.now())
    assert lease is not None
    for path in ("offers", "matches", "events", "sandbox/clock"):
        closed = await sandbox.get(f"/v1/{path}")
        assert (closed.status_code, "retry-after" in closed.headers) == (503, True), path
        assert "is being emptied" in closed.json()["detail"]
    assert (await reset(sandbox)).status_code == 409
    assert (await partner.get("/v1/offers")).status_code == 200
    # Whoever emptied it has died half way: whoever calls once its lease has ended goes on.
    clock.move(seconds=61)
    assert (await reset(sandbox)).status_code == 200
    assert (await sandbox.get("/v1/matches")).json()["items"] == []
    with pytest.raises(StaleLease):
        await resetting.reopen(context.store, market_of(sandbox), lease)


async def test_a_batch_under_way_proposes_nothing_in_the_new_world(
    context: Context, sandbox: httpx.AsyncClient
) -> None:
    await post(sandbox, "offer", offer_body())
    await post(sandbox, "request", request_body())

    async def meanwhile() -> None:
        assert (await reset(sandbox)).status_code == 200

    with pytest.raises(StaleLease):
        await batch_in(context, sandbox, meanwhile=meanwhile)
    assert (await sandbox.get("/v1/matches")).json()["items"] == []


async def test_what_a_relay_had_read_before_comes_to_no_log_any_more(
    context: Context, sandbox: httpx.AsyncClient
) -> None:
    trip = await post(sandbox, "request", request_body())
    await sandbox.delete(f"/v1/requests/{trip['id']}")
    read = await read_outboxes(context.store, [market_of(sandbox)], 100, 1)
    await reset(sandbox)
    now = context.clock.now()
    (done,) = await relay(context.store, parcels_of(read, 50), now, now - timedelta(days=30))
    assert done.appended == 0
    assert (await sandbox.get("/v1/events")).json()["items"] == []


async def test_what_is_damaged_goes_as_well(context: Context, sandbox: httpx.AsyncClient) -> None:
    match = await live_a_little(context, sandbox)
    tag = keys.market_tag(market_of(sandbox))
    await context.store.redis.hset(keys.MATCH(tag, match["id"]), "doc", "{")
    await context.store.redis.hdel(keys.TRIP(tag, match["offer_id"]), "status")
    assert (await reset(sandbox)).status_code == 200
    assert (await sandbox.get("/v1/offers")).json()["items"] == []
    assert await context.store.redis.exists(keys.TRIP(tag, match["offer_id"]), keys.MATCH(tag, match["id"])) == 0


async def test_a_live_key_empties_nothing(partner: httpx.AsyncClient) -> None:
    await post(partner, "offer", offer_body())
    assert (await reset(partner)).status_code == 403
    assert len((await partner.get("/v1/offers")).json()["items"]) == 1
