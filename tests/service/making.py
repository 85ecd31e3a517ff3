"""Makes what tests of events and webhooks need: endpoints, events in a market's outbox."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from service.ids import new_id
from service.model.events import Event, EventFilter, NewEvent
from service.model.webhooks import Endpoint
from service.secrets import Cipher, new_webhook_secret
from service.store import endpoints, keys, logs
from service.store.client import Store
from tests.conftest import SECRET_KEY

CIPHER = Cipher(SECRET_KEY)
MARKET = "main"
AT = "2026-11-24T06:00:00Z"


def new_event(
    partner: str, *, subject: str = "mat_1", seq: int = 1, type_: str = "match.proposed", data: str = '{"a":1}',
    communities: tuple[str, ...] | None = None,
) -> NewEvent:  # fmt: skip
    """Return an event as a change of state makes it."""
    return NewEvent(partner, type_, AT, seq, subject, data, communities)  # type: ignore[arg-type]


async def emit(store: Store, *emitted: NewEvent, market: str = MARKET) -> None:
    """Append events to a market's outbox and make the market known."""
    await store.redis.sadd(keys.MARKETS, market)

    def fill(pipe):  # type: ignore[no-untyped-def]
        for event in emitted:
            pipe.xadd(keys.OUTBOX(keys.market_tag(market)), event.as_argument())

    await store.pipeline(fill)


async def make_endpoint(
    store: Store, owner: str, url: str = "https://hooks.example/in", *, types: Sequence[str] = ()
) -> tuple[Endpoint, str]:
    """Store an endpoint and return it with its secret."""
    secret = new_webhook_secret()
    endpoint = Endpoint(
        id=new_id("endpoint"), url=url, event_types=tuple(types), description="", status="enabled", version=1,
        created_at=datetime(2026, 11, 24, tzinfo=UTC), sealed_secret=CIPHER.seal(secret),
    )  # fmt: skip
    await endpoints.create_endpoint(store, owner, endpoint, None)
    return endpoint, secret


async def read_endpoint(store: Store, owner: str, id_: str) -> Endpoint:
    """Return an endpoint as it is kept now."""
    (kept,) = await endpoints.get_endpoints(store, owner, [id_])
    assert kept is not None
    return kept


async def whole_log(store: Store, owner: str) -> list[Event]:
    """Return all events of a log, read a page after another."""
    found: list[Event] = []
    after: str | None = None
    while True:
        page, after = await logs.list_events(store, owner, after=after, wanted=EventFilter(), limit=500)
        found += page
        if after is None:
            return found


async def eventually(holds: Callable[[], Awaitable[Any]], timeout_s: float = 20) -> Any:
    """Return what `holds` answers once that is true."""
    async with asyncio.timeout(timeout_s):
        while True:
            answer = await holds()
            if answer:
                return answer
            await asyncio.sleep(0.02)
