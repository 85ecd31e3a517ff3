"""Holds a service against what it has acknowledged, and its store against itself."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import httpx

from loadtests.acknowledged import Acknowledged, missing
from service.store import keys
from service.store.client import Store
from tests.invariants import violations
from tests.serving import Service, until

_LOOKS = 5


def assert_sound(service: Service, partner: httpx.Client, told: Acknowledged) -> None:
    """Fail unless all that was acknowledged is there and nothing contradicts anything else. No call is under way."""
    wrong = [*_lost(service, partner, told), *contradictions(service.redis_url)]
    assert wrong == [], "\n".join(wrong[:20])
    report = service.command("doctor")
    assert report["wrong"] == 0, report


def _lost(service: Service, partner: httpx.Client, told: Acknowledged) -> list[str]:
    """Return what is missing at every look.

    A matcher may end an invitation just before its car is read, while the event is on its way into the log. What is
    lost does not come back.
    """
    found: list[str] = []
    for _ in range(_LOOKS):
        until(lambda: not _owed_to_logs(service), "all events in their logs", 60)
        found = missing(partner, told)
        if not found:
            break
    return found


def _owed_to_logs(service: Service) -> Any:
    with service.store() as store:
        return store.xlen(keys.OUTBOX(keys.market_tag("main")))


def contradictions(url: str) -> list[str]:
    """Return the violations that are there at every look.

    A matcher may move a trip while its neighbour is read; what it moves looks right the next time.
    """

    async def look() -> list[str]:
        store = Store(url)
        try:
            found = set(await violations(store))
            for _ in range(_LOOKS):
                if found:
                    await asyncio.sleep(0.2)
                    found &= set(await violations(store))
            return sorted(found)
        finally:
            await store.close()

    return asyncio.run(look())


def key_of(client: httpx.Client) -> str:
    """Return a client's API key."""
    return client.headers["Authorization"].removeprefix("Bearer ")


def tell(what: str, **counts: Any) -> None:
    """Print a line of figures: `pytest -rP` shows it, and so does a test that fails."""
    print(what, json.dumps(counts))
