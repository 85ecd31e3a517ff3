"""What rides came to, over HTTP: the same before and after the retention, and nobody's but one's own."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import httpx
import pytest

from service.delivery.keeper import Keeper
from service.usecases import batches
from service.usecases.context import Context
from service.usecases.shares import SAVED
from tests.conftest import FakeClock
from tests.factories import HOME, offer_body, request_body
from tests.running import run_batch
from tests.service.api.conftest import MakeClient
from tests.service.api.rides import confirm, post, shared_car, the_match

pytestmark = pytest.mark.anyio


async def figures(client: httpx.AsyncClient, **query: str) -> dict[str, Any]:
    answer = await client.get("/v1/statistics", params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def in_communities(context: Context, driver: httpx.AsyncClient, rider: httpx.AsyncClient) -> dict[str, Any]:
    """Have one ride agreed; returns the match as the driver's partner sees it."""
    offer = await post(driver, "offer", offer_body(communities=["zuidas"]))
    request = await post(rider, "request", request_body(communities=["zuidas", "acme"]))
    await run_batch(context)
    await confirm(driver, offer)
    await confirm(rider, request)
    return await the_match(driver)


async def over(context: Context, clock: FakeClock, days: int = 32) -> None:
    """Let so many days pass, and drop what has been over for long."""
    clock.move(days=days)
    while await batches.expire_due(context, "main"):
        pass
    await Keeper(context).drop_ended()


async def test_a_ride_counts_for_each_partner_by_its_people_before_and_after_it_is_dropped(
    context: Context, client_of: MakeClient, clock: FakeClock
) -> None:
    drives, rides = await client_of(shares_with="all"), await client_of(shares_with="all")
    await in_communities(context, drives, rides)
    match = await the_match(rides)
    before = [await figures(client) for client in (drives, rides)]
    for one, kind in zip(before, ("drives", "rides"), strict=True):
        assert one["complete"]
        assert [item["day"] for item in one["items"]] == ["2027-03-01"]
        assert {name: one["totals"][name] for name in ("drives", "rides")} == {"drives": 0, "rides": 0} | {kind: 1}
    for name in ("saved_s", "saved_m", "co2_saved_g"):
        assert sum(one["totals"][name] for one in before) == match[name]  # which the rider's side reads rounded
    amount = match["riders"][0]["cost_share"]["amount"]
    assert before[0]["totals"]["costs"] == [{"currency": "EUR", "paid": "0.00", "received": amount}]
    assert before[1]["totals"]["costs"] == [{"currency": "EUR", "paid": amount, "received": "0.00"}]
    await over(context, clock)
    assert (await drives.get("/v1/matches")).json()["items"] == []
    assert [await figures(client) for client in (drives, rides)] == before


async def test_no_figures_tell_another_partner_more_than_the_match_does(
    context: Context, client_of: MakeClient, clock: FakeClock
) -> None:
    """A driver's door that is moved within what a match leaves open moves no figure, before and after the retention."""
    told, sides = [], []
    for door in (HOME, {"lat": HOME["lat"] + 0.0005, "lon": HOME["lon"]}):
        drives, rides = await client_of(shares_with="all"), await client_of(shares_with="all")
        offer = await post(drives, "offer", offer_body(origin=door, seats=1))
        request = await post(rides, "request", request_body())
        await run_batch(context)
        await confirm(drives, offer)
        await confirm(rides, request)
        exact, seen = await the_match(drives), await the_match(rides)
        told.append((exact["saved_m"], {name: seen[name] for name in SAVED}, await figures(rides)))
        sides.append(rides)
    assert told[0][0] != told[1][0]
    assert told[0][1:] == told[1][1:]
    await over(context, clock)
    assert [await figures(rides) for rides in sides] == [before for *_, before in told]


async def test_communities_outlive_the_retention_and_commuters_do_not(
    context: Context, client_of: MakeClient, clock: FakeClock
) -> None:
    client = await client_of()
    await in_communities(context, client, client)
    of_acme, of_zuidas = [await figures(client, community=name) for name in ("acme", "zuidas")]
    assert (of_acme["totals"]["rides"], of_acme["totals"]["drives"]) == (1, 0)
    assert (of_zuidas["totals"]["rides"], of_zuidas["totals"]["drives"]) == (1, 1)
    assert of_zuidas["totals"] == (await figures(client))["totals"]
    of_rob = await figures(client, commuter="rob")
    assert (of_rob["totals"]["rides"], of_rob["totals"]["drives"]) == (1, 0)
    assert (await figures(client, commuter="rob", community="none"))["items"] == []
    await over(context, clock)
    assert await figures(client, community="acme") == of_acme
    assert await figures(client, community="zuidas") == of_zuidas
    assert (await figures(client, commuter="rob"))["items"] == []


async def test_days_are_those_asked_for_and_what_is_called_off_does_not_count(
    context: Context, client_of: MakeClient
) -> None:
    client = await client_of()
    offer, *_ = await shared_car(context, client, "rob")
    assert len((await figures(client, first_day="2027-03-01", last_day="2027-03-01"))["items"]) == 1
    assert (await figures(client, first_day="2027-03-02"))["items"] == []
    assert (await figures(client, last_day="2027-02-28"))["items"] == []
    assert (await client.delete(f"/v1/offers/{offer['id']}")).status_code == 200
    nothing = {"drives": 0, "rides": 0, "saved_s": 0, "saved_m": 0, "co2_saved_g": 0, "costs": []}
    assert await figures(client) == {"items": [], "totals": nothing, "complete": True}


async def test_an_operator_sees_markets_and_nobody_else_does(
    context: Context, client_of: MakeClient, clock: FakeClock
) -> None:
    client, operator = await client_of(), await client_of("operator", "matches:read")
    await in_communities(context, client, client)
    own = await figures(client)
    assert (await figures(operator))["items"] == []
    assert await figures(operator, of="market", market="main") == own
    assert (await client.get("/v1/statistics?of=market")).status_code == 403
    alone = await client_of("operator")
    assert await figures(alone, of="market") == own
    assert (await alone.get("/v1/statistics")).status_code == 403
    for query in ("of=market&commuter=rob", "market=nowhere", "first_day=monday", "last_day=0", "day=1"):
        assert (await operator.get(f"/v1/statistics?{query}")).status_code == 422
    await over(context, clock)
    assert await figures(operator, of="market") == own


async def test_a_sandbox_has_figures_of_its_own(context: Context, client_of: MakeClient) -> None:
    client = await client_of(sandbox=True)
    other = await client_of()
    await shared_car(context, other, "rob")
    assert (await figures(client))["items"] == []


async def test_no_rider_pays_more_than_the_driver_receives(context: Context, client_of: MakeClient) -> None:
    client = await client_of()
    await shared_car(context, client, "rob", "ann")
    (costs,) = (await figures(client))["totals"]["costs"]
    assert Decimal(costs["paid"]) == Decimal(costs["received"]) > 0
