"""The core of a plan: columns that fall short of their prices by little make nearly all of a best one."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from matching.columns import Columns
from matching.duals import Prices, gains_of
from matching.packing import pack_exactly, unserved
from matching.rows import Rows
from matching.tables import I64

_SHORTFALL = 50.0  # seconds below the prices; columns packed first
_CORE_COLUMNS = 12_000  # more than these are packed by regions at once
_CORE_SHARE = 0.5  # of the time left
_CORE_NODES = 200


def pack_core(rows: Rows, columns: Columns, prices: Prices, chosen: I64, left: Callable[[], float]) -> I64:
    """Return the best choice among the columns nearest to their prices where these are few, else the one at hand."""
    shortfall = -gains_of(prices, columns)
    core = np.flatnonzero(shortfall < _SHORTFALL)
    if len(core) > _CORE_COLUMNS or left() <= 0:
        return chosen
    free = np.union1d(core, chosen)
    packed = pack_exactly(rows, columns, free, chosen[:0], left() * _CORE_SHARE, 1e-4, _CORE_NODES)
    if packed is not None and _better(rows, columns, packed.chosen, chosen):
        return packed.chosen
    return chosen


def _better(rows: Rows, columns: Columns, new: I64, old: I64) -> bool:
    """Say whether a choice leaves fewer commitments open than another, or as many and earns more."""
    left = [len(unserved(rows, columns[choice])) for choice in (new, old)]
    return left[0] < left[1] or (left[0] == left[1] and columns[new, 1].sum() > columns[old, 1].sum())
