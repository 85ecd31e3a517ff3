"""Which requests an offer could serve alone: exact, through an index of space and time.

The requests are gathered in cubes of space by their origin. By the triangle inequality a driver who fetches
someone from a cube drives at least to its edge and on, so most cubes are passed over as a whole.
"""

from __future__ import annotations

import math
from concurrent.futures import Executor
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from matching.insertion import insert_rider
from matching.jit import kernel
from matching.people import bonus_of, may_drive
from matching.routes import FIELDS, empty_route
from matching.tables import (
    I64,
    NEVER,
    O_DIRECT,
    O_EARLIEST,
    O_FROM,
    O_LATEST,
    O_LIMIT,
    O_TO,
    R_DIRECT,
    R_DROPOFF,
    R_DROPOFF_END,
    R_PICKUP,
    R_PICKUP_END,
    R_RIDE,
    W_EARLIEST,
    W_LATEST,
    W_PLACE,
    Tables,
    Trips,
)
from matching.threads import map_parts
from matching.travel import drive_s
from matching.travel.earth import EARTH_RADIUS_M

_CELL_M = 1_500.0
_OFFERS_A_PART = 1_000
_ROWS_A_CALL = 1 << 16
_ROUNDING_S = 1e-6  # more than doubles lose in a distance


class Pairs(NamedTuple):
    """The feasible pairs: ``rows[ptr[o]:ptr[o + 1]]`` are those of offer ``o``, the least extra driving first.

    ``rows`` (n, 4): offer, request, the least driving seconds that serving the request alone adds, the pair's bonus.
    """

    ptr: I64
    rows: I64

    @property
    def cars(self) -> I64:
        """The offers that could serve someone."""
        return np.flatnonzero(np.diff(self.ptr))

    @property
    def most(self) -> int:
        """The most requests that one offer could serve."""
        return int(np.diff(self.ptr).max(initial=0))


class Known(NamedTuple):
    """Pairs known beforehand, rows as in :class:`Pairs`: all feasible ones of trips of which neither is new.

    ``new_offers`` (O,) and ``new_requests`` (R,) say of whose pairs nothing is known.
    """

    rows: I64
    new_offers: NDArray[np.bool_]
    new_requests: NDArray[np.bool_]


def feasible_pairs(tables: Tables, executor: Executor | None = None, known: Known | None = None) -> Pairs:
    """Return all pairs of an offer and a request that keep the rules alone.

    Threads of an executor share the work; pairs that are ``known`` are taken over.
    """
    trips = tables.trips
    offers, requests = np.arange(len(trips.offers)), np.arange(len(trips.requests))
    if known is None:
        rows = _scan(tables, offers, requests, executor)
    else:
        fresh = [
            _scan(tables, offers[known.new_offers], requests, executor),
            _scan(tables, offers[~known.new_offers], requests[known.new_requests], executor),
        ]
        rows = np.concatenate([known.rows, *fresh])
    rows = rows[np.argsort(_order(rows), kind="stable")]
    ptr = np.concatenate([[0], np.cumsum(np.bincount(rows[:, 0], minlength=len(offers)))]).astype(np.int64)
    return Pairs(ptr, rows)


def _order(rows: I64) -> I64:
    """Return keys that sort pairs by offer, then by extra driving: 23 bits and 20 of them.

    Each car meets riders who are as near in an order of its own: else twins would all be asked for by all cars first.
    """
    tie = (rows[:, 1] * 7919 + rows[:, 0] * 104_729) % 1_000_003
    return np.asarray((rows[:, 0] << 40) | (np.minimum(rows[:, 2], (1 << 20) - 1) << 20) | tie, np.int64)


