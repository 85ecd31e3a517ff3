"""A `carpool serve` of the demo's own, started and stopped as a user would, and its command line."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx

from service.clock import monotonic_s
from service.demo.errors import DemoFailed
from service.processes import die_with_parent
from service.settings import PREFIX, Settings, as_environ
from service.supervisor import SERVICE_FILE

# The first start on a machine compiles the matcher's kernels, which takes a slow machine a minute.
_READY_WITHIN_S = 120.0
_STOPS_WITHIN_S = 35.0  # `serve` promises 30
_LAST_LINES = 15


class Serving:
    """Runs `carpool serve` under these settings, and none of the caller's environment, while its context is open.

    Open it before any thread is started: the kernel ends the service when the thread that opened it is gone.
    """

    def __init__(self, settings: Settings, log: Path) -> None:
        self.settings = settings
        self._log = log
        others = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
        self._environ = others | as_environ(settings)
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        with self._log.open("wb") as log:
            # A session of its own: Ctrl-C in the terminal is the demo's, which then stops the service in order.
            self._process = subprocess.Popen(  # noqa: S603 - this program, our own arguments
                [*_CARPOOL, "serve"], env=self._environ, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True, preexec_fn=die_with_parent,  # noqa: PLW1509 - no other thread runs yet
            )  # fmt: skip
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        if self._process is None:
            return
        try:
            self._process.send_signal(signal.SIGTERM)
            self._process.wait(_STOPS_WITHIN_S)
        finally:
            # Also when somebody presses Ctrl-C a second time. Its own children end with it.
            self._process.kill()
            self._process.wait()

    async def address(self) -> str:
        """Wait until the service has its address and its store; commands work from then on. Raises DemoFailed."""
        url = ""

        async def is_noted() -> bool:
            nonlocal url
            try:
                url = json.loads((self.settings.data_dir / SERVICE_FILE).read_text())["url"]
            except (OSError, ValueError):
                return False
            return True

        await self._wait(is_noted)
        return url

    async def ready(self) -> None:
        """Wait until the service answers that it is ready. Raises DemoFailed."""
        url = await self.address()
        async with httpx.AsyncClient(timeout=5, trust_env=False) as client:

            async def is_ready() -> bool:
                try:
                    return (await client.get(f"{url}/readyz")).status_code == 200
                except httpx.HTTPError:
                    return False

            await self._wait(is_ready)

    async def _wait(self, holds: Callable[[], Awaitable[bool]]) -> None:
        deadline_s = monotonic_s() + _READY_WITHIN_S
        while not await holds():
            if self._process is None or self._process.poll() is not None:
                raise DemoFailed(f"the service ended before it was ready:\n{self._last_words()}")
            if monotonic_s() > deadline_s:
                raise DemoFailed(f"the service was not ready within {_READY_WITHIN_S:.0f} s:\n{self._last_words()}")
            await asyncio.sleep(0.1)

    async def command(self, *arguments: str, ends: tuple[int, ...] = (0,)) -> dict[str, Any]:
        """Run a `carpool` command on this service and return the JSON it prints; `ends`: with which codes it may end.

        Raises DemoFailed.
        """
        process = await asyncio.create_subprocess_exec(
            *_CARPOOL, *arguments, "--json", env=self._environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        said, complained = await process.communicate()
        if process.returncode not in ends or not said:
            raise DemoFailed(f"carpool {' '.join(arguments)} failed: {complained.decode().strip()}")
        document: dict[str, Any] = json.loads(said)
        return document

    def _last_words(self) -> str:
        lines = self._log.read_text("utf-8", errors="replace").splitlines()
        return "\n".join([*lines[-_LAST_LINES:], f"(all of it is in {self._log})"])


_CARPOOL = (sys.executable, "-m", "service")
