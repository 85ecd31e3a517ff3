"""Large neighbourhood search: regions of cars packed exactly, one after another, while all other cars stay.

What a plan loses against the bound falls to its cars and to the trips left over: the shortfall of each column chosen,
the price of each rider and car that goes without. Regions are drawn around such losses, and grow as long as the
optimiser packs them quickly (Shaw 1998, doi:10.1007/3-540-49481-2_30).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from matching.columns import Columns
from matching.duals import Prices, gains_of
from matching.milp import F64
from matching.packing import pack_exactly
from matching.rows import Rows
from matching.tables import I64, O_FROM, O_TO, R_DROPOFF, R_PICKUP, W_PLACE, Trips
from matching.workspace import HEAD

_FIRST_COLUMNS = 3_000
_MOST_COLUMNS = 12_000
_LEAST_COLUMNS = 500
_FEW_NODES, _MOST_NODES = 1, 50  # of the optimiser's tree: a region that needs more is too large
_IDLE = 30  # regions in a row without a better plan before the search ends by itself
_TIRED = 0.2  # of its weight is left to a loss whose region has been packed in vain


class Improver:
    """Improves a choice of columns. ``columns`` are sorted by car; ``seed`` draws the regions."""

    def __init__(self, trips: Trips, rows: Rows, columns: Columns, prices: Prices, seed: int) -> None:
        self._rows, self._columns, self._prices = rows, columns, prices
        self._shortfall = -gains_of(prices, columns)
        self._by_nearness = np.argsort(self._shortfall, kind="stable")
        places, ways = trips.travel.places[:, :3], trips.ways
        offers, requests = trips.offers, trips.requests
        self._car_at = np.hstack([places[offers[:, O_FROM]], places[offers[:, O_TO]]])
        self._rider_at = np.hstack(
            [places[ways[requests[:, R_PICKUP], W_PLACE]], places[ways[requests[:, R_DROPOFF], W_PLACE]]]
        )
        self._random = np.random.default_rng(seed)
        self._size = _FIRST_COLUMNS
        self._weary = np.ones(rows.offers + rows.requests)

    def improve(self, chosen: I64, left: Callable[[], float], report: Callable[[I64], None]) -> I64:
        """Return a choice at least as good; the search ends with the time left, or when it finds nothing more."""
        idle = 0
        while left() > 0 and idle < _IDLE:
            losses = self._losses(chosen) * self._weary
            if losses.sum() < 1.0:
                break
            centre = int(self._random.choice(len(losses), p=losses / losses.sum()))
            at = self._car_at[centre] if centre < self._rows.offers else self._rider_at[centre - self._rows.offers]
            better = self._repack(chosen, at, left())
            if better is None:
                idle += 1
                self._weary[centre] *= _TIRED
                continue
            idle = 0
            chosen = better
            report(chosen)
        return chosen

    def _losses(self, chosen: I64) -> F64:
        """Return what the plan loses against the prices, by car and by request."""
        losses = np.concatenate([self._prices.fare, np.maximum(self._prices.request, 0.0)])
        columns = self._columns[chosen]
        riders = columns[:, HEAD:]
        losses[self._rows.offers + riders[riders >= 0]] = 0.0
        losses[columns[:, 0]] = self._shortfall[chosen]
        return np.asarray(np.maximum(losses, 0.0), np.float64)

    def _repack(self, chosen: I64, at: F64, limit_s: float) -> I64 | None:
        """Return a better choice that differs near a point only, or None."""
        distance = ((self._car_at - at) ** 2).sum(axis=1)
        rank = np.argsort(distance, kind="stable")
        order = np.empty(len(rank), np.int64)
        order[rank] = np.arange(len(rank))
        busy = np.bincount(self._columns[:, 0], minlength=self._rows.offers)[rank]
        cars = int(np.searchsorted(np.cumsum(np.minimum(busy, 40)), self._size)) + 2
        inside = order[self._columns[:, 0]] < cars
        old = chosen[inside[chosen]]
        near = self._by_nearness[inside[self._by_nearness]][: self._size]
        free = np.union1d(near, old)
        fixed = chosen[~inside[chosen]]
        packed = pack_exactly(self._rows, self._columns, free, fixed, limit_s, 0.0, _MOST_NODES)
        if packed is None or not packed.proven:
            self._size = max(_LEAST_COLUMNS, int(self._size * 0.7))
        elif packed.nodes <= _FEW_NODES:
            self._size = min(_MOST_COLUMNS, int(self._size * 1.3))
        if packed is None or self._columns[packed.chosen, 1].sum() <= self._columns[old, 1].sum():
            return None
        return np.concatenate([fixed, packed.chosen])
