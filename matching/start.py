"""Where the search for columns starts from: from nothing, or from what a run before left."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from matching.candidates import Pairs
from matching.columns import Columns
from matching.cuts import NO_CUTS
from matching.milp import F64
from matching.rows import Rows
from matching.shared import Shared, make_shared
from matching.tables import I64, R_WORTH, Tables
from matching.workspace import WIDTH

_FIRST_PRICE = 0.95


class Start(NamedTuple):
    """What is known: ``shared`` of two riders in a car, duals of all rows, columns, and a plan's columns.

    ``fresh`` (O,): cars that are new or that a new rider fits, so that their columns are not all known.
    ``cuts`` (n, 3): those among the rows, none at first.
    """

    shared: Shared
    dual: F64
    columns: Columns
    chosen: Columns
    fresh: NDArray[np.bool_]
    cuts: I64 = NO_CUTS


def from_nothing(tables: Tables, pairs: Pairs, rows: Rows) -> Start:
    """Return the start of a run that knows of none before."""
    worth = tables.trips.requests[:, R_WORTH].astype(np.float64)
    dual = np.zeros(rows.size)
    dual[rows.offers : rows.offers + rows.requests] = np.maximum(np.round(worth * _FIRST_PRICE), 0.0)
    none = np.empty((0, WIDTH), np.int64)
    return Start(make_shared(np.diff(pairs.ptr)), dual, none, none, np.ones(rows.offers, np.bool_))
