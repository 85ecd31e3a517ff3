"""Rounds of cuts at different places: each part starts from the plan at hand, which no cut goes through.

What a cut keeps apart in one round comes together in the next, so a round repairs what the one before lost at its
cuts. A part that is not solved in time, or whose worker died, stays as it was.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, CancelledError, Executor, Future, wait
from contextlib import suppress
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from matching.budget import GRACE_S, Budget, Progress, first_share
from matching.candidates import Pairs
from matching.columns import distinct
from matching.model import Instance
from matching.packing import standing
from matching.parts.cut import cut
from matching.parts.graph import build_graph, sample_pairs, straddles
from matching.parts.part import (
    Part,
    Solved,
    Task,
    TripDuals,
    by_row,
    by_trip,
    into_part,
    out_of_part,
    parts_of,
    solve_part,
    split,
)
from matching.rows import Rows
from matching.start import Start
from matching.tables import I64, Tables

_SHARES = (0.4, 0.5)  # of the time left, one after the other
_AGAIN = 4.0  # what an edge weighs that was cut in the round before
_LATE = 1.1  # of a round's time: parts that are still not back are not waited for
_LOOK_S = 0.1  # how soon the budget's end is seen


@dataclass(frozen=True)
class Parts:
    """How large instances are cut, and who solves the parts.

    Parameters
    ----------
    executor
        Any of ``concurrent.futures``: threads, processes, other machines. A part whose worker dies
        (``BrokenExecutor``) is left as it was.
    workers
        Says how many parts are solved at once, to share the time out; ``BrokenExecutor`` where nobody is there.
    allowance
        Makes the budget of so many seconds where a part is solved: it goes with the work, so processes need it to be
        pickled. ``functools.partial(Deadline, time.monotonic)`` is one.
    most_trips
        Of a part.
    from_trips
        Smaller instances are not cut.
    least_workers
        With fewer nothing is cut: the whole gets further in their time.
    """

    executor: Executor
    workers: Callable[[], int]
    allowance: Callable[[float], Budget]
    most_trips: int = 4_000
    from_trips: int = 50_000
    least_workers: int = 4

    def __post_init__(self) -> None:
        if self.most_trips < 1:
            raise ValueError(f"most_trips must be at least 1, not {self.most_trips}")

    def concern(self, instance: Instance) -> bool:
        """Say whether an instance is large enough to be cut, and whether there are workers enough."""
        if len(instance.offers) + len(instance.requests) < self.from_trips:
            return False
        try:
            return self.workers() >= self.least_workers
        except BrokenExecutor:
            return False


class Whole(NamedTuple):
    """An instance, its tables, feasible pairs and rows."""

    instance: Instance
    tables: Tables
    pairs: Pairs
    rows: Rows


def improve_in_parts(
    whole: Whole, start: Start, budget: Budget, parts: Parts, seed: int, report: Callable[[Progress], None]
) -> Start:
    """Return a start with a better plan, and with the columns and duals that the parts' runs found."""
    rows, sample = whole.rows, sample_pairs(whole.pairs)
    cut_before = np.zeros(len(sample), np.bool_)
    known = len(start.chosen) > 0
    for n, share in enumerate(_SHARES):
        left = first_share(budget, share)
        if left() <= 0:
            break
        graph = build_graph(whole.tables, rows, sample, start.chosen)
        graph = graph._replace(weight=graph.weight * np.where(cut_before, _AGAIN, 1.0))
        labels = cut(graph, parts.most_trips)
        cut_before = straddles(labels, sample, rows.offers)
        start = _run_round(_Round(whole.instance, rows, parts, seed + n, known), labels, start, left, report)
        if not len(start.chosen):
            break  # nothing came back in time: the rest of it is the whole's
        known = True
    return start._replace(chosen=standing(rows, start.chosen))


class _Round(NamedTuple):
    instance: Instance
    rows: Rows
    parts: Parts
    seed: int
    known: bool  # duals and columns are a run's, not a guess


def _run_round(round_: _Round, labels: I64, start: Start, left: Budget, report: Callable[[Progress], None]) -> Start:
    rows = round_.rows
    pieces = parts_of(labels, rows.offers)
    duals = by_trip(rows._replace(cuts=start.cuts), start.dual)
    offer, request = duals.offer.copy(), duals.request.copy()
    columns, chosen = [start.columns], start.chosen
    tasks = _tasks(round_, pieces, duals if round_.known else None, start, max(left(), GRACE_S))
    for part, solved in _solve_all(round_.parts.executor, tasks, pieces, left):
        offer[part.offers], request[part.requests] = solved.duals
        columns.append(out_of_part(part, solved.columns))
        mine = np.isin(chosen[:, 0], part.offers)
        chosen = np.concatenate([chosen[~mine], out_of_part(part, solved.chosen)])
        report(Progress("parts", int(chosen[:, 1].sum()), None))
    return start._replace(
        dual=by_row(rows, duals._replace(offer=offer, request=request)),
        columns=distinct(np.concatenate(columns))[0],
        chosen=chosen[np.argsort(chosen[:, 0], kind="stable")],
        cuts=start.cuts[:0],
    )


def _tasks(round_: _Round, pieces: list[Part], duals: TripDuals | None, start: Start, left_s: float) -> Iterator[Task]:
    """Yield the task of each part, with a share of the time by its trips."""
    parts, rows = round_.parts, round_.rows
    second = left_s * parts.workers() / max(1, rows.offers + rows.requests)  # of a trip
    for part, instance in zip(pieces, split(round_.instance, pieces), strict=True):
        yield Task(
            instance,
            duals.of(part) if duals else None,
            into_part(part, rows, start.columns),
            into_part(part, rows, start.chosen),
            round_.seed,
            second * len(instance.trips),
            parts.allowance,
        )


def _solve_all(
    executor: Executor, tasks: Iterator[Task], pieces: list[Part], left: Budget
) -> Iterator[tuple[Part, Solved]]:
    """Yield parts as they are solved, until they are or the time is over."""
    late_s = (_LATE - 1) * left()
    futures: dict[Future[Solved], Part] = {}
    with suppress(BrokenExecutor):
        for part, task in zip(pieces, tasks, strict=True):
            futures[executor.submit(solve_part, task)] = part
    pending = set(futures)
    try:
        while pending and left() > -late_s:
            done, pending = wait(pending, _LOOK_S, FIRST_COMPLETED)
            for future in done:
                with suppress(BrokenExecutor, CancelledError):
                    yield futures[future], future.result()
    finally:
        for future in pending:
            future.cancel()
