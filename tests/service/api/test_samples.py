"""Sample events look like real ones, come to a sandbox's endpoints and streams, and never into the live log."""

from __future__ import annotations

import httpx
import orjson
import pydantic
import pytest

from service.api import schemas
from service.api.schemas.commuters import Report
from service.model.events import EVENT_TYPES, EventType
from service.store import keys
from service.usecases.context import Context
from service.usecases.samples import sample_of
from tests.conftest import FakeClock
from tests.service.api.conftest import MakeClient

pytestmark = pytest.mark.anyio
PATH = "/v1/sandbox/events"


@pytest.mark.parametrize("type_", EVENT_TYPES)
async def test_a_sample_has_the_form_that_is_documented(type_: EventType, clock: FakeClock) -> None:
    models: dict[str, type[pydantic.BaseModel]] = {
        "match": schemas.Match, "trip": schemas.Offer, "match.return_at_risk": schemas.MatchOfLostReturn,
        "commuter": Report,
    }  # fmt: skip
    model = models.get(type_) or models.get(type_.partition(".")[0], schemas.Endpoint)
    data = sample_of(type_, clock.now())
    model.model_validate_json(orjson.dumps(data))
    assert "sample" in (data.get("reason"), data.get("description"), data.get("text"), *(data.get("metadata") or ()))


async def test_a_sample_comes_to_the_endpoints_that_want_its_type(context: Context, client_of: MakeClient) -> None:
    tester = await client_of(sandbox=True)
    endpoints = [
        (await tester.post("/v1/webhook-endpoints", json={"url": "https://a.example/", "event_types": types})).json()
        for types in ([], ["match.proposed"], ["trip.expired"])
    ]
    sent = await tester.post(PATH, json={"type": "match.proposed"}, headers={"Idempotency-Key": "s"})
    again = await tester.post(PATH, json={"type": "match.proposed"}, headers={"Idempotency-Key": "s"})
    assert sent.status_code == 202, sent.text
    assert again.content == sent.content
    assert (await tester.get("/v1/events")).json()["items"] == [sent.json()]
    tag = keys.partner_tag(f"{tester.partner_id}~test")  # type: ignore[attr-defined]
    assert [await context.store.redis.zcard(keys.QUEUE(tag, made["id"])) for made in endpoints] == [1, 1, 0]


async def test_a_live_key_sends_no_samples(partner: httpx.AsyncClient) -> None:
    refused = await partner.post(PATH, json={"type": "match.proposed"})
    assert refused.status_code == 403
    assert "--test" in refused.json()["detail"]
    assert (await partner.get("/v1/events")).json()["items"] == []
