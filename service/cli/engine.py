"""``carpool match``: an instance in, a plan out; no service needed."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from service.cli.documents import Refused, read_json
from service.cli.output import say

if TYPE_CHECKING:
    from matching import Instance, Parts, Progress


def match(
    instance: Annotated[Path, typer.Argument(help="The instance (JSON); - reads standard input.")],
    output: Annotated[Path | None, typer.Option("-o", "--output", help="Where to write the plan.")] = None,
    time_limit: Annotated[float | None, typer.Option(min=0.001, help="Longest to optimise, in seconds.")] = None,
    seed: Annotated[int, typer.Option(help="Seed of all chance; the same seed gives the same plan.")] = 0,
    certificate: Annotated[bool, typer.Option("--certificate", help="Add what carpool verify needs.")] = False,
) -> None:
    """Match an instance's offers and requests, and say how good the plan is."""
    from matching import Deadline, MatchingError, instance_from_json, plan_to_json, solve, warm_up
    from service.clock import monotonic_s

    try:
        problem = instance_from_json(read_json(instance))
        say("loading the engine; its first run on a machine compiles it, which takes some 20 s")
        warm_up()  # before the clock of the limit starts
        budget = Deadline(monotonic_s, time_limit) if time_limit is not None else None
        with (
            _quiet_standard_output(),
            ThreadPoolExecutor(os.cpu_count()) as threads,
            _parts_of(problem) as parts,
        ):
            plan = solve(problem, budget, seed=seed, progress=_show, clock=monotonic_s, executor=threads, parts=parts)
    except MatchingError as fault:
        raise Refused(f"{instance}: {fault}") from None
    text = json.dumps(plan_to_json(plan, certificate=certificate))
    if output is None:
        print(text)
    else:
        output.write_text(text + "\n", encoding="utf-8")
    gap = (plan.bound - plan.score) / plan.bound if plan.bound > 0 else 0.0
    riders = sum(len(car.requests) for car in plan.matches)
    say(f"{len(plan.matches)} cars, {riders} riders, score {plan.score}, at most {plan.bound} ({plan.bound_scope}): "
        f"gap {gap:.3%}")  # fmt: skip


def _show(progress: Progress) -> None:
    figures = [f"{name} {value}" for name, value in (("score", progress.score), ("bound", progress.bound)) if value]
    say(" ".join([f"{progress.stage}:", *figures]))


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
