"""How soon a healthy endpoint has its events, alone and beside dead ones, in turn in one run.

    python -m loadtests.bench_dead [--events 1000] [--rounds 3] [--dead 50]

Dead endpoints take connections and never answer. Each time something happens to the partner of the healthy one,
something happens to that of the dead ones, too, so all of them are owed it. The time runs from before the event to the
healthy endpoint's receipt; deliverer and receiver share a process. Beside it stands the processor time that the process
takes between the two: what else a busy machine does is not in it. In the first seconds all dead endpoints are tried for
the first time, at once; so a round has to be long enough for its p99 to tell of more than these.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import socket
import tempfile
import time
from pathlib import Path
from typing import Any

import uvloop
from cryptography.fernet import Fernet

from loadtests.capacity.owed import emit, make_endpoint
from loadtests.misbehaving import Receiver
from service.clock import SystemClock
from service.delivery import run_deliverer
from service.secrets import Cipher
from service.settings import Settings
from service.store import keys
from service.store.client import Store
from service.store.embedded import EmbeddedStore
from service.telemetry import configure_logging
from service.usecases.context import Context

_HEALTHY, _ILL = "par_healthy", "par_ill"
_LONGEST_S = 120.0
_EACH = 20  # endpoints that a partner may have


async def delays_ms(
    store: Store, cipher: Cipher, dead_url: str, events: int, dead: int
) -> list[tuple[float, float]]:  # fmt: skip
    """Return how long each event took to a healthy endpoint beside so many dead ones, by clock and processor."""
    await store.redis.flushall()
    await store.redis.sadd(keys.MARKETS, "main")
    ill = [f"{_ILL}_{n}" for n in range(-(-dead // _EACH))]
    for n in range(dead):
        await make_endpoint(store, cipher, ill[n // _EACH], dead_url)
    stop = asyncio.Event()
    found: list[tuple[float, float]] = []
    async with Receiver() as receiver:
        await make_endpoint(store, cipher, _HEALTHY, receiver.url())
        context = Context(store, SystemClock(), Settings(allow_private_webhooks=True, webhook_timeout_s=2.0), cipher)
        running = asyncio.create_task(run_deliverer(context, stop))
        for n in range(events):
            for owner in ill:
                await emit(store, owner, 1)
            began_s, spent_s = time.perf_counter(), time.process_time()
            await emit(store, _HEALTHY, 1)
            await receiver.wait_for(lambda received, count=n + 1: len(received) >= count, _LONGEST_S)
            found.append((1000 * (time.perf_counter() - began_s), 1000 * (time.process_time() - spent_s)))
        stop.set()
        await running
    return found


async def measure(given: argparse.Namespace) -> dict[str, Any]:
    """Return the figures."""
    alone: list[tuple[float, float]] = []
    beside: list[tuple[float, float]] = []
    with (
        tempfile.TemporaryDirectory(prefix="cpb-") as directory,
        EmbeddedStore(Path(directory)) as server,
        socket.socket() as silent,
    ):
        silent.bind(("127.0.0.1", 0))
        silent.listen(4096)
        dead_url = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        store, cipher = Store(server.url), Cipher(Fernet.generate_key().decode())
        await store.load_functions()
        for _ in range(given.rounds):
            alone += await delays_ms(store, cipher, dead_url, given.events, 0)
            beside += await delays_ms(store, cipher, dead_url, given.events, given.dead)
        await store.close()
    by_clock, by_processor = (
        {name: _quantiles([one[n] for one in found]) for name, found in (("alone", alone), ("beside", beside))}
        for n in range(2)
    )
    return {
        "dead": given.dead, "events": len(alone), "ms": by_clock, "p99_ratio": _ratio(by_clock),
        "processor_ms": by_processor, "processor_p99_ratio": _ratio(by_processor), "cores": os.cpu_count(),
    }  # fmt: skip


def _ratio(shown: dict[str, dict[str, float]]) -> float:
    return round(shown["beside"]["p99"] / shown["alone"]["p99"], 2)


def _quantiles(values: list[float]) -> dict[str, float]:
    ordered = sorted(values)
    return {name: round(ordered[len(ordered) * n // 100], 1) for name, n in (("p50", 50), ("p99", 99))}


def main() -> None:
    """Print one JSON document."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--dead", type=int, default=50)
    configure_logging("error", "bench")
    print(json.dumps(uvloop.run(measure(parser.parse_args()))))


if __name__ == "__main__":
    main()
