"""A Valkey for each test process, a clock that tests move, and short ways to make things."""

from __future__ import annotations

import os
import signal
import tempfile
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from service.clock import SystemClock
from service.secrets import Cipher
from service.settings import Settings
from service.store import trips
from service.store.client import Store
from service.store.embedded import EmbeddedStore
from service.usecases.context import Context
from tests.clusters import ON_CLUSTER, Cluster, clustered

SECRET_KEY = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="


class FakeClock:
    """A clock that stands still until a test moves it."""

    def __init__(self, now: datetime = datetime(2027, 3, 1, 5, 0, tzinfo=UTC)) -> None:
        self._now = now

    def now(self) -> datetime:
        return self._now

    def move(self, **by: float) -> datetime:
        """Move it on (``minutes=5``) and return the new instant."""
        self._now += timedelta(**by)
        return self._now


def pytest_xdist_auto_num_workers() -> int:
    """Return how many processes share the tests: one more than there are cores, as many of them wait for others."""
    return (os.cpu_count() or 1) + 1


def pytest_configure() -> None:
    """Have what tests start heed interrupts: a shell has whatever it runs in its background ignore them for good."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if ON_CLUSTER and item.get_closest_marker("one_server"):
            item.add_marker(pytest.mark.skip(reason="looks into a single server"))


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def valkey() -> Iterator[EmbeddedStore | Cluster]:
    """A server, or a cluster of six with ``TEST_STORE=cluster``."""
    if ON_CLUSTER:
        with clustered() as cluster:
            yield cluster
    else:
        with tempfile.TemporaryDirectory(prefix="cpt-") as directory, EmbeddedStore(Path(directory)) as server:
            yield server


@pytest.fixture
async def store(valkey: EmbeddedStore | Cluster) -> AsyncIterator[Store]:
    """An empty store with the functions loaded."""
    client = Store(valkey.url)
    await client.on_each_server(lambda server: server.flushall())
    await client.load_functions()
    await trips.remember_market(client, "main")
    yield client
    await client.close()


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def settings() -> Settings:
    return Settings(allow_private_webhooks=True)


@pytest.fixture
def context(store: Store, clock: FakeClock, settings: Settings) -> Context:
    return Context(store, clock, settings, Cipher(SECRET_KEY))


@pytest.fixture
def real_context(store: Store) -> Context:
    """A context whose clock goes, for loops that wait."""
    return Context(store, SystemClock(), Settings(batch_interval_s=0.3))
