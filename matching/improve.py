"""Large neighbourhood search: regions of cars packed exactly, one after another, while all other cars stay.

What a plan loses against the bound falls to its cars and to the trips left over: the shortfall of each column chosen,
the price of each rider and car that goes without. Regions are drawn around such losses, and grow as long as the
optimiser packs them quickly (Shaw 1998, doi:10.1007/3-540-49481-2_30).
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor
from functools import partial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from matching.budget import is_ample
from matching.columns import Columns
from matching.duals import Prices, gains_of
from matching.milp import F64
from matching.packing import Packed, pack_exactly
from matching.rows import Rows
from matching.tables import I64, O_FROM, O_TO, R_DROPOFF, R_PICKUP, W_PLACE, Trips
from matching.threads import map_parts
from matching.workspace import HEAD

_FIRST_COLUMNS = 800
_MOST_COLUMNS = 6_000
_LEAST_COLUMNS = 200
_FEW_NODES, _MOST_NODES = 1, 50  # of the optimiser's tree: a region that needs more is too large
_AT_ONCE = 6  # regions drawn at once: more than there are cores, as some take far longer than others
_REGION_S = 1.0  # a region's longest, where time is short
_IDLE = 30  # regions in a row without a better plan before the search ends by itself
_TIRED = 0.2  # of its weight is left to a loss whose region has been packed in vain


class _Region(NamedTuple):
    """Cars packed anew: positions of their columns that are ``free``, and of the ``old`` choice."""

    centre: int
    free: I64
    old: I64


class Improver:
    """Improves a choice of columns. ``columns`` are sorted by car; ``seed`` draws the regions."""

    def __init__(
        self, trips: Trips, rows: Rows, columns: Columns, prices: Prices, seed: int, executor: Executor | None
    ) -> None:
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
        self._busy = np.bincount(columns[:, 0], minlength=rows.offers)
        self._executor = executor
        self._weary = np.ones(rows.offers + rows.requests)
        self._idle = 0  # regions in a row without a better plan

    def improve(self, chosen: I64, left: Callable[[], float], report: Callable[[I64], None]) -> I64:
        """Return a choice at least as good; the search ends with the time left, or when it finds nothing more."""
        while left() > 0 and self._idle < _IDLE:
            regions = self._draw(chosen)
            if not regions:
                break
            solved = map_parts(self._executor, partial(self._pack, chosen, _region_limit_s(left())), regions)
            better = self._take(chosen, regions, solved)
            if better is None:
                self._idle += len(regions)
                continue
            self._idle = 0
            chosen = better
            report(chosen)
        return chosen

    def _draw(self, chosen: I64) -> list[_Region]:
        """Return regions around losses, apart from each other; none where nothing is lost."""
        losses = self._losses(chosen) * self._weary
        regions: list[_Region] = []
        free = np.ones(self._rows.offers, np.bool_)
        for _ in range(_AT_ONCE):
            if losses.sum() < 1.0:
                break
            centre = int(self._random.choice(len(losses), p=losses / losses.sum()))
            at = self._car_at[centre] if centre < self._rows.offers else self._rider_at[centre - self._rows.offers]
            losses[centre] = 0.0
            region = self._around(centre, at, chosen, free)
            if len(region.old) or len(region.free):
                regions.append(region)
        return regions

    def _around(self, centre: int, at: F64, chosen: I64, free: NDArray[np.bool_]) -> _Region:
        """Return the region of the free cars nearest to a point, which are free no more."""
        rank = np.argsort(((self._car_at - at) ** 2).sum(axis=1), kind="stable")
        rank = rank[free[rank]]
        cars = int(np.searchsorted(np.cumsum(np.minimum(self._busy[rank], 40)), self._size)) + 2
        inside = np.zeros(self._rows.offers, np.bool_)
        inside[rank[:cars]] = True
        free &= ~inside
        mine = inside[self._columns[chosen, 0]]
        near = self._by_nearness[inside[self._columns[self._by_nearness, 0]]][: self._size]
        return _Region(centre, np.union1d(near, chosen[mine]), chosen[mine])

    def _pack(self, chosen: I64, limit_s: float, region: _Region) -> Packed | None:
        fixed = chosen[~np.isin(chosen, region.old)]
        return pack_exactly(self._rows, self._columns, region.free, fixed, limit_s, 0.0, _MOST_NODES)

    def _take(self, chosen: I64, regions: list[_Region], solved: list[Packed | None]) -> I64 | None:
        """Return the choice with all regions that became better, as far as they go together; None if there are none."""
        better = None
        for region, packed in zip(regions, solved, strict=True):
            if packed is None or not packed.proven:
                self._size = max(_LEAST_COLUMNS, int(self._size * 0.7))
            elif packed.nodes <= _FEW_NODES:
                self._size = min(_MOST_COLUMNS, int(self._size * 1.15))
            if packed is not None and self._worth(packed.chosen) > self._worth(region.old):
                now = chosen if better is None else better
                new = np.concatenate([now[~np.isin(now, region.old)], packed.chosen])
                if self._rows.hold(self._columns[new]):
                    better = new
                continue
            self._weary[region.centre] *= _TIRED
        return better

    def _worth(self, chosen: I64) -> int:
        return int(self._columns[chosen, 1].sum())

    def _losses(self, chosen: I64) -> F64:
        """Return what the plan loses against the prices, by car and by request."""
        losses = np.concatenate([self._prices.fare, np.maximum(self._prices.request, 0.0)])
        columns = self._columns[chosen]
        riders = columns[:, HEAD:]
        losses[self._rows.offers + riders[riders >= 0]] = 0.0
        losses[columns[:, 0]] = self._shortfall[chosen]
        return np.asarray(np.maximum(losses, 0.0), np.float64)


def _region_limit_s(left_s: float) -> float:
    """Return how long a region may take: all the time there is where that is ample."""
    return left_s if is_ample(left_s) else min(left_s, _REGION_S)
