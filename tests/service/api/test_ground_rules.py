"""Each rule of the ground, held against every route of the OpenAPI document: one that is new is tried by itself."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

import httpx
import orjson
import pytest

from service.api.app import create_app
from service.model.partners import PARTNER_SCOPES, SCOPES
from service.usecases import partners
from service.usecases.context import Context
from tests.factories import corridor, offer_body, request_body
from tests.running import run_batch
from tests.service.api.conftest import MakeClient
from tests.service.api.ground import HOOK, WEEKLY, Route, documented, made_by, proposed
from tests.service.api.ground import everything as everything  # noqa: PLC0414 - a fixture
from tests.service.api.ground import routes as routes  # noqa: PLC0414 - a fixture
from tests.service.api.rides import post

pytestmark = pytest.mark.anyio
NOBODY = "x" * 26  # no digit of an id


def _pointers(answer: httpx.Response) -> set[str]:
    return {fault["pointer"] for fault in answer.json().get("errors", ())}


def _bodies(route: Route, match: dict[str, Any] | None = None) -> Iterator[dict[str, Any]]:
    """Yield bodies that a creating route takes, different ones; some need a match."""
    name = route.operation["operationId"]
    if name == "report_commuter" and match is not None:
        told = {"match_id": match["id"], "about_trip_id": match["offer_id"], "kind": "other"}
        yield from (told, told | {"text": "x"})
    yield from {
        "post_offer": (offer_body(), offer_body(seats=1)), "post_request": (request_body(), request_body(seats=2)),
        "create_webhook_endpoint": (HOOK, HOOK | {"description": "x"}), "send_sample_event": (
            {"type": "ping"}, {"type": "match.proposed"}), "create_partner": ({"name": "a"}, {"name": "b"}),
        "redeliver": ({"since": "2027-03-01T00:00:00Z"}, {"since": "2027-03-01T01:00:00Z"}),
        "post_import": ({"kind": "offer", **offer_body()}, {"kind": "request", **request_body()}),
        "create_key": ({}, {"sandbox": True}), "rotate_key": ({"overlap_s": 9}, {"overlap_s": 8}),
    }.get(name, ())  # fmt: skip


async def test_a_key_without_a_routes_scope_is_refused(routes: list[Route], client_of: MakeClient) -> None:
    one = {scope: await client_of(scope) for scope in SCOPES}
    for route in routes:
        lacking = next(scope for scope in SCOPES if scope not in route.scopes)
        answer = await one[lacking].request(route.method, route.path)
        assert answer.status_code == 403, (route.method, route.path)
        assert re.search(" or ".join(sorted(route.scopes)), answer.json()["detail"]) or len(route.scopes) > 1


async def test_an_unknown_parameter_is_refused(routes: list[Route], everything: httpx.AsyncClient) -> None:
    for route in routes:
        answer = await everything.request(route.method, route.at({}), params={"surprise": "1"}, json={})
        assert answer.status_code == 422, (route.method, route.path, answer.text)
        assert "?surprise" in _pointers(answer), (route.method, route.path, answer.text)


async def test_an_unknown_field_is_refused(routes: list[Route], everything: httpx.AsyncClient) -> None:
    ids = await made_by(everything)
    tried = [route for route in routes if route.takes_json and "matches" not in route.path]
    for route in tried:
        answer = await everything.request(route.method, route.at(ids), json={"surprise": 1})
        assert answer.status_code == 422, (route.method, route.path, answer.text)
        assert "/surprise" in _pointers(answer), (route.method, route.path, answer.text)
    assert len(tried) > 10


async def test_a_body_of_another_type_is_refused(routes: list[Route], everything: httpx.AsyncClient) -> None:
    for route in (route for route in routes if route.takes_json):
        answer = await everything.request(
            route.method, route.at({}), content=b"seats=3", headers={"Content-Type": "text/plain"}
        )
        assert answer.status_code in (404, 415), (route.method, route.path, answer.text)
        assert documented(route, answer), (route.method, route.path)


async def test_what_is_not_there_is_404(routes: list[Route], everything: httpx.AsyncClient) -> None:
    zeros = {
        **{name: f"{prefix}_{'0' * 26}" for name, prefix in (
            ("offers", "off"), ("requests", "req"), ("series", "ser"), ("matches", "mat"), ("batches", "bat"),
            ("webhook-endpoints", "whe"), ("partners", "par"), ("keys", "key"),
        )}, "commuters": "rob",
    }  # fmt: skip
    for route in (route for route in routes if "404" in route.operation["responses"] and route.method == "GET"):
        nobodies = {name: f"{id_[:4]}{NOBODY}" if "_" in id_ else id_ for name, id_ in zeros.items()}
        for ids in (zeros, nobodies):
            answer = await everything.get(route.at(ids))
            assert answer.status_code == 404, (route.path, answer.text)


async def test_a_creating_call_is_done_once_whatever_it_creates(
    context: Context, routes: list[Route], everything: httpx.AsyncClient, client_of: MakeClient
) -> None:
    match = await proposed(context, everything)
    ids, tried = await made_by(everything), 0
    sandbox = await client_of(sandbox=True)
    for route in (route for route in routes if route.creates):
        assert route.has_header("Idempotency-Key"), route.path
        client = sandbox if "/sandbox/" in route.path else everything
        headers = {"Idempotency-Key": route.path}
        body, other = [*_bodies(route, match), {}, {"surprise": 1}][:2]
        headers["Content-Type"] = next(
            iter(route.operation.get("requestBody", {}).get("content", {"application/json": 0}))
        )
        first, again = [await client.post(route.at(ids), json=body, headers=headers) for _ in range(2)]
        assert first.status_code == again.status_code < 300, (route.path, first.text)
        assert (again.content, again.headers.get("idempotent-replayed")) == (first.content, "true"), route.path
        if [*_bodies(route, match)]:
            refused = await client.post(route.at(ids), json=other, headers=headers)
            assert refused.status_code == 422, (route.path, refused.text)
            assert refused.json()["type"].endswith("idempotency-key-reused"), route.path
            tried += 1
    assert tried >= 8


async def test_a_stale_version_is_refused_wherever_one_may_be_named(
    context: Context, routes: list[Route], everything: httpx.AsyncClient
) -> None:
    match = await proposed(context, everything)
    ids = await made_by(everything) | {"matches": match["id"]}
    patches = [route for route in routes if route.method == "PATCH"]
    assert all(route.has_header("If-Match") for route in patches)
    tried = [route for route in routes if route.has_header("If-Match")]
    for route in tried:
        body = {"trip_id": match["offer_id"], "delay_s": 60} if route.path.endswith("/delay") else (
            {"trip_id": match["offer_id"]} if "matches" in route.path else {})  # fmt: skip
        content = {"json": body} if route.method != "DELETE" else {}
        answer = await everything.request(route.method, route.at(ids), headers={"If-Match": '"999"'}, **content)
        assert answer.status_code == 412, (route.method, route.path, answer.text)
        assert documented(route, answer)
    assert len(tried) > 12


async def test_what_is_known_is_not_sent_again_wherever_there_is_an_entity_tag(
    context: Context, routes: list[Route], everything: httpx.AsyncClient
) -> None:
    match = await proposed(context, everything)
    ids, tried = await made_by(everything) | {"matches": match["id"]}, 0
    for route in (route for route in routes if route.method == "GET" and "{" in route.path):
        answer = await everything.get(route.at(ids))
        if "etag" not in answer.headers:
            continue
        assert "304" in route.operation["responses"], route.path
        again = await everything.get(route.at(ids), headers={"If-None-Match": answer.headers["etag"]})
        assert (again.status_code, again.content) == (304, b""), route.path
        tried += 1
    assert tried >= 8


async def _of_a_partner(client: httpx.AsyncClient, number: int) -> dict[str, str]:
    """Make one of each thing in a corridor of its own, where a batch makes the match; returns their ids."""
    sara = corridor(offer_body(commuter_id="sara", recurrence=WEEKLY), number)
    line = orjson.dumps({"kind": "offer", **offer_body()})
    sent = await client.post("/v1/imports", content=line, headers={"Content-Type": "application/x-ndjson"})
    (await client.put(f"/v1/commuters/who{number}", json={"display_name": "Who"})).raise_for_status()
    return {
        "offers": (await post(client, "offer", corridor(offer_body(), number)))["id"],
        "requests": (await post(client, "request", corridor(request_body(), number)))["id"],
        "series": (await post(client, "offer", sara))["id"],
        "webhook-endpoints": (await client.post("/v1/webhook-endpoints", json=HOOK)).json()["id"],
        "imports": sent.json()["id"], "commuters": f"who{number}",
    }  # fmt: skip


def _reaching(routes: list[Route], kinds: Iterable[str]) -> list[Route]:
    """Return the partners' routes that name a thing; of commuters, who are named by each partner alone, the reads."""
    return [
        route for route in routes
        if route.path.split("/")[2] in kinds and "{" in route.path and "404" in route.operation["responses"]
        and route.scopes & set(PARTNER_SCOPES) and (route.method == "GET" or "/commuters/" not in route.path)
    ]  # fmt: skip


