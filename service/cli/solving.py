"""The engine as commands run it: warm before the clock of a limit starts, on all cores, quiet on standard output."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING

from service.cli.output import say

if TYPE_CHECKING:
    from matching import Instance, Parts, Plan, Progress


def solved(problem: Instance, time_limit_s: float | None, seed: int) -> Plan:
    """Solve an instance, telling of progress. Raises MatchingError."""
    from matching import Deadline, solve, warm_up
    from service.clock import monotonic_s

    say("loading the engine; its first run on a machine compiles it, which takes some 20 s")
    warm_up()
    budget = Deadline(monotonic_s, time_limit_s) if time_limit_s is not None else None
    with (
        _quiet_standard_output(),
        ThreadPoolExecutor(os.cpu_count()) as threads,
        _parts_of(problem) as parts,
    ):
        return solve(problem, budget, seed=seed, progress=_show, clock=monotonic_s, executor=threads, parts=parts)


@contextmanager
def _parts_of(problem: Instance) -> Iterator[Parts | None]:
    """Yield who solves the parts of a large instance; a smaller one is matched without any part of the service."""
    from matching import Parts

    if len(problem.trips) < Parts.from_trips:
        yield None
        return
    from service.cli.options import settings_of
    from service.workers import Workers

    with Workers(settings_of().executor) as workers:
        yield workers.parts()


@contextmanager
def _quiet_standard_output() -> Iterator[None]:
    """Send what a solver beneath prints by itself to standard error: standard output is for the plan."""
    sys.stdout.flush()
    kept = os.dup(1)
    try:
        os.dup2(2, 1)
        yield
    finally:
        os.dup2(kept, 1)
        os.close(kept)


def _show(progress: Progress) -> None:
    figures = [f"{name} {value}" for name, value in (("score", progress.score), ("bound", progress.bound)) if value]
    say(" ".join([f"{progress.stage}:", *figures]))
