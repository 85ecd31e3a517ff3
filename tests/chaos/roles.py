"""Single roles as processes of their own, on a store that a test holds in its hands."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from service.store.embedded import EmbeddedStore
from tests.conftest import SECRET_KEY
from tests.serving import COMMAND, ROOT, environ


async def start(role: str, valkey: EmbeddedStore, log: Path, **settings: Any) -> asyncio.subprocess.Process:
    """Start a role on a store; it writes to the log."""
    given = environ(redis_url=valkey.url, allow_private_webhooks=1, **{"secret_key": SECRET_KEY, **settings})
    with log.open("ab") as out:
        return await asyncio.create_subprocess_exec(*COMMAND, role, env=given, cwd=ROOT, stdout=out, stderr=out)


@asynccontextmanager
async def running(
    role: str, valkey: EmbeddedStore, log: Path, **settings: Any
) -> AsyncIterator[asyncio.subprocess.Process]:
    """Run a role for the length of a block; it is gone at the end, whatever happens."""
    process = await start(role, valkey, log, **settings)
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()  # also where it is stopped
        await process.wait()


class Deliverers:
    """Two deliverers at a time, of which one is killed now and then."""

    def __init__(self, valkey: EmbeddedStore, log: Path, chance: random.Random) -> None:
        self._valkey = valkey
        self._log = log
        self._chance = chance
        self._running: list[asyncio.subprocess.Process] = []

    async def __aenter__(self) -> Deliverers:
        for _ in range(2):
            await self._start()
        return self

    async def __aexit__(self, *_: object) -> None:
        for process in self._running:
            process.kill()
            await process.wait()

    async def kill_one(self) -> None:
        """Kill one in the midst of its work, and start another."""
        process = self._running.pop(self._chance.randrange(2))
        process.kill()
        await process.wait()
        await self._start()

    async def end(self) -> None:
        """Stop both as an operator does."""
        for process in self._running:
            process.terminate()
        async with asyncio.timeout(30):
            assert [await process.wait() for process in self._running] == [0, 0], self._log.read_text()
        self._running = []

    async def _start(self) -> None:
        self._running.append(
            await start(
                "deliverer", self._valkey, self._log, webhook_timeout_s=2,
                webhook_retry_schedule=",".join(["0.2"] * 30),
            )
        )  # fmt: skip
