"""Columns that fit together: greedily at once, exactly for a region of cars while the others stay as they are."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from matching.columns import Columns
from matching.jit import kernel
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
    used = np.zeros(rows.size, np.bool_)
    used[rows.entries(taken).row] = True
    chosen = np.empty(len(rank), np.int64)
    count = _take(columns, rank, rows.offers, rows.requests, rows.offer_group, rows.request_group, used, chosen)
    return chosen[:count]


@kernel
def _take(
    columns: Any, rank: Any, offers: int, requests: int, offer_group: Any, request_group: Any, used: Any, chosen: Any
) -> int:
    """Write those positions of ``rank``, one after the other, whose rows are not ``used`` by then; return how many.

    Cars without a group and riders without one have group -1.
    """
    first_group = offers + requests
    count = 0
    for at in rank:
        car, end = columns[at, 0], HEAD + columns[at, 2]
        group = offer_group[car]
        free = not used[car] and (group < 0 or not used[first_group + group])
        for slot in range(HEAD, end):
            rider = columns[at, slot]
            group = request_group[rider]
            free = free and not used[offers + rider] and (group < 0 or not used[first_group + group])
        if not free:
            continue
        used[car] = True
        if offer_group[car] >= 0:
            used[first_group + offer_group[car]] = True
        for slot in range(HEAD, end):
            rider = columns[at, slot]
            used[offers + rider] = True
            if request_group[rider] >= 0:
                used[first_group + request_group[rider]] = True
        chosen[count] = at
        count += 1
    return count


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


def is_better(rows: Rows, columns: Columns, new: I64, old: I64) -> bool:
    """Say whether a choice leaves fewer commitments open than another, or as many and earns more."""
    left = [len(unserved(rows, columns[choice])) for choice in (new, old)]
    return left[0] < left[1] or (left[0] == left[1] and columns[new, 1].sum() > columns[old, 1].sum())
