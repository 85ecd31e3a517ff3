"""An instance as the verifier reads it: where riders may stop and when, what a leg takes, who gets along.

Trips are numbered in the order of the instance, places as they come. Nothing here comes from the solver's tables.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from matching.model import Instance, Offer, Place, Request
from matching.travel import walk_m, walk_s
from matching.verify.effort import Effort

FOREVER = 1 << 50  # later than any time
RESTRICTED_POINTS = 20  # at each end, the nearest ones: what a bound of scope "restricted" speaks of
_MOST_LEGS = 4_000_000  # remembered at a time, some 500 MB
_WAYS_STEPS = 100  # for the memory that each pair of a way in and a way out takes


class Way(NamedTuple):
    """A place where a rider may be picked up or dropped off, and when that may start."""

    place: int
    earliest: int
    latest: int


class _Legs(dict[int, int]):
    """Driving seconds from one place to others by number, worked out when first asked for."""

    def __init__(self, here: int, world: World) -> None:
        super().__init__()
        self._here, self._world = here, world

    def __missing__(self, there: int) -> int:
        seconds = self[there] = self._world.measure(self._here, there)
        return seconds


class World:
    """One instance. ``legs[a][b]``: driving seconds between places ``a`` and ``b``, given by number.

    ``ends``: the places where each offer starts and ends. ``pickups``, ``dropoffs``: the ways of each request.
    ``worth``: what carrying each request adds to a score before driving and bonuses.
    """

    def __init__(self, instance: Instance, effort: Effort, *, restricted: bool) -> None:
        self.instance = instance
        self.effort = effort
        self.places: list[Place] = []
        self._number: dict[Place, int] = {}
        self.legs: list[_Legs] = []
        self._measured = 0
        self.ends = [(self._place(o.origin), self._place(o.destination)) for o in instance.offers]
        most = RESTRICTED_POINTS if restricted else len(instance.meeting_points)
        self.pickups: list[list[Way]] = []
        self.dropoffs: list[list[Way]] = []
        for request in instance.requests:
            self.pickups.append(self._pickups(request, most))
            self.dropoffs.append(self._dropoffs(request, most))
            self.effort.spend(_WAYS_STEPS * len(self.pickups[-1]) * len(self.dropoffs[-1]))
        self.direct_s = [self.legs[start][end] for start, end in self.ends]
        self.worth = [
            instance.rider_value_s + r.priority_s + instance.travel.seconds(r.origin, r.destination)
            for r in instance.requests
        ]
        number = {request.id: n for n, request in enumerate(instance.requests)}
        self.number = number
        self.committed = [tuple(number[r] for r in offer.committed) for offer in instance.offers]
        self._driver = {r: n for n, riders in enumerate(self.committed) for r in riders}

    def measure(self, here: int, there: int) -> int:
        """Return the driving seconds of a leg that is not remembered."""
        self._measured += 1
        if self._measured % _MOST_LEGS == 0:
            for legs in self.legs:
                legs.clear()
        return self.instance.travel.seconds(self.places[here], self.places[there])

    def may_drive(self, offer: int, request: int) -> bool:
        """Say whether an offer may carry a request as far as people and commitments go (rules 8 and 9)."""
        if self._driver.get(request, offer) != offer:
            return False
        return self._get_along(self.instance.offers[offer], self.instance.requests[request])

    def may_share(self, first: int, second: int) -> bool:
        """Say whether two requests may be in one car as far as people go (rule 8)."""
        return self._get_along(self.instance.requests[first], self.instance.requests[second])

    def bonus(self, offer: int, request: int) -> int:
        """Return the bonus of an offer with a request."""
        return self.instance.bonuses.get((self.instance.offers[offer].id, self.instance.requests[request].id), 0)

    def _get_along(self, a: Offer | Request, b: Offer | Request) -> bool:
        self.effort.spend(1 + (len(a.requires) + len(b.requires)) // 16)
        if not (a.requires <= b.traits and b.requires <= a.traits):
            return False
        if a.either is not None and a.either == b.either:
            return False
        return (a.id, b.id) not in self.instance.excluded and (b.id, a.id) not in self.instance.excluded

    def _place(self, place: Place) -> int:
        number = self._number.setdefault(place, len(self.places))
        if number == len(self.places):
            self.places.append(place)
            self.legs.append(_Legs(number, self))
        return number

    def _pickups(self, request: Request, most: int) -> list[Way]:
        latest = FOREVER if request.latest_pickup is None else request.latest_pickup
        return [
            Way(self._place(place), request.earliest_departure + walk, latest)
            for place, walk in self._stops(request, request.origin, most)
        ]

    def _dropoffs(self, request: Request, most: int) -> list[Way]:
        return [
            Way(self._place(place), -FOREVER, request.latest_arrival - walk)
            for place, walk in self._stops(request, request.destination, most)
        ]

    def _stops(self, request: Request, own: Place, most: int) -> Iterable[tuple[Place, int]]:
        """Return the places where a rider may be met at one end, with the seconds of the walk (rule 7)."""
        walks = []
        if request.max_walk_m > 0:
            self.effort.spend(2 * len(self.instance.meeting_points))
            for n, point in enumerate(self.instance.meeting_points):
                metres = walk_m(own, point.place)
                if metres <= request.max_walk_m and point.place != own:
                    walks.append((metres, n, point.place))
        return [(own, 0), *((place, walk_s(metres)) for metres, _, place in sorted(walks)[:most])]