def _scan(tables: Tables, offers: I64, requests: I64, executor: Executor | None) -> I64:
    """Return the feasible pairs of some offers and some requests."""
    none = np.empty((0, 4), np.int64)
    if not len(offers) or not len(requests):
        return none
    cells = gather_cells(tables.trips, requests)
    offers = offers[np.lexsort(_cubes(tables.trips, tables.trips.offers[offers, O_FROM]).T)]  # neighbours meet the same
    parts = [offers[start : start + _OFFERS_A_PART] for start in range(0, len(offers), _OFFERS_A_PART)]
    return np.concatenate([none, *map_parts(executor, lambda part: _pairs_of(tables, cells, part), parts)])


def _pairs_of(tables: Tables, cells: Cells, offers: I64) -> I64:
    routes, legs = np.empty((2, 4, FIELDS), np.int64), np.empty((2, 4), np.int64)
    out = np.empty((_ROWS_A_CALL + len(tables.trips.requests), 4), np.int64)
    found = [out[:0].copy()]
    start = 0
    while start < len(offers):
        start, written = find_pairs(tables, cells, offers, start, routes, legs, out)
        found.append(out[:written].copy())
    return np.concatenate(found)


class Cells(NamedTuple):
    """Cubes of requests: ``request[ptr[c]:ptr[c + 1]]`` start within ``radius`` (unit sphere) of ``centre[c]``.

    ``opens_s``: the first time anyone there leaves; ``closes_s``: the last time anyone there can be picked up.
    """

    ptr: I64
    request: I64
    centre: np.ndarray[tuple[int, int], np.dtype[np.float64]]
    radius: np.ndarray[tuple[int], np.dtype[np.float64]]
    opens_s: I64
    closes_s: I64


def gather_cells(trips: Trips, numbers: I64) -> Cells:
    """Return the requests of these numbers in cubes of space by their possible pick-ups."""
    requests, ways, places = trips.requests[numbers], trips.ways, trips.travel.places[:, :3]
    first, end = requests[:, R_PICKUP], requests[:, R_PICKUP_END]
    own = places[ways[first, W_PLACE]]
    _, cell = np.unique(_cubes(trips, ways[first, W_PLACE]), axis=0, return_inverse=True)
    cell = cell.reshape(-1)
    size = np.bincount(cell)
    count = len(size)
    centre = np.stack([np.bincount(cell, own[:, k]) / size for k in range(3)], axis=1)
    of = np.repeat(np.arange(len(requests)), end - first)
    pickups = ways[first[of] + np.arange(len(of)) - (np.cumsum(end - first) - (end - first))[of]]
    of = cell[of]
    radius, opens, closes = np.zeros(count), np.full(count, NEVER), np.full(count, -NEVER)
    np.maximum.at(radius, of, np.linalg.norm(places[pickups[:, W_PLACE]] - centre[of], axis=1))
    np.minimum.at(opens, of, pickups[:, W_EARLIEST])
    due = ways[requests[:, R_DROPOFF], W_LATEST]  # at the own place: nowhere is it later
    np.maximum.at(closes, cell, np.minimum(due, ways[first, W_LATEST]))
    ptr = np.concatenate([[0], np.cumsum(size)]).astype(np.int64)
    return Cells(ptr, numbers[np.argsort(cell, kind="stable")], centre, radius, opens, closes)


def _cubes(trips: Trips, places: I64) -> I64:
    """Return the cubes of space, shape (n, 3), that numbered places are in."""
    at = trips.travel.places[places, :3]
    return np.floor(at * (EARTH_RADIUS_M / _CELL_M)).astype(np.int64)


