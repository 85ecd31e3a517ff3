"""Live streams of one process of the API: its memory, its processor time, and how soon an event is with everyone.

    python -m loadtests.bench_streams [--streams 1000] [--partners 10] [--events 100]

The API is a process of its own, on an embedded store as durable as in production. The events go into the partners'
logs as the relay puts them there, one at a time for each partner; an event's time runs from before that to each reader.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import sys
import tempfile
import time
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import psutil
import uvloop
from cryptography.fernet import Fernet

from loadtests.capacity.owed import emit
from loadtests.capacity.people import partner_with_key
from loadtests.capacity.waiting import eventually
from service.delivery.relay import Relay
from service.settings import Settings, as_environ
from service.store.embedded import EmbeddedStore
from service.supervisor import listen
from service.usecases.context import Context
from service.wiring import opened

_LONGEST_S = 240.0


class Reader:
    """One connection, which notes when each event came."""

    def __init__(self) -> None:
        self.came_s: list[float] = []

    async def run(self, host: str, port: int, key: str) -> None:
        """Read until the stream is over."""
        reader, writer = await asyncio.open_connection(host, port)
        writer.write(f"GET /v1/events/stream HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {key}\r\n\r\n".encode())
        while line := await reader.readline():
            if line.startswith(b"data:"):
                self.came_s.append(time.perf_counter())


async def measure(context: Context, process: psutil.Process, port: int, given: argparse.Namespace) -> dict[str, Any]:
    """Open the streams, let things happen, and return the figures."""
    callers = [await partner_with_key(context) for _ in range(given.partners)]
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:

        async def answers() -> bool:
            with suppress(httpx.HTTPError):
                return (await client.get("/healthz")).status_code == 200
            return False

        await eventually(answers, _LONGEST_S)

        async def open_streams() -> float:
            text = (await client.get("/metrics")).text
            lines = [line for line in text.splitlines() if line.startswith("carpool_event_streams ")]
            return float(lines[0].split()[1]) if lines else 0.0

        alone = process.memory_info().rss
        readers = [Reader() for _ in range(given.streams)]
        tasks = [
            asyncio.create_task(reader.run("127.0.0.1", port, callers[n % given.partners][1]))
            for n, reader in enumerate(readers)
        ]

        async def are_open() -> bool:
            return await open_streams() >= given.streams

        await eventually(are_open, _LONGEST_S, 0.5)
        idle, before = process.memory_info().rss, sum(process.cpu_times()[:2])
        relay = Relay(context.store, context.clock, timedelta(days=30), lambda _: None)
        delays: list[float] = []
        for event in range(given.events):
            began = time.perf_counter()
            for caller, _ in callers:
                await emit(context.store, caller.partner_id, 1)
            await relay.relay_once(["main"], 1)

            async def all_have(count: int = event + 1) -> bool:
                return all(len(reader.came_s) >= count for reader in readers)

            await eventually(all_have, _LONGEST_S, 0.005)
            delays += [reader.came_s[event] - began for reader in readers]
        taken = sum(process.cpu_times()[:2]) - before
        busy = process.memory_info().rss
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def kb_each(rss: int) -> int:
        return round((rss - alone) / given.streams / 1e3)

    ms = sorted(1000 * delay for delay in delays)
    return {
        "streams": given.streams, "partners": given.partners, "events_each": given.events,
        "kB_a_stream": {"idle": kb_each(idle), "busy": kb_each(busy)},
        "processor_us_an_event_sent": round(taken / len(ms) * 1e6),
        "ms": {"p50": round(statistics.median(ms)), "p99": round(ms[len(ms) * 99 // 100])}, "cores": os.cpu_count(),
    }  # fmt: skip


async def run(directory: Path, store_url: str, given: argparse.Namespace) -> dict[str, Any]:
    """Start the API and measure it."""
    settings = Settings(redis_url=store_url, secret_key=Fernet.generate_key().decode(), data_dir=directory)
    with listen("127.0.0.1", 0) as listener:
        environ = {name: text for name, text in os.environ.items() if not name.startswith("CARPOOL_")}
        api = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "service", "api", "--fd", str(listener.fileno()),
            env=environ | as_environ(settings), pass_fds=(listener.fileno(),), stderr=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        try:
            async with opened(settings, migrate=True) as context:
                return await measure(context, psutil.Process(api.pid), listener.getsockname()[1], given)
        finally:
            api.terminate()
            await api.wait()


def main() -> None:
    """Print one JSON document."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--streams", type=int, default=1000)
    parser.add_argument("--partners", type=int, default=10)
    parser.add_argument("--events", type=int, default=20)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="cpb-") as directory, EmbeddedStore(Path(directory)) as server:
        print(json.dumps(uvloop.run(run(Path(directory), server.url, given))))


if __name__ == "__main__":
    main()
