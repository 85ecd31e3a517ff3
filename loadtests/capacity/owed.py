"""Events without the changes that make them, and the endpoints that they are owed to."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from service.ids import new_id
from service.model.events import NewEvent
from service.model.partners import LIVE_MARKET
from service.model.webhooks import Endpoint
from service.secrets import Cipher, new_webhook_secret
from service.store import endpoints, keys
from service.store.client import Store

DATA = json.dumps({"id": "mat_bench", "status": "proposed", "riders": [{"request_id": f"req_{n}"} for n in range(20)]})
_AT_ONCE = 1000


async def make_endpoint(store: Store, cipher: Cipher, owner: str, url: str) -> str:
    """Store an endpoint that takes every type of event; returns its id."""
    endpoint = Endpoint(
        id=new_id("endpoint"), url=url, event_types=(), description="", status="enabled", version=1,
        created_at=datetime(2026, 1, 1, tzinfo=UTC), sealed_secret=cipher.seal(new_webhook_secret()),
    )  # fmt: skip
    await endpoints.create_endpoint(store, owner, endpoint, None)
    return endpoint.id


async def emit(store: Store, partner: str, count: int, *, market: str = LIVE_MARKET, data: str = DATA) -> None:
    """Append events of so many matches to a market's outbox."""
    events = [
        NewEvent(partner, "match.proposed", "2026-01-01T00:00:00Z", 1, new_id("match"), data) for _ in range(count)
    ]
    for first in range(0, count, _AT_ONCE):

        def fill(pipe: Any, some: Sequence[NewEvent] = events[first : first + _AT_ONCE]) -> None:
            for event in some:
                pipe.xadd(keys.OUTBOX(keys.market_tag(market)), event.as_argument())

        await store.pipeline(fill)


async def nothing_owed(store: Store, owner: str, made: Sequence[str], market: str = LIVE_MARKET) -> bool:
    """Tell whether everything in a market's outbox has been relayed and delivered to these endpoints."""
    tag = keys.partner_tag(owner)
    owed = [await store.redis.zcard(keys.QUEUE(tag, endpoint)) for endpoint in made]
    return not any(owed) and not await store.redis.xlen(keys.OUTBOX(keys.market_tag(market)))
