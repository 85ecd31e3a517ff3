"""Receivers that do everything wrong while deliverers are killed: every event arrives, under one id, in its order.

    CHAOS_EVENTS=10000 CHAOS_SEED=1 pytest -n 0 -rP tests/chaos/test_hostile_receivers.py

gives the figures of `docs/reliability.md`.
"""

from __future__ import annotations

import asyncio
import os
import random
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import httpx
import pytest

from loadtests.misbehaving import Receiver
from loadtests.receiver import Tally
from service.model.events import NewEvent
from service.store import keys
from service.store.client import Store
from service.store.embedded import EmbeddedStore
from tests.chaos.roles import Deliverers
from tests.chaos.soundness import tell
from tests.service.making import emit, eventually, make_endpoint, new_event, read_endpoint, whole_log
from tests.serving import ROOT

pytestmark = [pytest.mark.anyio, pytest.mark.slow, pytest.mark.timeout(3600)]
EVENTS, SEED = int(os.environ.get("CHAOS_EVENTS", "800")), int(os.environ.get("CHAOS_SEED", "1"))
KILLS = max(4, EVENTS // 500)
OWNER, TRIPS = "par_1", EVENTS // 10
QUIET = "/200/quiet"
HOSTILE = [f"/hostile/{n}" for n in range(3)]
DEAD = ["/stall", "/reset", "/500", "/redirect", "/garbage", "/slow-head"]


@asynccontextmanager
async def hostile_program() -> AsyncIterator[httpx.AsyncClient]:
    """Run the receiver as operators do; yields a client of it."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "loadtests.receiver", "--port", "0", "--seed", str(SEED), cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout is not None
    url = (await process.stdout.readline()).decode().strip().removesuffix("/hostile/a")
    try:
        async with httpx.AsyncClient(base_url=url, timeout=30) as client:
            yield client
        process.terminate()
        assert (await process.stdout.read()).startswith(b"{")
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def test_every_event_reaches_hostile_receivers_while_deliverers_are_killed(
    store: Store, valkey: EmbeddedStore, tmp_path: Path
) -> None:
    chance = random.Random(SEED)
    async with AsyncExitStack() as opened:
        program = await opened.enter_async_context(hostile_program())
        quiet = await opened.enter_async_context(Receiver())
        for path in HOSTILE:
            await make_endpoint(store, OWNER, str(program.base_url.join(path)))
        await make_endpoint(store, OWNER, quiet.url(QUIET))
        for path in DEAD:  # told of little, so that they take little of the machine; nobody waits for them
            await make_endpoint(store, OWNER, quiet.url(path), types=["match.cancelled"])
        gone, _ = await make_endpoint(store, OWNER, quiet.url("/410"), types=["match.cancelled"])
        deliverers = await opened.enter_async_context(Deliverers(valkey, tmp_path / "deliverers.log", chance))
        seq = Counter[str]()
        for part in range(KILLS):
            await emit(store, *[an_event(seq, chance) for _ in range(part, EVENTS, KILLS)])
            seen, more = len(quiet.received), chance.randrange(5, 200)
            await quiet.wait_for(lambda received, n=seen + more: len(received) > n, 120)
            await deliverers.kill_one()
        logged = await relayed_ids(store)
        await all_arrive(logged, program, quiet)
        await deliverers.end()
        tally = (await program.get("/tally")).json()

    assert seq.total() == EVENTS
    assert len(logged) == EVENTS + 1  # that an endpoint was disabled is an event, too
    assert (await read_endpoint(store, OWNER, gone.id)).disabled_reason == "gone"
    healthy = quiet_tally(quiet)
    assert [of["out of order"] for of in [healthy, *tally.values()]] == [0] * 4
    assert all(sum(of["faults"].values()) for of in tally.values())
    tell("receivers", seed=SEED, events=len(logged), deliverers_killed=KILLS, missing=0, healthy=healthy, **tally)


def an_event(seq: Counter[str], chance: random.Random) -> NewEvent:
    """Return the next event of some match."""
    subject = f"mat_{chance.randrange(TRIPS)}"
    seq[subject] += 1
    kind = "match.cancelled" if chance.random() < 0.01 else "match.proposed"
    return new_event(OWNER, subject=subject, seq=seq[subject], type_=kind, data=f'{{"id":"{subject}"}}')


async def relayed_ids(store: Store) -> set[str]:
    """Return the ids of the log once all events are in it."""

    async def all_relayed() -> bool:
        return not await store.redis.xlen(keys.OUTBOX("{m:main}"))

    await eventually(all_relayed, 60)
    logged = [event.id for event in await whole_log(store, OWNER)]
    assert len(logged) == len(set(logged))
    return set(logged)


async def all_arrive(logged: set[str], program: httpx.AsyncClient, quiet: Receiver) -> None:
    """Return when every event has reached every endpoint that must get it; nothing else has."""

    async def none_missing() -> bool:
        taken = [set((await program.get(f"/taken{path}")).json()) for path in HOSTILE]
        return all(at == logged for at in [*taken, set(ids(quiet))])

    await eventually(none_missing, 60 + EVENTS / 20)


def ids(quiet: Receiver) -> list[str]:
    """Return the ids that came to the healthy endpoint, in the order of their arrival."""
    return [request.headers["webhook-id"] for request in quiet.received if request.path == QUIET]


def quiet_tally(quiet: Receiver) -> dict[str, int]:
    """Return of the healthy endpoint what the program tells of its own."""
    told = Tally()
    for request in quiet.received:
        if request.path == QUIET:
            told.take(request)
    return told.document()
