"""What is due ends once, whichever matcher is alive: one is killed while it ends hundreds of trips."""

from __future__ import annotations

import os
import signal
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest

from service.model.partners import Caller
from service.model.trips import RequestDraft
from service.store import keys, leases, trips, worlds
from service.store.client import Store
from service.store.embedded import EmbeddedStore
from service.usecases.context import Context
from service.usecases.trips import post_trip
from tests.chaos.roles import running
from tests.factories import request_body
from tests.invariants import violations
from tests.service.making import eventually

pytestmark = [pytest.mark.anyio, pytest.mark.slow]
CALLER = Caller("par_x", "key_x", frozenset(), sandbox=True)
TAG = keys.market_tag(CALLER.world)
TRIPS = 600


async def test_each_trip_that_is_due_expires_once_though_a_matcher_is_killed_meanwhile(
    store: Store, valkey: EmbeddedStore, real_context: Context, tmp_path: Path
) -> None:
    await trips.remember_market(store, CALLER.world)
    leave = real_context.clock.now() + timedelta(hours=1)
    draft = RequestDraft(**request_body(earliest_departure=leave, latest_arrival=leave + timedelta(hours=1)))
    posted = {(await post_trip(real_context, CALLER, "request", draft, lambda _: None))[0].id for _ in range(TRIPS)}
    async with (
        running("matcher", valkey, tmp_path / "first.log") as first,
        running("matcher", valkey, tmp_path / "second.log") as second,
    ):
        holder = await eventually(lambda: holder_of_lease(store), 120)
        await worlds.move_clock(store, CALLER.world, 3 * 3_600_000)
        await eventually(lambda: store.redis.xlen(keys.OUTBOX(TAG)), 60)
        assert holder in (first.pid, second.pid)
        os.kill(holder, signal.SIGKILL)
        await eventually(lambda: all_ended(store), 120)
    told = Counter(fields["subject"] for _, fields in await store.redis.xrange(keys.OUTBOX(TAG)))
    assert told == Counter(posted)
    assert await store.redis.zcard(keys.DUE(TAG)) == 0
    assert await violations(store, CALLER.world) == []


async def holder_of_lease(store: Store) -> int:
    """Return the process that looks after the sandbox, 0 while none does."""
    owner = await store.redis.hget(keys.LEASE(TAG, leases.MATCHER), "owner")
    return int(owner.split("-")[-2]) if owner else 0


async def all_ended(store: Store) -> bool:
    return await store.redis.scard(keys.OPEN(TAG)) == 0
