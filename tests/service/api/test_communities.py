"""Events by community: an endpoint, a list and a stream get those about their partner's trips that name one."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx
import pytest

from service.store import deliveries
from service.store.deliveries import Wanted
from service.usecases.context import Context
from tests.factories import corridor, offer_body, request_body
from tests.running import relayed, run_batch
from tests.service.api.conftest import MakeClient
from tests.service.api.rides import answer, carrying, confirm, post

pytestmark = pytest.mark.anyio
URL = "https://hooks.example/in"


async def endpoint(client: httpx.AsyncClient, **asked: Any) -> str:
    made = await client.post("/v1/webhook-endpoints", json={"url": URL, **asked})
    assert made.status_code == 201, made.text
    return str(made.json()["id"])


async def owed(context: Context, client: httpx.AsyncClient) -> dict[str, list[str]]:
    """Return, by endpoint, what each of a partner's is sent first of every match and trip."""
    owner = client.partner_id  # type: ignore[attr-defined]
    wanted = [Wanted(owner, 500, 500)]
    (claims,) = await deliveries.claim(
        context.store, wanted, context.clock.now(), timedelta(seconds=30), timedelta(days=1)
    )
    found: dict[str, list[str]] = {}
    for claimed in claims.claimed:
        found.setdefault(claimed.endpoint.id, []).append(claimed.type)
    return found


async def listed(client: httpx.AsyncClient, *communities: str) -> list[str]:
    page = (await client.get("/v1/events", params={"communities": communities})).json()
    return [event["type"] for event in page["items"]]


async def test_an_endpoint_gets_what_is_about_a_trip_that_names_one_of_its_communities(
    context: Context, partner: httpx.AsyncClient
) -> None:
    zuidas = await endpoint(partner, communities=["zuidas", "zuidas"])
    campus = await endpoint(partner, communities=["campus"])
    both = await endpoint(partner, communities=["campus", "zuidas"], event_types=["match.proposed"])
    everything = await endpoint(partner)
    await post(partner, "offer", offer_body(communities=["zuid", "zuidas"]))
    await post(partner, "request", request_body())
    gone = await post(partner, "request", corridor(request_body(commuter_id="ann", communities=["campus"]), 1))
    plain = await post(partner, "request", corridor(request_body(commuter_id="bob"), 2))
    await run_batch(context)
    for trip in (gone, plain):
        await partner.delete(f"/v1/requests/{trip['id']}")
    await relayed(context)
    found = await owed(context, partner)
    assert found[zuidas] == ["match.proposed"]
    assert found[campus] == ["trip.cancelled"]
    assert found[both] == ["match.proposed"]
    assert found[everything] == ["match.proposed", "trip.cancelled", "trip.cancelled"]
    assert await listed(partner, "zuidas") == ["match.proposed"]
    assert await listed(partner, "zuid", "campus") == ["match.proposed", "trip.cancelled"]
    assert await listed(partner, "elsewhere") == []


async def test_only_the_partner_s_own_trips_in_a_car_count_those_that_left_among_them(
    context: Context, client_of: MakeClient
) -> None:
    drives, rides = await client_of(shares_with="all"), await client_of(shares_with="all")
    trips = [await post(drives, "offer", offer_body(communities=["zuidas"]))]
    trips += [
        await post(rides, "request", request_body(commuter_id=name, communities=[community]))
        for name, community in (("ann", "campus"), ("bob", "harbour"))
    ]
    await run_batch(context)
    await confirm(drives, trips[0])
    await confirm(rides, *trips[1:])
    assert (await rides.delete(f"/v1/requests/{trips[1]['id']}")).status_code == 200
    await relayed(context)
    told = ["match.proposed", "match.accepted", "match.accepted", "match.accepted", "match.confirmed", "match.updated"]
    assert await listed(drives, "zuidas") == told
    assert await listed(drives, "campus", "harbour") == []
    assert await listed(rides, "zuidas") == []
    assert await listed(rides, "campus") == [*told, "trip.cancelled"]
    assert await listed(rides, "harbour") == told


async def test_who_is_invited_to_a_car_is_told_by_their_own_community(context: Context, client_of: MakeClient) -> None:
    drives, joins = await client_of(shares_with="all"), await client_of(shares_with="all")
    drive = await post(drives, "offer", offer_body(communities=["zuidas"]))
    rider = await post(drives, "request", request_body())
    await run_batch(context)
    await confirm(drives, drive, rider)
    invited = await post(joins, "request", request_body(commuter_id="ann", communities=["campus"]))
    await run_batch(context)
    match = await carrying(joins, invited)
    assert (await answer(joins, match, "decline", invited)).status_code == 200
    await relayed(context)
    assert await listed(joins, "campus") == ["match.proposed", "match.declined"]
    assert await listed(joins, "zuidas") == []


async def test_what_is_about_no_trip_goes_to_every_endpoint(context: Context, partner: httpx.AsyncClient) -> None:
    narrow = await endpoint(partner, communities=["campus"])
    assert (await partner.post(f"/v1/webhook-endpoints/{narrow}/ping")).status_code == 202
    assert await owed(context, partner) == {narrow: ["ping"]}
    assert await listed(partner, "campus") == ["ping"]


async def test_a_change_of_communities_holds_for_what_comes_and_for_what_is_sent_again(
    context: Context, partner: httpx.AsyncClient
) -> None:
    id_ = await endpoint(partner, communities=["campus"])
    gone = await post(partner, "request", request_body(communities=["zuidas"]))
    await partner.delete(f"/v1/requests/{gone['id']}")
    await relayed(context)
    again = {"since": "2026-01-01T00:00:00Z"}
    path = f"/v1/webhook-endpoints/{id_}"
    assert (await partner.post(f"{path}/redeliver", json=again)).json()["queued"] == 0
    changed = await partner.patch(
        path, json={"communities": ["zuidas"]}, headers={"content-type": "application/merge-patch+json"}
    )
    assert (changed.json()["communities"], changed.json()["version"]) == (["zuidas"], 2)
    assert (await partner.post(f"{path}/redeliver", json=again)).json()["queued"] == 1
    assert await owed(context, partner) == {id_: ["trip.cancelled"]}
    (event,) = (await partner.get("/v1/events")).json()["items"]
    (delivery,) = (await partner.get(f"{path}/deliveries")).json()["items"]
    assert delivery["event_id"] == event["id"]


@pytest.mark.parametrize("wrong", [["a b"], ["a,b"], [""], [str(n) for n in range(33)], "zuidas"])
async def test_what_is_no_list_of_communities_is_refused(partner: httpx.AsyncClient, wrong: Any) -> None:
    refused = await partner.post("/v1/webhook-endpoints", json={"url": URL, "communities": wrong})
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["pointer"].startswith("/communities")
