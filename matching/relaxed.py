"""The linear program over columns near their prices, to which columns and cuts are added from point to point.

Each is solved from where the one before ended: a few hundred steps of the dual simplex method instead of thousands.
"""

from __future__ import annotations

import numpy as np

from matching.columns import Columns, distinct
from matching.milp import IDLE_COLUMN, IDLE_ROW, Basis, Linear, Program, solve_linear
from matching.rows import Rows
from matching.tables import I64

_IN_USE = 1e-6  # duals below leave their cut out


class Relaxed:
    """The master problem over ``columns``, parts of which may be chosen, under the ``rows``."""

    def __init__(self, rows: Rows, columns: Columns) -> None:
        self.rows, self.columns = rows, columns
        self._basis: Basis | None = None

    def solve(self, time_limit_s: float) -> Linear | None:
        """Return the best point, or None where time is too short."""
        low, high = self.rows.limits()
        program = Program(self.columns[:, 1].astype(np.float64), low, high, *self.rows.entries(self.columns))
        point = solve_linear(program, time_limit_s, self._basis)
        if point is not None:
            self._basis = point.basis
        return point

    def add_columns(self, columns: Columns) -> None:
        """Add those that are not there yet."""
        known = len(self.columns)
        each, where = distinct(np.concatenate([self.columns, columns]))
        new = np.ones(len(each), np.bool_)
        new[where[:known]] = False
        self.columns = np.concatenate([self.columns, each[new]])
        if self._basis is not None:
            idle = np.full(int(new.sum()), IDLE_COLUMN)
            self._basis = self._basis._replace(column=np.concatenate([self._basis.column, idle]))

    def add_cuts(self, cuts: I64) -> bool:
        """Add those that are not there yet; say whether there are any."""
        there = set(map(tuple, self.rows.cuts.tolist()))
        new = [cut for cut in cuts.tolist() if tuple(cut) not in there]
        if new and self._basis is not None:
            row, end = self._basis.row, self.rows.cut_rows.stop
            self._basis = self._basis._replace(row=np.insert(row, end, np.full(len(new), IDLE_ROW)))
        self.rows = self.rows._replace(cuts=np.concatenate([self.rows.cuts, np.array(new, np.int64).reshape(-1, 3)]))
        return bool(new)

    def drop_idle(self, point: Linear) -> Linear:
        """Leave out the cuts that do not hold the ``point`` back; return it without their rows."""
        keep = np.ones(self.rows.size, np.bool_)
        in_use = point.dual[self.rows.cut_rows] > _IN_USE
        keep[self.rows.cut_rows] = in_use | (point.basis.row[self.rows.cut_rows] != IDLE_ROW)
        self.rows = self.rows._replace(cuts=self.rows.cuts[keep[self.rows.cut_rows]])
        self._basis = point.basis._replace(row=point.basis.row[keep])
        return Linear(point.x, point.dual[keep], self._basis)
