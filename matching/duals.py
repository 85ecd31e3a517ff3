"""Duals of the master's rows as prices, and the bound they prove.

Relaxing all rows but the offers' at prices leaves a problem that falls apart by cars, so prices and the best
column of each car bound every plan (Lagrange). Prices are multiples of 1/256: sums of them are exact in doubles.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from matching.cuts import NO_CHARGES, Charges, charges_of, held_twice
from matching.milp import F64
from matching.rows import Rows
from matching.workspace import HEAD

_FINE = 256.0
NO_BOUND = 1 << 62


class Prices(NamedTuple):
    """What a column pays: ``request`` (R,) for each rider, ``fare`` (O,) for its car, the ``charges`` of cuts.

    All rows pay ``constant``.
    """

    request: F64
    fare: F64
    constant: float
    charges: Charges = NO_CHARGES


def exact_duals(rows: Rows, dual: F64) -> F64:
    """Return the duals (rows,) in multiples of 1/256 s, those of rows that are no equations 0 at least."""
    dual = np.round(dual * _FINE) / _FINE
    low, _ = rows.limits()
    return np.where(np.isfinite(low), dual, np.maximum(dual, 0.0))


def prices_of(rows: Rows, dual: F64) -> Prices:
    """Return prices from the duals of all rows, made exact."""
    offer, request, group, cut, back = rows.split(exact_duals(rows, dual))
    constant = float(offer.sum() + request.sum() + group.sum() + cut.sum())
    group = np.append(group, 0.0)  # the group of trips that have none, numbered -1
    request = request + group[rows.request_group]
    np.add.at(request, rows.returns[:, 0], back)
    np.subtract.at(request, rows.returns[:, 1], back)
    charges = charges_of(rows.cuts, cut, rows.offers, rows.requests)
    return Prices(request, offer + group[rows.offer_group], constant, charges)


def gains_of(prices: Prices, columns: NDArray[np.int64]) -> F64:
    """Return what each column earns above the prices."""
    riders = columns[:, HEAD:]
    paid = np.where(riders >= 0, prices.request[riders], 0.0).sum(axis=1)
    cut, where = held_twice(prices.charges.trips, columns, len(prices.fare))
    paid += np.bincount(where, prices.charges.dual[cut], len(columns))
    return np.asarray(columns[:, 1] - paid - prices.fare[columns[:, 0]], np.float64)


def best_gains(columns: NDArray[np.int64], gains: F64, offers: int) -> F64:
    """Return the most that a column of each car gains, or 0, shape (O,), from what each column does."""
    best = np.zeros(offers)
    np.maximum.at(best, columns[:, 0], gains)
    return best


def bound_of(prices: Prices, best: F64) -> int:
    """Return the bound on any plan's score, from bounds ``best`` (O,) on what any column of each car earns.

    It is :data:`NO_BOUND` where one of these is infinite.
    """
    total = prices.constant + float(np.maximum(best, 0.0).sum())
    return math.floor(total) if math.isfinite(total) else NO_BOUND
