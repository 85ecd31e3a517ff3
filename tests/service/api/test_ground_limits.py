"""Bounds of bodies, pages and calls, and how answers are packed and read: held against every route of the document."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from service.api.app import create_app
from service.api.bodies import MAX_BYTES, MAX_DEPTH
from service.model.partners import SCOPES
from service.usecases import partners
from service.usecases.context import Context
from tests.factories import offer_body, request_body
from tests.service.api.conftest import MakeClient
from tests.service.api.ground import HOOK, WEEKLY, Route, documented, made_by, proposed
from tests.service.api.ground import everything as everything  # noqa: PLC0414 - a fixture
from tests.service.api.ground import routes as routes  # noqa: PLC0414 - a fixture

pytestmark = pytest.mark.anyio
STREAM = "/v1/events/stream"
PAGE, ELSEWHERE = "https://app.example.org", "https://elsewhere.example"


@pytest.fixture
async def ids(context: Context, everything: httpx.AsyncClient) -> dict[str, str]:
    """One of each thing, by its collection."""
    match = await proposed(context, everything)
    return await made_by(everything) | {"matches": match["id"]}


def media_of(route: Route) -> str | None:
    """Return what a route's body is; None for none, and for a file of lines, which has bounds of its own."""
    media = next(iter(route.operation.get("requestBody", {}).get("content", ())), None)
    return None if media == "application/x-ndjson" else media


async def sent(client: httpx.AsyncClient, route: Route, ids: dict[str, str], content: bytes) -> httpx.Response:
    headers = {"Content-Type": media_of(route) or ""}
    return await client.request(route.method, route.at(ids), content=content, headers=headers)


async def test_a_body_of_more_than_a_mebibyte_is_refused(
    routes: list[Route], everything: httpx.AsyncClient, ids: dict[str, str]
) -> None:
    tried = [route for route in routes if media_of(route)]
    for route in tried:
        answer = await sent(everything, route, ids, b'{"x": "' + b"x" * MAX_BYTES + b'"}')
        assert (answer.status_code, documented(route, answer)) == (413, True), (route.method, route.path, answer.text)
    assert len(tried) > 25


async def test_a_body_that_is_nested_too_deep_or_no_json_is_refused(
    routes: list[Route], everything: httpx.AsyncClient, ids: dict[str, str]
) -> None:
    deep = b'{"x": ' + b"[" * MAX_DEPTH + b"]" * MAX_DEPTH + b"}"
    for route in (route for route in routes if media_of(route)):
        for content, word in ((deep, "nested deeper"), (b'{"x": ', "")):
            answer = await sent(everything, route, ids, content)
            assert (answer.status_code, documented(route, answer)) == (422, True), (route.path, answer.text)
            assert answer.json()["errors"][0]["pointer"] == "", (route.path, answer.text)
            assert word in answer.json()["errors"][0]["detail"], (route.path, answer.text)


async def test_a_batch_takes_a_thousand_items_at_most(routes: list[Route], everything: httpx.AsyncClient) -> None:
    tried = [route for route in routes if route.path.endswith(":batch")]
    for route in tried:
        for count in (0, 1001):
            answer = await everything.post(route.path, json={"items": [{}] * count})
            assert (answer.status_code, documented(route, answer)) == (422, True), answer.text
            assert [fault["pointer"] for fault in answer.json()["errors"]] == ["/items"]
    assert len(tried) == 2


async def test_a_page_has_from_one_to_five_hundred_items(
    routes: list[Route], everything: httpx.AsyncClient, ids: dict[str, str]
) -> None:
    lists = [route for route in routes if parameter(route, "limit") and parameter(route, "cursor")]
    for route in lists:
        for limit in ("0", "501", "many"):
            answer = await everything.get(route.at(ids), params={"limit": limit})
            assert (answer.status_code, documented(route, answer)) == (422, True), (route.path, answer.text)
            assert [fault["pointer"] for fault in answer.json()["errors"]] == ["?limit"]
        answer = await everything.get(route.at(ids), params={"limit": "500"})
        assert answer.status_code == 200, (route.path, answer.text)
        assert answer.json().keys() == {"items", "next_cursor"}, route.path
    assert len(lists) >= 12


def parameter(route: Route, name: str) -> bool:
    return any(p["in"] == "query" and p["name"] == name for p in route.operation.get("parameters", ()))


