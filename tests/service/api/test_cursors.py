"""Pages of every list of the document, turned while things are added: what was there is shown, once and in order."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Any

import httpx
import pytest

from service.api.app import create_app
from service.importer import Importer
from service.model.partners import SCOPES
from service.store import deliveries
from service.store.deliveries import Wanted
from service.usecases.context import Context
from tests.conftest import FakeClock
from tests.factories import corridor, offer_body, request_body
from tests.running import relayed, run_batch
from tests.service.api.conftest import MakeClient
from tests.service.api.recurring import recurring
from tests.service.api.rides import post

pytestmark = pytest.mark.anyio
Add = Callable[[int], Awaitable[Any]]
HOOK = {"url": "http://127.0.0.1:9/hook"}
NDJSON = {"Content-Type": "application/x-ndjson"}


def _adding(context: Context, clock: FakeClock, client: httpx.AsyncClient, endpoint: str) -> Mapping[str, Add]:
    """Return how one more is made of what each list shows."""

    async def match(n: int) -> None:
        await post(client, "offer", corridor(offer_body(commuter_id=f"d{n}"), n % 3))
        await post(client, "request", corridor(request_body(commuter_id=f"r{n}"), n % 3))
        await run_batch(context)

    async def event(n: int) -> None:
        trip = await post(client, "offer", offer_body(commuter_id=f"d{n}"))
        await client.delete(f"/v1/offers/{trip['id']}")
        await relayed(context)

    async def import_(n: int) -> None:
        line = json.dumps({"kind": "offer", **offer_body(commuter_id=f"d{n}")}).encode()
        (await client.post("/v1/imports", content=line, headers=NDJSON)).raise_for_status()
        await Importer(context).round(asyncio.Event())

    async def partner(n: int) -> None:
        (await client.post("/v1/partners", json={"name": f"p{n}"})).raise_for_status()

    async def block(n: int) -> None:
        # Those added later come before, between and behind those that are there.
        (await client.put(f"/v1/commuters/dora/blocks/p{n * 7 % 10}")).raise_for_status()

    async def ping(_: int) -> None:
        (await client.post(f"/v1/webhook-endpoints/{endpoint}/ping")).raise_for_status()
        clock.move(seconds=1)
        wanted = Wanted(client.partner_id, 100, 100, {})  # type: ignore[attr-defined]
        await deliveries.claim(context.store, [wanted], clock.now(), timedelta(days=1), timedelta(days=1))

    async def hook(_: int) -> None:
        (await client.post("/v1/webhook-endpoints", json=HOOK)).raise_for_status()

    return {
        "/v1/offers": lambda n: post(client, "offer", offer_body(commuter_id=f"d{n}")),
        "/v1/requests": lambda n: post(client, "request", request_body(commuter_id=f"r{n}")),
        "/v1/series": lambda n: post(client, "offer", recurring(offer_body(commuter_id=f"d{n}"))),
        "/v1/imports": import_, "/v1/matches": match, "/v1/commuters/{commuter_id}/blocks": block,
        "/v1/events": event, "/v1/webhook-endpoints": hook,
        "/v1/webhook-endpoints/{endpoint_id}/deliveries": ping, "/v1/batches": lambda _: run_batch(context),
        "/v1/partners": partner, "/v1/audit": partner,
    }  # fmt: skip


async def _page(client: httpx.AsyncClient, path: str, cursor: str | None = None, limit: int = 2) -> dict[str, Any]:
    asked = {"limit": limit} | ({"cursor": cursor} if cursor else {})
    answer = await client.get(path, params=asked)
    assert answer.status_code == 200, (path, answer.text)
    return answer.json()


def _ids(page: dict[str, Any]) -> list[str]:
    return [item["id"] for item in page["items"]]


async def _walked(client: httpx.AsyncClient, path: str, add: Add) -> tuple[list[str], list[str]]:
    """Return the ids that were there, and those that the pages show while there are more before each of them."""
    for n in range(4):
        await add(n)
    there = _ids(await _page(client, path, limit=500))
    assert len(there) >= 4, path
    page, added = await _page(client, path), 4
    shown = _ids(page)
    while page["next_cursor"] is not None and len(shown) < 40:
        if added < 8:
            await add(added)
            added += 1
        page = await _page(client, path, page["next_cursor"])
        shown += _ids(page)
    assert added >= 5, path
    return there, shown


async def test_every_list_shows_what_was_there_once_and_in_order(
    context: Context, clock: FakeClock, client_of: MakeClient
) -> None:
    lists = {
        path for path, operations in create_app(context).openapi()["paths"].items()
        if "cursor" in {parameter["name"] for parameter in operations.get("get", {}).get("parameters", ())}
    }  # fmt: skip
    client = await client_of(*SCOPES)
    endpoint = (await client.post("/v1/webhook-endpoints", json=HOOK)).json()["id"]
    adding = _adding(context, clock, client, endpoint)
    assert lists == adding.keys()
    for path, add in adding.items():
        there, shown = await _walked(client, path.format(commuter_id="dora", endpoint_id=endpoint), add)
        assert len(shown) == len(set(shown)), path
        assert [id_ for id_ in shown if id_ in there] == there, path
