"""A store that goes away and comes back: the deliverer goes on by itself, and nothing is lost."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path

import pytest

from loadtests.misbehaving import Receiver
from service.clock import SystemClock
from service.delivery import run_deliverer
from service.settings import Settings
from service.store import keys
from service.store.client import Store
from service.store.embedded import EmbeddedStore
from service.usecases.context import Context
from tests.service.making import CIPHER, emit, eventually, make_endpoint, new_event

pytestmark = pytest.mark.anyio
SETTINGS = Settings(allow_private_webhooks=True, webhook_timeout_s=1, webhook_retry_schedule=(0.2,) * 10)


async def test_deliveries_go_on_when_the_store_is_back() -> None:
    with tempfile.TemporaryDirectory(prefix="cpt-") as directory, EmbeddedStore(Path(directory)) as server:
        store = Store(server.url)
        stop = asyncio.Event()
        async with Receiver() as receiver:
            endpoint, _ = await make_endpoint(store, "par_1", receiver.url("/held"))
            running = asyncio.create_task(run_deliverer(Context(store, SystemClock(), SETTINGS, CIPHER), stop))
            await emit(store, *[new_event("par_1", subject=f"mat_{n}") for n in range(30)])
            await receiver.wait_for(lambda received: len(received) >= 4)
            assert server.pid is not None
            server._process.kill()  # type: ignore[union-attr]
            server._process.wait()  # type: ignore[union-attr]
            receiver.released.set()  # these are answered while the store is away
            await asyncio.to_thread(server.restart)
            await emit(store, new_event("par_1", subject="mat_99"))

            async def all_is_delivered() -> bool:
                return not await store.redis.zcard(keys.QUEUE("{p:par_1}", endpoint.id)) and not await store.redis.xlen(
                    keys.OUTBOX("{m:main}")
                )

            await receiver.wait_for(lambda received: len({r.headers["webhook-id"] for r in received}) == 31)
            await eventually(all_is_delivered)
            assert not running.done()
            stop.set()
            await running
        await store.close()
