"""An idempotency key means one thing, whichever market it was used in and however many there are."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest

from service.store import keys
from service.usecases.context import Context
from service.usecases.markets import MarketChange, update_market
from tests.conftest import FakeClock
from tests.factories import HOME, offer_body, request_body
from tests.service.markets import EAST, FAR_AWAY, IN_EAST, WEST, make_market, west_and_east

pytestmark = pytest.mark.anyio
KEY = {"Idempotency-Key": "k"}
IN_THE_EAST = {"origin": IN_EAST, "destination": HOME}
NOWHERE = {"origin": FAR_AWAY, "destination": {"lat": 48.15, "lon": 11.55}}


async def made(context: Context) -> list[str]:
    """Return where each trip is."""
    return sorted(key.split("}")[0][3:] for key in await context.store.redis.keys("{m:*}:trip:*"))


async def reused(client: httpx.AsyncClient, path: str, body: dict[str, Any]) -> bool:
    answer = await client.post(path, json=body, headers=KEY)
    return answer.status_code == 422 and answer.json()["type"].endswith("idempotency-key-reused")


async def test_a_key_is_refused_with_a_body_for_another_market(
    context: Context, clock: FakeClock, operator: httpx.AsyncClient
) -> None:
    await west_and_east(context, clock)
    first = await operator.post("/v1/offers", json=offer_body(), headers=KEY)
    assert first.status_code == 201
    for other in (IN_THE_EAST, NOWHERE, {"seats": 1}):
        assert await reused(operator, "/v1/offers", offer_body(**other))
    assert await reused(operator, "/v1/requests", request_body(**IN_THE_EAST))
    assert await reused(operator, "/v1/batches", {"market": "east"})
    again = await operator.post("/v1/offers", json=offer_body(), headers=KEY)
    assert (again.content, again.headers["idempotent-replayed"]) == (first.content, "true")
    assert await made(context) == ["west"]


async def test_fifty_at_once_make_one_trip(context: Context, clock: FakeClock, partner: httpx.AsyncClient) -> None:
    await west_and_east(context, clock)
    answers = await asyncio.gather(
        *(partner.post("/v1/offers", json=offer_body(**IN_THE_EAST), headers=KEY) for _ in range(50))
    )
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert await made(context) == ["east"]


async def test_a_key_kept_before_there_were_several_markets_is_honoured_for_its_day(
    context: Context, clock: FakeClock, partner: httpx.AsyncClient
) -> None:
    first = await partner.post("/v1/offers", json=offer_body(), headers=KEY)
    await west_and_east(context, clock)  # the same trip would be in the west by now
    for _ in range(2):
        again = await partner.post("/v1/offers", json=offer_body(), headers=KEY)
        assert again.content == first.content
        assert await reused(partner, "/v1/offers", offer_body(**IN_THE_EAST))
    assert await made(context) == ["main"]


async def test_a_key_used_before_a_market_opens_is_honoured_after(
    context: Context, clock: FakeClock, partner: httpx.AsyncClient
) -> None:
    await make_market(context, "west", area=WEST)
    first = await partner.post("/v1/offers", json=offer_body(), headers=KEY)
    clock.move(seconds=10)
    again = await partner.post("/v1/offers", json=offer_body(), headers=KEY)
    assert again.content == first.content
    assert await made(context) == ["main"]


async def test_the_same_goes_on_where_a_process_died_after_its_reservation(
    context: Context, clock: FakeClock, partner: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    await west_and_east(context, clock)
    with monkeypatch.context() as patch:
        patch.setattr("service.usecases.trips.store_trips.create_trip", None)
        assert (await partner.post("/v1/offers", json=offer_body(), headers=KEY)).status_code == 500
    assert await reused(partner, "/v1/offers", offer_body(**IN_THE_EAST))
    small = {**WEST, "coordinates": [[[4, 52], [4.1, 52], [4.1, 52.6], [4, 52]]]}
    await update_market(context, "west", MarketChange(area=small))  # its origin is in `main` by now
    first = await partner.post("/v1/offers", json=offer_body(), headers=KEY)
    again = await partner.post("/v1/offers", json=offer_body(), headers=KEY)
    assert (first.status_code, again.content) == (201, first.content)
    assert await made(context) == ["west"]
    assert (await partner.get(first.headers["location"])).json() == first.json()


async def test_a_repeat_that_is_too_late_or_out_of_all_areas_gets_its_first_answer(
    context: Context, clock: FakeClock, partner: httpx.AsyncClient
) -> None:
    await west_and_east(context, clock)
    first = await partner.post("/v1/offers", json=offer_body(), headers=KEY)
    clock.move(hours=3)
    again = await partner.post("/v1/offers", json=offer_body(), headers=KEY)
    assert (again.status_code, again.content) == (201, first.content)
    assert await reused(partner, "/v1/offers", offer_body(**IN_THE_EAST))


async def test_with_one_live_market_nothing_is_reserved_and_a_create_is_one_call(
    context: Context, partner: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    await partner.get("/v1/offers")  # which takes calls of the key's limit for those after it
    calls: list[str] = []
    call = type(context.store).call

    async def counted(store: Any, name: str, *given: Any) -> list[Any]:
        calls.append(name)
        return await call(store, name, *given)

    monkeypatch.setattr(type(context.store), "call", counted)
    await partner.post("/v1/offers", json=offer_body(), headers=KEY)
    assert calls == ["create_trip"]


async def test_a_day_after_the_second_market_main_is_no_longer_asked(
    context: Context, clock: FakeClock, partner: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    await make_market(context, "east", area=EAST)
    clock.move(hours=24, minutes=1)
    monkeypatch.setattr("service.usecases.idempotency.store_once.first_answer", None)
    day = {"earliest_departure": "2027-03-02T07:30:00+01:00", "latest_arrival": "2027-03-02T08:45:00+01:00"}
    for _ in range(2):
        answer = await partner.post("/v1/offers", json=offer_body(**IN_THE_EAST, **day), headers=KEY)
        assert answer.status_code == 201
    reserved = keys.RESERVED(keys.partner_tag(partner.partner_id), "*").replace("{", "[{]")
    assert len(await context.store.redis.keys(reserved)) == 1
