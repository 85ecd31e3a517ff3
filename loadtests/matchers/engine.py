"""The engine itself, with a thread for each core, and with the parts of an instance solved by processes first."""

from __future__ import annotations

import os
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import matching
from loadtests.matchers.answers import Answer, Moment
from matching import Deadline, Instance, Parts, Progress, solve
from service.workers import Workers


def warm_up() -> None:
    """Load the kernels, or compile them where that was not done before."""
    matching.warm_up()


def run_in_parts(instance: Instance, limit_s: float | None) -> Answer:
    """Return the plan of an instance that is cut, however small it is; the workers' start counts."""
    with Workers("") as workers:
        return run(instance, limit_s, replace(workers.parts(), from_trips=0, least_workers=1))


def run(instance: Instance, limit_s: float | None, parts: Parts | None = None) -> Answer:
    """Return the engine's plan, and how its score and bound came about."""
    start = time.monotonic()
    trace: list[Moment] = []

    def note(progress: Progress) -> None:
        trace.append((time.monotonic() - start, progress.score, progress.bound))

    with ThreadPoolExecutor(os.cpu_count()) as threads:
        budget = Deadline(time.monotonic, limit_s) if limit_s else None
        plan = solve(instance, budget, progress=note, clock=time.monotonic, executor=threads, parts=parts)
    stages = {stage: took for stage, took in plan.timing_s.items() if stage != "total"}
    return Answer(plan, stages, tuple(trace))
