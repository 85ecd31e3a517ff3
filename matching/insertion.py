"""All feasible ways to take one more rider into the ordered cars of a set of riders.

Every feasible order of a larger set keeps a feasible order of each part of it, as leaving a stop out never
makes a car late. So the orders of a set with one more rider are exactly the insertions into the orders of the set.
"""

from __future__ import annotations

from typing import Any

from matching.detour import earliest_times
from matching.jit import kernel
from matching.routes import (
    EARLIEST,
    LATEST,
    LEG,
    LOAD,
    PLACE,
    PRE_E,
    PRE_L,
    PRE_T,
    SUF_E,
    SUF_L,
    SUF_T,
    WORK,
    copy_with,
    seal,
)
from matching.tables import (
    NEVER,
    O_LIMIT,
    O_SEATS,
    R_DROPOFF,
    R_DROPOFF_END,
    R_PICKUP,
    R_PICKUP_END,
    R_SEATS,
    W_EARLIEST,
    W_LATEST,
    W_PLACE,
)
from matching.travel import drive_s

NO_WAY = NEVER


@kernel
def insert_rider(  # noqa: C901, PLR0912, PLR0913, PLR0915, PLR0917 - the innermost loops of all: calls would dominate
    trips: Any,
    offer: int,
    rider: int,
    routes: Any,
    drives: Any,
    count: int,
    stops: int,
    limited: bool,
    most_s: int,
    out: Any,
    out_drives: Any,
    legs: Any,
) -> tuple[int, int]:
    """Insert a rider into each of ``count`` sealed routes of one car.

    ``routes`` (n, stops, FIELDS) and ``drives`` (n,) hold the routes and their driving times; the new ones go to
    ``out`` and ``out_drives`` as far as these have room; the last row of ``out`` is scratch, and ``legs`` (2, stops)
    too: the driving to and from the only drop-off, worked out once. ``limited``: someone's ride is limited. Ways of
    ``most_s`` driving or more are left out.

    Returns
    -------
    tuple
        How many ways there are, and the least driving time of one.
    """
    room = trips.offers[offer, O_SEATS] - trips.requests[rider, R_SEATS]
    limit = trips.offers[offer, O_LIMIT]
    travel, ways, boarding = trips.travel, trips.ways, trips.boarding_s
    found, best = 0, NO_WAY
    wanted = out.shape[0] - 1  # the last row is scratch
    first_dropoff, end_dropoff = trips.requests[rider, R_DROPOFF], trips.requests[rider, R_DROPOFF_END]
    several = end_dropoff > first_dropoff + 1
    if room < 0:
        return found, best
    for r in range(count):
        if drives[r] >= most_s:
            continue
        route = routes[r]
        for k in range(stops):
            legs[0, k] = legs[1, k] = -1
        for p in range(trips.requests[rider, R_PICKUP], trips.requests[rider, R_PICKUP_END]):
            place, opens, closes = ways[p, W_PLACE], ways[p, W_EARLIEST], ways[p, W_LATEST]
            if opens > closes:  # the three numbers of a window join only where it is not empty
                continue
            for i in range(stops - 1):
                if route[i, LOAD] > room:
                    continue
                leg_in = drive_s(travel, route[i, PLACE], place)
                delta = route[i, PRE_T] + leg_in
                if route[i, PRE_E] + delta > closes:
                    break
                wait = max(opens - delta - route[i, PRE_L], 0)
                t1 = delta + boarding + wait
                e1 = max(opens - delta, route[i, PRE_E]) - wait
                l1 = min(closes - delta, route[i, PRE_L])
                leg_out = drive_s(travel, place, route[i + 1, PLACE])
                if drives[r] + leg_in + leg_out - route[i + 1, LEG] >= most_s:
                    continue
                delta = t1 + leg_out
                if e1 + delta > route[i + 1, SUF_L]:
                    continue
                wait = max(route[i + 1, SUF_E] - delta - l1, 0)
                if delta + route[i + 1, SUF_T] + wait + boarding > limit:
                    continue
                for d in range(first_dropoff, end_dropoff):
                    to, due = ways[d, W_PLACE], ways[d, W_LATEST]
                    t, e, latest, here = t1, e1, l1, place
                    for j in range(i, stops - 1):
                        if j > i:
                            if route[j, LOAD] > room:
                                break
                            delta = t + (leg_out if j == i + 1 else route[j, LEG])
                            if e + delta > route[j, LATEST]:
                                break
                            wait = max(route[j, EARLIEST] - delta - latest, 0)
                            t = delta + route[j, WORK] + wait
                            e = max(route[j, EARLIEST] - delta, e) - wait
                            latest = min(route[j, LATEST] - delta, latest)
                            here = route[j, PLACE]
                        leg_to = drive_s(travel, here, to) if j == i or several else legs[0, j]
                        if leg_to < 0:
                            leg_to = legs[0, j] = drive_s(travel, here, to)
                        delta = t + leg_to
                        if delta > limit or e + delta > due:
                            break
                        leg_on = legs[1, j]
                        if leg_on < 0 or several:
                            leg_on = legs[1, j] = drive_s(travel, to, route[j + 1, PLACE])
                        until = min(due - delta, latest)
                        delta += boarding + leg_on
                        if e + delta > route[j + 1, SUF_L]:
                            continue
                        wait = max(route[j + 1, SUF_E] - delta - until, 0)
                        if delta + route[j + 1, SUF_T] + wait > limit:
                            continue
                        drive = drives[r] + leg_in + leg_to + leg_on - route[j + 1, LEG]
                        if j > i:
                            drive += leg_out - route[i + 1, LEG]
                        if drive >= most_s:
                            continue
                        if limited:
                            copy_with(trips, route, out[wanted], stops, rider, p, d, i, j)
                            if not earliest_times(trips, out[wanted], stops + 2, limit, route[0, EARLIEST]):
                                continue
                        best = min(best, drive)
                        if found < wanted:
                            copy_with(trips, route, out[found], stops, rider, p, d, i, j)
                            seal(out[found], stops + 2)
                            out_drives[found] = drive
                        found += 1
    return found, best