@kernel
def find_pairs(  # noqa: C901 - one loop nest, entered millions of times: calls would copy all array headers
    tables: Any, cells: Any, numbers: Any, first: int, routes: Any, legs: Any, out: Any
) -> tuple[int, int]:
    """Write the feasible pairs of the offers ``numbers[first:]`` as far as there is room.

    ``routes`` (2, 4, FIELDS) and ``legs`` (2, 4) are scratch. ``out`` (n, 4) gets offer, request, extra driving
    seconds and bonus.

    Returns
    -------
    tuple
        The first of ``numbers`` that is not done, and the number of pairs written.
    """
    trips, people = tables.trips, tables.people
    travel, boarding, offers, requests = trips.travel, trips.boarding_s, trips.offers, trips.requests
    drives = offers[:, O_DIRECT]
    own, scratch = routes[:1], routes[1:2]
    seconds_a_unit = EARTH_RADIUS_M * travel.circuity / travel.m_per_s
    n = 0
    for at in range(first, numbers.shape[0]):
        offer = numbers[at]
        start = n
        empty_route(trips, own[0], offer)
        a, b, limit = offers[offer, O_FROM], offers[offer, O_TO], offers[offer, O_LIMIT]
        for cell in range(cells.ptr.shape[0] - 1):
            to_cell, from_cell = 0.0, 0.0
            for k in range(3):
                to_cell += (travel.places[a, k] - cells.centre[cell, k]) ** 2
                from_cell += (travel.places[b, k] - cells.centre[cell, k]) ** 2
            there = max((math.sqrt(to_cell) - cells.radius[cell]) * seconds_a_unit - _ROUNDING_S, 0.0)
            onward = max((math.sqrt(from_cell) - cells.radius[cell]) * seconds_a_unit - _ROUNDING_S, 0.0)
            if there + onward + 2 * boarding > limit:
                continue
            if offers[offer, O_EARLIEST] + there > cells.closes_s[cell]:
                continue
            if cells.opens_s[cell] + onward + 2 * boarding > offers[offer, O_LATEST]:
                continue
            for k in range(cells.ptr[cell], cells.ptr[cell + 1]):
                rider = cells.request[k]
                if requests[rider, R_PICKUP_END] == requests[rider, R_PICKUP] + 1 and not _may_fetch(
                    trips, offer, rider
                ):
                    continue
                limited = requests[rider, R_RIDE] < NEVER
                ways, drive = insert_rider(
                    trips, offer, rider, own, drives[offer:], 1, 2, limited, NEVER, scratch, drives, legs
                )
                if ways == 0 or not may_drive(trips, people, offer, rider):
                    continue
                if n == out.shape[0]:
                    return at, start
                out[n, 0] = offer
                out[n, 1] = rider
                out[n, 2] = drive - offers[offer, O_DIRECT]
                out[n, 3] = bonus_of(people, offer, rider, requests.shape[0])
                n += 1
    return numbers.shape[0], n


@kernel
def _may_fetch(trips: Any, offer: int, rider: int) -> bool:
    """Say whether a driver could come by a rider's only pick-up and go on; few pass, so this is kept short."""
    offers, requests, ways = trips.offers, trips.requests, trips.ways
    pickup, dropoff = requests[rider, R_PICKUP], requests[rider, R_DROPOFF]
    place = ways[pickup, W_PLACE]
    limit = offers[offer, O_LIMIT] - 2 * trips.boarding_s
    there = drive_s(trips.travel, offers[offer, O_FROM], place)
    if there > limit or offers[offer, O_EARLIEST] + there > ways[pickup, W_LATEST]:
        return False
    if requests[rider, R_DROPOFF_END] == dropoff + 1:
        onward = requests[rider, R_DIRECT]
        if there + onward > limit:
            return False
        leaves = max(offers[offer, O_EARLIEST] + there, ways[pickup, W_EARLIEST]) + trips.boarding_s
        if leaves + onward > ways[dropoff, W_LATEST]:
            return False
        onward += drive_s(trips.travel, ways[dropoff, W_PLACE], offers[offer, O_TO])
        if leaves + onward + trips.boarding_s > offers[offer, O_LATEST]:
            return False
    else:
        onward = drive_s(trips.travel, place, offers[offer, O_TO])
    if there + onward > limit:
        return False
    return bool(ways[pickup, W_EARLIEST] + onward + 2 * trips.boarding_s <= offers[offer, O_LATEST])
