"""VROOM (pyvroom) at one of its levels of exploration, told our objective as nearly as it can be.

VROOM serves as many requests as it can, by their priorities, and among such plans takes one of least cost, in which an
idle vehicle costs nothing. There are two ways to make that cost the one of joining, so that it weighs cars as we do:

- shifted: a car's way from its origin is cheaper by the driver's own trip, and all ways to a pick-up are dearer by one
  number that makes them positive; each rider has one pick-up, so that changes nothing among plans that serve as many.
- pinned: each vehicle has an errand at its origin that only it can do, so that none is idle. Slower, and mostly better.

Boarding counts as driving time, so that the longest driving time is the rule of the detour, but for waits. Skills say
who gets along with the driver. It is not told of limited rides, either, returns, bonuses, meeting points, nor of
riders who don't get along: cars that break a rule for it lose riders afterwards, and are counted.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from loadtests.matchers import distances
from loadtests.matchers.answers import Answer, plan_cars
from loadtests.matchers.cars import Visit
from matching import Instance, Offer

_MUST, _MOST = 100, 90  # VROOM's priorities end at 100


def warm_up() -> None:
    """Load the library and compile what is compiled."""
    import vroom  # noqa: F401 - an extra

    distances.warm_up()


def run(instance: Instance, limit_s: float | None, level: int, pinned: bool) -> Answer:
    """Return the plan of one level, 0 (fastest) to 5; it may stop early at the limit, where there is one."""
    start = time.perf_counter()
    problem = _problem(instance, pinned)
    built = time.perf_counter()
    timeout = None if limit_s is None else timedelta(seconds=max(0.1, limit_s - (built - start)))
    solution = problem.solve(exploration_level=level, nb_threads=os.cpu_count() or 1, timeout=timeout)
    solved = time.perf_counter()
    plan, mended = plan_cars(instance, _cars(instance, solution))
    stages = {"model": built - start, "search": solved - built, "plan": time.perf_counter() - solved}
    return Answer(plan, stages, mended=mended)


def _problem(instance: Instance, pinned: bool) -> Any:
    import vroom

    drive_s = distances.matrix_s(instance, distances.own_places(instance))
    first = 2 * len(instance.offers)
    problem = vroom.Input()
    problem.set_costs_matrix("car", drive_s if pinned else _costs_s(drive_s, first))
    own_s = drive_s[np.arange(0, first, 2), np.arange(1, first, 2)].tolist()
    drive_s[first:] += instance.boarding_s
    np.fill_diagonal(drive_s, 0)
    problem.set_durations_matrix("car", drive_s)
    base = min(trip.earliest_departure for trip in instance.trips)
    able, asked = _skills(instance, pinned)
    for car, offer in enumerate(instance.offers):
        window = vroom.TimeWindow(offer.earliest_departure - base, offer.latest_arrival - base)
        limits = {"time_window": window, "max_travel_time": own_s[car] + offer.max_detour_s}
        seats = [offer.seats]
        problem.add_vehicle(vroom.Vehicle(car, 2 * car, 2 * car + 1, capacity=seats, skills=able[car], **limits))
        if pinned:
            errand = {"delivery": [0], "pickup": [0], "skills": {car}, "priority": _MUST}
            problem.add_job(vroom.Job(car, 2 * car, **errand))
    priorities = _priorities(instance)
    for rider, request in enumerate(instance.requests):
        last_pickup = request.latest_arrival if request.latest_pickup is None else request.latest_pickup
        on = vroom.TimeWindow(request.earliest_departure - base, last_pickup - base)
        off = vroom.TimeWindow(request.earliest_departure - base, request.latest_arrival - base)
        pickup = vroom.ShipmentStep(rider, first + 2 * rider, time_windows=[on])
        dropoff = vroom.ShipmentStep(rider, first + 2 * rider + 1, time_windows=[off])
        terms = {"amount": [request.seats], "skills": asked[rider], "priority": priorities[rider]}
        problem.add_job(vroom.Shipment(pickup, dropoff, **terms))
    return problem


def _priorities(instance: Instance) -> list[int]:
    """Return priorities in proportion to what riders are worth apart from their way; committed ones come first."""
    home = {rider for offer in instance.offers for rider in offer.committed}
    worth = [max(0, instance.rider_value_s + request.priority_s) for request in instance.requests]
    most = max(1, *worth, 1)
    return [
        _MUST if request.id in home else round(_MOST * value / most)
        for request, value in zip(instance.requests, worth, strict=True)
    ]


def _costs_s(drive_s: NDArray[np.int32], first: int) -> NDArray[np.int32]:
    """Return the costs of joining: see the module's words. Starts are even places before ``first``, pick-ups after."""
    own_s = drive_s[np.arange(0, first, 2), np.arange(1, first, 2)]
    costs = drive_s.copy()
    costs[0:first:2, first::2] -= own_s[:, None]
    costs[:, first::2] += max(0, -int(costs[0:first:2, first::2].min(initial=0)))
    np.fill_diagonal(costs, 0)
    return costs


def _skills(instance: Instance, pinned: bool) -> tuple[list[set[int]], list[set[int]]]:
    """Return the skills of the vehicles and those that requests ask for, so that drivers get along with their riders.

    A rider's ``requires`` is a skill that drivers with the trait have. A driver's ``requires``, an excluded pair and a
    commitment are skills that all other drivers have, or only the one. A pinned vehicle's own skill is its number.
    """
    offers, requests = instance.offers, instance.requests
    able: list[set[int]] = [set() for _ in offers]
    asked: list[set[int]] = [set() for _ in requests]
    if pinned:
        for car, skills in enumerate(able):
            skills.add(car)
    for skill, (riders, drivers) in enumerate(_bars(instance), len(offers)):
        for rider in riders:
            asked[rider].add(skill)
        for driver in drivers:
            able[driver].add(skill)
    return able, asked


def _bars(instance: Instance) -> Iterator[tuple[list[int], list[int]]]:
    """Yield each group of requests that only some offers may carry, and those offers."""
    offers, requests = list(enumerate(instance.offers)), list(enumerate(instance.requests))
    for trait in sorted({trait for _, request in requests for trait in request.requires}):
        yield [n for n, r in requests if trait in r.requires], [n for n, o in offers if trait in o.traits]
    for trait in sorted({trait for _, offer in offers for trait in offer.requires}):
        yield [n for n, r in requests if trait not in r.traits], [n for n, o in offers if trait not in o.requires]
    pairs = {frozenset(pair) for pair in instance.excluded}
    for number, request in requests:
        barred = {offer.id for _, offer in offers if frozenset((offer.id, request.id)) in pairs}
        if barred:
            yield [number], [n for n, offer in offers if offer.id not in barred]
    at = {request.id: n for n, request in requests}
    for number, offer in offers:
        for rider in offer.committed:
            yield [at[rider]], [number]


def _cars(instance: Instance, solution: Any) -> list[tuple[Offer, list[Visit]]]:
    """Return the routes of the vehicles that are used."""
    routes = solution.routes
    cars: dict[int, list[Visit]] = {}
    for car, kind, rider in zip(routes["vehicle_id"], routes["type"], routes["id"], strict=True):
        if kind in {"pickup", "delivery"}:
            cars.setdefault(int(car), []).append(Visit(instance.requests[int(rider)], kind == "pickup"))
    return [(instance.offers[car], visits) for car, visits in sorted(cars.items())]
