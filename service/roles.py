"""What each process does: the API, the matcher, the deliverer."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, cast

import uvicorn
from fastapi import FastAPI

from matching import Deadline, Instance, Plan, Session, warm_up
from service.api.app import create_app
from service.batch_runs import Solve
from service.clock import SystemClock, monotonic_s
from service.delivery import run_deliverer
from service.importer import Importer
from service.matcher import Matcher
from service.monitoring import monitored
from service.processes import allow_open_files, come_last
from service.settings import Settings
from service.store.client import Store
from service.usecases.context import Context
from service.wiring import opened
from service.workers import Workers

_Run = Callable[[asyncio.Event], Coroutine[Any, Any, None]]
# Offline commands build the application for its document alone; nothing is ever sent here.
_NOWHERE = "redis://127.0.0.1:9"
_DRAIN_S = 7
_MOST_CONNECTIONS = 4000  # beyond them 503 at once, before any work
_OTHER_FILES = 200  # connections to the store, modules, metrics


def application(settings: Settings) -> FastAPI:
    """Return the API's application without a connection, for its OpenAPI document."""
    return create_app(Context(Store(_NOWHERE), SystemClock(), settings, None))


async def serve_api(settings: Settings, listener: socket.socket) -> None:
    """Serve HTTP on a bound socket until SIGTERM; requests under way are answered."""
    allow_open_files(_MOST_CONNECTIONS + _OTHER_FILES)
    async with opened(settings, migrate=True) as context:
        server = api_server(context)
        cast("FastAPI", server.config.app).openapi()  # takes half a second, which nobody is to wait for
        await server.serve([listener])


def api_server(context: Context) -> uvicorn.Server:
    """Return the server of the API."""
    config = uvicorn.Config(
        create_app(context), log_config=None, access_log=False, server_header=False, lifespan="off",
        timeout_graceful_shutdown=_DRAIN_S, timeout_keep_alive=30, backlog=2048,
        limit_concurrency=_MOST_CONNECTIONS,
    )  # fmt: skip
    return _Server(config, context.tails.end)


class _Server(uvicorn.Server):
    """Ends what would never end by itself before it waits for the answers under way."""

    def __init__(self, config: uvicorn.Config, end_streams: Callable[[], None]) -> None:
        super().__init__(config)
        self._end_streams = end_streams

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop taking, and finish what is under way."""
        self._end_streams()
        await super().shutdown(sockets)


async def serve_matcher(settings: Settings) -> None:
    """Run the matcher until SIGTERM."""
    come_last()  # people who wait for an answer come before a batch
    async with opened(settings, migrate=True) as context, monitored(settings):
        with Workers(settings.executor) as workers:
            matcher, importer = Matcher(context, solvers(settings, workers), warm_up), Importer(context)
            await _until_stopped(lambda stop: _both(matcher.run, importer.run, stop))


async def serve_deliverer(settings: Settings) -> None:
    """Run the deliverer until SIGTERM."""
    async with opened(settings, migrate=True) as context, monitored(settings):
        await _until_stopped(lambda stop: run_deliverer(context, stop))


def solvers(settings: Settings, workers: Workers) -> Callable[[], Solve]:
    """Return what makes the engine of one market, with this service's time limit; it ends early when told to stop.

    The ``workers`` solve the parts of large markets.
    """
    threads = ThreadPoolExecutor(os.cpu_count())

    def new() -> Solve:
        session = Session(executor=threads, parts=workers.parts())

        def run(instance: Instance, stopped: Callable[[], bool]) -> Plan:
            deadline = Deadline(monotonic_s, settings.batch_time_limit_s)

            def left_s() -> float:
                if stopped():
                    workers.stop()
                    return 0.0
                return deadline()

            return session.solve(instance, left_s, clock=monotonic_s)

        return run

    return new


async def _both(first: _Run, second: _Run, stop: asyncio.Event) -> None:
    """Run both until `stop` is set; a fault of either ends both, and the process, which starts afresh."""
    async with asyncio.TaskGroup() as group:
        group.create_task(first(stop))
        group.create_task(second(stop))


async def _until_stopped(run: _Run) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    await run(stop)
