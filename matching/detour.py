"""One ordered car in exact seconds: when it can leave, wait, board and arrive (rules 3 to 6).

The times of a car are a system of differences: each stop after the one before, within its window, a
drop-off within ``max_ride_s`` of its boarding, the arrival within the longest trip of the departure. Such a
system has an earliest and a latest solution, found by passing over it until nothing moves (Bellman-Ford).
"""

from __future__ import annotations

from typing import Any

from matching.jit import kernel
from matching.routes import AT, EARLIEST, LATEST, LEG, PRE_T, WHO, WORK
from matching.tables import NEVER, R_RIDE


@kernel
def earliest_times(  # noqa: C901 - four kinds of constraint, passed over together
    trips: Any, route: Any, stops: int, limit_s: int, depart_s: int
) -> bool:
    """Write the earliest times (field AT) of a car that leaves at ``depart_s`` or later; say whether there are any."""
    for k in range(stops):
        route[k, AT] = route[k, EARLIEST]
    route[0, AT] = max(route[0, AT], depart_s)
    for _ in range(stops + 2):
        for k in range(1, stops):
            route[k, AT] = max(route[k, AT], route[k - 1, AT] + route[k - 1, WORK] + route[k, LEG])
        for k in range(stops):
            if route[k, AT] > route[k, LATEST]:
                return False
        moved = False
        if route[0, AT] < route[stops - 1, AT] - limit_s:
            route[0, AT] = route[stops - 1, AT] - limit_s
            moved = True
        for k in range(1, stops - 1):
            if route[k, WHO] & 1:
                ride = trips.requests[route[k, WHO] >> 1, R_RIDE]
                if ride < NEVER:
                    board = _pickup_of(route, k)
                    if route[board, AT] < route[k, AT] - ride - route[board, WORK]:
                        route[board, AT] = route[k, AT] - ride - route[board, WORK]
                        moved = True
        if not moved:
            return True
    return False


@kernel
def _pickup_of(route: Any, dropoff: int) -> int:
    for k in range(dropoff):
        if route[k, WHO] == route[dropoff, WHO] - 1:
            return k
    return 0


@kernel
def latest_departure(trips: Any, route: Any, stops: int, limit_s: int) -> int:
    """Return the latest departure of a car whose trip lasts at most ``limit_s``, for which some times exist."""
    for k in range(stops):
        route[k, AT] = route[k, LATEST]
    for _ in range(stops + 2):
        for k in range(stops - 1, 0, -1):
            route[k - 1, AT] = min(route[k - 1, AT], route[k, AT] - route[k, LEG] - route[k - 1, WORK])
        moved = False
        if route[stops - 1, AT] > route[0, AT] + limit_s:
            route[stops - 1, AT] = route[0, AT] + limit_s
            moved = True
        for k in range(1, stops - 1):
            if route[k, WHO] & 1:
                ride = trips.requests[route[k, WHO] >> 1, R_RIDE]
                if ride < NEVER:
                    board = _pickup_of(route, k)
                    if route[k, AT] > route[board, AT] + route[board, WORK] + ride:
                        route[k, AT] = route[board, AT] + route[board, WORK] + ride
                        moved = True
        if not moved:
            break
    return int(route[0, AT])


@kernel
def schedule_stops(trips: Any, route: Any, stops: int, limit_s: int) -> bool:
    """Write the times (field AT) of a sealed route: the least detour, the latest departure, then no stop late.

    Returns False when the car breaks a rule of time.
    """
    if not earliest_times(trips, route, stops, limit_s, route[0, EARLIEST]):
        return False
    low, high = route[stops - 1, PRE_T], limit_s
    while low < high:
        middle = (low + high) // 2
        if earliest_times(trips, route, stops, middle, route[0, EARLIEST]):
            high = middle
        else:
            low = middle + 1
    depart = latest_departure(trips, route, stops, high)
    return bool(earliest_times(trips, route, stops, high, depart))
