"""Chosen columns to a plan: the order of the stops with the least driving, and their times."""

from __future__ import annotations

from typing import Any

import numpy as np

from matching.columns import Columns
from matching.detour import schedule_stops
from matching.jit import kernel
from matching.model import Instance, Match, MatchingError, Place, Stop
from matching.nodes import enter_set
from matching.routes import AT, FIELDS, POINT, WHO
from matching.tables import I64, O_DIRECT, O_LIMIT, R_WORTH, Tables
from matching.workspace import HEAD, MAX_RIDERS, make_workspace


def build_matches(instance: Instance, tables: Tables, columns: Columns) -> tuple[Match, ...]:
    """Return the cars of the columns, in the order of the offers.

    Raises
    ------
    MatchingError
        If a column is no feasible car; columns of pricing always are.
    """
    space = make_workspace(MAX_RIDERS, 1)
    route = np.empty((2 * MAX_RIDERS + 2, FIELDS), np.int64)
    matches = []
    for column in columns[np.argsort(columns[:, 0], kind="stable")]:
        riders = column[HEAD : HEAD + column[2]]
        # The column tells how long its drive is: longer orders need no room.
        drive_s = tables.trips.offers[column[0], O_DIRECT] + _worth(instance, tables, column) - column[1]
        drive = best_route(tables, int(column[0]), riders, int(drive_s) + 1, space, route)
        if drive < 0:
            raise MatchingError(f"offer {instance.offers[column[0]].id} cannot carry the riders planned for it")
        matches.append(_match(instance, tables, int(column[0]), riders.tolist(), drive, route))
    return tuple(matches)


def _worth(instance: Instance, tables: Tables, column: I64) -> int:
    """Return what the riders of a column are worth with its car, bonuses counted."""
    riders = column[HEAD : HEAD + column[2]].tolist()
    offer = instance.offers[column[0]].id
    bonus = sum(instance.bonuses.get((offer, instance.requests[r].id), 0) for r in riders)
    return int(tables.trips.requests[riders, R_WORTH].sum()) + bonus


@kernel
def best_route(tables: Any, car: int, riders: Any, most_s: int, space: Any, route: Any) -> int:
    """Write the order of stops with the least driving, and its times; return the driving time, or -1.

    Orders of ``most_s`` driving or more do not count.
    """
    trips = tables.trips
    for n in range(riders.shape[0]):
        space.rider[n] = riders[n]
        space.chosen[n] = n
    ways = enter_set(trips, car, riders.shape[0], most_s, space)
    if ways == 0:
        return -1
    k, best = riders.shape[0], 0
    for n in range(1, space.orders[k]):
        if space.drives[k, n] < space.drives[k, best]:
            best = n
    stops = 2 * k + 2
    for stop in range(stops):
        for field in range(FIELDS):
            route[stop, field] = space.routes[k, best, stop, field]
    if not schedule_stops(trips, route, stops, trips.offers[car, O_LIMIT]):
        return -1
    return int(space.drives[k, best])


def _match(instance: Instance, tables: Tables, car: int, riders: list[int], drive_s: int, route: Any) -> Match:
    offer = instance.offers[car]
    direct_s = int(tables.trips.offers[car, O_DIRECT])
    rows = route[: 2 * len(riders) + 2].tolist()
    stops = [Stop("depart", rows[0][AT] + tables.base_s, offer.origin)]
    stops += [_stop(instance, tables, row) for row in rows[1:-1]]
    stops.append(Stop("arrive", rows[-1][AT] + tables.base_s, offer.destination))
    own_s = sum(instance.travel.seconds(instance.requests[r].origin, instance.requests[r].destination) for r in riders)
    return Match(
        offer=offer.id,
        requests=tuple(instance.requests[row[WHO] >> 1].id for row in rows[1:-1] if row[WHO] & 1 == 0),
        stops=tuple(stops),
        detour_s=stops[-1].at - stops[0].at - direct_s,
        saved_s=own_s - (drive_s - direct_s),
    )


def _stop(instance: Instance, tables: Tables, row: list[int]) -> Stop:
    rider = instance.requests[row[WHO] >> 1]
    at = row[AT] + tables.base_s
    point = instance.meeting_points[row[POINT]] if row[POINT] >= 0 else None
    if row[WHO] & 1:
        place: Place = point.place if point else rider.destination
        return Stop("dropoff", at, place, rider.id, point.id if point else None)
    place = point.place if point else rider.origin
    return Stop("pickup", at, place, rider.id, point.id if point else None)


def score_of(instance: Instance, matches: tuple[Match, ...]) -> int:
    """Return the score of matches: rider values, priorities, bonuses and seconds saved."""
    priority = {request.id: request.priority_s for request in instance.requests}
    score = 0
    for match in matches:
        score += match.saved_s
        for request in match.requests:
            score += instance.rider_value_s + priority[request]
            score += instance.bonuses.get((match.offer, request), 0)
    return score
