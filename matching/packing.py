"""Columns that fit together, picked greedily: a plan at once, whatever time is left."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from matching.columns import Columns
from matching.milp import F64
from matching.rows import Rows
from matching.workspace import HEAD


def pack_greedily(rows: Rows, columns: Columns, order: F64) -> Columns:
    """Return columns that break no row, taken by falling ``order``; cars that must drive come first.

    Trips with a return are left out, as one of the two may find no car.
    """
    linked: NDArray[np.bool_] = np.zeros(rows.requests + 1, np.bool_)  # the last is nobody, numbered -1
    linked[rows.returns.reshape(-1)] = True
    able = ~np.any(linked[columns[:, HEAD:]], axis=1)
    rank = np.lexsort((-order, ~rows.must_drive[columns[:, 0]]))
    used: set[tuple[str, int]] = set()
    chosen = []
    for n in rank[able[rank]].tolist():
        column = columns[n]
        claims = _claims(rows, column)
        if used.isdisjoint(claims):
            used.update(claims)
            chosen.append(n)
    return columns[chosen]


def _claims(rows: Rows, column: Columns) -> list[tuple[str, int]]:
    """Return what a column uses that at most one column may."""
    car = int(column[0])
    riders = column[HEAD : HEAD + column[2]].tolist()
    groups = [int(rows.offer_group[car]), *(int(rows.request_group[r]) for r in riders)]
    return [("offer", car), *(("request", r) for r in riders), *(("either", g) for g in groups if g >= 0)]
