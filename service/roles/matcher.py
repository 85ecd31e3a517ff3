"""The matcher's process: batches, what is due, and imports."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from matching import Deadline, Instance, Plan, Session, warm_up
from service.batch_runs import Solve
from service.clock import monotonic_s
from service.importer import Importer
from service.matcher import Matcher
from service.monitoring import monitored
from service.processes import Run, come_last, until_stopped
from service.settings import Settings
from service.wiring import opened
from service.workers import Workers


async def serve_matcher(settings: Settings) -> None:
    """Run the matcher until SIGTERM."""
    come_last()  # people who wait for an answer come before a batch
    async with opened(settings, migrate=True) as context, monitored(settings):
        with Workers(settings.executor) as workers:
            matcher, importer = Matcher(context, solvers(settings, workers), warm_up), Importer(context)
            await until_stopped(lambda stop: _both(matcher.run, importer.run, stop))


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


async def _both(first: Run, second: Run, stop: asyncio.Event) -> None:
    """Run both until `stop` is set; a fault of either ends both, and the process, which starts afresh."""
    async with asyncio.TaskGroup() as group:
        group.create_task(first(stop))
        group.create_task(second(stop))
