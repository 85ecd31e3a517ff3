"""A real cluster of six servers: a primary killed under load, a slot on its way, replicas that must confirm."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from service.clock import SystemClock
from service.errors import StoreUnavailable
from service.store import keys, leases
from service.store.client import Store
from service.store.servers import Confirmation
from tests.chaos.load import QUICK, at_work
from tests.chaos.soundness import assert_sound, key_of, tell
from tests.clusters import Cluster, clustered
from tests.conftest import SECRET_KEY
from tests.service.making import eventually
from tests.serving import serving
from tests.waiting import until

TAG = keys.market_tag("main")


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    with clustered() as running:
        yield running


@pytest.fixture
async def store(cluster: Cluster) -> AsyncIterator[Store]:
    cluster.mend()
    client = Store(cluster.url, timeout_s=2, confirmation=Confirmation(1, within_s=1))
    await client.on_each_server(lambda server: server.flushall())
    await client.prepare(accept_data_loss=False)
    yield client
    await client.close()


async def count(store: Store, times: int, tasks: int = 8) -> None:
    """Add to one counter of the market's slot, from several tasks at once."""

    async def add(some: int) -> None:
        for _ in range(some):
            await store.write(TAG, "INCR", f"{TAG}:changes")

    await asyncio.gather(*(add(times // tasks) for _ in range(tasks)))


@pytest.mark.anyio
async def test_a_slot_that_moves_to_another_server_costs_no_call_and_doubles_none(
    cluster: Cluster, store: Store
) -> None:
    source = cluster.primary_of(TAG)
    target = next(server for server in cluster.primaries if server is not source)
    with cluster.node(source) as old, cluster.node(target) as new:
        slot = old.execute_command("CLUSTER KEYSLOT", TAG)
        new_id = new.execute_command("CLUSTER MYID")
        counting = asyncio.create_task(count(store, 2000))
        await eventually(lambda: store.read(lambda redis: redis.exists(f"{TAG}:changes")))
        await asyncio.to_thread(
            old.execute_command, "CLUSTER", "MIGRATESLOTS", "SLOTSRANGE", slot, slot, "NODE", new_id
        )
        await counting

        async def moved() -> bool:
            return await asyncio.to_thread(cluster.primary_of, TAG) is target

        await eventually(moved)
    await count(store, 80)
    assert await store.read(lambda redis: redis.get(f"{TAG}:changes")) == "2080"


@pytest.mark.anyio
async def test_a_write_is_not_acknowledged_before_a_replica_has_it(cluster: Cluster, store: Store) -> None:
    now = SystemClock().now()
    assert await leases.take(store, "main", "x", "one", now, 20) is not None
    primary = cluster.primary_of(TAG)
    with cluster.node(primary) as node:
        port = node.info("replication")["slave0"]["port"]
    replica = cluster.server_at(int(port))
    os.kill(replica.pid or 0, signal.SIGSTOP)
    try:
        with pytest.raises(StoreUnavailable, match="0 of 1 replicas"):
            await leases.take(store, "main", "x", "one", now, 20)
    finally:
        os.kill(replica.pid or 0, signal.SIGCONT)

    async def again() -> Any:
        try:
            return await leases.take(store, "main", "x", "one", now, 20)
        except StoreUnavailable:
            return None

    await eventually(again)


def kill_primary(cluster: Cluster) -> None:
    """Kill the server that has the market's slot, and return when another has it."""
    killed = cluster.primary_of(TAG)
    assert killed is not None
    os.kill(killed.pid or 0, signal.SIGKILL)
    until(lambda: cluster.primary_of(TAG) not in (None, killed), "its replica takes over", 60)


def test_a_primary_killed_under_load_loses_no_acknowledged_write_and_the_service_goes_on(
    cluster: Cluster, tmp_path: Path
) -> None:
    cluster.mend()
    with serving(tmp_path / "data", redis_url=cluster.url, secret_key=SECRET_KEY, wait_replicas=1, **QUICK) as service:
        partner, _ = service.partner()
        with at_work(service.url, key_of(partner), seed=11) as load:
            for _ in range(2):
                load.more(80, answers=1)
                kill_primary(cluster)
                cluster.mend()  # the new primary's only replica: without it nothing may be acknowledged
            load.more(80, answers=1)
            with load.at_rest() as told:
                assert_sound(service, partner, told)
        tell("primaries killed", killed=2, acknowledged=load.told.count, instead_of_answers=load.seen)
