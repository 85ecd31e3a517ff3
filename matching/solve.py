"""An instance in, a plan out: candidates, columns, assignment."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor

from matching.assign import assign
from matching.budget import Budget, Clock, Progress, Stages, unlimited
from matching.candidates import feasible_pairs
from matching.certificate import certificate_of
from matching.kept import Kept, carry, keep
from matching.model import CommitmentBroken, Instance, NoPlanFound, Plan
from matching.parts import Parts, Whole, improve_in_parts
from matching.plans import build_matches, score_of
from matching.rows import build_rows
from matching.start import from_nothing
from matching.tables import build_tables


def solve(
    instance: Instance,
    budget: Budget | None = None,
    *,
    seed: int = 0,
    progress: Callable[[Progress], None] | None = None,
    clock: Clock | None = None,
    executor: Executor | None = None,
    parts: Parts | None = None,
) -> Plan:
    """Return the best plan found for an instance, with a bound on the score of any plan.

    Parameters
    ----------
    instance
        The offers and requests to match.
    budget
        How much time there is; without one the search ends by itself. The same instance and seed give the same plan
        unless the budget cuts the search short.
    seed
        Of the search's random choices.
    progress
        Is told where the run stands.
    clock
        Seconds of a monotonic clock, for the plan's ``timing_s``; without one that stays empty.
    executor
        Threads that share the work, such as a ``ThreadPoolExecutor`` of one per core; without one there is a single.
    parts
        How an instance of many trips is cut into parts that are solved apart first, and by whom.

    Raises
    ------
    CommitmentBroken
        If an offer cannot carry the requests committed to it, so that no plan keeps the rules.
    NoPlanFound
        If no plan that keeps all commitments was found in time.
    """
    plan, _ = run(instance, None, budget, seed, progress=progress, clock=clock, executor=executor, parts=parts)
    return plan


def run(
    instance: Instance,
    kept: Kept | None,
    budget: Budget | None,
    seed: int,
    *,
    progress: Callable[[Progress], None] | None,
    clock: Clock | None,
    executor: Executor | None,
    parts: Parts | None,
) -> tuple[Plan, Kept]:
    """Return what :func:`solve` does, found from what a run before ``kept``, and what this run keeps."""
    budget = budget or unlimited
    stages = Stages(clock)
    report = progress or _silent
    carried = carry(kept, instance) if kept else None
    tables = build_tables(instance)
    report(Progress("candidates", None, None))
    pairs = feasible_pairs(tables, executor, carried.pairs(instance) if carried else None)
    stages.end("candidates")
    rows = build_rows(instance, tables)
    start = carried.start(instance, tables, pairs, rows) if carried else from_nothing(tables, pairs, rows)
    if parts is not None and parts.concern(instance):
        start = improve_in_parts(Whole(instance, tables, pairs, rows), start, budget, parts, seed, report)
        stages.end("parts")
    result, end = assign(tables, pairs, rows, start, budget, seed, report, executor)
    rows = rows._replace(cuts=end.cuts)
    stages.end("trips")
    if result.broken:
        offer = instance.offers[result.broken[0]]
        raise (CommitmentBroken if result.hopeless else NoPlanFound)(offer.id, offer.committed)
    matches = build_matches(instance, tables, result.chosen)
    score = score_of(instance, matches)
    stages.end("solve")
    report(Progress("done", score, result.bound))
    plan = Plan(
        matches=matches,
        score=score,
        bound=max(result.bound, score),
        bound_scope="complete" if tables.complete else "restricted",
        timing_s=stages.timing_s,
        sizes={"offers": len(instance.offers), "requests": len(instance.requests), "candidates": len(pairs.rows)},
        certificate=certificate_of(instance, rows, end.dual),
    )
    return plan, keep(instance, rows, pairs, end)


def _silent(_: Progress) -> None:
    pass
