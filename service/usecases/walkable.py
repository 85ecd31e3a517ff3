"""Which of a market's meeting points a rider might walk to: a rough choice, so that a look reads few of many."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from matching import Place, Request
from matching.model import MeetingPoint

_M_PER_DEG = 110_000  # of latitude; a little less than there are, so that no point is missed
_SMALLEST_COSINE = 0.01


class Walkable:
    """Meeting points, to be chosen from by where a rider is."""

    def __init__(self, points: Sequence[MeetingPoint] = ()) -> None:
        self.points = tuple(points)
        self._lats = np.array([point.place.lat for point in points], float)
        self._lons = np.array([point.place.lon for point in points], float)

    def near(self, *riders: Request) -> tuple[MeetingPoint, ...]:
        """Return all points that any of these riders may walk to from one of their ends, and some others near by."""
        chosen = np.zeros(len(self.points), np.bool_)
        for rider in riders if self.points else ():
            if rider.max_walk_m:
                chosen |= self._within(rider.origin, rider.max_walk_m) | self._within(
                    rider.destination, rider.max_walk_m
                )
        return tuple(self.points[n] for n in np.flatnonzero(chosen).tolist())

    def _within(self, place: Place, metres: int) -> NDArray[np.bool_]:
        """Say which points are in a box around a place, whose edges no walk of so many metres passes."""
        reach_deg = metres / _M_PER_DEG
        cosine = max(math.cos(math.radians(min(abs(place.lat) + reach_deg, 90.0))), _SMALLEST_COSINE)
        apart = np.abs(self._lons - place.lon)
        found: NDArray[np.bool_] = (np.abs(self._lats - place.lat) <= reach_deg) & (
            np.minimum(apart, 360 - apart) <= reach_deg / cosine
        )
        return found
