"""The columns most likely in a best plan, packed at once.

Where they are too many for that, those come first of which a solution of the linear program has nearly all, and only
what fits beside them is packed (relax and fix; Wolsey 1998, Integer Programming, chapter 12).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from matching.columns import Columns
from matching.duals import Prices, gains_of
from matching.milp import F64
from matching.packing import is_better, pack_exactly, pack_greedily
from matching.rows import Rows
from matching.tables import I64
from matching.workspace import HEAD

_SHARE = 0.5  # of the time left
_NODES = 1
_GAP = 1e-4
_NEAR_S = 20.0  # below the prices; columns packed
_CHOICES = 8  # the nearest columns of each rider are packed, too
_MOST = 2_500  # columns packed; of more the optimiser may make a matter of seconds
_NEARLY_ALL = (2.0, 0.99, 0.95, 0.9, 0.8, 0.7, 0.6, 0.5)  # shares, the first of which leaves few enough columns
_A_SECOND = 4_000  # columns; with less time for them, the optimiser finds nothing better
_AROUND = ((1, 12_000), (3, 9_000))  # choices, and columns at most, where a plan stands that has farther ones, too


class _Core(NamedTuple):
    """Positions of the columns packed, and of those that are chosen beforehand."""

    free: I64
    fixed: I64


def pack_core(rows: Rows, columns: Columns, prices: Prices, share: F64, chosen: I64, left: Callable[[], float]) -> I64:
    """Return the best choice among the columns nearest to their prices, or the one at hand where that is better.

    ``share``: about how much of each column a solution of the linear program has.
    """
    shortfall = -gains_of(prices, columns)
    near = np.flatnonzero((shortfall < _NEAR_S) | (_rank_for_riders(columns, shortfall) < _CHOICES))
    core = _small_core(rows, columns, near, share)
    return chosen if core is None else _pack(rows, columns, core, chosen, left)


def pack_around(
    rows: Rows,
    columns: Columns,
    prices: Prices,
    chosen: I64,
    left: Callable[[], float],
    report: Callable[[I64], None],
) -> bool:
    """Pack those of a good plan and the few columns nearest to their prices; say whether these were few enough.

    ``report`` is told of the best choice among the first few, which takes a third of the time, and then among more.
    """
    shortfall = -gains_of(prices, columns)
    rank = _rank_for_riders(columns, shortfall)
    packed = False
    for choices, most in _AROUND:
        near = np.flatnonzero((shortfall < _NEAR_S) | (rank < choices))
        if len(near) <= min(most, left() * _A_SECOND):
            chosen = _pack(rows, columns, _Core(np.union1d(near, chosen), chosen[:0]), chosen, left)
            report(chosen)
            packed = True
    return packed


def _small_core(rows: Rows, columns: Columns, near: I64, share: F64) -> _Core | None:
    """Return a core of up to :data:`_MOST` columns, if there is one: where they are more, more of them are fixed."""
    order = np.flatnonzero((share >= _NEARLY_ALL[-1]) & ~rows.linked(columns))
    fits = order[pack_greedily(rows, columns[order], share[order], columns[:0])]
    taken, asked = rows.entries(columns[fits]), rows.entries(columns[near])
    share_of_row, most_in_way = np.zeros(rows.size), np.zeros(len(near))
    share_of_row[taken.row] = share[fits][taken.column]
    np.maximum.at(most_in_way, asked.column, share_of_row[asked.row])
    for nearly_all in _NEARLY_ALL:
        free = near[most_in_way < nearly_all]
        if len(free) <= _MOST:
            return _Core(free, fits[share[fits] >= nearly_all])
    return None


def _pack(rows: Rows, columns: Columns, core: _Core, chosen: I64, left: Callable[[], float]) -> I64:
    if left() <= 0:
        return chosen
    packed = pack_exactly(rows, columns, core.free, core.fixed, left() * _SHARE, _GAP, _NODES)
    if packed is None:
        return chosen
    new = np.concatenate([core.fixed, packed.chosen])
    return new if is_better(rows, columns, new, chosen) else chosen


def _rank_for_riders(columns: Columns, shortfall: F64) -> I64:
    """Return of each column how many others are nearer, for the rider of it for whom these are fewest."""
    order = np.argsort(shortfall, kind="stable")
    riders = columns[order][:, HEAD:]
    at, slot = np.nonzero(riders >= 0)
    rider = riders[at, slot]
    by_rider = np.argsort(rider, kind="stable")
    at, rider = at[by_rider], rider[by_rider]
    nearer = np.arange(len(rider)) - np.searchsorted(rider, rider)
    rank = np.full(len(columns), len(columns))
    np.minimum.at(rank, order[at], nearer)
    return rank
