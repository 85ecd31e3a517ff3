"""A sandbox's clock over HTTP: its partner moves it on, everything due happens, and nobody else notices."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest

from service.clock import rfc3339
from service.delivery.keeper import Keeper
from service.model.partners import SCOPES
from service.usecases.context import Context, in_world
from service.usecases.markets import MarketChange, update_market
from tests.factories import offer_body, request_body
from tests.invariants import violations
from tests.running import relayed, run_batch
from tests.service.api.conftest import MakeClient
from tests.service.api.rides import post, status, the_match

pytestmark = pytest.mark.anyio


@pytest.fixture
async def sandbox(client_of: MakeClient, partner: httpx.AsyncClient) -> httpx.AsyncClient:
    """A test key of the same partner as `partner`'s."""
    return await client_of(*SCOPES, partner_id=partner.partner_id, sandbox=True)  # type: ignore[attr-defined]


def market_of(sandbox: httpx.AsyncClient) -> str:
    return f"sandbox-{sandbox.partner_id}"  # type: ignore[attr-defined]


async def move(client: httpx.AsyncClient, now: str) -> httpx.Response:
    return await client.post("/v1/sandbox/clock", json={"now": now})


async def time_of(client: httpx.AsyncClient) -> str:
    return (await client.get("/v1/sandbox/clock")).json()["now"]


async def batch_in(context: Context, sandbox: httpx.AsyncClient) -> Any:
    market = market_of(sandbox)
    return await run_batch(await in_world(context, market), market=market)


async def test_time_is_moved_forward_and_goes_on_from_there(sandbox: httpx.AsyncClient, clock: Any) -> None:
    assert await time_of(sandbox) == "2027-03-01T05:00:00Z"
    moved = await move(sandbox, "2027-03-02T08:00:00+01:00")
    assert (moved.status_code, moved.json()) == (200, {"now": "2027-03-02T07:00:00Z"})
    clock.move(minutes=2)
    assert await time_of(sandbox) == "2027-03-02T07:02:00Z"
    assert (await move(sandbox, "2027-03-02T07:02:00Z")).status_code == 200


async def test_time_never_goes_back_nor_far_at_once(sandbox: httpx.AsyncClient) -> None:
    await move(sandbox, "2027-03-02T07:00:00Z")
    for wanted, why in (("2027-03-02T06:59:59Z", "only moves forward"), ("2028-04-01T00:00:00Z", "in steps")):
        refused = await move(sandbox, wanted)
        assert refused.status_code == 422
        (fault,) = refused.json()["errors"]
        assert fault["pointer"] == "/now"
        assert why in fault["detail"]
    assert await time_of(sandbox) == "2027-03-02T07:00:00Z"


async def test_a_live_key_moves_no_time(partner: httpx.AsyncClient, sandbox: httpx.AsyncClient) -> None:
    refused = [await partner.get("/v1/sandbox/clock"), await move(partner, "2027-03-02T07:00:00Z")]
    assert [answer.status_code for answer in refused] == [403, 403]
    assert "--test" in refused[0].json()["detail"]
    assert await time_of(sandbox) == "2027-03-01T05:00:00Z"


async def test_trips_that_are_due_then_have_expired_and_those_of_live_people_have_not(
    context: Context, partner: httpx.AsyncClient, sandbox: httpx.AsyncClient
) -> None:
    live = await post(partner, "request", request_body())
    trips = [await post(sandbox, "request", request_body(commuter_id=f"r{n}")) for n in range(3)]
    await move(sandbox, "2027-03-01T12:00:00Z")
    assert {await status(sandbox, trip) for trip in trips} == {"expired"}
    assert await status(partner, live) == "open"
    await relayed(context, "main", market_of(sandbox))
    events = (await sandbox.get("/v1/events")).json()["items"]
    assert [(e["type"], e["timestamp"]) for e in events] == [("trip.expired", "2027-03-01T12:00:00Z")] * 3
    assert (await partner.get("/v1/events")).json()["items"] == []


async def test_a_proposal_that_nobody_answered_frees_its_trips(context: Context, sandbox: httpx.AsyncClient) -> None:
    trips = [await post(sandbox, "offer", offer_body()), await post(sandbox, "request", request_body())]
    await batch_in(context, sandbox)
    match = await the_match(sandbox)
    late = {"trip_id": trips[0]["id"]}
    await move(sandbox, match["expires_at"])
    assert (await the_match(sandbox))["status"] == "expired"
    assert {await status(sandbox, trip) for trip in trips} == {"open"}
    assert (await sandbox.post(f"/v1/matches/{match['id']}/accept", json=late)).status_code == 409
    assert (await batch_in(context, sandbox)).matches == 1
    assert await violations(context.store, market_of(sandbox)) == []


