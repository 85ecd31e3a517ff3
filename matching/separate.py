"""Separation: the cuts that a point of the linear program breaks.

Two trips are shared by the columns that hold both. Three trips that are shared two by two, by parts of columns that add
up to more than one, break the cut of the three.
"""

from __future__ import annotations

from collections import defaultdict
from itertools import combinations

import numpy as np

from matching.columns import Columns
from matching.milp import F64
from matching.tables import I64
from matching.workspace import HEAD

_LEAST = 0.02  # by which a cut is broken that is worth its row
_WHOLE = 1e-6


def broken_cuts(columns: Columns, x: F64, offers: int) -> I64:
    """Return the trips of each cut, shape (n, 3), that parts ``x`` of columns break, the worst first."""
    parts = np.flatnonzero((x > _WHOLE) & (x < 1 - _WHOLE))
    shared: dict[tuple[int, ...], float] = defaultdict(float)
    beside: dict[int, set[int]] = defaultdict(set)
    for column, part in zip(columns[parts].tolist(), x[parts].tolist(), strict=True):
        trips = [column[0], *sorted(offers + rider for rider in column[HEAD : HEAD + column[2]])]
        for size in (2, 3):
            for some in combinations(trips, size):
                shared[some] += part
        for trip in trips:
            beside[trip].update(trips)
    held = {}
    for trip, others in beside.items():
        for first, second in combinations(sorted(others - {trip}), 2):
            three = tuple(sorted((trip, first, second)))
            # A column that holds all three is counted with each two of them.
            pairs = sum(shared.get(two, 0.0) for two in combinations(three, 2))
            held[three] = pairs - 2 * shared.get(three, 0.0)
    broken = [three for three, amount in held.items() if amount > 1 + _LEAST]
    broken.sort(key=lambda three: (-held[three], three))
    return np.array(broken, np.int64).reshape(len(broken), 3)
