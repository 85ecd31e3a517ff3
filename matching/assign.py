"""The best plan of the columns, and the bound: exact where it can be, by large neighbourhoods elsewhere.

Columns that fall short of their prices by little make nearly all of a best plan, so they are packed first. Then regions
are packed anew with more columns while the other cars stay (Shaw 1998), where most is lost against the bound.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor

import numpy as np

from matching.budget import Budget, Progress
from matching.candidates import Pairs
from matching.close import Assignment, Closer
from matching.columns import Columns, Pricer
from matching.duals import Prices, gains_of
from matching.generate import generate
from matching.improve import Improver
from matching.packing import pack_exactly, pack_greedily, unserved
from matching.rows import Rows
from matching.tables import I64, Tables
from matching.workspace import WIDTH

_KEEP = 30
_GENERATE_SHARE = 0.7  # of the budget
_SHORTFALL = 50.0  # seconds below the prices; columns packed first
_CORE_COLUMNS = 12_000
_NEAR = 200.0
_NEAR_WORK = 150_000
_NEAR_SHARE = 0.75  # of the budget, until near columns are found
_RESERVE_SHARE = 0.02  # of the budget, to write the plan
_CORE_NODES = 200
_FIRST_NODES, _LAST_NODES = 1, 500  # of the optimiser's tree, to close the gap


def assign(
    tables: Tables,
    pairs: Pairs,
    rows: Rows,
    budget: Budget,
    seed: int,
    report: Callable[[Progress], None],
    executor: Executor | None = None,
) -> Assignment:
    """Return the best columns found within the budget, and a bound on the score of any plan."""
    pricer = Pricer(tables, pairs, _KEEP, executor)
    whole = budget()
    nothing = np.empty((0, WIDTH), np.int32)

    def generated_so_far(columns: Columns, bound: int) -> None:
        report(Progress("trips", None, bound))

    found = generate(tables, rows, pricer, lambda: budget() < whole * (1 - _GENERATE_SHARE), generated_so_far)
    if found.broken:
        return Assignment(nothing, 0, found.broken)
    near = pricer.price(found.prices, -_NEAR, _NEAR_WORK, lambda: budget() < whole * (1 - _NEAR_SHARE))
    columns = np.unique(np.concatenate([found.columns, near.columns]), axis=0)
    chosen = _pack(rows, columns, found.prices, budget)
    closer = Closer(tables, pairs, rows, found.prices, executor)
    best = Assignment(columns[chosen], found.bound, tuple(unserved(rows, columns[chosen]).tolist()))

    def improved(now: I64) -> None:
        report(Progress("solve", int(columns[now, 1].sum()), best.bound))

    def left() -> float:
        return budget() - _RESERVE_SHARE * min(whole, 1e6)

    improved(chosen)
    best = closer.close(best, found.bound, _FIRST_NODES, left)
    if best.bound > best.chosen[:, 1].sum() or best.broken:
        columns, chosen = _with(columns, best.chosen)
        improver = Improver(tables.trips, rows, columns, found.prices, seed)
        chosen = improver.improve(chosen, left, improved)
        best = Assignment(columns[chosen], best.bound, tuple(unserved(rows, columns[chosen]).tolist()))
        best = closer.close(best, found.bound, _LAST_NODES, left)
    return best


def _with(columns: Columns, chosen: Columns) -> tuple[Columns, I64]:
    """Return sorted columns with the chosen ones among them, and where these are."""
    columns, where = np.unique(np.concatenate([columns, chosen]), axis=0, return_inverse=True)
    return columns, where.reshape(-1)[len(where) - len(chosen) :]


def _pack(rows: Rows, columns: Columns, prices: Prices, budget: Budget) -> I64:
    """Return a first choice: greedy, then exact among the columns nearest to their prices."""
    shortfall = -gains_of(prices, columns)
    chosen = pack_greedily(rows, columns, -shortfall)
    everything = np.argsort(shortfall, kind="stable")
    free = everything[: min(int(np.searchsorted(shortfall[everything], _SHORTFALL)), _CORE_COLUMNS)]
    packed = pack_exactly(rows, columns, free, chosen[:0], budget() * 0.6, 1e-4, _CORE_NODES) if budget() > 0 else None
    if packed is not None and _better(rows, columns, packed.chosen, chosen):
        chosen = packed.chosen
    return chosen


def _better(rows: Rows, columns: Columns, new: I64, old: I64) -> bool:
    """Say whether a choice leaves fewer commitments open than another, or as many and earns more."""
    left = [len(unserved(rows, columns[choice])) for choice in (new, old)]
    return left[0] < left[1] or (left[0] == left[1] and columns[new, 1].sum() > columns[old, 1].sum())
