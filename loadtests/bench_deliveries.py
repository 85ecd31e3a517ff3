"""Signed deliveries a second of one deliverer, beside a bare httpx loop to the same receiver in the same run.

    python -m loadtests.bench_deliveries [--events 3000] [--rounds 3] [--endpoints 1]

The loop posts the same bodies with as many requests under way as one lane of the deliverer may have (with more, httpx
gets slower), and does nothing else: it keeps no queue, signs nothing, records nothing. The receiver is a process of
its own and answers 204. The store is the embedded one, as durable as in production. What counts is the ratio of the
medians.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import uvloop

from loadtests.capacity.owed import DATA, emit, make_endpoint, nothing_owed
from loadtests.capacity.waiting import eventually
from service.clock import SystemClock
from service.delivery import run_deliverer
from service.delivery.lanes import MOST
from service.secrets import Cipher
from service.settings import Settings
from service.store import keys
from service.store.client import Store
from service.store.embedded import EmbeddedStore
from service.usecases.context import Context

_PARTNER = "par_bench"
_LONGEST_S = 600.0


async def bare_loop(url: str, events: int, under_way: int) -> float:
    """Return the seconds that a bare httpx client takes for as many posts."""
    body = json.dumps({"id": "evt_0", "type": "match.proposed", "seq": 1, "data": json.loads(DATA)}).encode()
    left = iter(range(events))

    async def post(client: httpx.AsyncClient) -> None:
        for _ in left:
            (await client.post(url, content=body, headers={"content-type": "application/json"})).raise_for_status()

    async with httpx.AsyncClient(limits=httpx.Limits(max_connections=under_way), trust_env=False) as client:
        began = time.perf_counter()
        await asyncio.gather(*[post(client) for _ in range(under_way)])
        return time.perf_counter() - began


async def deliverer(store: Store, cipher: Cipher, url: str, events: int, lanes: int) -> float:
    """Return the seconds from the first event relayed until none is owed."""
    await store.redis.flushall()
    made = [await make_endpoint(store, cipher, _PARTNER, url) for _ in range(lanes)]
    await store.redis.sadd(keys.MARKETS, "main")
    await emit(store, _PARTNER, events // lanes)
    stop = asyncio.Event()
    settings = Settings(allow_private_webhooks=True)
    began = time.perf_counter()
    running = asyncio.create_task(run_deliverer(Context(store, SystemClock(), settings, cipher), stop))
    await eventually(lambda: nothing_owed(store, _PARTNER, made), _LONGEST_S)
    took = time.perf_counter() - began
    stop.set()
    await running
    return took


async def measure(url: str, events: int, rounds: int, lanes: int) -> dict[str, Any]:
    """Run both in turn and return their rates and the ratio."""
    rates: dict[str, list[float]] = {"deliverer": [], "bare_httpx": []}
    with tempfile.TemporaryDirectory(prefix="cpb-") as directory, EmbeddedStore(Path(directory)) as server:
        store = Store(server.url)
        cipher = Cipher("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")
        for _ in range(rounds):
            rates["bare_httpx"].append(events / await bare_loop(url, events, MOST))
            rates["deliverer"].append(events / await deliverer(store, cipher, url, events, lanes))
        await store.close()
    medians = {name: round(statistics.median(values)) for name, values in rates.items()}
    return {
        "events": events, "endpoints": lanes, "per_s": medians,
        "ratio": round(medians["deliverer"] / medians["bare_httpx"], 2), "cores": os.cpu_count(),
    }  # fmt: skip


def main() -> None:
    """Print one JSON document."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=3000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--endpoints", type=int, default=1)
    given = parser.parse_args()
    receiver = subprocess.Popen(
        [sys.executable, "-m", "loadtests.capacity.receiver"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    try:
        url = receiver.stdout.readline().decode().strip() if receiver.stdout else ""
        print(json.dumps(uvloop.run(measure(url, given.events, given.rounds, given.endpoints))))
    finally:
        with suppress(ProcessLookupError):
            receiver.kill()
        receiver.wait()


if __name__ == "__main__":
    main()
