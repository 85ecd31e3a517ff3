"""Cutting planes: what parts of columns make the linear program worth, and no plan can be, is cut off.

In turn, a linear program over the columns near their prices says which parts of them it would choose, the cuts that
these break become rows, and new prices of all rows find what columns are missing. The prices are the subgradient
method's, and not the linear program's own: they lie amid those that are nearly as good, where few columns are missing.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from matching.ascent import ascend
from matching.budget import is_ample
from matching.close import Assignment
from matching.columns import Columns, Pricer, distinct
from matching.duals import bound_of, gains_of, prices_of
from matching.generate import Generated, look_at_all
from matching.milp import F64, Linear
from matching.relaxed import Relaxed
from matching.rows import Rows
from matching.separate import broken_cuts

_NEAR = 200.0  # seconds below the prices; columns of the linear program
_MOST_COLUMNS = 100_000
_COLUMNS_AT_ONCE = 20_000  # the first linear program of so many takes a second, of twice as many about four
_PROGRAMS = 4  # the first and a dozen from a basis, in its time
_MOST_ROUNDS = 20
_PATIENCE = 100  # of the subgradient method
_MOST_CUTS = 500  # new ones at once
_CLOSE = 1e-5  # of the bound: what further rounds may still gain where it is not worth one
_FEW = 20  # new columns: with fewer, cars are looked at longer
_KEEP = 30


def add_cuts(
    found: Generated, columns: Columns, best: Assignment, pricer: Pricer, left: Callable[[], float]
) -> Generated:
    """Return a bound at least as good, with the cuts that prove it among its rows, and the columns met underway.

    It ends where the bound is the score of the ``best`` plan, where nothing is left to cut off, or with the time left.
    """
    score = int(best.chosen[:, 1].sum())
    near = columns[gains_of(found.prices, columns) > -_NEAR]
    if found.unsure.size or found.bound <= score or not _is_worth_it(len(near), left()):
        return found
    pricer = pricer.keeping(_KEEP)
    relaxed, met = Relaxed(found.rows, near), [found.columns]
    for _ in range(_MOST_ROUNDS):
        known = len(relaxed.rows.cuts)
        point = _cut_off(relaxed, left)
        if point is None:
            break
        rows, near = relaxed.rows, relaxed.columns
        if found.bound - near[:, 1] @ point.x < _CLOSE * found.bound:
            break
        dual = ascend(rows, near, _aligned(found, rows, point), left, patience=_PATIENCE)
        prices = prices_of(rows, dual)
        look = look_at_all(pricer, prices, _FEW, left)
        bound = bound_of(prices, look.best)
        if bound < found.bound:
            found = found._replace(prices=prices, dual=dual, bound=bound, best=look.best, unsure=look.unsure, rows=rows)
        if found.bound <= score or left() <= 0 or (not len(look.columns) and len(rows.cuts) == known):
            break
        met.append(look.columns)
        relaxed.add_columns(look.columns)
    return found._replace(columns=distinct(np.concatenate(met))[0])


def _is_worth_it(columns: int, left_s: float) -> bool:
    """Say whether there is time for some linear programs of so many columns."""
    needed_s = _PROGRAMS * (columns / _COLUMNS_AT_ONCE) ** 2
    return 0 < columns <= _MOST_COLUMNS and (is_ample(left_s) or needed_s < left_s)


def _cut_off(relaxed: Relaxed, left: Callable[[], float]) -> Linear | None:
    """Add the cuts that it takes for a best point to break none, and return this point; None if time ends.

    Cuts that are not in use then are left out.
    """
    while left() > 0:
        point = relaxed.solve(left())
        if point is None:
            break
        if not relaxed.add_cuts(broken_cuts(relaxed.columns, point.x, relaxed.rows.offers)[:_MOST_CUTS]):
            return relaxed.drop_idle(point)
    return None


def _aligned(found: Generated, rows: Rows, point: Linear) -> F64:
    """Return the duals of the best prices so far for other cuts: those of new ones are the point's."""
    old = found.rows.cut_rows
    known = dict(zip(map(tuple, found.rows.cuts.tolist()), found.dual[old].tolist(), strict=True))
    dual = [known.get(tuple(cut), new) for cut, new in zip(rows.cuts.tolist(), point.dual[rows.cut_rows], strict=True)]
    return np.concatenate([found.dual[: old.start], dual, found.dual[old.stop :]])
