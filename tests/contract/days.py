"""A ride from post to completion by the Python client: each call is waited for, or awaited."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx

sys.path.insert(0, str(Path(__file__).parents[2] / "openapi" / "clients" / "python"))

from carpool_client import AuthenticatedClient
from carpool_client.api.matches import (
    accept_match,
    complete_match,
    dropoff_match,
    get_match,
    list_matches,
    pickup_match,
    start_match,
)
from carpool_client.api.offers import get_offer, post_offer
from carpool_client.api.requests import post_request
from carpool_client.api.webhooks import create_webhook_endpoint
from carpool_client.models import AnswerBody, EndpointBody, Match, OfferDraft, ProblemBody, RequestDraft

Call = Callable[..., Awaitable[Any]]
_LOOKS, _PAUSE_S = 1500, 0.2


def ride(
    url: str, key: str, hook: str, offer: dict[str, Any], request: dict[str, Any], know: Callable[[str], None], *,
    awaiting: bool,
) -> Match:  # fmt: skip
    """Ride with a driver and a rider; `know` is told the secret of the endpoint made for `hook`."""

    async def run() -> Match:
        client = AuthenticatedClient(url, key, timeout=httpx.Timeout(120))

        async def call(operation: ModuleType, *path: str, **given: Any) -> Any:
            if awaiting:
                return await operation.asyncio(*path, client=client, **given)
            return operation.sync(*path, client=client, **given)

        if awaiting:
            async with client:
                return await _ride(call, hook, offer, request, know)
        with client:
            return await _ride(call, hook, offer, request, know)

    return asyncio.run(run())


async def _ride(
    call: Call, hook: str, offer: dict[str, Any], request: dict[str, Any], know: Callable[[str], None]
) -> Match:
    endpoint = await call(create_webhook_endpoint, body=EndpointBody(url=hook))
    know(endpoint.secret)
    drives = await call(post_offer, body=OfferDraft.from_dict(offer), idempotency_key="a")
    again = await call(post_offer, body=OfferDraft.from_dict(offer), idempotency_key="a")
    assert again == drives
    rides = await call(post_request, body=RequestDraft.from_dict(request))
    wrong = await call(post_request, body=RequestDraft.from_dict(request | {"seats": 9}))
    assert isinstance(wrong, ProblemBody)
    assert wrong.errors[0].pointer == "/seats"
    match = await _proposed(call)
    assert match.offer_id == drives.id
    for trip in (drives, rides):
        match = await call(accept_match, match.id, body=AnswerBody(trip_id=trip.id), if_match=f'"{match.version}"')
    assert match.status == "confirmed"
    for step, trip in ((start_match, drives), (pickup_match, rides), (dropoff_match, rides), (complete_match, drives)):
        match = await call(step, match.id, body=AnswerBody(trip_id=trip.id))
    assert (await call(get_offer, drives.id)).status == "completed"
    return await call(get_match, match.id)


async def _proposed(call: Call) -> Match:
    for _ in range(_LOOKS):
        found = await call(list_matches)
        if found.items:
            return found.items[0]
        await asyncio.sleep(_PAUSE_S)
    raise AssertionError("no match was proposed")
