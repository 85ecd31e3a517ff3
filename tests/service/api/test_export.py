"""A person gets all that is kept about them in one document, and nothing of others."""

from __future__ import annotations

from typing import Any

import pytest

from service.api.schemas.commuters import Export
from service.usecases.context import Context
from tests.service.api.conftest import MakeClient
from tests.service.api.test_erasure import TRACES, a_full_life

pytestmark = pytest.mark.anyio


async def test_all_that_is_kept_of_a_person_is_in_their_export(
    context: Context, client_of: MakeClient, clock: Any
) -> None:
    partner, other = await client_of(shares_with="all"), await client_of(shares_with="all")
    await a_full_life(context, partner, other, clock)
    answer = await partner.get("/v1/commuters/ada-l/export")
    Export.model_validate_json(answer.content)
    found = answer.json()
    own = {trip["id"] for kind in ("offers", "requests") for trip in found[kind]}
    assert len(own) > 4
    assert {one["commuter_id"] for kind in ("offers", "requests", "series") for one in found[kind]} == {"ada-l"}
    for match in found["matches"]:
        assert {stop["request_id"] or match["offer_id"] for stop in match["stops"]} <= own
        assert {rider["request_id"] for rider in match["riders"]} <= own
    assert {"match.proposed", "match.confirmed"} <= {event["type"] for event in found["events"]}
    assert {delivery["event_id"] for delivery in found["deliveries"]} <= {event["id"] for event in found["events"]}
    assert [len(found[name]) for name in ("series", "deliveries", "blocks")] == [2, 1, 1]
    for trace in TRACES:
        assert trace in answer.text or trace == "is ill today", trace
    for of_another in ('"rob"', '"ria"', '"eve"', "52.31,"):
        assert of_another not in answer.text


async def test_of_who_is_not_known_it_is_empty(partner: Any) -> None:
    found = (await partner.get("/v1/commuters/nobody/export")).json()
    assert {name for name, part in found.items() if part == []} == set(found) - {"commuter_id", "exported_at"}
