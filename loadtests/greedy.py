"""Greedy best insertion, the usual way to pool cars: each request in turn joins the car where it costs least.

A baseline for `bench_matching.py`, on plain instances: no meeting points, returns, eithers or commitments.
"""

from __future__ import annotations

from collections import defaultdict
from itertools import pairwise
from typing import Any

from matching import Instance, Match, Offer, Place, Plan, Request, Stop


class Car:
    """One driver's stops so far, in order; the earliest possible times are worked out anew for each try."""

    def __init__(self, offer: Offer, direct_s: int) -> None:
        self.offer = offer
        self.direct_s = direct_s
        self.stops: list[tuple[int, Request | None, Place]] = [(0, None, offer.origin), (0, None, offer.destination)]
        self.driving_s = direct_s


def insert_greedily(instance: Instance) -> Plan:
    """Return the plan of best insertion, requests taken in the order of their earliest departure."""
    cars = [Car(offer, instance.travel.seconds(offer.origin, offer.destination)) for offer in instance.offers]
    for request in sorted(instance.requests, key=lambda r: (r.earliest_departure, r.id)):
        options = [found for car in cars if (found := _best_insertion(instance, car, request))]
        if options:
            _, driving_s, car, stops = min(options, key=lambda option: option[0])
            car.stops, car.driving_s = stops, driving_s
    matches = tuple(_match(instance, car) for car in cars if len(car.stops) > 2)
    score = sum(m.saved_s + instance.rider_value_s * len(m.requests) for m in matches)
    return Plan(matches, score, score, "restricted")


def _best_insertion(instance: Instance, car: Car, request: Request) -> tuple[int, int, Car, list[Any]] | None:
    seconds, offer = instance.travel.seconds, car.offer
    there = seconds(offer.origin, request.origin)
    ride = seconds(request.origin, request.destination)
    limit = car.direct_s + offer.max_detour_s
    if there + ride + seconds(request.destination, offer.destination) + 2 * instance.boarding_s > limit:
        return None
    if offer.earliest_departure + there + instance.boarding_s + ride > request.latest_arrival:
        return None
    best = None
    for i in range(1, len(car.stops)):
        for j in range(i, len(car.stops)):
            stops = [*car.stops]
            stops.insert(j, (-1, request, request.destination))
            stops.insert(i, (1, request, request.origin))
            driving = sum(seconds(a[2], b[2]) for a, b in pairwise(stops))
            if (best is None or driving < best[1]) and _times(instance, car, stops):
                best = (driving - car.driving_s - ride, driving, car, stops)
    return best


def _times(instance: Instance, car: Car, stops: list[Any]) -> list[int] | None:
    """Return the times of a feasible order that leaves as late as it can without arriving later, or None."""
    seconds, offer = instance.travel.seconds, car.offer
    at, load = [offer.earliest_departure], 0
    for before, (kind, request, place) in pairwise(stops):
        ready = at[-1] + (instance.boarding_s if before[1] else 0) + seconds(before[2], place)
        load += kind * (request.seats if request else 0)
        if kind == 1 and request:
            ready = max(ready, request.earliest_departure)
        if load > offer.seats or (kind == -1 and request and ready > request.latest_arrival):
            return None
        at.append(ready)
    if at[-1] > offer.latest_arrival:
        return None
    # Leaving later takes up the waits; no stop gets later than it is now.
    for n in range(len(stops) - 2, -1, -1):
        work = instance.boarding_s if stops[n][1] else 0
        latest = at[n + 1] - seconds(stops[n][2], stops[n + 1][2]) - work
        at[n] = max(at[n], latest) if stops[n][0] >= 0 else max(at[n], min(latest, stops[n][1].latest_arrival))
    return at if at[-1] - at[0] <= car.direct_s + offer.max_detour_s else None


def _match(instance: Instance, car: Car) -> Match:
    at = _times(instance, car, car.stops) or []
    kinds = {1: "pickup", -1: "dropoff"}
    stops = [Stop("depart", at[0], car.offer.origin)]
    own: dict[str, int] = defaultdict(int)
    for (kind, request, place), time in zip(car.stops[1:-1], at[1:-1], strict=True):
        stops.append(Stop(kinds[kind], time, place, request.id))  # type: ignore[arg-type]
        own[request.id] = instance.travel.seconds(request.origin, request.destination)
    stops.append(Stop("arrive", at[-1], car.offer.destination))
    saved = sum(own.values()) - (car.driving_s - car.direct_s)
    return Match(car.offer.id, tuple(own), tuple(stops), at[-1] - at[0] - car.direct_s, saved)