async def test_a_batch_plans_and_holds_by_the_sandbox_s_time(context: Context, sandbox: httpx.AsyncClient) -> None:
    await move(sandbox, "2027-05-03T05:00:00Z")
    day = {"earliest_departure": "2027-05-03T07:30:00+02:00", "latest_arrival": "2027-05-03T08:45:00+02:00"}
    for kind, body in (("offer", offer_body(**day)), ("request", request_body(**day))):
        await post(sandbox, kind, body)
    past = await sandbox.post("/v1/offers", json=offer_body())
    assert past.status_code == 422
    assert (await batch_in(context, sandbox)).matches == 1
    match = await the_match(sandbox)
    assert match["created_at"] == "2027-05-03T05:00:00Z"
    assert match["expires_at"] == "2027-05-03T05:10:00Z"


async def test_what_is_made_is_listed_by_the_sandbox_s_time(sandbox: httpx.AsyncClient, clock: Any) -> None:
    # Ids sort by the real time that they are made at, so the fake clock is set to it first.
    clock.move(seconds=(datetime.now().astimezone() - clock.now()).total_seconds())
    start = clock.now()
    day = {
        "earliest_departure": rfc3339(start + timedelta(days=9)),
        "latest_arrival": rfc3339(start + timedelta(days=9, hours=2)),
    }
    before = await post(sandbox, "offer", offer_body(**day))
    await move(sandbox, rfc3339(start + timedelta(days=3)))
    after = await post(sandbox, "offer", offer_body(**day))
    since = rfc3339(start + timedelta(days=2))
    assert [t["id"] for t in (await sandbox.get("/v1/offers")).json()["items"]] == [after["id"], before["id"]]
    listed = await sandbox.get("/v1/offers", params={"since": since})
    assert [t["id"] for t in listed.json()["items"]] == [after["id"]]


async def test_sandboxes_of_two_partners_have_times_of_their_own(
    sandbox: httpx.AsyncClient, client_of: MakeClient
) -> None:
    other = await client_of(sandbox=True)
    await move(sandbox, "2027-03-02T07:00:00Z")
    assert await time_of(other) == "2027-03-01T05:00:00Z"


async def test_two_moves_at_once_leave_the_later_time(sandbox: httpx.AsyncClient) -> None:
    wanted = [f"2027-03-02T07:{minute:02}:00Z" for minute in range(8)]
    answers = await asyncio.gather(*(move(sandbox, now) for now in wanted))
    assert answers[-1].status_code == 200
    assert {answer.status_code for answer in answers} <= {200, 422}
    assert await time_of(sandbox) == wanted[-1]


async def test_a_sandbox_follows_the_policy_of_main_and_takes_trips_from_anywhere(
    context: Context, sandbox: httpx.AsyncClient
) -> None:
    await update_market(context, "main", MarketChange(policy={"hold_s": 60}, currency="CHF"))
    context.markets.forget()
    await post(sandbox, "offer", offer_body())
    await post(sandbox, "request", request_body())
    await batch_in(context, sandbox)
    match = await the_match(sandbox)
    assert match["expires_at"] == "2027-03-01T05:01:00Z"
    assert match["riders"][0]["cost_share"]["currency"] == "CHF"


async def test_what_ended_long_ago_by_the_sandbox_s_time_is_dropped(
    context: Context, partner: httpx.AsyncClient, sandbox: httpx.AsyncClient
) -> None:
    live = await post(partner, "request", request_body())
    trip = await post(sandbox, "request", request_body())
    await partner.delete(f"/v1/requests/{live['id']}")
    await sandbox.delete(f"/v1/requests/{trip['id']}")
    await move(sandbox, "2027-04-02T00:00:00Z")
    await relayed(context, "main", market_of(sandbox))
    keeper = Keeper(context)
    await keeper.drop_ended()
    assert (await sandbox.get(f"/v1/requests/{trip['id']}")).status_code == 404
    assert (await partner.get(f"/v1/requests/{live['id']}")).status_code == 200
    assert len((await sandbox.get("/v1/events")).json()["items"]) == 1
    await move(sandbox, "2027-05-03T00:00:00Z")
    await keeper.purge_logs()
    assert (await sandbox.get("/v1/events")).json()["items"] == []
    assert len((await partner.get("/v1/events")).json()["items"]) == 1
