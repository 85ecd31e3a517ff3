"""A first plan from the feasible pairs alone: each car takes the one rider who brings most, as long as any is free."""

from __future__ import annotations

from typing import Any

import numpy as np

from matching.candidates import Pairs
from matching.columns import Columns
from matching.jit import kernel
from matching.rows import Rows
from matching.tables import R_WORTH, Tables
from matching.workspace import HEAD, WIDTH


def lone_riders(tables: Tables, pairs: Pairs, rows: Rows) -> Columns:
    """Return a column with one rider for each car that finds one nobody took before; those of least choice begin.

    Cars with commitments are left out. It takes a look at each pair.
    """
    cars = pairs.cars[np.argsort(np.diff(pairs.ptr)[pairs.cars], kind="stable")]
    cars = cars[~rows.must_drive[cars]]
    columns = np.full((len(cars), WIDTH), -1, np.int64)
    worth = tables.trips.requests[:, R_WORTH]
    return columns[: _fill(pairs.ptr, pairs.rows, worth, cars, np.zeros(rows.requests, np.bool_), columns)]


@kernel
def _fill(ptr: Any, pairs: Any, worth: Any, cars: Any, taken: Any, columns: Any) -> int:
    count = 0
    for car in cars:
        best, most = -1, 0
        for at in range(ptr[car], ptr[car + 1]):
            rider = pairs[at, 1]
            value = worth[rider] + pairs[at, 3] - pairs[at, 2]
            if value > most and not taken[rider]:
                best, most = rider, value
        if best >= 0:
            taken[best] = True
            columns[count, 0], columns[count, 1], columns[count, 2], columns[count, HEAD] = car, most, 1, best
            count += 1
    return count
