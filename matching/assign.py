"""The best plan of the columns, and the bound: exact where it can be, by large neighbourhoods elsewhere.

Columns that fall short of their prices by little make nearly all of a best plan, so they are packed first. Then regions
are packed anew with more columns while the other cars stay (Shaw 1998), where most is lost against the bound.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor

import numpy as np

from matching.ascent import shares_of
from matching.budget import GRACE_S, Budget, Progress, first_share
from matching.candidates import Pairs
from matching.close import Assignment, close_gap
from matching.columns import Columns, Pricer, distinct
from matching.core import pack_around, pack_core
from matching.cutting import add_cuts
from matching.dive import complete, dive
from matching.duals import best_gains, gains_of
from matching.generate import Generated, generate, tighten
from matching.improve import Improver
from matching.packing import unserved
from matching.rows import Rows
from matching.start import Start
from matching.tables import I64, R_WORTH, Tables
from matching.workspace import WIDTH

_KEEP = 6  # columns of a car in a round
_NEAR_KEEP = 12
_GENERATE_SHARE = 0.55  # of the budget
_NEAR = 200.0  # seconds below the prices; columns for the last steps
_NEAR_WORK = 3_000
_NEAR_SHARE = 0.65  # of the budget, until near columns are found
_WRITE_SHARE = 0.98  # of the budget, until the plan is written
_TIGHTEN_SHARE = 0.8  # of the time left, where the bound is worse than the plan
_IMPROVE_SHARE = 0.4  # of the time left, until that is asked again
_CUT_SHARE = 0.5  # of the time left, at most
_WHOLE_S = 1e4  # what a column is set before others for that a solution of the linear program has whole
_FIRST_NODES, _LAST_NODES = 1, 500  # of the optimiser's tree, to close the gap


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
    generating, nearing, left = (first_share(budget, share) for share in (_GENERATE_SHARE, _NEAR_SHARE, _WRITE_SHARE))
    ceiling = _everyone_rides(tables)
    rounds = _Rounds(rows, start.chosen, ceiling, left, report)
    found = generate(start, rows, pricer, generating, rounds.generated)
    if found.broken:
        nothing = Assignment(np.empty((0, WIDTH), np.int64), 0, found.broken, hopeless=True)
        return nothing, start._replace(dual=found.dual, columns=found.columns, chosen=nothing.chosen)
    columns = found.columns
    if not found.unsure.size:  # else the prices are not what they will be, and there is no time to lose
        cars = pricer.cars[start.fresh[pricer.cars]]
        columns = np.concatenate([columns, _near_columns(pricer, found, nearing, cars)])
    columns, taken = _with(columns, start.chosen)
    bound = min(found.bound, ceiling)
    columns, chosen = _first_plan(
        rows, pricer, found, columns, taken, left, lambda score: report(Progress("solve", score, bound))
    )
    best = _assignment(rows, columns[chosen], bound)

    def improved(now: I64) -> None:
        report(Progress("solve", int(columns[now, 1].sum()), best.bound))

    if _bound_is_the_worse(found, columns, chosen):
        found = tighten(pricer, found, first_share(left, _TIGHTEN_SHARE))
        best = best._replace(bound=min(best.bound, found.bound))
    best = close_gap(pricer, rows, found, columns, best, _FIRST_NODES, left)
    if _is_open(best):
        columns, chosen = _with(columns, best.chosen)
        cut = add_cuts(found, columns, best, pricer, first_share(left, _CUT_SHARE))
        if cut.bound < found.bound:
            found = cut
            near = _near_columns(pricer, found, left)
            columns, chosen = _with(np.concatenate([columns, found.columns, near]), best.chosen)
            chosen = pack_around(rows, columns, found.prices, chosen, left)
            improved(chosen)
            best = _assignment(rows, columns[chosen], min(best.bound, found.bound))
            best = close_gap(pricer, rows, found, columns, best, _FIRST_NODES, left)
    if _is_open(best):
        columns, chosen = _with(columns, best.chosen)
        improver = Improver(tables.trips, rows, columns, found.prices, seed, executor)
        chosen = improver.improve(chosen, first_share(left, _IMPROVE_SHARE), improved)
        if _bound_is_the_worse(found, columns, chosen):
            found = tighten(pricer, found, first_share(left, _TIGHTEN_SHARE))
            best = best._replace(bound=min(best.bound, found.bound))
        chosen = improver.improve(chosen, left, improved)
        best = _assignment(rows, columns[chosen], best.bound)
        best = close_gap(pricer, rows, found, columns, best, _LAST_NODES, left)
    if best.broken and not best.hopeless:  # promises are worth a moment more
        best = close_gap(pricer, rows, found, columns, best, _LAST_NODES, lambda: budget() + GRACE_S)
    return best, start._replace(dual=found.dual, columns=columns, chosen=best.chosen, cuts=found.rows.cuts)


def _first_plan(
    rows: Rows,
    pricer: Pricer,
    found: Generated,
    columns: Columns,
    taken: I64,
    left: Callable[[], float],
    report: Callable[[int], None],
) -> tuple[Columns, I64]:
    """Return sorted columns, a few more, and a choice of them; ``taken`` is a plan of a run before, if any."""
    share = shares_of(found.rows, columns, found.dual)
    chosen = complete(rows, columns, gains_of(found.prices, columns) + _WHOLE_S * share, taken, left)
    report(int(columns[chosen, 1].sum()))
    if not len(taken):
        chosen = pack_core(rows, columns, found.prices, share, chosen, left)
    columns, chosen = dive(rows, pricer, found.prices, columns, chosen, left)
    report(int(columns[chosen, 1].sum()))
    columns, chosen = _with(columns, columns[chosen])
    if len(taken):
        chosen = pack_around(rows, columns, found.prices, chosen, left)
        report(int(columns[chosen, 1].sum()))
    return columns, chosen


def _near_columns(pricer: Pricer, found: Generated, left: Callable[[], float], cars: I64 | None = None) -> Columns:
    """Return columns that fall short of the prices by little."""
    return pricer.keeping(_NEAR_KEEP).price(found.prices, -_NEAR, _NEAR_WORK, left, cars=cars).columns


def _is_open(best: Assignment) -> bool:
    return bool(best.bound > best.chosen[:, 1].sum() or best.broken)


def _everyone_rides(tables: Tables) -> int:
    """Return a bound that needs no prices."""
    worth = tables.trips.requests[:, R_WORTH]
    return int(np.maximum(worth, 0).sum()) + int(np.maximum(tables.people.bonus, 0).sum())


def _bound_is_the_worse(found: Generated, columns: Columns, chosen: I64) -> bool:
    """Say whether the bound is farther from what the known columns are worth, set by set, than the plan is."""
    known = found.prices.constant + best_gains(columns, gains_of(found.prices, columns), len(found.best)).sum()
    return bool(found.bound - known > known - columns[chosen, 1].sum())


class _Rounds:
    """Tells of rounds of generation, and once of a plan that its first columns make."""

    def __init__(
        self, rows: Rows, taken: Columns, ceiling: int, left: Callable[[], float], report: Callable[[Progress], None]
    ) -> None:
        self._rows, self._taken, self._ceiling, self._left, self._report = rows, taken, ceiling, left, report
        self._score: int | None = None

    def generated(self, columns: Columns, bound: int) -> None:
        if self._score is None:
            columns, taken = _with(columns, self._taken)
            chosen = complete(self._rows, columns, columns[:, 1].astype(np.float64), taken, self._left)
            if not len(unserved(self._rows, columns[chosen])):
                self._score = int(columns[chosen, 1].sum())
        self._report(Progress("trips", self._score, min(bound, self._ceiling)))


def _assignment(rows: Rows, chosen: Columns, bound: int) -> Assignment:
    return Assignment(chosen, bound, tuple(unserved(rows, chosen).tolist()))


def _with(columns: Columns, chosen: Columns) -> tuple[Columns, I64]:
    """Return sorted columns with the chosen ones among them, and where these are."""
    columns, where = distinct(np.concatenate([columns, chosen]))
    return columns, where[len(where) - len(chosen) :]
