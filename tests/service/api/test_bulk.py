"""Many trips in one call: each judged and answered by itself, all of it once under a key."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest

from service.api.bodies import MAX_BYTES
from service.store import keys
from service.usecases.context import Context
from tests.conftest import FakeClock
from tests.factories import offer_body, request_body
from tests.service.api.conftest import MakeClient
from tests.service.api.recurring import recurring
from tests.service.api.rides import back, post
from tests.service.damage import damage_trip
from tests.service.markets import IN_EAST, west_and_east

pytestmark = pytest.mark.anyio
KEY = {"Idempotency-Key": "monday"}


def bulk(*bodies: dict[str, Any]) -> dict[str, Any]:
    return {"items": list(bodies)}


async def ids(client: httpx.AsyncClient, kind: str = "offer") -> list[str]:
    return sorted(trip["id"] for trip in (await client.get(f"/v1/{kind}s?limit=500")).json()["items"])


def posted(answer: httpx.Response) -> list[str]:
    return [item["id"] for item in answer.json()["items"] if item["status"] == 201]


async def test_each_item_is_judged_by_itself_and_answered_in_its_place(partner: httpx.AsyncClient) -> None:
    late = offer_body(earliest_departure="2027-02-01T07:30:00+01:00", latest_arrival="2027-02-01T08:45:00+01:00")
    answer = await partner.post("/v1/offers:batch", json=bulk(
        offer_body(external_id="a"), offer_body(seats=9, colour="red"), late, "a car", offer_body(external_id="b"),
    ))  # fmt: skip
    assert answer.status_code == 200, answer.text
    first, wrong, over, nothing, last = answer.json()["items"]
    assert [item["status"] for item in (first, wrong, over, nothing, last)] == [201, 422, 422, 422, 201]
    assert [fault["pointer"] for fault in wrong["problem"]["errors"]] == ["/items/1/seats", "/items/1/colour"]
    assert over["problem"]["errors"][0]["pointer"] == "/items/2/latest_arrival"
    assert nothing["problem"]["errors"][0]["pointer"] == "/items/3"
    assert wrong["problem"]["type"].endswith("/errors/invalid")
    for external_id, item in (("a", first), ("b", last)):
        (trip,) = (await partner.get(f"/v1/offers?external_id={external_id}")).json()["items"]
        assert (trip["id"], trip["status"]) == (item["id"], "open")


async def test_a_repeat_gets_the_first_answer_and_posts_nothing(partner: httpx.AsyncClient, clock: FakeClock) -> None:
    body = bulk(request_body(), request_body(seats=0), request_body(commuter_id="ann"))
    first = await partner.post("/v1/requests:batch", json=body, headers=KEY)
    assert "idempotent-replayed" not in first.headers
    clock.move(hours=6)  # it is too late by now to post any of them
    again = await partner.post("/v1/requests:batch", json=body, headers=KEY)
    assert (again.content, again.headers["idempotent-replayed"]) == (first.content, "true")
    assert await ids(partner, "request") == sorted(posted(first))
    for path, other in (("requests", bulk(request_body())), ("offers", body)):
        reused = await partner.post(f"/v1/{path}:batch", json=other, headers=KEY)
        assert (reused.status_code, reused.json()["type"].rpartition("/")[2]) == (422, "idempotency-key-reused")
    assert not await ids(partner)


async def test_equal_calls_at_once_post_each_item_once(partner: httpx.AsyncClient) -> None:
    body = bulk(*(offer_body(commuter_id=f"c{n}") for n in range(150)))
    answers = await asyncio.gather(*(partner.post("/v1/offers:batch", json=body, headers=KEY) for _ in range(4)))
    assert len({answer.content for answer in answers}) == 1
    assert await ids(partner) == sorted(posted(answers[0]))
    assert len(posted(answers[0])) == 150


async def test_one_that_was_cut_short_is_finished_by_its_repeat(context: Context, partner: httpx.AsyncClient) -> None:
    body = bulk(*(offer_body(commuter_id=f"c{n}") for n in range(5)))
    first = await partner.post("/v1/offers:batch", json=body, headers=KEY)
    redis = context.store.redis
    await redis.delete(*await redis.keys("{p:*}:once:*"))  # the whole answer was not kept yet
    items = await redis.keys(f"{keys.market_tag('main')}:once:*")
    assert len(items) == 5
    await redis.delete(items[0])  # nor was this item posted, which now is
    again = await partner.post("/v1/offers:batch", json=body, headers=KEY)
    assert len(set(posted(again)) & set(posted(first))) == 4
    assert len(await ids(partner)) == 6


async def test_an_item_that_fails_on_our_side_stops_no_other_and_is_tried_again(
    context: Context, partner: httpx.AsyncClient
) -> None:
    out = await post(partner, "request", request_body())
    await damage_trip(context.store, out["id"])
    body = bulk(back(request_body(), return_of=out["id"]), request_body(commuter_id="ann"))
    first = await partner.post("/v1/requests:batch", json=body, headers=KEY)
    assert [item["status"] for item in first.json()["items"]] == [500, 201]
    again = await partner.post("/v1/requests:batch", json=body, headers=KEY)
    assert "idempotent-replayed" not in again.headers
    assert again.json()["items"][1] == first.json()["items"][1]


async def test_items_go_to_the_markets_of_their_origins(
    context: Context, partner: httpx.AsyncClient, clock: FakeClock
) -> None:
    await west_and_east(context, clock)
    body = bulk(offer_body(), offer_body(origin=IN_EAST, destination=offer_body()["origin"]))
    first = await partner.post("/v1/offers:batch", json=body, headers=KEY)
    where = sorted(key.split("}")[0][3:] for key in await context.store.redis.keys("{m:*}:trip:*"))
    assert where == ["east", "west"]
    assert (await partner.post("/v1/offers:batch", json=body, headers=KEY)).content == first.content


async def test_an_item_that_recurs_is_a_series(partner: httpx.AsyncClient) -> None:
    answer = await partner.post("/v1/offers:batch", json=bulk(recurring(offer_body()), offer_body()), headers=KEY)
    series, trip = posted(answer)
    assert (series[:4], trip[:4]) == ("ser_", "off_")
    assert (await partner.get(f"/v1/series/{series}")).json()["status"] == "active"


async def test_a_test_key_posts_into_its_sandbox(client_of: MakeClient, partner: httpx.AsyncClient) -> None:
    sandbox = await client_of(partner_id=partner.partner_id, sandbox=True)  # type: ignore[attr-defined]
    answer = await sandbox.post("/v1/offers:batch", json=bulk(offer_body()), headers=KEY)
    assert await ids(sandbox) == posted(answer)
    assert not await ids(partner)
    live = await partner.post("/v1/offers:batch", json=bulk(offer_body(seats=1)), headers=KEY)
    assert live.status_code == 200  # a key of the sandbox says nothing outside


@pytest.mark.parametrize(
    ("body", "status", "pointer"),
    [
        (bulk(), 422, "/items"),
        (bulk(*[offer_body()] * 1001), 422, "/items"),
        ({"items": [offer_body()], "kind": "offer"}, 422, "/kind"),
        (bulk(offer_body(metadata={"a": "x" * MAX_BYTES})), 413, None),
    ],
)
async def test_what_is_no_bulk_is_refused_whole(
    partner: httpx.AsyncClient, body: dict[str, Any], status: int, pointer: str | None
) -> None:
    answer = await partner.post("/v1/offers:batch", json=body)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json().get("errors", [{"pointer": None}])[0]["pointer"] == pointer
    assert not await ids(partner)
