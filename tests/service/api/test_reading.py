"""How answers travel: not again where they are known, small where they are large, and to pages that may read them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest
from prometheus_client import REGISTRY

from service.api import bodies
from service.usecases import partners
from service.usecases.context import Context
from service.usecases.partners import PartnerChange
from tests.factories import offer_body
from tests.service.api.rides import post

pytestmark = pytest.mark.anyio
OURS, THEIRS = "https://app.acme.example", "https://elsewhere.example"


async def test_what_a_caller_has_is_not_sent_again(partner: httpx.AsyncClient) -> None:
    offer = await post(partner, "offer", offer_body())
    path = f"/v1/offers/{offer['id']}"
    for known in ('"1"', 'W/"1"', '"7", "1"', "*"):
        same = await partner.get(path, headers={"If-None-Match": known})
        assert (same.status_code, same.content, same.headers["etag"]) == (304, b"", '"1"')
        assert "ratelimit" in same.headers
        assert "content-type" not in same.headers
    await partner.patch(path, json={"seats": 2})
    assert (await partner.get(path, headers={"If-None-Match": '"1"'})).json()["seats"] == 2
    assert (await partner.get("/v1/offers", headers={"If-None-Match": "*"})).status_code == 200
    assert (await partner.delete(path, headers={"If-None-Match": '"3"'})).status_code == 200


async def test_answers_over_a_kilobyte_are_gzipped_for_who_takes_that(partner: httpx.AsyncClient) -> None:
    offer = await post(partner, "offer", offer_body(metadata={"note": "x" * 150}))
    for number in range(3):
        await post(partner, "offer", offer_body(metadata={"note": "x" * 150, "number": str(number)}))
    large = await partner.get("/v1/offers", headers={"Accept-Encoding": "gzip"})
    assert large.headers["content-encoding"] == "gzip"
    assert "Accept-Encoding" in large.headers["vary"]
    assert int(large.headers["content-length"]) < len(large.content) / 2
    assert len(large.json()["items"]) == 4
    plain = await partner.get("/v1/offers", headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    small = await partner.get(f"/v1/offers/{offer['id']}", headers={"Accept-Encoding": "gzip"})
    assert "content-encoding" not in small.headers


async def test_a_page_reads_what_its_partner_lets_it(context: Context, partner: httpx.AsyncClient) -> None:
    change = PartnerChange(origins=[OURS])
    await partners.update_partner(context, partner.partner_id, change)  # type: ignore[attr-defined]
    for path in ("/v1/offers", f"/v1/offers/off_{'0' * 26}"):
        ours = await partner.get(path, headers={"Origin": OURS})
        assert ours.headers["access-control-allow-origin"] == OURS
        assert "RateLimit" in ours.headers["access-control-expose-headers"]
        theirs = await partner.get(path, headers={"Origin": THEIRS})
        assert "access-control-allow-origin" not in theirs.headers
        assert "Origin" in ours.headers["vary"]
        assert "Origin" in theirs.headers["vary"]
        assert "access-control-allow-credentials" not in ours.headers
    assert "access-control-allow-origin" not in (await partner.get("/v1/offers")).headers
    for open_to_all in ("/metrics", "/readyz"):
        assert "access-control-allow-origin" not in (await partner.get(open_to_all, headers={"Origin": OURS})).headers


async def test_a_page_learns_that_its_token_has_ended(partner: httpx.AsyncClient) -> None:
    unknown = await partner.get("/v1/offers", headers={"Origin": THEIRS, "Authorization": "Bearer x"})
    assert (unknown.status_code, unknown.headers["access-control-allow-origin"]) == (401, THEIRS)


async def test_a_preflight_needs_no_credentials(partner: httpx.AsyncClient) -> None:
    asked = {"Origin": THEIRS, "Access-Control-Request-Method": "PATCH"}
    answer = await partner.request("OPTIONS", "/v1/offers", headers={**asked, "Authorization": ""})
    assert answer.status_code == 204
    assert answer.headers["access-control-allow-origin"] == THEIRS
    assert "PATCH" in answer.headers["access-control-allow-methods"]
    allowed = answer.headers["access-control-allow-headers"].lower().split(", ")
    assert {"authorization", "idempotency-key", "if-match", "last-event-id"} <= set(allowed)
    assert (await partner.request("OPTIONS", "/v1/offers")).status_code == 405


async def test_a_body_that_does_not_come_is_cut(partner: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "LONGEST_S", 0.05)

    async def stalling() -> AsyncIterator[bytes]:
        yield b"{"
        await asyncio.Event().wait()

    cut = await partner.post("/v1/offers", content=stalling(), headers={"Content-Type": "application/json"})
    assert (cut.status_code, cut.json()["type"].rpartition("/")[2]) == (408, "too-slow")
    assert cut.headers["connection"] == "close"


async def test_a_call_is_counted_by_its_route_whatever_packing_it_takes(partner: httpx.AsyncClient) -> None:
    def counted() -> float:
        labels = {"method": "GET", "route": "/v1/offers", "status": "200"}
        return REGISTRY.get_sample_value("carpool_http_requests_total", labels) or 0

    before = counted()
    for packing in ("gzip", "identity"):
        await partner.get("/v1/offers", headers={"Accept-Encoding": packing})
    assert counted() == before + 2
