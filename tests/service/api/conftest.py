"""The real application on the real store, and callers of it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import httpx
import pytest

from service.api.app import create_app
from service.model.partners import PARTNER_SCOPES, SCOPES
from service.usecases import partners
from service.usecases.context import Context

MakeClient = Callable[..., Awaitable[httpx.AsyncClient]]
SignIn = Callable[..., Awaitable[httpx.AsyncClient]]


@pytest.fixture
async def client_of(context: Context) -> AsyncIterator[MakeClient]:
    """Makes clients of new partners (or of a given one) with keys of the scopes named."""
    app = create_app(context)
    opened: list[httpx.AsyncClient] = []

    async def make(
        *scopes: str, partner_id: str | None = None, sandbox: bool = False, shares_with: str = "own"
    ) -> httpx.AsyncClient:
        if partner_id is None:
            partner_id = (await partners.create_partner(context, "acme", shares_with)).id
        key = await partners.create_key(context, partner_id, scopes=scopes or PARTNER_SCOPES, sandbox=sandbox)
        client = httpx.AsyncClient(
            transport=httpx.ASGITransport(app, raise_app_exceptions=False), base_url="http://test",
            headers={"Authorization": f"Bearer {key.text}"},
        )  # fmt: skip
        client.partner_id = partner_id  # type: ignore[attr-defined]
        opened.append(client)
        return client

    yield make
    for client in opened:
        await client.aclose()


@pytest.fixture
async def partner(client_of: MakeClient) -> httpx.AsyncClient:
    return await client_of()


@pytest.fixture
async def operator(client_of: MakeClient) -> httpx.AsyncClient:
    return await client_of(*SCOPES)


async def token(partner: httpx.AsyncClient, who: str, **body: Any) -> dict[str, Any]:
    made = await partner.post(f"/v1/commuters/{who}/tokens", json=body)
    assert made.status_code == 200, made.text
    return made.json()


@pytest.fixture
async def sign_in(context: Context, partner: httpx.AsyncClient) -> AsyncIterator[SignIn]:
    """Makes clients of commuters, with tokens of the partner (or of a given one)."""
    app, opened = create_app(context), []

    async def make(who: str, by: httpx.AsyncClient = partner, **body: Any) -> httpx.AsyncClient:
        headers = {"Authorization": f"Bearer {(await token(by, who, **body))['token']}"}
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        opened.append(httpx.AsyncClient(transport=transport, base_url="http://test", headers=headers))
        return opened[-1]

    yield make
    for client in opened:
        await client.aclose()
