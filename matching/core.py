"""The columns most likely in a best plan, packed at once."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from matching.columns import Columns
from matching.duals import Prices, gains_of
from matching.milp import F64
from matching.packing import pack_exactly, unserved
from matching.rows import Rows
from matching.tables import I64
from matching.workspace import HEAD

_SHORTFALL = 50.0  # seconds below the prices
_LITTLE = 20.0
# How many columns of each rider, and up to how many in all: where riders have few, those whose columns clash stay at
# home, and where there are many columns in all, packing them takes longer than by regions.
_CHOICES = ((5, 5_000), (3, 9_000))
_CHOICES_AGAIN = ((3, 9_000),)  # where a plan stands, which has the others where they help
_MOST_COLUMNS = 12_000
_SHARE = 0.5  # of the time left
_NODES = 1
_GAP = 1e-4


def pack_core(
    rows: Rows, columns: Columns, prices: Prices, chosen: I64, stands: bool, left: Callable[[], float]
) -> I64:
    """Return the best choice among the columns nearest to their prices where these are few, else the one at hand.

    ``stands``: a plan of a run before is in the choice at hand.
    """
    core = _core(columns, -gains_of(prices, columns), _CHOICES_AGAIN if stands else _CHOICES)
    if len(core) > _MOST_COLUMNS or left() <= 0:
        return chosen
    packed = pack_exactly(rows, columns, np.union1d(core, chosen), chosen[:0], left() * _SHARE, _GAP, _NODES)
    if packed is not None and _better(rows, columns, packed.chosen, chosen):
        return packed.chosen
    return chosen


def _core(columns: Columns, shortfall: F64, tiers: tuple[tuple[int, int], ...]) -> I64:
    """Return the positions of the columns nearest to their prices: of all, and for each rider where these are few."""
    rank = _rank_for_riders(columns, shortfall)
    for choices, most in tiers:
        core = np.flatnonzero((shortfall < _LITTLE) | (rank < choices))
        if len(core) <= most:
            return core
    return np.flatnonzero(shortfall < _SHORTFALL)


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
