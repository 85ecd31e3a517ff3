"""Open trips that come and go, kept as arrays: who fits with one trip, without reading the others anew.

A batch builds its arrays once and looks at all pairs; a board is looked at for one trip at a time, and a trip enters or
leaves it in a moment. The pairs are judged by the kernel that finds a batch's candidates. A request that looks may walk
to meeting points; those on the board ride from door to door. People, commitments and `either` are left to the caller.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

import numpy as np

from matching.candidates import Cells, find_pairs
from matching.milp import F64
from matching.model import Instance, MeetingPoint, Offer, Request
from matching.routes import FIELDS
from matching.tables import (
    I64,
    NEVER,
    O_EARLIEST,
    O_LATEST,
    O_LIMIT,
    R_PICKUP_END,
    R_RIDE,
    W_EARLIEST,
    W_LATEST,
    W_PLACE,
    People,
    Tables,
    Trips,
    build_tables,
)
from matching.travel import Travel, TravelArrays, unit_vectors
from matching.walks import Points

Trip = Offer | Request
_ROOM = 64  # trips of a new board; it doubles when they are more
_NOBODY = np.empty(0, np.int64)
_NUMBERED = {Offer: slice(0, 2), Request: slice(6, 10)}  # columns that number places or ways


class Board:
    """Open offers and requests, in about 400 bytes each; not for several threads at once. ``points``: to walk to."""

    def __init__(self, travel: Travel, boarding_s: int, meeting_points: Sequence[MeetingPoint] = ()) -> None:
        self._travel = travel
        self._boarding_s = boarding_s
        self.points = Points(meeting_points)
        self._offers, self._requests = _Shelf(_NUMBERED[Offer]), _Shelf(_NUMBERED[Request])

    def __len__(self) -> int:
        return len(self._offers.ids) + len(self._requests.ids)

    def put(self, trip: Trip) -> None:
        """Take a trip in, in the place of one of its id."""
        self.drop(trip.id)
        shelf = self._offers if isinstance(trip, Offer) else self._requests
        at = shelf.add(trip.id)
        shelf.places[at, :, :3] = unit_vectors([trip.origin, trip.destination])
        shelf.rows[at], shelf.ways[at] = self._row(trip, at), _ways(trip, at)

    def drop(self, id_: str) -> None:
        """Take a trip out, if it is there."""
        for shelf in (self._offers, self._requests):
            shelf.drop(id_)

    def fits(
        self, asked: Trip, soonest_s: int, *, stricter_s: int = 0, without: Collection[int] = ()
    ) -> dict[str, int]:
        """Return the trips of the other kind that an offer or request could share a car with alone.

        Parameters
        ----------
        asked
            The trip that looks; it need not be on the board. A request may walk to the meeting points.
        soonest_s
            Nobody leaves before it, epoch seconds.
        stricter_s
            Every rule of time is held by so much more: what fits then fits as long as the ways of a car take no more
            than so many seconds longer in all, its driver's own way included.
        without
            Rules of time (3 driver's clock, 4 detour, 5 rider's window, 6 ride) that do not count.

        Returns
        -------
        dict
            By the ids of those that keep rules 1 to 7, the least driving seconds that the rider adds.
        """
        asked = stricter(asked, stricter_s)
        shelf = self._requests if isinstance(asked, Offer) else self._offers
        count = len(shelf.ids)
        if not count:
            return {}
        others = shelf.rows[:count].copy()
        if isinstance(asked, Offer):
            own = np.hstack([unit_vectors([asked.origin, asked.destination]), np.zeros((2, 1))])
            offers, requests = np.array([self._row(asked, count)]), others
            ways = shelf.ways[:count].reshape(-1, 4).copy()
            requests[:, R_RIDE] -= np.where(requests[:, R_RIDE] < NEVER, stricter_s, 0)
            ways[::2, W_EARLIEST] = np.maximum(ways[::2, W_EARLIEST], soonest_s)
            ways[1::2, W_LATEST] -= stricter_s
        else:
            ready = replace(asked, earliest_departure=max(asked.earliest_departure, soonest_s))
            own, requests, ways = self._walks(ready, 2 * count)
            offers = others
            offers[:, [O_LATEST, O_LIMIT]] -= stricter_s
        _hold(offers, requests, ways, soonest_s, without)
        travel = self._travel.arrays(())
        places = np.concatenate([shelf.places[:count].reshape(-1, 4), own])
        found = self._find(travel._replace(places=places), offers, requests, ways)
        column = 1 if isinstance(asked, Offer) else 0
        return {shelf.ids[at]: extra_s for at, extra_s in found[:, [column, 2]].tolist()}

    def _walks(self, asked: Request, first: int) -> tuple[F64, I64, I64]:
        """Return the places, numbered from the ``first``, the row and the ways of a request with its walks."""
        tables = build_tables(
            Instance(
                (),
                (replace(asked, return_of=None),),
                travel=self._travel,
                boarding_s=self._boarding_s,
                meeting_points=self.points.near(asked),
            )
        )
        ways = tables.trips.ways.copy()
        ways[:, W_PLACE] += first
        pickups = int(tables.trips.requests[0, R_PICKUP_END])
        ways[:pickups, W_EARLIEST] += tables.base_s
        ways[:, W_LATEST] += np.where(ways[:, W_LATEST] < NEVER, tables.base_s, 0)
        return tables.trips.travel.places, tables.trips.requests, ways

    def _find(self, travel: TravelArrays, offers: I64, requests: I64, ways: I64) -> I64:
        trips = Trips(travel, offers, requests, ways, self._boarding_s)
        nothing = np.empty((len(offers) + len(requests), 0), np.uint64)
        people = People(nothing, nothing, _NOBODY, _NOBODY, _NOBODY)
        tables = Tables(trips, people, _NOBODY, 0, complete=True)
        routes, legs = np.empty((2, 4, FIELDS), np.int64), np.empty((2, 4), np.int64)
        out = np.empty((len(offers) * len(requests) + 1, 4), np.int64)
        _, found = find_pairs(tables, _one_cell(len(requests)), np.arange(len(offers)), 0, routes, legs, out)
        return out[:found]

    def _row(self, trip: Trip, at: int) -> tuple[int, ...]:
        direct_s = self._travel.seconds(trip.origin, trip.destination)
        if isinstance(trip, Offer):
            limit_s = direct_s + trip.max_detour_s
            window = trip.earliest_departure, trip.latest_arrival
            return 2 * at, 2 * at + 1, *window, trip.seats, direct_s, limit_s, -1, 0, 0
        ride_s = NEVER if trip.max_ride_s is None else trip.max_ride_s
        return trip.seats, ride_s, direct_s, direct_s, -1, -1, 2 * at, 2 * at + 1, 2 * at + 1, 2 * at + 2


def stricter(trip: Trip, by_s: int) -> Trip:
    """Return a trip whose rules of time are held by `by_s` seconds more."""
    if isinstance(trip, Offer):
        return replace(trip, latest_arrival=trip.latest_arrival - by_s, max_detour_s=trip.max_detour_s - by_s)
    return replace(
        trip,
        latest_arrival=trip.latest_arrival - by_s,
        latest_pickup=None if trip.latest_pickup is None else trip.latest_pickup - by_s,
        max_ride_s=None if trip.max_ride_s is None else trip.max_ride_s - by_s,
    )


class _Shelf:
    """Trips of one kind in arrays without holes: where one goes, the last takes its place.

    ``places`` (n, 2, 4), ``rows`` (n, 10) and ``ways`` (n, 2, 4) are those of :mod:`matching.tables`.
    """

    def __init__(self, numbered: slice) -> None:
        self._numbered = numbered
        self.ids: list[str] = []
        self._at: dict[str, int] = {}
        self.places = np.zeros((_ROOM, 2, 4))
        self.rows = np.empty((_ROOM, 10), np.int64)
        self.ways = np.empty((_ROOM, 2, 4), np.int64)

    def add(self, id_: str) -> int:
        at = self._at[id_] = len(self.ids)
        self.ids.append(id_)
        if at == len(self.rows):
            self.places, self.rows, self.ways = (
                np.concatenate([array, np.zeros_like(array)]) for array in (self.places, self.rows, self.ways)
            )
        return at

    def drop(self, id_: str) -> None:
        at = self._at.pop(id_, None)
        if at is None:
            return
        last = self.ids.pop()
        if last == id_:
            return
        end = len(self.ids)
        self.ids[at], self._at[last] = last, at
        self.places[at], self.ways[at], self.rows[at] = self.places[end], self.ways[end], self.rows[end]
        self.ways[at, :, W_PLACE] -= 2 * (end - at)
        self.rows[at, self._numbered] -= 2 * (end - at)


def _ways(trip: Trip, at: int) -> I64:
    """Return a request's two ways; an offer has none, and rows that nobody reads."""
    if isinstance(trip, Offer):
        return np.zeros((2, 4), np.int64)
    latest_pickup = NEVER if trip.latest_pickup is None else trip.latest_pickup
    return np.array(
        [[2 * at, trip.earliest_departure, latest_pickup, -1], [2 * at + 1, 0, trip.latest_arrival, -1]], np.int64
    )


def _hold(offers: I64, requests: I64, ways: I64, soonest_s: int, without: Collection[int]) -> None:
    """Let no driver leave before a time, and take rules away."""
    offers[:, O_EARLIEST] = np.maximum(offers[:, O_EARLIEST], soonest_s)
    if 3 in without:
        offers[:, O_EARLIEST], offers[:, O_LATEST] = -NEVER, NEVER
    if 4 in without:
        offers[:, O_LIMIT] = NEVER
    if 5 in without:
        ways[:, W_EARLIEST], ways[:, W_LATEST] = -NEVER, NEVER
    if 6 in without:
        requests[:, R_RIDE] = NEVER


def _one_cell(requests: int) -> Cells:
    """Return requests in one cube that no car passes over."""
    return Cells(
        np.array([0, requests]), np.arange(requests), np.zeros((1, 3)), np.array([2.0]),
        np.array([-NEVER]), np.array([NEVER]),
    )  # fmt: skip
