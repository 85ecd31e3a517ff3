"""The columns most likely in a best plan, packed at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from matching.columns import Columns
from matching.duals import Prices, gains_of
from matching.milp import F64
from matching.packing import pack_exactly, unserved
from matching.rows import Rows
from matching.tables import I64
from matching.workspace import HEAD

_SHARE = 0.5  # of the time left
_NODES = 1
_GAP = 1e-4


class _Core(NamedTuple):
    """Columns that fall short of their prices by less than ``shortfall_s``, and the nearest ``choices`` of each rider.

    Where they are more than ``most``, packing them takes longer than packing regions.
    """

    shortfall_s: float
    choices: int
    most: int


# The first is quick. Of the second the first that is small enough is packed: riders need columns to turn to.
_CORES = (_Core(50.0, 0, 12_000), (_Core(20.0, 5, 5_000), _Core(20.0, 3, 9_000)))
_CORES_AGAIN = (_Core(20.0, 2, 12_000), (_Core(20.0, 3, 9_000),))  # where a plan stands, which has farther ones too


def pack_core(
    rows: Rows,
    columns: Columns,
    prices: Prices,
    chosen: I64,
    stands: bool,
    left: Callable[[], float],
    report: Callable[[I64], None],
) -> I64:
    """Return the best choice among the columns nearest to their prices where these are few, else the one at hand.

    ``stands``: a plan of a run before is in the choice at hand. ``report`` is told of each choice.
    """
    shortfall = -gains_of(prices, columns)
    rank = _rank_for_riders(columns, shortfall)
    quick, larger = _CORES_AGAIN if stands else _CORES
    for cores in ((quick,), larger):
        for core in cores:
            free = np.flatnonzero((shortfall < core.shortfall_s) | (rank < core.choices))
            if len(free) <= core.most:
                chosen = _pack(rows, columns, free, chosen, left)
                break
        report(chosen)
    return chosen


def _pack(rows: Rows, columns: Columns, free: I64, chosen: I64, left: Callable[[], float]) -> I64:
    if left() <= 0:
        return chosen
    packed = pack_exactly(rows, columns, np.union1d(free, chosen), chosen[:0], left() * _SHARE, _GAP, _NODES)
    return packed.chosen if packed is not None and _better(rows, columns, packed.chosen, chosen) else chosen


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


def _better(rows: Rows, columns: Columns, new: I64, old: I64) -> bool:
    """Say whether a choice leaves fewer commitments open than another, or as many and earns more."""
    left = [len(unserved(rows, columns[choice])) for choice in (new, old)]
    return left[0] < left[1] or (left[0] == left[1] and columns[new, 1].sum() > columns[old, 1].sum())
