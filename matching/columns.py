"""The pool of columns: cars that the solver may choose, found by pricing, each kept once."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from matching.candidates import Pairs
from matching.duals import Prices
from matching.milp import F64
from matching.pricing import price_cars
from matching.shared import make_shared
from matching.tables import I64, Tables
from matching.workspace import WIDTH, Workspace, make_workspace

Columns = NDArray[np.int32]
_CARS_A_CALL = 8  # between two looks at the clock


class Priced(NamedTuple):
    """What one round of pricing found: ``columns``, and ``best`` (O,), a bound on what each car's best earns.

    ``complete``: all cars were priced. ``everything``: there are no other columns above the floor.
    """

    columns: Columns
    best: F64
    complete: bool
    everything: bool


class Pricer:
    """Prices cars over and over, within memory that it keeps; an executor of threads, if any, shares the work."""

    def __init__(self, tables: Tables, pairs: Pairs, keep: int, executor: Executor | None = None) -> None:
        self._tables = tables
        self._pairs = pairs
        self._shared = make_shared(np.diff(pairs.ptr))
        self._keep = keep
        self._executor = executor
        self._idle: list[tuple[Workspace, Columns]] = []
        cars = pairs.cars
        self._parts = [cars[start : start + _CARS_A_CALL] for start in range(0, len(cars), _CARS_A_CALL)]

    def price(
        self, prices: Prices, floor: float, work: int, expired: Callable[[], bool], most: int | None = None
    ) -> Priced:
        """Return the columns that earn more than ``floor``, the best of each car.

        Not ``complete`` if time ran out, or if there are more than ``most`` columns.
        """
        best = np.full(len(self._tables.trips.offers), np.inf)
        sizes: list[int] = []
        left_out: list[I64] = []

        def price_part(cars: I64) -> Columns | None:
            if expired() or (most is not None and sum(sizes) > most):
                return None
            part, everything = self._price(cars, prices, floor, work, best)
            sizes.append(len(part))
            if not everything:
                left_out.append(cars)
            return part

        run = self._executor.map if self._executor else map
        found = list(run(price_part, self._parts))
        columns = [part for part in found if part is not None]
        complete = len(columns) == len(found) and (most is None or sum(sizes) <= most)
        if complete:
            best[np.isinf(best)] = 0.0  # cars that nobody fits
        if floor > 0:
            best = np.maximum(best, floor)
        pool = np.concatenate(columns) if columns else np.empty((0, WIDTH), np.int32)
        return Priced(pool, best, complete, complete and not left_out)

    def _price(self, cars: I64, prices: Prices, floor: float, work: int, best: F64) -> tuple[Columns, bool]:
        space, out = self._idle.pop() if self._idle else self._more_memory()
        _, written, everything = price_cars(
            self._tables,
            self._pairs.ptr,
            self._pairs.rows,
            self._shared,
            cars,
            prices.request,
            prices.fare,
            floor,
            work,
            space,
            out,
            best,
        )
        columns = out[:written].copy()
        self._idle.append((space, out))
        return columns, everything

    def _more_memory(self) -> tuple[Workspace, Columns]:
        space = make_workspace(max(1, self._pairs.most), self._keep)
        return space, np.empty((_CARS_A_CALL * self._keep, WIDTH), np.int32)
