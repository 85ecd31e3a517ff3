"""Greedy best insertion, the usual way to pool cars: each request in turn joins the car where it costs least.

It keeps all rules, at the riders' own places. Requests are taken by their earliest departure, committed ones first.
Which cars could be near enough is worked out for all of them at once; the insertions are plain Python.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from loadtests.matchers import distances
from loadtests.matchers.answers import Answer, plan_cars
from loadtests.matchers.cars import Seconds, Visit, get_along, remembered, times_of
from matching import Instance, Offer, Request


def warm_up() -> None:
    """Compile what is compiled."""
    distances.warm_up()


def run(instance: Instance, _limit_s: float | None) -> Answer:
    """Return the plan of best insertion; it takes the time it takes."""
    start = time.perf_counter()
    fleet = _Fleet(instance)
    for request in sorted(instance.requests, key=fleet.turn):
        fleet.insert(request)
    inserted = time.perf_counter()
    plan, mended = plan_cars(instance, fleet.cars())
    stages = {"insert": inserted - start, "plan": time.perf_counter() - inserted}
    return Answer(plan, stages, mended=mended)


class _Fleet:
    """All cars with the visits that they make so far."""

    def __init__(self, instance: Instance) -> None:
        self._instance = instance
        self._seconds: Seconds = remembered(instance)
        self._offers = instance.offers
        self._visits: list[list[Visit]] = [[] for _ in instance.offers]
        self._home = {rider: n for n, offer in enumerate(instance.offers) for rider in offer.committed}
        self._taken = {offer.either for offer in instance.offers if offer.committed and offer.either is not None}
        self._reach = _Reach(instance)
        self._position = {request.id: n for n, request in enumerate(instance.requests)}

    def turn(self, request: Request) -> tuple[bool, int, str]:
        """Return what requests are taken by."""
        return request.id not in self._home, request.earliest_departure, request.id

    def cars(self) -> list[tuple[Offer, list[Visit]]]:
        """Return the cars as they are."""
        return list(zip(self._offers, self._visits, strict=True))

    def insert(self, request: Request) -> None:
        """Let a request join the car where it adds most to the score, if any can take it."""
        if request.either in self._taken and request.either is not None:
            return
        near = self._reach.of(self._position[request.id])
        options = [option for car in near if (option := self._best(int(car), request))]
        if not options:
            return
        _, car, visits = max(options, key=lambda option: (option[0], -option[1]))
        self._visits[car] = visits
        self._taken |= {either for either in (request.either, self._offers[car].either) if either is not None}

    def _best(self, car: int, request: Request) -> tuple[int, int, list[Visit]] | None:
        offer, visits = self._offers[car], self._visits[car]
        if self._home.get(request.id, car) != car or not self._welcome(offer, visits, request):
            return None
        before_s = self._driving_s(offer, visits)
        bonus = self._instance.bonuses.get((offer.id, request.id), 0)
        best: tuple[int, int, list[Visit]] | None = None
        for i in range(len(visits) + 1):
            for j in range(i, len(visits) + 1):
                longer = [*visits[:i], Visit(request, True), *visits[i:j], Visit(request, False), *visits[j:]]
                gain = bonus + before_s - self._driving_s(offer, longer)
                if (best is None or gain > best[0]) and times_of(self._instance, self._seconds, offer, longer):
                    best = (gain, car, longer)
        return best

    def _welcome(self, offer: Offer, visits: Sequence[Visit], request: Request) -> bool:
        """Say whether the people in the car get along with one more, and the offer's person does not ride elsewhere."""
        if not visits and not offer.committed and offer.either is not None and offer.either in self._taken:
            return False
        people: list[Offer | Request] = [offer, *(visit.request for visit in visits if visit.boards)]
        return all(get_along(self._instance, person, request) for person in people) and (
            request.either is None or request.either != offer.either
        )

    def _driving_s(self, offer: Offer, visits: Sequence[Visit]) -> int:
        places = [offer.origin, *(visit.place for visit in visits), offer.destination]
        return sum(self._seconds(a, b) for a, b in pairwise(places))


class _Reach:
    """Which cars could serve a request if they were empty: a car with riders can do less."""

    def __init__(self, instance: Instance) -> None:
        self._boarding_s = instance.boarding_s
        self._travel = instance.travel.arrays(distances.own_places(instance))
        self._requests = instance.requests
        self._first = 2 * len(instance.offers)
        cars = np.arange(len(instance.offers))
        self._from, self._to = 2 * cars, 2 * cars + 1
        offers = instance.offers
        self._earliest = np.array([offer.earliest_departure for offer in offers], np.int64)
        self._latest = np.array([offer.latest_arrival for offer in offers], np.int64)
        own = [instance.travel.seconds(offer.origin, offer.destination) for offer in offers]
        self._longest = np.array(own, np.int64) + np.array([offer.max_detour_s for offer in offers], np.int64)

    def of(self, position: int) -> NDArray[np.int64]:
        """Return the numbers of the cars."""
        request = self._requests[position]
        origin = np.array([self._first + 2 * position])
        there = distances.drives_s(self._travel, self._from, origin)[:, 0].astype(np.int64)
        ride = int(distances.drives_s(self._travel, origin, origin + 1)[0, 0])
        onward = distances.drives_s(self._travel, origin + 1, self._to)[0].astype(np.int64)
        work = self._boarding_s
        boards = np.maximum(self._earliest + there, request.earliest_departure)
        leaves = boards + work + ride
        fits = there + work + ride + work + onward <= self._longest
        fits &= leaves <= request.latest_arrival
        fits &= leaves + work + onward <= self._latest
        return np.flatnonzero(fits)
