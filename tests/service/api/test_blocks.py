"""Who blocks somebody never rides with them again, in either direction, and the other is not told."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from service.model.blocks import MOST_BLOCKS
from service.store import blocks as store_blocks
from service.usecases.checkup import check_up
from service.usecases.context import Context
from tests.factories import HOME, WORK, corridor, offer_body, request_body
from tests.running import run_batch
from tests.service.api.conftest import MakeClient
from tests.service.api.rides import car_of_partners, carrying, confirm, event_types, post, shared_car, status, the_match

pytestmark = pytest.mark.anyio


async def block(client: httpx.AsyncClient, who: str, whom: str) -> None:
    answer = await client.put(f"/v1/commuters/{who}/blocks/{whom}")
    assert (answer.status_code, answer.content) == (204, b""), answer.text


async def blocked(client: httpx.AsyncClient, who: str) -> list[str]:
    return [one["id"] for one in (await client.get(f"/v1/commuters/{who}/blocks")).json()["items"]]


@pytest.mark.parametrize("pair", [("dora", "rob"), ("rob", "dora")])
async def test_they_are_not_matched_until_the_block_is_taken_back(
    context: Context, partner: httpx.AsyncClient, pair: tuple[str, str]
) -> None:
    await post(partner, "offer", offer_body())
    rob = await post(partner, "request", request_body())
    await block(partner, *pair)
    await block(partner, *pair)
    assert (await run_batch(context)).matches == 0
    assert (await blocked(partner, pair[0]), await blocked(partner, pair[1])) == ([pair[1]], [])
    for _ in range(2):
        assert (await partner.delete(f"/v1/commuters/{pair[0]}/blocks/{pair[1]}")).status_code == 204
    assert await blocked(partner, pair[0]) == []
    assert (await run_batch(context)).matches == 1
    assert await status(partner, rob) == "proposed"


async def test_two_riders_are_not_in_one_car(context: Context, partner: httpx.AsyncClient) -> None:
    await post(partner, "offer", offer_body())
    for name in ("rob", "ria"):
        await post(partner, "request", request_body(commuter_id=name))
    await block(partner, "ria", "rob")
    await run_batch(context)
    assert len((await the_match(partner))["riders"]) == 1


async def test_they_are_not_there_for_each_other_in_looks(context: Context, partner: httpx.AsyncClient) -> None:
    offer, _ = await shared_car(context, partner, "rob")
    eve = await post(partner, "offer", offer_body(commuter_id="eve"))
    asks = await post(partner, "request", request_body(commuter_id="ria"))
    look = {"from": _point(HOME), "to": _point(WORK), "role": "rider", "commuter": "ria"}
    look |= {name: offer_body()[name] for name in ("earliest_departure", "latest_arrival")}

    async def seen() -> tuple[set[str], int]:
        found = (await partner.get("/v1/journeys", params=look)).json()["items"]
        told = (await partner.get(f"/v1/requests/{asks['id']}/explanation")).json()
        return {journey["trip_id"] for journey in found}, told["counterparts"]

    assert await seen() == ({offer["id"], eve["id"]}, 2)
    await block(partner, "eve", "ria")  # who looks is blocked
    assert await seen() == ({offer["id"]}, 1)
    await block(partner, "ria", "rob")  # who looks blocks a rider of that car
    assert await seen() == (set(), 0)


def _point(place: dict[str, float]) -> str:
    return f"{place['lat']},{place['lon']}"


async def test_a_proposal_to_both_is_declined_without_a_reason(context: Context, partner: httpx.AsyncClient) -> None:
    offer = await post(partner, "offer", offer_body())
    rob = await post(partner, "request", request_body())
    await run_batch(context)
    await block(partner, "rob", "dora")
    match = await the_match(partner)
    assert (match["status"], match["reason"]) == ("declined", None)
    assert (await status(partner, offer), await status(partner, rob)) == ("open", "open")
    assert (await run_batch(context)).matches == 0


@pytest.mark.parametrize(("who", "whom", "then"), [("ria", "rob", "confirmed"), ("dora", "rob", "cancelled")])
async def test_who_blocks_leaves_an_agreed_car_and_is_matched_anew(
    context: Context, partner: httpx.AsyncClient, who: str, whom: str, then: str
) -> None:
    offer, rob, ria = await shared_car(context, partner, "rob", "ria")
    own = {"dora": offer, "ria": ria}[who]
    match = await carrying(partner, offer)
    await block(partner, who, whom)
    after = (await partner.get(f"/v1/matches/{match['id']}")).json()
    assert after["status"] == then
    assert [(left["trip_id"], left["reason"]) for left in after["left"]] == [(own["id"], "trip_cancelled")]
    assert await status(partner, own) == "open"
    assert "trip.cancelled" not in await event_types(context)
    await post(partner, "offer", offer_body(commuter_id="eve"))
    await run_batch(context)
    together = await carrying(partner, rob)
    assert own["id"] not in [together["offer_id"], *(rider["request_id"] for rider in together["riders"])]
    assert (await check_up(context)).wrong == 0


@pytest.mark.parametrize(("who", "whom"), [("ria", "dora"), ("dora", "ria"), ("rob", "ria"), ("ria", "rob")])
async def test_an_invitation_to_the_car_of_the_other_ends(
    context: Context, partner: httpx.AsyncClient, who: str, whom: str
) -> None:
    offer, rob = await shared_car(context, partner, "rob")
    ria = await post(partner, "request", request_body(commuter_id="ria"))
    await run_batch(context)
    assert await status(partner, ria) == "proposed"
    await block(partner, who, whom)
    assert [await status(partner, trip) for trip in (offer, rob, ria)] == ["confirmed", "confirmed", "open"]
    await run_batch(context)
    assert await status(partner, ria) == "open"


async def test_a_ride_that_is_on_its_way_goes_on(context: Context, partner: httpx.AsyncClient, clock: Any) -> None:
    offer, rob = await shared_car(context, partner, "rob")
    match = await carrying(partner, offer)
    clock.move(hours=3)
    for who, whom in (("dora", "rob"), ("rob", "dora")):
        await block(partner, who, whom)
    assert [await status(partner, trip) for trip in (offer, rob)] == ["confirmed", "confirmed"]
    assert (await partner.get(f"/v1/matches/{match['id']}")).json()["status"] == "confirmed"


async def test_a_rider_who_waits_leaves_a_car_under_way(context: Context, partner: httpx.AsyncClient) -> None:
    offer, rob, ria = await shared_car(context, partner, "rob", "ria")
    match = await carrying(partner, offer)
    await partner.post(f"/v1/matches/{match['id']}/start", json={"trip_id": offer["id"]})
    await block(partner, "ria", "dora")
    assert [await status(partner, trip) for trip in (offer, rob, ria)] == ["under_way", "under_way", "open"]


@pytest.mark.parametrize("agreed", [False, True])
async def test_a_batch_that_is_under_way_does_not_bring_them_together(
    context: Context, partner: httpx.AsyncClient, agreed: bool
) -> None:
    await (shared_car(context, partner, "rob") if agreed else post(partner, "offer", offer_body()))
    ria = await post(partner, "request", request_body(commuter_id="ria"))

    async def meanwhile() -> None:
        await block(partner, "dora", "ria")

    batch = await run_batch(context, meanwhile=meanwhile)
    assert (batch.matches, batch.withdrawn) == (0, 1)
    assert await status(partner, ria) == "open"


async def test_another_partners_person_is_named_by_a_trip_of_a_shared_match(
    context: Context, client_of: MakeClient
) -> None:
    one, two = await client_of(shares_with="all"), await client_of(shares_with="all")
    offer, rob = await car_of_partners(context, one, (two, "rob"))
    elsewhere = await post(two, "request", corridor(request_body(commuter_id="ria"), 1))
    assert (await one.put(f"/v1/commuters/dora/blocks/{elsewhere['id']}")).status_code == 404
    await block(one, "dora", rob["id"])
    assert await blocked(one, "dora") == [rob["id"]]
    assert await status(one, offer) == "open"
    again = await post(two, "request", request_body(commuter_id="rob"))
    assert (await run_batch(context)).matches == 0
    look = {"from": _point(HOME), "to": _point(WORK), "role": "rider", "commuter": "rob"}
    look |= {name: offer_body()[name] for name in ("earliest_departure", "latest_arrival")}
    assert (await two.get("/v1/journeys", params=look)).json()["items"] == []
    assert "rob" not in (await one.get("/v1/commuters/dora/blocks")).text
    assert (await one.delete(f"/v1/commuters/dora/blocks/{rob['id']}")).status_code == 204
    await run_batch(context)
    assert "proposed" in (await status(two, rob), await status(two, again))


async def test_a_sandbox_keeps_its_own(context: Context, partner: httpx.AsyncClient, client_of: MakeClient) -> None:
    test = await client_of(sandbox=True, partner_id=partner.partner_id)  # type: ignore[attr-defined]
    await block(test, "dora", "rob")
    assert await blocked(partner, "dora") == []
    for client in (partner, test):
        await confirm_pair(client, context)


async def confirm_pair(client: httpx.AsyncClient, context: Context) -> None:
    market = f"sandbox-{client.partner_id}" if (await blocked(client, "dora")) else "main"  # type: ignore[attr-defined]
    offer = await post(client, "offer", offer_body())
    rob = await post(client, "request", request_body())
    await run_batch(context, market=market)
    if market == "main":
        await confirm(client, offer, rob)
    else:
        assert await status(client, rob) == "open"


async def test_blocks_are_listed_in_pages_and_bounded(context: Context, partner: httpx.AsyncClient) -> None:
    for n in range(3):
        await block(partner, "dora", f"p{n}")
    first = (await partner.get("/v1/commuters/dora/blocks?limit=2")).json()
    rest = (await partner.get(f"/v1/commuters/dora/blocks?limit=2&cursor={first['next_cursor']}")).json()
    assert [[b["id"] for b in page["items"]] for page in (first, rest)] == [["p0", "p1"], ["p2"]]
    assert rest["next_cursor"] is None
    name = f"{{p:{partner.partner_id}}}:blocks:dora"  # type: ignore[attr-defined]
    await context.store.redis.hset(name, mapping={f"par {n}": f"1 q{n}" for n in range(MOST_BLOCKS - 3)})
    full = await partner.put("/v1/commuters/dora/blocks/one-more")
    assert (full.status_code, full.json()["type"].rpartition("/")[2]) == (409, "wrong-state")
    assert (await partner.put("/v1/commuters/dora/blocks/p0")).status_code == 204


async def test_nobody_blocks_themselves_and_ids_are_judged(partner: httpx.AsyncClient) -> None:
    for path in ("dora/blocks/dora", "dora/blocks/a%20b", "a%20b/blocks/dora"):
        answer = await partner.put(f"/v1/commuters/{path}")
        assert answer.status_code == 422, path


async def test_a_half_written_block_is_ended_by_a_repeat(context: Context, client_of: MakeClient) -> None:
    one, two = await client_of(shares_with="all"), await client_of(shares_with="all")
    _, rob = await car_of_partners(context, one, (two, "rob"))
    await block(one, "dora", rob["id"])
    person = (two.partner_id, "rob")  # type: ignore[attr-defined]
    await context.store.redis.delete(f"{{p:{two.partner_id}}}:blocked-by:rob")  # type: ignore[attr-defined]
    assert not await store_blocks.parted_from(context.store, "", person)
    await block(one, "dora", rob["id"])
    assert await store_blocks.parted_from(context.store, "", person)
