"""Who an offer could serve at all, by distances through the ground: shorter than any road, so nobody is lost."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from matching.travel.earth import EARTH_RADIUS_M
from matching.verify.world import World

_MARGIN_S = 1.0  # more than rounding takes away
_WAYS_A_STEP = 64  # looked at together


class Near:
    """Finds the requests of a world that an offer may be able to serve; the rest certainly break rule 3, 4 or 5."""

    def __init__(self, world: World) -> None:
        self._world = world
        travel = world.instance.travel.arrays(world.places)
        self._at = travel.places[:, :3]
        self._s_per_radius = EARTH_RADIUS_M * travel.circuity / travel.m_per_s
        ways = [
            (n, *pickup, dropoff.place, dropoff.latest)
            for n in range(len(world.pickups))
            for pickup in world.pickups[n]
            for dropoff in world.dropoffs[n]
        ]
        rows = np.array(ways, np.int64).reshape(len(ways), 6)
        self._rider, self._from, self._earliest, self._latest, self._to, self._until = rows.T
        self._ride_s = self._least_s(self._at[self._from] - self._at[self._to])

    def requests(self, offer: int) -> list[int]:
        """Return the numbers of the requests that may fit into an offer's car, in order."""
        self._world.effort.spend(1 + len(self._rider) // _WAYS_A_STEP)
        trip = self._world.instance.offers[offer]
        boarding_s = self._world.instance.boarding_s
        start, end = (self._at[place] for place in self._world.ends[offer])
        to_s = self._least_s(self._at[self._from] - start)
        on_s = self._least_s(self._at[self._to] - end)
        limit_s = self._world.direct_s[offer] + trip.max_detour_s
        pickup = np.maximum(trip.earliest_departure + to_s, self._earliest)
        dropoff = pickup + boarding_s + self._ride_s
        fits = to_s + self._ride_s + on_s + 2 * boarding_s <= limit_s
        fits &= (pickup <= self._latest) & (dropoff <= self._until)
        fits &= dropoff + boarding_s + on_s <= trip.latest_arrival
        return [int(n) for n in np.unique(self._rider[fits])]

    def _least_s(self, vector: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return seconds that driving takes at least between places apart by a vector on the unit sphere."""
        chord = np.sqrt((vector * vector).sum(axis=1))
        return np.asarray(np.maximum(chord * self._s_per_radius - _MARGIN_S, 0.0), np.float64)
