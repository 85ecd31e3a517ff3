"""Ordered cars as rows of a buffer, with the time windows of all their prefixes and suffixes.

A route is an int64 array (stops, FIELDS): the driver's departure, the riders' stops, the arrival. A prefix
or suffix is kept as three numbers (Vidal et al. 2013): its least duration, and the earliest and latest
start that attain it, so that joining two of them is a handful of operations.

References
----------
T. Vidal, T. G. Crainic, M. Gendreau, C. Prins (2013), A hybrid genetic algorithm with adaptive diversity
management for a large class of vehicle routing problems with time-windows, doi:10.1016/j.cor.2012.07.018.
"""

from __future__ import annotations

from typing import Any

from matching.jit import kernel
from matching.tables import (
    NEVER,
    O_DIRECT,
    O_EARLIEST,
    O_FROM,
    O_LATEST,
    O_TO,
    R_SEATS,
    W_EARLIEST,
    W_LATEST,
    W_PLACE,
    W_POINT,
)
from matching.travel import drive_s

# The columns of a stop. WHO is 2 * request for its pick-up, 2 * request + 1 for its drop-off, below 0 for the driver.
WHO, PLACE, EARLIEST, LATEST, WORK, LOAD, LEG = range(7)
PRE_T, PRE_E, PRE_L, SUF_T, SUF_E, SUF_L, POINT, AT = range(7, 15)
FIELDS = 15
DRIVER = -1
LONG_AGO = -NEVER


@kernel
def empty_route(trips: Any, route: Any, offer: int) -> int:
    """Write the driver's own trip into a route and return its driving time."""
    for stop in range(2):
        route[stop, WHO] = DRIVER
        route[stop, WORK] = 0
        route[stop, LOAD] = 0
        route[stop, POINT] = -1
    route[0, PLACE] = trips.offers[offer, O_FROM]
    route[0, EARLIEST] = trips.offers[offer, O_EARLIEST]
    route[0, LATEST] = NEVER
    route[0, LEG] = 0
    route[1, PLACE] = trips.offers[offer, O_TO]
    route[1, EARLIEST] = LONG_AGO
    route[1, LATEST] = trips.offers[offer, O_LATEST]
    route[1, LEG] = trips.offers[offer, O_DIRECT]
    seal(route, 2)
    return int(trips.offers[offer, O_DIRECT])


@kernel
def seal(route: Any, stops: int) -> None:
    """Compute the durations and windows of all prefixes and suffixes of a feasible route."""
    t, e, latest = route[0, WORK], route[0, EARLIEST], route[0, LATEST]
    route[0, PRE_T], route[0, PRE_E], route[0, PRE_L] = t, e, latest
    for k in range(1, stops):
        delta = t + route[k, LEG]
        wait = max(route[k, EARLIEST] - delta - latest, 0)
        t = delta + route[k, WORK] + wait
        e = max(route[k, EARLIEST] - delta, e) - wait
        latest = min(route[k, LATEST] - delta, latest)
        route[k, PRE_T], route[k, PRE_E], route[k, PRE_L] = t, e, latest
    last = stops - 1
    t, e, latest = route[last, WORK], route[last, EARLIEST], route[last, LATEST]
    route[last, SUF_T], route[last, SUF_E], route[last, SUF_L] = t, e, latest
    for k in range(last - 1, -1, -1):
        delta = route[k, WORK] + route[k + 1, LEG]
        wait = max(e - delta - route[k, LATEST], 0)
        latest = min(latest - delta, route[k, LATEST])
        e = max(e - delta, route[k, EARLIEST]) - wait
        t = delta + t + wait
        route[k, SUF_T], route[k, SUF_E], route[k, SUF_L] = t, e, latest


@kernel
def copy_with(  # noqa: PLR0913, PLR0917 - a kernel takes its arrays one by one
    trips: Any, source: Any, target: Any, stops: int, rider: int, pickup: int, dropoff: int, i: int, j: int
) -> None:
    """Write a route with a rider's stops after positions ``i`` and ``j >= i`` of another one; legs, not windows."""
    seats = trips.requests[rider, R_SEATS]
    out = 0
    for k in range(stops):
        for field in range(FIELDS):
            target[out, field] = source[k, field]
        if i < k <= j:
            target[out, LOAD] += seats
        out += 1
        if k == i:
            target[out, WHO] = 2 * rider
            target[out, PLACE] = trips.ways[pickup, W_PLACE]
            target[out, EARLIEST] = trips.ways[pickup, W_EARLIEST]
            target[out, LATEST] = trips.ways[pickup, W_LATEST]
            target[out, POINT] = trips.ways[pickup, W_POINT]
            target[out, WORK] = trips.boarding_s
            target[out, LOAD] = source[k, LOAD] + seats
            out += 1
        if k == j:
            target[out, WHO] = 2 * rider + 1
            target[out, PLACE] = trips.ways[dropoff, W_PLACE]
            target[out, EARLIEST] = LONG_AGO
            target[out, LATEST] = trips.ways[dropoff, W_LATEST]
            target[out, POINT] = trips.ways[dropoff, W_POINT]
            target[out, WORK] = trips.boarding_s
            target[out, LOAD] = source[k, LOAD]
            out += 1
    for k in (i + 1, i + 2, j + 2, j + 3):
        target[k, LEG] = drive_s(trips.travel, target[k - 1, PLACE], target[k, PLACE])
