"""An instance as arrays, the form in which the kernels read it.

Trips are numbered in the order of the instance, places are numbered too, and times count from
``base_s``, the first departure. Nothing is decided here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from matching.model import Instance, Offer, Place, Request
from matching.travel import TravelArrays, drive_s, walk_m, walk_s
from matching.walks import MOST_POINTS, nearest_points, reachable_points

I64 = NDArray[np.int64]
NEVER = 1 << 40  # later than any time, and still far from overflow when added up


# Columns of ``Trips.offers``.
O_FROM, O_TO, O_EARLIEST, O_LATEST, O_SEATS, O_DIRECT, O_LIMIT, O_EITHER, O_COMMITTED, O_COMMITTED_END = range(10)
# Columns of ``Trips.requests``.
R_SEATS, R_RIDE, R_DIRECT, R_WORTH, R_EITHER, R_HOME, R_PICKUP, R_PICKUP_END, R_DROPOFF, R_DROPOFF_END = range(10)
# Columns of ``Trips.ways``.
W_PLACE, W_EARLIEST, W_LATEST, W_POINT = range(4)


class Trips(NamedTuple):
    """What the clock and the seats of a car depend on; int64 matrices, few of them, as kernels are handed copies.

    ``offers`` (O, 10): the longest trip (``O_LIMIT``) counts boarding and waits; ``O_COMMITTED`` to
    ``O_COMMITTED_END`` are rows of ``committed``. ``requests`` (R, 10): ``R_WORTH`` is rider value, priority and own
    ride together, ``R_HOME`` the offer it is committed to or -1; its possible pick-ups are rows ``R_PICKUP`` to
    ``R_PICKUP_END`` of ``ways``, its own origin first, and drop-offs likewise. ``ways`` (_, 4): ``W_POINT`` is the
    meeting point or -1.
    """

    travel: TravelArrays
    offers: I64
    requests: I64
    ways: I64
    boarding_s: int


class People(NamedTuple):
    """Who gets along: traits and requires as bit sets, (O + R, words) uint64, requests counted after offers.

    ``excluded``: sorted keys ``a * (O + R) + b`` with ``a < b``. ``bonus_key``: sorted ``offer * R + request``.
    """

    traits: NDArray[np.uint64]
    requires: NDArray[np.uint64]
    excluded: I64
    bonus_key: I64
    bonus: I64


class Tables(NamedTuple):
    """Arrays of one instance; times count from ``base_s``. Not ``complete``: some meeting points are left out."""

    trips: Trips
    people: People
    committed: I64
    base_s: int
    complete: bool


def build_tables(instance: Instance) -> Tables:
    """Return the arrays of an instance."""
    offers, requests, trips = instance.offers, instance.requests, instance.trips
    base = min((trip.earliest_departure for trip in trips), default=0)
    number = {trip.id: n for n, trip in enumerate(trips)}
    places = _Places()
    own = [(places.number(trip.origin), places.number(trip.destination)) for trip in trips]
    to = reachable_points(instance, [r.origin for r in instance.requests])
    back = reachable_points(instance, [r.destination for r in instance.requests])
    complete = all(len(points) <= MOST_POINTS for points in (*to, *back))
    pickups = _pickups(instance, places, to, [a for a, _ in own[len(offers) :]], base)
    dropoffs = _dropoffs(instance, places, back, [b for _, b in own[len(offers) :]], base)
    travel = instance.travel.arrays(places.places)
    direct = [drive_s(travel, a, b) for a, b in own]
    either = _eithers(trips)
    committed = [[number[r] - len(offers) for r in o.committed] for o in offers]
    first_committed = _starts(len(riders) for riders in committed)
    offer_rows = [
        (
            *own[n],
            o.earliest_departure - base,
            o.latest_arrival - base,
            o.seats,
            direct[n],
            direct[n] + o.max_detour_s,
            either[n],
            first_committed[n],
            first_committed[n + 1],
        )
        for n, o in enumerate(offers)
    ]
    home = {rider: n for n, riders in enumerate(committed) for rider in riders}
    first_pickup = _starts(len(rows) for rows in pickups)
    first_dropoff = first_pickup[-1] + _starts(len(rows) for rows in dropoffs)
    request_rows = [
        (
            r.seats,
            NEVER if r.max_ride_s is None else r.max_ride_s,
            direct[len(offers) + n],
            direct[len(offers) + n] + instance.rider_value_s + r.priority_s,
            either[len(offers) + n],
            home.get(n, -1),
            first_pickup[n],
            first_pickup[n + 1],
            first_dropoff[n],
            first_dropoff[n + 1],
        )
        for n, r in enumerate(requests)
    ]
    ways = [row for rows in (*pickups, *dropoffs) for row in rows]
    arrays = Trips(travel, _matrix(offer_rows, 10), _matrix(request_rows, 10), _matrix(ways, 4), instance.boarding_s)
    return Tables(arrays, _people(instance, number), _ints(r for riders in committed for r in riders), base, complete)


def _people(instance: Instance, number: dict[str, int]) -> People:
    requests = len(instance.requests)
    offers = len(instance.offers)
    bonuses = sorted((number[o] * requests + number[r] - offers, b) for (o, r), b in instance.bonuses.items())
    return People(
        *_bits(instance.trips),
        excluded=np.unique(_ints(_key(number[a], number[b], len(number)) for a, b in instance.excluded)),
        bonus_key=_ints(key for key, _ in bonuses),
        bonus=_ints(bonus for _, bonus in bonuses),
    )


_Row = tuple[int, int, int, int]  # place, earliest, latest, meeting point or -1


class _Places:
    """Numbers places, each distinct point once."""

    def __init__(self) -> None:
        self.places: list[Place] = []
        self._number: dict[Place, int] = {}

    def number(self, place: Place) -> int:
        found = self._number.setdefault(place, len(self.places))
        if found == len(self.places):
            self.places.append(place)
        return found


def _ints(values: Iterable[int]) -> I64:
    return np.fromiter(values, np.int64)


def _matrix(rows: Sequence[tuple[int, ...]], width: int) -> I64:
    return np.array(rows, np.int64).reshape(len(rows), width)


def _starts(sizes: Iterable[int]) -> I64:
    return np.concatenate([[0], np.cumsum(_ints(sizes))]).astype(np.int64)


def _pickups(
    instance: Instance, places: _Places, points: list[list[int]], own: Sequence[int], base: int
) -> list[list[_Row]]:
    rows = []
    for n, request in enumerate(instance.requests):
        latest = NEVER if request.latest_pickup is None else request.latest_pickup - base
        earliest = request.earliest_departure - base
        found: list[_Row] = [(own[n], earliest, latest, -1)]
        for point in nearest_points(instance, request.origin, points[n]):
            place = instance.meeting_points[point].place
            found.append((places.number(place), earliest + walk_s(walk_m(request.origin, place)), latest, point))
        rows.append(found)
    return rows


def _dropoffs(
    instance: Instance, places: _Places, points: list[list[int]], own: Sequence[int], base: int
) -> list[list[_Row]]:
    rows = []
    for n, request in enumerate(instance.requests):
        latest = request.latest_arrival - base
        found: list[_Row] = [(own[n], 0, latest, -1)]
        for point in nearest_points(instance, request.destination, points[n]):
            place = instance.meeting_points[point].place
            found.append((places.number(place), 0, latest - walk_s(walk_m(request.destination, place)), point))
        rows.append(found)
    return rows


def _eithers(trips: Sequence[Offer | Request]) -> I64:
    """Return the number of the group each trip shares an ``either`` with, or -1."""
    groups: dict[str, int] = {}
    return _ints(-1 if t.either is None else groups.setdefault(t.either, len(groups)) for t in trips)


def _bits(trips: Sequence[Offer | Request]) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    """Return traits and requirements as bit sets, shape (trips, words); traits that nobody requires are left out."""
    asked = sorted({trait for trip in trips for trait in trip.requires})
    bit = {trait: n for n, trait in enumerate(asked)}
    shape = (len(trips), (len(asked) + 63) // 64)
    traits, requires = np.zeros(shape, np.uint64), np.zeros(shape, np.uint64)
    for n, trip in enumerate(trips):
        for words, names in ((traits, trip.traits), (requires, trip.requires)):
            for name in names:
                if name in bit:
                    words[n, bit[name] // 64] |= np.uint64(1 << bit[name] % 64)
    return traits, requires


def _key(a: int, b: int, trips: int) -> int:
    return min(a, b) * trips + max(a, b)
