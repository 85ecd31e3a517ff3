"""Who gets in: keys, scopes, revocation; and that every route asks."""

from __future__ import annotations

import asyncio

import httpx
import pytest

from service.api.app import create_app
from service.errors import WrongState
from service.model.partners import SCOPES
from service.store import keys, trips
from service.store import partners as store_partners
from service.store.client import Store
from service.store.embedded import EmbeddedStore
from service.usecases import partners
from service.usecases.audit import act
from service.usecases.context import Context
from tests.factories import offer_body
from tests.service.api.conftest import MakeClient

pytestmark = pytest.mark.anyio
OPEN_PATHS = {"/healthz", "/readyz"}


async def test_every_route_of_the_document_denies_without_a_key(context: Context) -> None:
    app = create_app(context)
    routes = [
        (method.upper(), path)
        for path, operations in app.openapi()["paths"].items()
        if path not in OPEN_PATHS
        for method in operations
    ]
    assert len(routes) >= 15
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as nobody:
        for method, path in routes:
            for headers in ({}, {"Authorization": "Bearer cpk_live_x_y"}, {"Authorization": "Basic eDp5"}):
                answer = await nobody.request(method, path, headers=headers)
                assert answer.status_code == 401, (method, path, headers)
                assert answer.headers["www-authenticate"].startswith("Bearer")
                assert answer.json()["type"].endswith("unauthenticated")


async def test_a_revoked_key_opens_nothing_from_then_on(context: Context, client_of: MakeClient) -> None:
    client = await client_of()
    assert (await client.get("/v1/offers")).status_code == 200
    (key,) = await partners.list_keys(context, client.partner_id)
    await partners.revoke_key(context, key.id)
    assert (await client.get("/v1/offers")).status_code == 401


async def test_a_key_that_is_ended_over_http_is_refused_at_once_by_a_process_that_knows_it(
    context: Context, valkey: EmbeddedStore, client_of: MakeClient
) -> None:
    """Two processes with a store's client each; the other one is asked all the while, the key's commuter too."""
    client, operator, store = await client_of(*SCOPES), await client_of(*SCOPES), Store(valkey.url)
    other = create_app(Context(store, context.clock, context.settings, context.cipher))
    made = (await client.post("/v1/commuters/dora/tokens", json={})).json()
    ended = asyncio.Event()

    async def asking(headers: dict[str, str]) -> tuple[set[int], int]:
        """Return how calls were answered before the key was ended, and how one is from then on."""
        before = set()
        transport = httpx.ASGITransport(other)
        async with httpx.AsyncClient(transport=transport, base_url="http://test", headers=headers) as asked:
            while not ended.is_set():
                before.add((await asked.get("/v1/offers")).status_code)
            return before, (await asked.get("/v1/offers")).status_code

    async def ending() -> None:
        (key,) = await partners.list_keys(context, client.partner_id)
        answer = await operator.delete(f"/v1/partners/{client.partner_id}/keys/{key.id}")
        assert answer.status_code == 200, answer.text
        ended.set()

    held = [{"Authorization": client.headers["Authorization"]}, {"Authorization": f"Bearer {made['token']}"}]
    *found, _ = await asyncio.gather(*map(asking, held), ending())
    await store.close()
    for before, after in found:
        assert (200 in before, after) == (True, 401)


async def test_a_rotated_key_opens_until_its_overlap_ends(context: Context, client_of: MakeClient, clock) -> None:
    client = await client_of()
    (old,) = await partners.list_keys(context, client.partner_id)
    new = await partners.rotate_key(context, old.id, overlap_s=60)
    assert (await client.get("/v1/offers")).status_code == 200
    clock.move(seconds=61)
    assert (await client.get("/v1/offers")).status_code == 401
    client.headers["Authorization"] = f"Bearer {new.text}"
    assert (await client.get("/v1/offers")).status_code == 200


async def test_a_key_that_has_ended_is_not_reopened(context: Context, client_of: MakeClient, clock) -> None:
    client = await client_of()
    (leaked,) = await partners.list_keys(context, client.partner_id)
    await partners.rotate_key(context, leaked.id, overlap_s=0)
    assert (await client.get("/v1/offers")).status_code == 401
    with pytest.raises(WrongState):
        await partners.rotate_key(context, leaked.id, overlap_s=86_400)
    later, noted = clock.move(days=1), act(context, "key.expire", leaked.id)
    await store_partners.expire_key(context.store, leaked.partner_id, leaked.id, later, noted)
    assert (await client.get("/v1/offers")).status_code == 401


@pytest.mark.one_server
async def test_keys_are_kept_hashed(context: Context, valkey) -> None:
    partner = await partners.create_partner(context, "acme")
    made = await partners.create_key(context, partner.id)
    files = (valkey.data_dir / "appendonlydir").glob("*")
    written = b"".join(file.read_bytes() for file in files)
    assert made.key.id.encode() in written
    assert made.text[-39:].encode() not in written


async def test_an_unexpected_error_is_a_problem_with_its_id_and_tells_nothing(
    context: Context, partner: httpx.AsyncClient
) -> None:
    event = {"type": "trip.expired", "at": "", "seq": "1", "subject": "", "data": '{"lat": HOME52.123456'}
    log = keys.EVENTS(keys.partner_tag(partner.partner_id))  # type: ignore[attr-defined]
    await context.store.redis.xadd(log, event)
    answer = await partner.get("/v1/events", headers={"X-Request-Id": "abc-2"})
    assert answer.status_code == 500
    assert answer.json()["type"].endswith("internal")
    assert answer.headers["x-request-id"] == "abc-2"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "HOME52" not in answer.text


async def test_request_ids_are_kept_or_made(partner: httpx.AsyncClient) -> None:
    kept = await partner.get("/v1/offers", headers={"X-Request-Id": "abc-1"})
    assert kept.headers["x-request-id"] == "abc-1"
    made = await partner.get("/v1/offers", headers={"X-Request-Id": "bad id\twith spaces"})
    assert len(made.headers["x-request-id"]) == 32


@pytest.mark.one_server
async def test_a_lost_store_is_503_and_comes_back_alone(context: Context, partner: httpx.AsyncClient, valkey) -> None:
    valkey.stop_server()
    try:
        answer = await partner.post("/v1/offers", json=offer_body())
        assert answer.status_code == 503
        assert answer.headers["retry-after"]
        assert answer.json()["type"].endswith("store-unavailable")
        assert (await partner.get("/readyz")).status_code == 503
        assert (await partner.get("/healthz")).status_code == 200
    finally:
        valkey.restart()
    assert (await partner.post("/v1/offers", json=offer_body())).status_code == 201


async def test_a_sandbox_is_known_to_matchers_and_deliverers_from_its_first_key_on(
    context: Context, client_of: MakeClient
) -> None:
    client = await client_of(sandbox=True)
    assert f"sandbox-{client.partner_id}" in await trips.markets(context.store)
