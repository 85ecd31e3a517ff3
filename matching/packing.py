"""Columns that fit together: greedily at once, exactly for a region of cars while the others stay as they are."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from matching.columns import Columns
from matching.milp import F64, Program, solve_integer
from matching.rows import Rows
from matching.tables import I64
from matching.workspace import HEAD

_INEXACT = 1e-8  # of a solver's bound, which it works out in doubles with tolerances
_BREACH = 1e8  # what leaving a commitment open costs: more than any plan is worth


class Packed(NamedTuple):
    """Positions of the columns chosen, whether none better fit together for certain, and the nodes that took.

    ``bound``: no choice of the free columns is worth more beside the fixed ones, which do not count. ``fewest``: for
    certain, none leaves fewer commitments open.
    """

    chosen: I64
    proven: bool
    nodes: int
    bound: float
    fewest: bool


def pack_greedily(rows: Rows, columns: Columns, order: F64, taken: Columns) -> I64:
    """Return positions of columns that break no row beside those ``taken``, by falling ``order``; who must drive first.

    Trips with a return are left out, as one of the two may find no car.
    """
    rank = np.lexsort((-order, ~rows.must_drive[columns[:, 0]]))
    rank = rank[~rows.linked(columns)[rank]]
    used: set[int] = set()
    for column in taken:
        used.update(_claims(rows, column.tolist()))
    chosen = []
    for n, column in zip(rank.tolist(), columns[rank].tolist(), strict=True):
        claims = _claims(rows, column)
        if used.isdisjoint(claims):
            used.update(claims)
            chosen.append(n)
    return np.array(chosen, np.int64)


def _claims(rows: Rows, column: list[int]) -> list[int]:
    """Return the rows of offers, requests and groups that a column uses."""
    car = column[0]
    riders = column[HEAD : HEAD + column[2]]
    claims = [car, *(rows.offers + r for r in riders)]
    if rows.groups:
        first = rows.offers + rows.requests
        groups = [rows.offer_group[car], *(rows.request_group[r] for r in riders)]
        claims += [first + int(g) for g in groups if g >= 0]
    return claims


def pack_exactly(
    rows: Rows, columns: Columns, free: I64, fixed: I64, time_limit_s: float, gap: float, nodes: int
) -> Packed | None:
    """Return the best choice from the columns at ``free`` beside those at ``fixed``, or None if none was found in time.

    Cars that must drive and find no column count as a loss that any plan would avoid.
    """
    low, high = rows.limits()
    taken = rows.entries(columns[fixed])
    activity = np.bincount(taken.row, taken.value, rows.size)
    low, high = low - activity, high - activity
    entries = rows.entries(columns[free])
    full = (high < 0.5) & (np.arange(rows.size) < rows.size - len(rows.returns))
    blocked = np.zeros(len(free), np.bool_)
    blocked[entries.column[full[entries.row]]] = True
    free = free[~blocked]
    entries = rows.entries(columns[free])
    must = np.flatnonzero(rows.must_drive & (activity[: rows.offers] < 0.5))
    used, row = np.unique(np.concatenate([entries.row, must]), return_inverse=True)
    row = row.reshape(-1)
    untouched = np.ones(rows.size, np.bool_)
    untouched[used] = False
    if np.any((low > 1e-9) & untouched):
        return None  # an outward trip in a fixed car, whose return has no column here
    solution = solve_integer(
        Program(
            weight=np.concatenate([columns[free, 1].astype(np.float64), np.full(len(must), -_BREACH)]),
            low=low[used],
            high=high[used],
            row=row,
            column=np.concatenate([entries.column, len(free) + np.arange(len(must))]),
            value=np.concatenate([entries.value, np.ones(len(must))]),
        ),
        time_limit_s,
        gap,
        nodes,
    )
    if solution is None:
        return None
    inexact = _INEXACT * abs(solution.bound)
    return Packed(
        free[solution.x[: len(free)] > 0.5],
        solution.bound <= solution.weight + 0.5 - inexact,
        solution.nodes,
        solution.bound + inexact,
        solution.bound < solution.weight + _BREACH / 2,
    )


def unserved(rows: Rows, columns: Columns) -> I64:
    """Return the cars with commitments that no column of a choice serves."""
    driven = np.zeros(rows.offers, np.bool_)
    driven[columns[:, 0]] = True
    return np.flatnonzero(rows.must_drive & ~driven)


def standing(rows: Rows, chosen: Columns) -> Columns:
    """Return a choice that breaks no row: ways out and back only together, and commitments all kept or nothing."""
    if not rows.hold(chosen):
        chosen = chosen[~rows.linked(chosen)]
    return chosen[:0] if not rows.hold(chosen) or len(unserved(rows, chosen)) else chosen