def _sent(route: Route, things: dict[str, str]) -> dict[str, Any]:
    if not route.takes_json:
        return {}
    where = {"lat": 52.3, "lon": 4.8, "at": "2027-03-01T05:00:00Z"}
    trip = {"trip_id": things["offers"]}
    match = {"position": where, "delay": trip | {"delay_s": 60}}.get(route.path.rpartition("/")[2], trip)
    return {"json": match if "/matches/" in route.path else next(_bodies(route), {})}


async def test_no_key_of_fifty_partners_reaches_what_is_anothers(context: Context, routes: list[Route]) -> None:
    """Every one of 1,000 keys tries a thing of another partner, 20 partners for each, each route that there is in turn.

    What others tried to change is as it was.
    """
    transport = httpx.ASGITransport(create_app(context))
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        keys: list[list[str]] = []
        things: list[dict[str, str]] = []
        for number in range(50):
            partner = await partners.create_partner(context, "acme", "all")
            keys.append([(await partners.create_key(context, partner.id)).text for _ in range(20)])
            client.headers["Authorization"] = f"Bearer {keys[-1][0]}"
            things.append(await _of_a_partner(client, number))
        await run_batch(context)

        async def called(key: str, method: str, path: str, **content: Any) -> httpx.Response:
            answer = await client.request(method, path, headers={"Authorization": f"Bearer {key}"}, **content)
            while answer.status_code == 503:  # a machine that stands still for seconds
                answer = await client.request(method, path, headers={"Authorization": f"Bearer {key}"}, **content)
            return answer

        async def seen(number: int) -> list[Any]:
            answers = [await called(keys[number][0], "GET", f"/v1/{k}/{id_}") for k, id_ in things[number].items()]
            assert {answer.status_code for answer in answers} == {200}
            return [answer.json() for answer in answers]

        for own, of in zip(keys, things, strict=True):
            (match,) = (await called(own[0], "GET", "/v1/matches")).json()["items"]
            of["matches"] = match["id"]
        before = [await seen(number) for number in range(50)]
        reaching = _reaching(routes, things[0])
        assert {route.path.split("/")[2] for route in reaching} == things[0].keys()
        tried, used = set(), set()
        for number, own in enumerate(keys):
            for turn, key in enumerate(own):
                whose = (number + 1 + turn * 2 + number % 2) % 50
                route = reaching[(number * len(own) + turn) % len(reaching)]
                answer = await called(key, route.method, route.at(things[whose]), **_sent(route, things[whose]))
                assert answer.status_code == 404, (route.method, route.path, answer.text)
                tried.add((number, whose))
                used.add((route.method, route.path))
        assert (len(tried), len(used)) == (1000, len(reaching))
        assert [await seen(number) for number in range(50)] == before
        first = await called(keys[7][3], "GET", "/v1/offers")
        assert {item["id"] for item in first.json()["items"] if not item["series_id"]} == {things[7]["offers"]}
