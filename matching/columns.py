"""The pool of columns: cars that the solver may choose, found by pricing, each kept once."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from matching.candidates import Pairs
from matching.duals import Prices
from matching.milp import F64
from matching.pricing import price_cars
from matching.shared import make_shared
from matching.tables import Tables
from matching.workspace import WIDTH, Workspace, make_workspace

Columns = NDArray[np.int32]
_CARS_A_CALL = 256  # between two looks at the clock
_CALL_ROWS = 1 << 15


class Priced(NamedTuple):
    """What one round of pricing found: ``columns``, and ``best`` (O,), a bound on what each car's best earns."""

    columns: Columns
    best: F64
    complete: bool


class Pricer:
    """Prices cars over and over, within memory that it keeps."""

    def __init__(self, tables: Tables, pairs: Pairs, keep: int) -> None:
        self._tables = tables
        self._pairs = pairs
        self._shared = make_shared(np.diff(pairs.ptr))
        self._space: Workspace = make_workspace(max(1, pairs.most), keep)
        self._out = np.empty((max(_CALL_ROWS, keep), WIDTH), np.int32)

    def price(self, prices: Prices, floor: float, opens: int, expired: Callable[[], bool]) -> Priced:
        """Return the columns that earn more than ``floor``, the best of each car; not ``complete`` if time ran out."""
        best = np.full(len(self._tables.trips.offers), np.inf)
        found: list[Columns] = []
        cars = self._pairs.cars
        start = 0
        while start < len(cars):
            if expired():
                return Priced(_joined(found), best, complete=False)
            done, written = price_cars(
                self._tables,
                self._pairs.ptr,
                self._pairs.rows,
                self._shared,
                cars[start : start + _CARS_A_CALL],
                prices.request,
                prices.fare,
                floor,
                opens,
                self._space,
                self._out,
                best,
            )
            found.append(self._out[:written].copy())
            start += done
        best[np.isinf(best)] = 0.0  # cars that nobody fits
        return Priced(_joined(found), best, complete=True)


def _joined(parts: list[Columns]) -> Columns:
    return np.concatenate(parts) if parts else np.empty((0, WIDTH), np.int32)
