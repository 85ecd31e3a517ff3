"""Trips accepted durably a second: over HTTP, beside a constant answer of the same server, and by the store alone."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import repeat
from pathlib import Path
from statistics import median
from typing import Any

from loadtests.capacity import requests, round_trips
from loadtests.capacity.client import Answers, drive
from loadtests.capacity.fleet import Fleet, Worker
from loadtests.capacity.fsyncs import count_fsyncs
from loadtests.capacity.people import again, commuters, draft_of, once_of, partner_with_key, trip_of
from loadtests.tables import Table
from service.model.partners import LIVE_MARKET
from service.store import trips
from service.store.client import Store

CONNECTIONS = (1, 2, 4, 8, 16, 32, 64)
WORKERS = (1, 2)
_CONSTANT = "/healthz"


@dataclass(frozen=True, slots=True)
class Row:
    """One number of connections to so many API processes; medians of the rounds, which take turns."""

    workers: int
    connections: int
    constant_per_s: float
    writes_per_s: float
    p50_ms: float
    p99_ms: float
    api_cpu_ms: float
    store_cpu_ms: float
    fsyncs_a_write: float | None

    @property
    def share(self) -> float:
        """Writes as a share of constant answers."""
        return self.writes_per_s / self.constant_per_s


@dataclass(frozen=True, slots=True)
class Alone:
    """The store called by one process, with so many calls under way."""

    connections: int
    writes_per_s: float
    client_cpu_ms: float
    store_cpu_ms: float


async def measure(
    directory: Path, *, connections: Sequence[int] = CONNECTIONS, workers: Sequence[int] = WORKERS, rounds: int = 3,
    seconds: float = 1.5,
) -> dict[str, Any]:  # fmt: skip
    """Return the figures as a JSON document."""
    rows: list[Row] = []
    for count in workers:
        async with Fleet(directory / f"{count}-workers") as fleet, fleet.context() as context:
            api = await fleet.start_api(count)
            _, key = await partner_with_key(context)
            offers = requests.offers(key)
            await drive(fleet.url, offers, max(connections), seconds / 2)  # kernels of the system, caches, files
            rows += [await _row(fleet, api, offers, number, rounds, seconds) for number in connections]
    async with Fleet(directory / "alone") as fleet:
        alone = [await _alone(fleet, number, seconds) for number in connections]
    return {
        "rows": [asdict(row) for row in rows], "alone": [asdict(row) for row in alone],
        "round_trips": await round_trips.measure(directory),
    }  # fmt: skip


async def _row(
    fleet: Fleet, api: Sequence[Worker], offers: Iterator[bytes], connections: int, rounds: int, seconds: float
) -> Row:
    constant: list[float] = []
    written: list[Answers] = []
    spent: list[tuple[float, float]] = []
    for _ in range(rounds):
        constant.append((await drive(fleet.url, repeat(requests.get(_CONSTANT)), connections, seconds / 2)).per_s)
        before = _spent_s(fleet, api)
        written.append(await _write(fleet, offers, connections, seconds))
        spent.append((_spent_s(fleet, api)[0] - before[0], _spent_s(fleet, api)[1] - before[1]))
    traced, fsyncs = await count_fsyncs(fleet.store_pid, lambda: _write(fleet, offers, connections, seconds / 2))
    counts = [len(answers.took_s) for answers in written]
    return Row(
        workers=len(api), connections=connections, constant_per_s=median(constant),
        writes_per_s=median(answers.per_s for answers in written),
        p50_ms=median(answers.percentile_ms(50) for answers in written),
        p99_ms=median(answers.percentile_ms(99) for answers in written),
        api_cpu_ms=median(1000 * used / count for (used, _), count in zip(spent, counts, strict=True)),
        store_cpu_ms=median(1000 * used / count for (_, used), count in zip(spent, counts, strict=True)),
        fsyncs_a_write=None if fsyncs is None else fsyncs / len(traced.took_s),
    )  # fmt: skip


async def _write(fleet: Fleet, offers: Iterator[bytes], connections: int, seconds: float) -> Answers:
    answers = await drive(fleet.url, offers, connections, seconds)
    if set(answers.statuses) != {201}:
        raise RuntimeError(f"not every offer was taken: {dict(answers.statuses)}")
    return answers


def _spent_s(fleet: Fleet, api: Sequence[Worker]) -> tuple[float, float]:
    return sum(worker.cpu_s for worker in api), fleet.store_cpu_s


async def _alone(fleet: Fleet, connections: int, seconds: float) -> Alone:
    """Call `create_trip` through `service.store` as the API does, with nothing around it."""
    store = Store(fleet.settings.redis_url or "", connections=connections)
    await store.load_functions()
    made = [trip_of(draft_of(person, "offer"), "offer", "par_alone") for person in commuters(200) if person.offers]
    done = 0
    until = 0.0

    async def call() -> None:
        nonlocal done
        while time.perf_counter() < until:
            trip = again(made[done % len(made)])
            done += 1
            await trips.create_trip(store, LIVE_MARKET, trip, once_of(trip))

    before = time.process_time(), fleet.store_cpu_s
    until = time.perf_counter() + seconds
    await asyncio.gather(*(call() for _ in range(connections)))
    own, server = time.process_time() - before[0], fleet.store_cpu_s - before[1]
    await store.close()
    return Alone(connections, done / seconds, 1000 * own / done, 1000 * server / done)


def tables(document: dict[str, Any]) -> list[Table]:
    """Return the figures as tables."""
    rows = [Row(**row) for row in document["rows"]]
    alone = [Alone(**row) for row in document["alone"]]
    over_http = Table(
        "Trips accepted durably a second, over HTTP",
        (
            "API processes", "connections", "constant answers/s", "writes/s", "share", "p50 ms", "p99 ms",
            "API ms of processor a write", "store ms of processor a write", "fdatasync a write",
        ),
        [
            (
                str(row.workers), str(row.connections), f"{row.constant_per_s:,.0f}", f"{row.writes_per_s:,.0f}",
                f"{row.share:.2f}", f"{row.p50_ms:.1f}", f"{row.p99_ms:.1f}", f"{row.api_cpu_ms:.2f}",
                f"{row.store_cpu_ms:.2f}", "-" if row.fsyncs_a_write is None else f"{row.fsyncs_a_write:.2f}",
            )
            for row in rows
        ],
    )  # fmt: skip
    by_itself = Table(
        "The store alone: create_trip on a unix socket, called by one process",
        ("calls under way", "writes/s", "caller ms of processor a write", "store ms of processor a write"),
        [
            (str(row.connections), f"{row.writes_per_s:,.0f}", f"{row.client_cpu_ms:.2f}", f"{row.store_cpu_ms:.2f}")
            for row in alone
        ],
    )
    return [over_http, by_itself, round_trips.table(document["round_trips"])]
