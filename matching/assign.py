"""The best plan of the columns, and the bound: exact where it can be, by large neighbourhoods elsewhere.

Columns that the linear program would choose make nearly all of a best plan, so they are packed first. Then regions are
packed anew with more columns while the other cars stay (Shaw 1998), where most is lost against the bound.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor

import numpy as np

from matching.budget import GRACE_S, Budget, Progress, first_share
from matching.candidates import Pairs
from matching.close import Assignment
from matching.columns import Columns, Pricer
from matching.dive import complete
from matching.generate import Generated, generate
from matching.improve import Improver
from matching.lone import lone_riders
from matching.packing import unserved
from matching.rows import Rows
from matching.search import Search, near_columns, with_chosen
from matching.start import Start
from matching.tables import R_WORTH, Tables
from matching.workspace import WIDTH

_KEEP = 6  # columns of a car in a round
_GENERATE_SHARE = 0.55  # of the budget
_BLIND_SHARE = 0.75  # as long as the prices prove nothing: better ones do more for the plan than a search does
_NEAR_SHARE = 0.65  # of the budget, until near columns are found
_WRITE_SHARE = 0.98  # of the budget, until the plan is written
_IMPROVE_SHARE = 0.4  # of the time left, until the bound is looked at again
_LAST_NODES = 500  # of the optimiser's tree, to close the gap in the end


def assign(
    tables: Tables,
    pairs: Pairs,
    rows: Rows,
    start: Start,
    budget: Budget,
    seed: int,
    report: Callable[[Progress], None],
    executor: Executor | None = None,
) -> tuple[Assignment, Start]:
    """Return the best columns found within the budget, with a bound on any plan's score, and where the search ended."""
    pricer = Pricer(tables, pairs, start.shared, _KEEP, executor)
    nearing, left = first_share(budget, _NEAR_SHARE), first_share(budget, _WRITE_SHARE)
    ceiling = _everyone_rides(tables)
    rounds = _Rounds(rows, start.chosen, ceiling, left, report)
    sighted, blind = first_share(budget, _GENERATE_SHARE), first_share(budget, _BLIND_SHARE)

    def generating() -> float:
        return sighted() if rounds.proven else blind()

    first = start.columns if len(start.columns) else lone_riders(tables, pairs, rows)
    rounds.generated(first, ceiling)
    found = generate(start, first, rows._replace(cuts=start.cuts), pricer, generating, rounds.generated)
    if found.broken:
        nothing = Assignment(np.empty((0, WIDTH), np.int64), 0, found.broken, hopeless=True)
        return nothing, start._replace(dual=found.dual, columns=found.columns, chosen=nothing.chosen)
    search = Search(rows, pricer, found, ceiling, left, lambda score, bound: report(Progress("solve", score, bound)))
    search.plan(_near_columns(pricer, found, start, nearing), start.chosen, rounds.first)
    search.tighten()
    if not len(start.chosen):
        search.pack_around()
    search.close()
    if search.is_open:
        search.cut()
    if search.is_open:
        improver = Improver(tables.trips, rows, search.columns, search.found.prices, seed, executor)
        search.improve(improver, first_share(left, _IMPROVE_SHARE))
        search.tighten()
        search.improve(improver, left)
        search.close(_LAST_NODES)
    if search.best.broken and not search.best.hopeless:  # promises are worth a moment more
        search.close(_LAST_NODES, lambda: budget() + GRACE_S)
    best = search.best
    return best, start._replace(
        dual=search.found.dual, columns=search.columns, chosen=best.chosen, cuts=search.found.rows.cuts
    )


def _near_columns(pricer: Pricer, found: Generated, start: Start, left: Budget) -> Columns:
    """Return columns near to the prices, or none where time was too short for these: it is better spent otherwise."""
    if found.unsure.size:
        return found.columns[:0]
    return near_columns(pricer, found, left, pricer.cars[start.fresh[pricer.cars]])


def _everyone_rides(tables: Tables) -> int:
    """Return a bound that needs no prices."""
    worth = tables.trips.requests[:, R_WORTH]
    return int(np.maximum(worth, 0).sum()) + int(np.maximum(tables.people.bonus, 0).sum())


class _Rounds:
    """Tells of rounds of generation, and once of a plan that its first columns make."""

    def __init__(
        self, rows: Rows, taken: Columns, ceiling: int, left: Callable[[], float], report: Callable[[Progress], None]
    ) -> None:
        self._rows, self._taken, self._ceiling, self._left, self._report = rows, taken, ceiling, left, report
        self.first = taken  # plan
        self._score: int | None = None
        self.proven = False  # whether prices prove more than that nobody can do more than ride

    def generated(self, columns: Columns, bound: int) -> None:
        self.proven = bound < self._ceiling
        if self._score is None:
            columns, taken = with_chosen(columns, self._taken)
            chosen = complete(self._rows, columns, columns[:, 1].astype(np.float64), taken, self._left)
            if not len(unserved(self._rows, columns[chosen])):
                self.first = columns[chosen]
                self._score = int(self.first[:, 1].sum())
        self._report(Progress("trips", self._score, min(bound, self._ceiling)))
