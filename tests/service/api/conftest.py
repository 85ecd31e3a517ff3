"""The real application on the real store, and callers of it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable

import httpx
import pytest

from service.api.app import create_app
from service.model.partners import PARTNER_SCOPES, SCOPES
from service.usecases import partners
from service.usecases.context import Context

MakeClient = Callable[..., Awaitable[httpx.AsyncClient]]


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
