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
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import uvloop

from service.clock import SystemClock
from service.delivery import run_deliverer
from service.delivery.lanes import MOST
from service.ids import new_id
from service.model.webhooks import Endpoint
from service.secrets import Cipher, new_webhook_secret
from service.settings import Settings
from service.store import endpoints, keys
from service.store.client import Store
from service.store.embedded import EmbeddedStore
from service.usecases.context import Context

_PARTNER = "par_bench"
_DATA = json.dumps({"id": "mat_bench", "status": "proposed", "riders": [{"request_id": f"req_{n}"} for n in range(20)]})
_RECEIVER = """
import asyncio, sys, uvloop
class Receiver(asyncio.Protocol):
    def connection_made(self, transport): self.transport, self.data = transport, b""
    def data_received(self, data):
        self.data += data
        while (end := self.data.find(b"\\r\\n\\r\\n")) >= 0:
            head = self.data[:end].lower()
            length = int(head.split(b"content-length:")[1].split(b"\\r\\n")[0])
            if len(self.data) < end + 4 + length: return
            self.data = self.data[end + 4 + length:]
            self.transport.write(b"HTTP/1.1 204 No Content\\r\\n\\r\\n")
async def main():
    server = await asyncio.get_running_loop().create_server(Receiver, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
uvloop.run(main())
"""


async def bare_loop(url: str, events: int, under_way: int) -> float:
    """Return the seconds that a bare httpx client takes for as many posts."""
    body = json.dumps({"id": "evt_0", "type": "match.proposed", "seq": 1, "data": json.loads(_DATA)}).encode()
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
    made = [await _endpoint(store, cipher, url) for _ in range(lanes)]
    await store.redis.sadd(keys.MARKETS, "main")
    await _emit(store, events // lanes)
    stop = asyncio.Event()
    settings = Settings(allow_private_webhooks=True)
    began = time.perf_counter()
    running = asyncio.create_task(run_deliverer(Context(store, SystemClock(), settings, cipher), stop))
    await _until(lambda: _nothing_owed(store, made))
    took = time.perf_counter() - began
    stop.set()
    await running
    return took


async def _endpoint(store: Store, cipher: Cipher, url: str) -> str:
    endpoint = Endpoint(
        id=new_id("endpoint"), url=url, event_types=(), description="", status="enabled", version=1,
        created_at=datetime(2026, 1, 1, tzinfo=UTC), sealed_secret=cipher.seal(new_webhook_secret()),
    )  # fmt: skip
    await endpoints.create_endpoint(store, _PARTNER, endpoint, None)
    return endpoint.id


async def _emit(store: Store, events: int) -> None:
    def fill(pipe: Any) -> None:
        for n in range(events):
            pipe.xadd(keys.OUTBOX("{m:main}"), {
                "partner": _PARTNER, "type": "match.proposed", "at": "2026-01-01T00:00:00Z", "seq": "1",
                "subject": f"mat_{n}", "data": _DATA,
            })  # fmt: skip

    await store.pipeline(fill)


async def _nothing_owed(store: Store, made: list[str]) -> bool:
    tag = keys.partner_tag(_PARTNER)
    owed = [await store.redis.zcard(keys.QUEUE(tag, endpoint)) for endpoint in made]
    return not any(owed) and not await store.redis.xlen(keys.OUTBOX("{m:main}"))


async def _until(holds: Callable[[], Awaitable[bool]]) -> None:
    while True:
        if await holds():
            return
        await asyncio.sleep(0.05)


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
    receiver = subprocess.Popen(  # noqa: S603 - this interpreter, a program of our own
        [sys.executable, "-c", _RECEIVER], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    try:
        port = receiver.stdout.readline().decode().strip() if receiver.stdout else ""
        url = f"http://127.0.0.1:{port}/in"
        print(json.dumps(uvloop.run(measure(url, given.events, given.rounds, given.endpoints))))
    finally:
        with suppress(ProcessLookupError):
            receiver.kill()
        receiver.wait()


if __name__ == "__main__":
    main()
