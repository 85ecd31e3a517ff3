"""The pool of columns: cars that the solver may choose, found by pricing, each kept once."""

from __future__ import annotations

import math
from collections.abc import Callable
from concurrent.futures import Executor
from copy import copy
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from matching.budget import is_ample, unlimited
from matching.candidates import Pairs
from matching.duals import Prices
from matching.milp import F64
from matching.pricing import price_cars
from matching.rides import least_rides
from matching.shared import Shared
from matching.tables import I64, Tables
from matching.threads import map_parts
from matching.workspace import WIDTH, Workspace, make_workspace

Columns = NDArray[np.int64]
ENDLESS = 1_000_000_000  # work
_CARS_A_CALL = 8  # between two looks at the clock
_LARGE = 300  # possible riders; such a car has a call of its own
WORK_A_SECOND = 2_000_000.0  # about, of one thread
_LEAST_WORK = 100
_USUAL_S = 0.05  # of measuring count more than what is usual


# Odd numbers far apart; what columns come to by them differs, but by a chance that does no harm.
_MIX = np.array([pow(0x9E3779B97F4A7C15, n + 1, 1 << 64) for n in range(WIDTH)], np.uint64).view(np.int64)


def distinct(columns: Columns) -> tuple[Columns, I64]:
    """Return each column once, sorted by car, and where in these each of those given is."""
    order = np.lexsort((columns @ _MIX, columns[:, 0]))
    columns = columns[order]
    first = np.ones(len(columns), np.bool_)
    first[1:] = (columns[1:] != columns[:-1]).any(axis=1)
    where = np.empty(len(columns), np.int64)
    where[order] = np.cumsum(first) - 1
    return columns[first], where


class Priced(NamedTuple):
    """What pricing found: ``columns``, and for each car priced ``best``, a bound on what its best column earns.

    ``best`` (O,) is infinite for cars that were not reached. ``unseen`` (O,): sets above the floor were left out by the
    work limit. ``everything``: there are no other columns above the floor.
    """

    columns: Columns
    best: F64
    unseen: NDArray[np.bool_]
    everything: bool


class _Pace:
    """How many orders of stops a thread tries in a second: as measured here, at first what is usual.

    Walks to many meeting points make it a hundredth of that.
    """

    def __init__(self) -> None:
        self._tried, self._took_s = WORK_A_SECOND * _USUAL_S, _USUAL_S

    def note(self, tried: int, took_s: float) -> None:
        """Take in what was measured; runs without a limit measure nothing."""
        if math.isfinite(took_s):
            self._tried, self._took_s = self._tried + tried, self._took_s + took_s

    def affordable(self, left_s: float) -> int:
        """Return how many the seconds left are enough for."""
        return ENDLESS if is_ample(left_s) else int(left_s * self._tried / self._took_s) + _LEAST_WORK


class Pricer:
    """Prices cars over and over, within memory that it keeps; an executor of threads, if any, shares the work."""

    def __init__(
        self, tables: Tables, pairs: Pairs, shared: Shared, keep: int, executor: Executor | None = None
    ) -> None:
        self._tables = tables
        self._pairs = pairs
        self._shared = shared
        self._aboard_s = least_rides(tables.trips)
        self._keep = keep
        self._executor = executor
        self._idle: list[tuple[Workspace, Columns]] = []
        self._pace = _Pace()
        self.cars = pairs.cars[np.argsort(-np.diff(pairs.ptr)[pairs.cars], kind="stable")]  # what takes longest first

    def keeping(self, keep: int) -> Pricer:
        """Return a pricer of the same cars that keeps up to ``keep`` columns of each."""
        other = copy(self)
        vars(other).update(_keep=keep, _idle=[])
        return other

    def price(
        self,
        prices: Prices,
        floor: float | F64,
        work: int,
        left: Callable[[], float] = unlimited,
        *,
        cars: I64 | None = None,
        most: int | None = None,
    ) -> Priced:
        """Return the columns that earn more than ``floor``, one or (O,), the best of each of ``cars`` (by default all).

        ``work`` limits the orders of stops tried for a car, and so do the seconds ``left``: what they cut off shows in
        ``best``. With more than ``most`` columns the rest of the cars is left out.
        """
        best = np.full(len(self._tables.trips.offers), np.inf)
        best[np.diff(self._pairs.ptr) == 0] = 0.0  # cars that nobody fits
        left_open = np.zeros(len(best), np.int64)
        floors = np.full(len(best), floor, np.float64)
        sizes: list[int] = []

        def price_part(part: I64) -> Columns:
            seconds = left()
            if seconds <= 0 or (most is not None and sum(sizes) > most):
                left_open[part] = 2
                return np.empty((0, WIDTH), np.int64)
            found, tried = self._price(part, prices, floors, work, self._pace.affordable(seconds), best, left_open)
            self._pace.note(tried, seconds - left())
            sizes.append(len(found))
            return found

        columns = map_parts(self._executor, price_part, self._parts(self.cars if cars is None else cars))
        best = np.where(floors > 0, np.maximum(best, floors), best)
        pool = np.concatenate(columns) if columns else np.empty((0, WIDTH), np.int64)
        return Priced(pool, best, left_open > 1, not left_open.any())

    def _parts(self, cars: I64) -> list[I64]:
        large = int(np.searchsorted(-np.diff(self._pairs.ptr)[cars], -_LARGE, side="right"))
        rest = cars[large:]
        small = [rest[n : n + _CARS_A_CALL] for n in range(0, len(rest), _CARS_A_CALL)]
        return [*cars[:large].reshape(-1, 1), *small]

    def _price(
        self, cars: I64, prices: Prices, floors: F64, work: int, most_work: int, best: F64, left_open: I64
    ) -> tuple[Columns, int]:
        space, out = self._idle.pop() if self._idle else self._more_memory()
        _, written, tried = price_cars(
            self._tables,
            self._pairs.ptr,
            self._pairs.rows,
            self._shared,
            cars,
            self._aboard_s,
            prices.request,
            prices.fare,
            prices.charges,
            floors,
            work,
            most_work,
            space,
            out,
            best,
            left_open,
        )
        columns = out[:written].copy()
        self._idle.append((space, out))
        return columns, tried

    def _more_memory(self) -> tuple[Workspace, Columns]:
        keep = max(2, self._keep)  # room for a car's commitments and one more
        space = make_workspace(max(1, self._pairs.most), keep)
        return space, np.empty((_CARS_A_CALL * keep, WIDTH), np.int64)