async def test_who_calls_too_often_is_refused_on_every_route(context: Context, routes: list[Route]) -> None:
    partner = await partners.create_partner(context, "acme")
    key = await partners.create_key(context, partner.id, scopes=SCOPES, calls_per_s=1)
    headers = {"Authorization": f"Bearer {key.text}", "X-Request-Id": "again-1"}
    transport = httpx.ASGITransport(create_app(context))
    async with httpx.AsyncClient(transport=transport, base_url="http://test", headers=headers) as client:
        for _ in range(10):
            assert (await client.get("/v1/offers")).status_code == 200
        for route in routes:
            answer = await client.request(route.method, route.at({}))
            assert (answer.status_code, documented(route, answer)) == (429, True), (route.method, route.path)
            assert answer.headers["content-type"] == "application/problem+json"
            assert answer.json()["type"].endswith("/rate-limited")
            assert int(answer.headers["retry-after"]) >= 1
            assert answer.headers["ratelimit"] == '"calls";r=0;t=10'
            assert answer.headers["x-request-id"] == "again-1"


async def test_every_answer_has_an_id_that_was_sent_or_a_new_one(context: Context, routes: list[Route]) -> None:
    made: set[str] = set()
    async with httpx.AsyncClient(transport=httpx.ASGITransport(create_app(context)), base_url="http://test") as client:
        for route in routes:
            for given in ("mine-1", None, "not\tone"):
                headers = {} if given is None else {"X-Request-Id": given}
                answer = await client.request(route.method, route.at({}), headers=headers)
                assert (answer.status_code, documented(route, answer)) == (401, True), (route.method, route.path)
                if given == "mine-1":
                    assert answer.headers["x-request-id"] == given
                else:
                    made.add(answer.headers["x-request-id"])
    assert len(made) == 2 * len(routes)


async def test_what_is_over_a_kibibyte_is_packed_and_what_is_not_is_as_it_is(
    routes: list[Route], everything: httpx.AsyncClient, ids: dict[str, str]
) -> None:
    await make_many(everything, ids)
    large = small = 0
    for route in (route for route in routes if route.method == "GET" and route.path != STREAM):
        plain, zipped = [
            await everything.get(route.at(ids), headers={"Accept-Encoding": accepted})
            for accepted in ("identity", "gzip")
        ]  # fmt: skip
        assert "content-encoding" not in plain.headers, route.path
        if len(plain.content) > 1024:
            large += 1
            assert zipped.headers.get("content-encoding") == "gzip", route.path
            assert "accept-encoding" in zipped.headers["vary"].lower(), route.path
        else:
            small += 1
            assert "content-encoding" not in zipped.headers, route.path
        if '"market"' not in plain.text:  # a picture of a market, or its batch, may be of another moment
            assert zipped.text == plain.text, route.path
    assert (large >= 12, small >= 8) == (True, True), (large, small)


async def make_many(client: httpx.AsyncClient, ids: dict[str, str]) -> None:
    """Make so many of all that lists of them are long."""
    for n in range(8):
        for path, body in (
            ("offers", offer_body(commuter_id=f"d{n}")), ("requests", request_body(commuter_id=f"r{n}")),
            ("offers", offer_body(commuter_id="sam", recurrence=WEEKLY)), ("webhook-endpoints", HOOK),
            ("partners", {"name": f"p{n}"}), (f"partners/{ids['partners']}/keys", {}), ("batches", {}),
        ):  # fmt: skip
            assert (await client.post(f"/v1/{path}", json=body)).is_success, path
        for more in range(8):
            assert (await client.put(f"/v1/commuters/rob/blocks/x{n}{more}")).is_success


async def test_pages_of_a_partners_origins_alone_read_what_it_is_answered(
    context: Context, routes: list[Route], client_of: MakeClient
) -> None:
    client = await client_of(*SCOPES)
    path = f"/v1/partners/{client.partner_id}"  # type: ignore[attr-defined]
    assert (await client.patch(path, json={"origins": [PAGE]})).status_code == 200
    for route in routes:
        asks: dict[str, Any] = {"Origin": ELSEWHERE, "Access-Control-Request-Method": route.method}
        preflight = await client.options(route.at({}), headers=asks)
        assert preflight.status_code == 204, route.path
        assert route.method in preflight.headers["access-control-allow-methods"].split(", "), route.path
        if route.method != "GET" or route.path == STREAM:
            continue
        for origin, reads in ((PAGE, PAGE), (ELSEWHERE, None)):
            answer = await client.get(route.at({}), headers={"Origin": origin})
            assert answer.headers.get("access-control-allow-origin") == reads, (route.path, answer.status_code)
            assert "Origin" in answer.headers["vary"], route.path
