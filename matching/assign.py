"""Columns and duals in turn until no column improves; then the best plan of these columns.

Column generation for set packing: a linear program over the columns at hand gives prices, pricing finds the cars that
earn more than they pay, until none is left. At that point the program's value bounds every plan.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from matching.budget import Budget, Progress
from matching.candidates import Pairs
from matching.columns import Columns, Pricer
from matching.duals import Prices, bound_of, gains_of, prices_of
from matching.milp import F64, Program, Solution, solve_integer, solve_linear
from matching.packing import pack_greedily
from matching.pricing import NOTHING
from matching.rows import Rows
from matching.tables import R_WORTH, Tables
from matching.workspace import WIDTH

_BREACH = 1e8  # what leaving a commitment open costs: more than any plan is worth
_KEEP = 30
_FIRST_PRICE = 0.9
_FIRST_OPENS = 50
_OPENS = 100_000
_INTEGER_S = 60.0
_GAP = 1e-7
_NEW = 0.05  # seconds; below it a column is one that the program knows already, but for rounding


class Assignment(NamedTuple):
    """The columns chosen, and a bound on the score of any plan. ``broken``: cars that their commitments break."""

    chosen: Columns
    bound: int
    broken: tuple[int, ...]


class _Master:
    """The program over a pool of columns, with a costly way out for cars that must drive."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self._must = np.flatnonzero(rows.must_drive)

    def program(self, columns: Columns) -> Program:
        entries = self._rows.entries(columns)
        low, high = self._rows.limits()
        count = len(columns)
        out = np.arange(count, count + len(self._must))
        return Program(
            weight=np.concatenate([columns[:, 1].astype(np.float64), np.full(len(out), -_BREACH)]),
            low=low,
            high=high,
            row=np.concatenate([entries.row, self._must]),
            column=np.concatenate([entries.column, out]),
            value=np.concatenate([entries.value, np.ones(len(out))]),
        )

    def breaches(self, x: F64, columns: int) -> tuple[int, ...]:
        return tuple(self._must[x[columns:] > 0.5].tolist())


def assign(tables: Tables, pairs: Pairs, rows: Rows, budget: Budget, report: Callable[[Progress], None]) -> Assignment:
    """Return the best columns found within the budget, and a bound on the score of any plan."""
    master = _Master(rows)
    pricer = Pricer(tables, pairs, _KEEP)
    worth = tables.trips.requests[:, R_WORTH].astype(np.float64)
    prices = Prices(np.maximum(np.round(worth * _FIRST_PRICE), 0.0), np.zeros(rows.offers), 0.0)
    prices = prices._replace(constant=float(prices.request.sum()))
    priced = pricer.price(prices, 0.0, _FIRST_OPENS, lambda: False)
    broken = np.flatnonzero((priced.best == NOTHING) & rows.must_drive)
    if len(broken):
        return Assignment(np.empty((0, WIDTH), np.int32), 0, tuple(broken.tolist()))
    bound = bound_of(prices, priced.best)
    pool = priced.columns
    program = master.program(pool)
    solution: Solution | None = None
    while True:
        solution = solve_linear(program)
        if solution is None:
            break
        prices = prices_of(rows, solution.dual)
        priced = pricer.price(prices, 0.0, _OPENS, lambda: budget() < 0)
        if not priced.complete:
            break
        bound = min(bound, bound_of(prices, priced.best))
        report(Progress("trips", None, bound))
        fresh = priced.columns[gains_of(prices, priced.columns) > _NEW]
        if not len(fresh):
            break
        pool = np.concatenate([pool, fresh])
        program = master.program(pool)
    gains = gains_of(prices, pool)
    packed = pack_greedily(rows, pool, gains)
    left = min(budget(), _INTEGER_S)
    best = solve_integer(program, left, _GAP) if left > 0 else None
    if best is None or best.weight < packed[:, 1].sum() - _BREACH / 2:
        return Assignment(packed, bound, ())
    return Assignment(pool[best.x[: len(pool)] > 0.5], bound, master.breaches(best.x, len(pool)))
