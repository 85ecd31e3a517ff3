"""A deliverer that is killed at any moment loses nothing, and the next one keeps the order of each trip."""

from __future__ import annotations

import asyncio
import json
import os
import random
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from service.store import keys
from service.store.client import Store
from service.store.embedded import EmbeddedStore
from tests.conftest import SECRET_KEY
from tests.service.delivery.receivers import Receiver
from tests.service.making import emit, eventually, make_endpoint, new_event, whole_log

pytestmark = [pytest.mark.anyio, pytest.mark.slow]
OWNER, ROUNDS, TRIPS = "par_1", 3, 30


@asynccontextmanager
async def deliverer(valkey: EmbeddedStore, log: Path) -> AsyncIterator[asyncio.subprocess.Process]:
    """Run a deliverer; it is gone at the end, whatever happens."""
    environ = {k: v for k, v in os.environ.items() if not k.startswith(("CARPOOL_", "PROMETHEUS_"))} | {
        "CARPOOL_REDIS_URL": valkey.url, "CARPOOL_SECRET_KEY": SECRET_KEY, "CARPOOL_ALLOW_PRIVATE_WEBHOOKS": "true",
        "CARPOOL_WEBHOOK_TIMEOUT_S": "1", "CARPOOL_WEBHOOK_RETRY_SCHEDULE": ",".join(["0.2"] * 20),
    }  # fmt: skip
    with log.open("ab") as errors:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "service", "deliverer", env=environ, stdout=errors, stderr=errors
        )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def test_nothing_is_lost_to_kill_9(store: Store, valkey: EmbeddedStore, tmp_path: Path) -> None:
    chance = random.Random(7)
    log = tmp_path / "deliverer.log"
    async with Receiver() as receiver:
        endpoint, _ = await make_endpoint(store, OWNER, receiver.url("/script"))
        seq = Counter[str]()
        for _ in range(ROUNDS):
            receiver.statuses = [chance.choice([200, 200, 200, 500, 429]) for _ in range(100)]
            async with deliverer(valkey, log):
                seen = len(receiver.received)
                for _ in range(200):
                    subject = f"mat_{chance.randrange(TRIPS)}"
                    seq[subject] += 1
                    await emit(store, new_event(OWNER, subject=subject, seq=seq[subject], data=f'{{"of":"{subject}"}}'))
                await receiver.wait_for(lambda received, n=seen: len(received) > n + 20, 40)
                # It is in the midst of them now, and is killed.
        receiver.statuses = []

        async def all_is_delivered() -> bool:
            tag = keys.partner_tag(OWNER)
            owed = await store.redis.zcard(keys.QUEUE(tag, endpoint.id))
            return not owed and not await store.redis.xlen(keys.OUTBOX("{m:main}"))

        async with deliverer(valkey, log) as last:
            await eventually(all_is_delivered, 40)
            last.terminate()
            async with asyncio.timeout(20):
                assert await last.wait() == 0, log.read_text()

    logged = [event.id for event in await whole_log(store, OWNER)]
    assert len(logged) == len(set(logged)) == ROUNDS * 200 == seq.total()
    arrived = [request.headers["webhook-id"] for request in receiver.received]
    assert set(arrived) == set(logged)

    first_arrivals: dict[str, list[int]] = {}
    for body in (json.loads(request.body) for request in receiver.received):
        of_trip = first_arrivals.setdefault(body["data"]["of"], [])
        if body["seq"] not in of_trip:
            of_trip.append(body["seq"])
    assert all(of_trip == sorted(of_trip) for of_trip in first_arrivals.values())
