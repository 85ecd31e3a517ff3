"""How long it takes from a trip posted to the webhook that proposes its match."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path

from loadtests.capacity import requests
from loadtests.capacity.client import Answer, Connection, connected, percentile
from loadtests.capacity.fleet import Fleet
from loadtests.capacity.owed import make_endpoint
from loadtests.capacity.people import commuters, partner_with_key
from loadtests.capacity.receiver import receiving
from loadtests.capacity.waiting import eventually

TRIPS_PER_S = 10.0
_INTERVAL_S = 1.0
_CONNECTIONS = 16
_WITHIN_S = 300.0  # a first matcher on a machine compiles its kernels
_LAST_S = 20.0  # for the last webhook to come


@dataclass(frozen=True, slots=True)
class Freshness:
    """Seconds from an offer's POST to the webhook that proposes its match."""

    posted: int
    told: int
    p50_s: float
    p99_s: float


async def measure_freshness(directory: Path, seconds: float) -> Freshness:
    """Post pairs at a fixed rate for so long, in a service whose batches are a second apart."""
    async with Fleet(directory, batch_interval_s=_INTERVAL_S) as fleet, fleet.context() as context:
        for role in ("matcher", "deliverer"):
            await fleet.start(role)
        await fleet.start_api(1)
        caller, key = await partner_with_key(context)
        assert context.cipher is not None  # noqa: S101 - the fleet has a key
        async with receiving() as receiver:
            await make_endpoint(context.store, context.cipher, caller.partner_id, receiver.url)
            told: dict[str, float] = {}

            def look(body: bytes, at: float) -> None:
                event = json.loads(body)
                if event["type"] == "match.proposed":
                    told.setdefault(event["data"]["offer_id"], at)

            receiver.look = look
            pairs = _pairs(key)
            async with connected(fleet.url, 1) as (connection,):
                await _post(connection, next(pairs))
            # A matcher is at work from when its kernels are loaded; the API closes what is idle for so long.
            await eventually(lambda: _known(told), _WITHIN_S)
            async with connected(fleet.url, _CONNECTIONS) as connections:
                posted = await _post_pairs(connections, pairs, seconds)
            with suppress(TimeoutError):  # the table says how many were told of
                await eventually(lambda: _known(told, posted), _LAST_S)
    took = [told[offer] - at for offer, at in posted.items() if offer in told]
    return Freshness(len(posted), len(took), percentile(took, 50), percentile(took, 99))


def _pairs(key: str) -> Iterator[tuple[bytes, bytes]]:
    """Yield an offer and a request of the same way, again and again, by new people."""
    ways = [person for person in commuters() if person.offers]
    for n in count():
        driver, rider = (replace(ways[n % len(ways)], id=f"{who}-{n}", role=who) for who in ("driver", "rider"))
        yield (
            requests.post("/v1/offers", key, driver.as_offer()), requests.post("/v1/requests", key, rider.as_request())
        )  # fmt: skip


async def _post(connection: Connection, pair: tuple[bytes, bytes]) -> tuple[str, float]:
    """Post an offer, then the request; returns the offer and when it was sent."""
    sent = time.perf_counter()
    offer, _ = [_made(await connection.ask(trip)) for trip in pair]
    return offer, sent


async def _post_pairs(
    connections: Sequence[Connection], pairs: Iterator[tuple[bytes, bytes]], seconds: float
) -> dict[str, float]:
    began = time.perf_counter()
    async with asyncio.TaskGroup() as posting:
        tasks = []
        for n in range(round(seconds * TRIPS_PER_S / 2)):
            await asyncio.sleep(max(0.0, began + 2 * n / TRIPS_PER_S - time.perf_counter()))
            tasks.append(posting.create_task(_post(connections[n % len(connections)], next(pairs))))
    return dict(task.result() for task in tasks)


async def _known(told: Mapping[str, float], posted: Collection[str] = ()) -> bool:
    return bool(told) and all(offer in told for offer in posted)


def _made(answer: Answer) -> str:
    if answer.status != 201:
        raise RuntimeError(f"not taken: {answer.status} {answer.body.decode()}")
    return str(json.loads(answer.body)["id"])
