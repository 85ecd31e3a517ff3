"""Which meeting points a rider can walk to."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from matching.model import Instance, MeetingPoint, Place, Request
from matching.travel import unit_vectors, walk_m
from matching.travel.earth import EARTH_RADIUS_M, WALK_CIRCUITY

_CELL_M = 2_000.0
MOST_POINTS = 20  # at each end of a trip: 21 x 21 ways of one rider fit in what pricing keeps of a set
_ROUNDING_M = 1.0


class Points:
    """Meeting points, to be chosen from by where riders are, so that whoever looks for one ride reads few of many."""

    def __init__(self, points: Sequence[MeetingPoint] = ()) -> None:
        self._points = tuple(points)
        self._at = unit_vectors([point.place for point in self._points])

    def near(self, *riders: Request) -> tuple[MeetingPoint, ...]:
        """Return all points that any of these riders may walk to from one of their ends, and some just beyond."""
        chosen = np.zeros(len(self._points), np.bool_)
        for rider in riders if self._points else ():
            if rider.max_walk_m:
                away = np.linalg.norm(self._at[:, None] - unit_vectors([rider.origin, rider.destination]), axis=2)
                # A chord is shorter than its walk.
                chosen |= (away <= (rider.max_walk_m + _ROUNDING_M) / (WALK_CIRCUITY * EARTH_RADIUS_M)).any(axis=1)
        return tuple(self._points[n] for n in np.flatnonzero(chosen).tolist())


def reachable_points(instance: Instance, ends: Sequence[Place]) -> list[list[int]]:
    """Return for each request the numbers of the meeting points within ``max_walk_m`` of one of its ends."""
    found: list[list[int]] = [[] for _ in ends]
    if not instance.meeting_points:
        return found
    cells: dict[tuple[int, ...], list[int]] = {}
    for n, cell in enumerate(_cells([point.place for point in instance.meeting_points])):
        cells.setdefault(cell, []).append(n)
    for n, (request, end, cell) in enumerate(zip(instance.requests, ends, _cells(ends), strict=True)):
        if request.max_walk_m <= 0:
            continue
        reach = math.ceil(request.max_walk_m / WALK_CIRCUITY / _CELL_M)
        near = _near(cells, cell, reach)
        # A meeting point at the rider's own door is the door.
        found[n] = [p for p in sorted(near) if _within(instance, end, p, request.max_walk_m)]
    return found


def nearest_points(instance: Instance, end: Place, points: list[int]) -> list[int]:
    """Return the nearest :data:`MOST_POINTS` of the meeting points; more would multiply the orders of stops."""
    if len(points) <= MOST_POINTS:
        return points
    return sorted(points, key=lambda p: (walk_m(end, instance.meeting_points[p].place), p))[:MOST_POINTS]


def _within(instance: Instance, end: Place, point: int, max_walk_m: int) -> bool:
    place = instance.meeting_points[point].place
    return place != end and walk_m(end, place) <= max_walk_m


def _cells(places: Sequence[Place]) -> list[tuple[int, ...]]:
    """Return the cube of space that each place is in; cubes know neither date line nor poles."""
    cubes = np.floor(unit_vectors(places) * (EARTH_RADIUS_M / _CELL_M)).astype(np.int64)
    return [tuple(cube) for cube in cubes.tolist()]


def _near(cells: dict[tuple[int, ...], list[int]], cell: tuple[int, ...], reach: int) -> list[int]:
    """Return the points of all cubes within ``reach`` cubes; a chord is never longer than the walk over it."""
    x, y, z = cell
    if (2 * reach + 1) ** 3 > len(cells):
        return [p for (i, j, k), ps in cells.items() if max(abs(i - x), abs(j - y), abs(k - z)) <= reach for p in ps]
    span = range(-reach, reach + 1)
    return [p for i in span for j in span for k in span for p in cells.get((x + i, y + j, z + k), ())]
