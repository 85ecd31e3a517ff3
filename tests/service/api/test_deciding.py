"""A market says when its trips are decided: they are told, and no batch matches them before."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from service.clock import to_ms
from service.errors import Invalid
from service.model.deciding import AT_ONCE, Decide
from service.store import trips as store_trips
from service.usecases import batches
from service.usecases.checkup import check_up
from service.usecases.context import Context
from service.usecases.markets import MarketChange, update_market
from tests.factories import offer_body, request_body
from tests.invariants import violations
from tests.running import run_batch
from tests.service.api.rides import back, post, status

pytestmark = pytest.mark.anyio


async def decides(context: Context, decide: Decide) -> None:
    await update_market(context, "main", MarketChange(timezone="Europe/Amsterdam", decide=decide))


async def amend(client: httpx.AsyncClient, trip: dict[str, Any], **changes: Any) -> dict[str, Any]:
    patch = {"content-type": "application/merge-patch+json"}
    answer = await client.patch(f"/v1/requests/{trip['id']}", json=changes, headers=patch)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def sound(context: Context) -> None:
    assert await violations(context.store) == []
    assert (await check_up(context)).wrong == 0


@pytest.mark.parametrize(
    ("decide", "wait_s", "decide_at"),
    [
        (
            Decide(lead_s=3600),
            1800,
            "2027-03-01T05:30:40Z",
        ),  # the interval and the 30 s that a batch may take, after 5:30
        (Decide(lead_s=5000), 400, "2027-03-01T05:07:20Z"),
    ],
)
async def test_a_trip_is_matched_from_its_market_s_lead_on(
    context: Context, partner: httpx.AsyncClient, clock: Any, decide: Decide, wait_s: int, decide_at: str
) -> None:
    await decides(context, decide)
    offer, request = await post(partner, "offer", offer_body()), await post(partner, "request", request_body())
    assert offer["decide_at"] == request["decide_at"] == decide_at
    await batches.expire_due(context, "main")
    batch = await run_batch(context)
    assert (batch.offers, batch.requests) == (0, 0)
    assert await status(partner, offer) == "open"
    await sound(context)
    clock.move(seconds=wait_s)
    await batches.expire_due(context, "main")
    await sound(context)
    assert (await run_batch(context)).riders == 1
    await sound(context)


async def test_what_is_posted_after_the_cut_off_is_decided_at_once(
    context: Context, partner: httpx.AsyncClient
) -> None:
    await decides(context, Decide(daily="20:00"))  # of yesterday
    today = await post(partner, "offer", offer_body())
    assert today["decide_at"] == "2027-03-01T05:00:40Z"
    times = {"earliest_departure": "2027-03-02T07:30:00+01:00", "latest_arrival": "2027-03-02T08:45:00+01:00"}
    tomorrow = await post(partner, "offer", offer_body(**times))
    assert tomorrow["decide_at"] == "2027-03-01T19:00:40Z"
    await sound(context)


async def test_a_way_back_is_decided_with_its_way_out(context: Context, partner: httpx.AsyncClient, clock: Any) -> None:
    await decides(context, Decide(lead_s=3600))
    for body in (offer_body(), back(offer_body(commuter_id="eve"))):
        await post(partner, "offer", body)
    out = await post(partner, "request", request_body())
    home = await post(partner, "request", back(request_body(), return_of=out["id"]))
    assert home["decide_at"] == out["decide_at"]
    await sound(context)


@pytest.mark.parametrize("way", ["out", "home"])
async def test_a_way_that_is_amended_to_be_decided_earlier_takes_the_other_along(
    context: Context, partner: httpx.AsyncClient, clock: Any, way: str
) -> None:
    await decides(context, Decide(lead_s=3600))
    await post(partner, "offer", offer_body())
    out = await post(partner, "request", request_body())
    home = await post(partner, "request", back(request_body(), return_of=out["id"]))
    amended = await amend(partner, out, earliest_departure="2027-03-01T07:20:00+01:00")
    assert amended["decide_at"] == "2027-03-01T05:20:40Z"
    if way == "home":  # of which that says nothing new: it is decided with its way out
        assert (await amend(partner, home, seats=2))["decide_at"] == "2027-03-01T05:20:40Z"
    clock.move(minutes=20)
    await batches.expire_due(context, "main")
    assert (await run_batch(context)).requests == 2
    await sound(context)


async def test_a_way_that_is_amended_to_be_decided_at_once_takes_the_other_along(
    context: Context, partner: httpx.AsyncClient, clock: Any
) -> None:
    await decides(context, Decide(lead_s=3600))
    out = await post(partner, "request", request_body())
    home = await post(partner, "request", back(request_body(), return_of=out["id"]))
    soon = {"earliest_departure": "2027-03-01T06:00:00+01:00", "latest_arrival": "2027-03-01T07:00:00+01:00"}
    assert (await amend(partner, out, **soon))["decide_at"] == "2027-03-01T05:00:40Z"
    await post(partner, "offer", offer_body(**soon))
    assert (await run_batch(context)).requests == 2
    later = await amend(partner, home, earliest_departure="2027-03-01T17:10:00+01:00")
    assert later["decide_at"] == "2027-03-01T05:00:40Z"
    assert (await run_batch(context)).requests == 2
    await sound(context)


async def test_of_many_that_begin_at_once_no_way_begins_without_the_other(
    context: Context, partner: httpx.AsyncClient, clock: Any
) -> None:
    await decides(context, Decide(lead_s=3600))
    await post(partner, "request", request_body(commuter_id="alone"))
    ways = {}
    for n in range(25):  # 50 begin in one step: the last of them is a way out
        out = await post(partner, "request", request_body(commuter_id=f"c{n}"))
        home = await post(partner, "request", back(request_body(commuter_id=f"c{n}"), return_of=out["id"]))
        ways[out["id"]] = home["id"]
    clock.move(minutes=30)
    await store_trips.begin_deciding(context.store, "main", to_ms(clock.now()))
    begun = set(await store_trips.open_trip_ids(context.store, "main"))
    assert [id_ for id_, home in ways.items() if (id_ in begun) != (home in begun)] == []


async def test_a_trip_that_waits_is_cancelled_and_expires_like_any_other(
    context: Context, partner: httpx.AsyncClient, clock: Any
) -> None:
    await decides(context, Decide(lead_s=60))
    offer, request = await post(partner, "offer", offer_body()), await post(partner, "request", request_body())
    assert (await partner.delete(f"/v1/offers/{offer['id']}")).json()["status"] == "cancelled"
    clock.move(hours=5)
    await batches.expire_due(context, "main")
    assert await status(partner, request) == "expired"
    await sound(context)


async def test_partners_read_when_a_market_decides_and_what_is_no_policy_is_refused(
    context: Context, partner: httpx.AsyncClient
) -> None:
    assert (await partner.get("/v1/markets")).json()["items"][0]["decide"] == "at_once"
    await decides(context, Decide(daily="20:00"))
    assert (await partner.get("/v1/markets")).json()["items"][0]["decide"] == {"daily": "20:00"}
    await decides(context, AT_ONCE)
    assert (await partner.get("/v1/markets")).json()["items"][0]["decide"] == "at_once"
    with pytest.raises(Invalid, match="daily must be a time of the day"):
        await decides(context, Decide(daily="late"))


async def test_an_amended_trip_is_decided_no_later_than_it_was_to_be(
    context: Context, partner: httpx.AsyncClient
) -> None:
    await decides(context, Decide(lead_s=3600))
    offer = await post(partner, "offer", offer_body())
    patch = {"content-type": "application/merge-patch+json"}
    path = f"/v1/offers/{offer['id']}"
    later = (await partner.patch(path, json={"earliest_departure": "2027-03-01T07:40:00+01:00"}, headers=patch)).json()
    assert later["decide_at"] == offer["decide_at"]
    sooner = (await partner.patch(path, json={"earliest_departure": "2027-03-01T07:20:00+01:00"}, headers=patch)).json()
    assert sooner["decide_at"] == "2027-03-01T05:20:40Z"
    await sound(context)
