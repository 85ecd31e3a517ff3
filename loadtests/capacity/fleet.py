"""A store of the benchmark's own and real processes on it, as many of each role as are asked for."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx
import psutil

from service.settings import PREFIX, Settings, as_environ
from service.store.embedded import EmbeddedStore
from service.supervisor import listen
from service.usecases.context import Context
from service.wiring import opened

_READY_WITHIN_S = 120.0
_STOPS_WITHIN_S = 30.0
_LAST_CHARACTERS = 2000  # of a log, shown where a measurement fails
_SECRET_KEY = "A" * 43 + "="


class Worker:
    """One process of a role."""

    def __init__(self, role: str, process: asyncio.subprocess.Process) -> None:
        self.role = role
        self._process = process

    @property
    def pid(self) -> int:
        """The process's id."""
        return self._process.pid

    @property
    def running(self) -> bool:
        """Whether it has not ended."""
        return self._process.returncode is None

    @property
    def cpu_s(self) -> float:
        """Processor seconds that it has taken so far."""
        return cpu_s(self.pid)

    def signal(self, number: int) -> None:
        """Send a signal."""
        self._process.send_signal(number)

    async def stop(self) -> None:
        """End it as the supervisor would; killed where it does not end."""
        if self.running:
            self._process.send_signal(signal.SIGTERM)
            try:
                await asyncio.wait_for(self._process.wait(), _STOPS_WITHIN_S)
            except TimeoutError:
                self._process.kill()
                await self._process.wait()


def cpu_s(pid: int) -> float:
    """Return the processor seconds of a process so far."""
    spent = psutil.Process(pid).cpu_times()
    return float(spent.user + spent.system)


class Fleet:
    """Starts processes on an embedded store, all of which end with its context."""

    def __init__(self, directory: Path, store_settings: Mapping[str, str] | None = None, **settings: Any) -> None:
        self._directory = directory
        self._server = EmbeddedStore(directory / "data", settings=store_settings)
        self.settings = Settings(
            redis_url=self._server.url, secret_key=_SECRET_KEY, allow_private_webhooks=True, port=0, **settings
        )
        self._workers: list[Worker] = []
        self._listener = listen("127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    async def __aenter__(self) -> Self:
        self._server.__enter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is not None:
            for log in sorted(self._directory.glob("*.log")):
                error.add_note(f"{log.name} ends with:\n{log.read_text(errors='replace')[-_LAST_CHARACTERS:]}")
        try:
            await asyncio.gather(*(worker.stop() for worker in self._workers))
        finally:
            self._listener.close()
            self._server.stop()

    @property
    def store_cpu_s(self) -> float:
        """Processor seconds that the store's server has taken so far."""
        return cpu_s(self.store_pid)

    @property
    def store_pid(self) -> int:
        """The process id of the store's server."""
        assert self._server.pid is not None  # noqa: S101 - it runs while the context is open
        return self._server.pid

    @property
    def store_socket(self) -> Path:
        """Where the store listens."""
        return self._server.socket

    @asynccontextmanager
    async def context(self) -> AsyncIterator[Context]:
        """Act on the store from this process."""
        async with opened(self.settings, migrate=True) as context:
            yield context

    async def start(self, role: str, *arguments: str, **settings: Any) -> Worker:
        """Start a process of a role, under the fleet's settings and these."""
        own = self.settings.model_copy(update=settings)
        environ = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)} | as_environ(own)
        log = self._directory / f"{role}.log"
        name = f"{role}-{len(self._workers)}"
        with log.open("ab") as errors:
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "service", role, "--supervised", name, *arguments, env=environ, stderr=errors,
                stdin=asyncio.subprocess.PIPE, pass_fds=[self._listener.fileno()],
            )  # fmt: skip
        worker = Worker(role, process)
        self._workers.append(worker)
        return worker

    async def start_api(self, workers: int, **settings: Any) -> list[Worker]:
        """Start API processes that share one address, and wait until each of them answers."""
        started: list[Worker] = []
        for _ in range(workers):
            stopped = list(started)
            for other in stopped:
                other.signal(signal.SIGSTOP)  # so that it is the new one that answers
            try:
                started.append(await self.start("api", "--fd", str(self._listener.fileno()), **settings))
                await self._answers(started[-1])
            finally:
                for other in stopped:
                    other.signal(signal.SIGCONT)
        return started

    async def _answers(self, worker: Worker) -> None:
        async with asyncio.timeout(_READY_WITHIN_S), httpx.AsyncClient(trust_env=False, timeout=1) as client:
            while True:
                try:
                    await client.get(f"{self.url}/healthz")
                except httpx.TransportError:
                    if not worker.running:
                        raise
                    await asyncio.sleep(0.1)
                else:
                    return
