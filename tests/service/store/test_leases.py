"""Two matchers never publish twice: leases end, and old fencing tokens are refused."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from service.errors import StaleLease
from service.ids import new_id
from service.model.batches import Batch
from service.store import batches, leases
from service.store.client import Store

pytestmark = pytest.mark.anyio


async def test_a_lease_is_held_by_one_at_a_time(store: Store, clock: Any) -> None:
    taken = await asyncio.gather(
        *(leases.take(store, "main", leases.MATCHER, f"m{n}", clock.now(), 20) for n in range(20))
    )
    assert len([lease for lease in taken if lease is not None]) == 1


async def test_a_renewal_keeps_the_token_and_a_new_holder_gets_a_higher_one(store: Store, clock: Any) -> None:
    first = await leases.take(store, "main", leases.MATCHER, "a", clock.now(), 20)
    again = await leases.take(store, "main", leases.MATCHER, "a", clock.now() + timedelta(seconds=10), 20)
    assert first == again
    assert await leases.take(store, "main", leases.MATCHER, "b", clock.now() + timedelta(seconds=29), 20) is None
    later = await leases.take(store, "main", leases.MATCHER, "b", clock.now() + timedelta(seconds=31), 20)
    assert later is not None
    assert first is not None
    assert int(later.token) == int(first.token) + 1


async def test_a_matcher_that_slept_past_its_lease_can_not_write(store: Store, clock: Any) -> None:
    asleep = await leases.take(store, "main", leases.MATCHER, "a", clock.now(), 20)
    awake = await leases.take(store, "main", leases.MATCHER, "b", clock.now() + timedelta(seconds=21), 20)
    assert asleep is not None
    assert awake is not None
    batch = Batch(new_id("batch"), "main", "running", clock.now())
    with pytest.raises(StaleLease):
        await batches.put_batch(store, batch, asleep, 60)
    await batches.put_batch(store, batch, awake, 60)


async def test_a_lease_given_back_is_free_at_once(store: Store, clock: Any) -> None:
    held = await leases.take(store, "main", leases.MATCHER, "a", clock.now(), 20)
    assert held is not None
    await leases.drop(store, "main", held)
    assert await leases.take(store, "main", leases.MATCHER, "b", clock.now(), 20) is not None
