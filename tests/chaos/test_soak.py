"""Memory stays bounded: weeks of a market's life on a moved clock, and the resident sizes of a service at work.

    CHAOS_SOAK_S=1080 pytest -n 0 -rP tests/chaos/test_soak.py

gives the figures of `docs/reliability.md`. Batches are kept up to their number, so what the store holds of them grows.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path
from statistics import median

import psutil
import pytest

from loadtests.misbehaving import Receiver
from service.delivery import run_deliverer
from service.delivery.keeper import Keeper
from service.settings import Settings
from service.store import keys
from service.store.client import Store
from service.usecases import batches
from service.usecases.context import Context
from tests.blackbox.receiver import receiving, register
from tests.chaos.load import QUICK, Load, at_work
from tests.chaos.soundness import key_of, tell
from tests.conftest import FakeClock
from tests.running import run_batch
from tests.service.making import eventually, make_endpoint
from tests.service.matchers import offer_and_request
from tests.serving import Service, serving

pytestmark = [pytest.mark.slow, pytest.mark.timeout(7200)]
SOAK_S = float(os.environ.get("CHAOS_SOAK_S", "20"))
DAYS, KEPT_DAYS = 40, 10
ROLES = ("api", "matcher", "deliverer", "store")
# That a process may grow after its warm-up: allocators do not give all back, least of batches whose size changes.
MOST_MB = {"api": 3.0, "matcher": 10.0, "deliverer": 3.0}
# Batches, of which the newest 1,000 are kept; and a line of figures for each day.
GROWING = {keys.BATCH, keys.BATCHES, keys.STATISTICS, keys.PARTNER_STATISTICS, keys.CHANGED}


@pytest.mark.anyio
async def test_all_but_batches_and_figures_is_as_large_at_the_end_as_in_the_midst(
    context: Context, clock: FakeClock
) -> None:
    store, over = context.store, asyncio.Event()
    context = replace(context, settings=Settings(allow_private_webhooks=True, retention_days=KEPT_DAYS))
    async with Receiver() as receiver:
        endpoint, _ = await make_endpoint(store, "par_x", receiver.url("/200"))
        delivering = asyncio.create_task(run_deliverer(context, over))
        sizes = []
        for day in range(1, DAYS + 1):
            for _ in range(3):
                await offer_and_request(context)
                assert (await run_batch(context)).matches == 1
                clock.move(hours=8)  # nobody answers: the proposal ends, and then its trips do
                for _ in range(2):
                    await batches.expire_due(context, "main")
            await eventually(lambda: all_delivered(store, endpoint.id))
            await Keeper(context).purge_logs()
            await Keeper(context).drop_ended()
            if day in (DAYS // 2, DAYS):
                sizes.append(await bytes_by_kind(store))
        over.set()
        await delivering
    early, late = sizes
    grown = {kind: (early[kind], size) for kind, size in late.items() if size > 1.2 * early[kind] + 200}
    assert {kind for kind in grown if kind not in names(GROWING)} == set(), grown
    assert early[":events"] > 10_000
    arrived = {request.headers["webhook-id"] for request in receiver.received}
    assert len(arrived) == DAYS * 3 * 4  # proposed, expired, and that each trip has
    tell("kept", days=DAYS, retention_days=KEPT_DAYS, events=len(arrived), bytes_in_midst=early, bytes_at_end=late)


async def all_delivered(store: Store, endpoint_id: str) -> bool:
    """Say whether nothing is on its way."""
    on_its_way = await store.redis.xlen(keys.OUTBOX("{m:main}"))
    return not on_its_way and not await store.redis.zcard(keys.QUEUE(keys.partner_tag("par_x"), endpoint_id))


async def bytes_by_kind(store: Store) -> Counter[str]:
    """Return what keys of each kind take together."""
    sizes = Counter[str]()
    async for key in store.redis.scan_iter(count=1000):
        parsed = keys.parse(key)
        sizes[parsed.kind.suffix if parsed else key] += await store.redis.memory_usage(key, samples=0) or 0
    return sizes


def names(kinds: set[keys.Kind]) -> set[str]:
    """Return what `bytes_by_kind` calls them."""
    return {kind.suffix for kind in kinds}


def test_processes_do_not_grow_once_they_are_warm(tmp_path: Path) -> None:
    with receiving() as receiver, serving(tmp_path / "data", **QUICK) as service:
        partner, _ = service.partner()
        register(partner, receiver)
        processes = {role: service.role(role) for role in ROLES}
        with at_work(service.url, key_of(partner), seed=11) as load:
            load.more(200, answers=10)
            resident_mb(service, processes, load, SOAK_S / 3)
            then, done = resident_mb(service, processes, load, SOAK_S / 3), load.told.count
            now = resident_mb(service, processes, load, SOAK_S / 3)
            done = load.told.count - done
    grown = {role: round(now[role] - then[role], 1) for role in ROLES}
    tell("resident", seconds=SOAK_S, acknowledged_between=done, mb=now, grown_mb=grown, trips=len(load.told.trips))
    assert done > 100
    assert all(grown[role] < most for role, most in MOST_MB.items()), grown


def resident_mb(service: Service, processes: dict[str, psutil.Process], load: Load, seconds: float) -> dict[str, float]:
    """Return the median resident size of each process over so many seconds of work."""
    seen: dict[str, list[int]] = {role: [] for role in processes}
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        load.more(20)
        for role, process in processes.items():
            seen[role].append(process.memory_info().rss)
    return {role: round(median(sizes) / 1e6, 1) for role, sizes in seen.items()}
