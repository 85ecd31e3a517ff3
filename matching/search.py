"""The best plan and bound so far, and the steps that make one or both of them better."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from matching.ascent import shares_of
from matching.budget import Budget, first_share
from matching.close import Assignment, close_gap
from matching.columns import Columns, Pricer, distinct
from matching.core import pack_around, pack_core
from matching.cutting import add_cuts
from matching.dive import complete, dive
from matching.duals import best_gains, gains_of
from matching.generate import Generated, tighten
from matching.improve import Improver
from matching.packing import is_better, unserved
from matching.rows import Rows
from matching.tables import I64

_NEAR_KEEP = 12
_NEAR = 200.0  # seconds below the prices
_NEAR_WORK = 3_000
_WHOLE_S = 1e4  # what a column is set before others for that a solution of the linear program has whole
_SHARES_SHARE = 0.2  # of the time left
_TIGHTEN_SHARE = 0.8  # of the time left
_CUT_SHARE = 0.5  # of the time left, at most
_FIRST_NODES = 1  # of the optimiser's tree, to close the gap


class Search:
    """Holds columns, each once and by car, the positions ``chosen`` of the best plan in them, and what it is worth.

    ``found`` are the prices and the bound that they prove, ``ceiling`` is a bound that needs none. ``report`` is told
    of scores and bounds.
    """

    def __init__(
        self,
        rows: Rows,
        pricer: Pricer,
        found: Generated,
        ceiling: int,
        left: Callable[[], float],
        report: Callable[[int, int], None],
    ) -> None:
        self._rows, self._pricer, self._left, self._report = rows, pricer, left, report
        self.found = found
        self.columns = found.columns
        self.chosen: I64 = np.empty(0, np.int64)
        self._told = 0
        self.best = Assignment(found.columns[:0], min(found.bound, ceiling), ())

    @property
    def is_open(self) -> bool:
        """Whether there may be a better plan, or a better bound."""
        return bool(self.best.bound > self.best.chosen[:, 1].sum() or self.best.broken)

    def plan(self, near: Columns, taken: Columns, first: Columns) -> None:
        """Make a plan of the columns at hand and those ``near``, or better one of a run before, if any.

        The ``first`` plan, made before there were prices, is kept where it is the best.
        """
        self._told = int(first[:, 1].sum())
        columns, chosen = with_chosen(np.concatenate([self.columns, near]), taken)
        if len(taken):
            gains = gains_of(self.found.prices, columns)
            self._take(columns, complete(self._rows, columns, gains, chosen, self._left))
            if not self.pack_around():
                self._plan_anew(self.columns, self.chosen[:0], self.columns[self.chosen])
        else:
            self._plan_anew(columns, chosen, first)

    def _plan_anew(self, columns: Columns, chosen: I64, first: Columns) -> None:
        prices = self.found.prices
        share = shares_of(self.found.rows, columns, self.found.dual, first_share(self._left, _SHARES_SHARE))
        chosen = complete(self._rows, columns, gains_of(prices, columns) + _WHOLE_S * share, chosen, self._left)
        self._take(columns, chosen)
        chosen = pack_core(self._rows, columns, prices, share, chosen, self._left)
        columns, chosen = dive(self._rows, self._pricer, prices, columns, chosen, self._left)
        columns, where = with_chosen(columns, np.concatenate([columns[chosen], first]))
        chosen, kept = where[: len(chosen)], where[len(chosen) :]
        self._take(columns, kept if is_better(self._rows, columns, kept, chosen) else chosen)

    def tighten(self) -> None:
        """Give the bound most of the time left where it is the worse of the two."""
        if self._bound_is_the_worse():
            self._prove(tighten(self._pricer, self.found, first_share(self._left, _TIGHTEN_SHARE)))

    def pack_around(self) -> bool:
        """Pack the few columns nearest to their prices beside the plan's; say whether they were few enough for that."""
        return pack_around(
            self._rows,
            self.columns,
            self.found.prices,
            self.chosen,
            self._left,
            lambda chosen: self._take(self.columns, chosen),
        )

    def cut(self) -> None:
        """Add cuts, and pack the columns near to their prices."""
        cut = add_cuts(self.found, self.columns, self.best, self._pricer, first_share(self._left, _CUT_SHARE))
        if cut.bound < self.found.bound:
            self._prove(cut)
            near = near_columns(self._pricer, cut, self._left)
            self._take(*with_chosen(np.concatenate([self.columns, cut.columns, near]), self.best.chosen))
            self.pack_around()
            self.close()

    def improve(self, improver: Improver, left: Budget) -> None:
        """Pack regions of the plan anew."""
        self._take(self.columns, improver.improve(self.chosen, left, lambda now: self._tell(self.columns[now])))

    def close(self, nodes: int = _FIRST_NODES, left: Budget | None = None) -> None:
        """Pack all columns within the gap, where they are few; ``nodes`` limits the optimiser's tree."""
        best = close_gap(self._pricer, self._rows, self.found, self.columns, self.best, nodes, left or self._left)
        if best is not self.best:
            self.columns, self.chosen = with_chosen(self.columns, best.chosen)
            self.best = best

    def _take(self, columns: Columns, chosen: I64) -> None:
        self.columns, self.chosen = columns, chosen
        plan = columns[chosen]
        self.best = Assignment(plan, self.best.bound, tuple(unserved(self._rows, plan).tolist()))
        self._tell(plan)

    def _prove(self, found: Generated) -> None:
        self.found = found
        self.best = self.best._replace(bound=min(self.best.bound, found.bound))

    def _tell(self, plan: Columns) -> None:
        self._told = max(self._told, int(plan[:, 1].sum()))
        self._report(self._told, self.best.bound)

    def _bound_is_the_worse(self) -> bool:
        """Say whether the bound is farther from what the known columns are worth, set by set, than the plan is."""
        found, columns = self.found, self.columns
        gains = gains_of(found.prices, columns)
        known = found.prices.constant + best_gains(columns, gains, len(found.best)).sum()
        return bool(found.bound - known > known - columns[self.chosen, 1].sum())


def near_columns(pricer: Pricer, found: Generated, left: Callable[[], float], cars: I64 | None = None) -> Columns:
    """Return columns that fall short of the prices by little."""
    return pricer.keeping(_NEAR_KEEP).price(found.prices, -_NEAR, _NEAR_WORK, left, cars=cars).columns


def with_chosen(columns: Columns, chosen: Columns) -> tuple[Columns, I64]:
    """Return columns, each once and by car, with the chosen ones among them, and where these are."""
    columns, where = distinct(np.concatenate([columns, chosen]))
    return columns, where[len(where) - len(chosen) :]
