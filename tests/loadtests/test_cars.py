"""Other solvers' cars become plans by our rules: exact times, and no rider who breaks one."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from loadtests.matchers import greedy
from loadtests.matchers.answers import plan_cars
from loadtests.matchers.cars import Visit, times_of
from loadtests.matchers.vroom import _costs_s
from matching import Instance, Offer, Place, Request, check, solve
from tests.loadtests.commute import draw_commute

HERE, THERE = Place(lat=52.30, lon=4.86), Place(lat=52.37, lon=4.90)


def both(*requests: Request) -> list[Visit]:
    """All board where the driver starts and leave where the driver arrives."""
    return [Visit(request, boards) for boards in (True, False) for request in requests]


def offer(name: str, **changes: object) -> Offer:
    return replace(Offer(name, HERE, THERE, 0, 7200, 3, 900), **changes)


def request(name: str, **changes: object) -> Request:
    return replace(Request(name, HERE, THERE, 0, 7200), **changes)


@pytest.mark.parametrize("limited", [False, True])
@pytest.mark.parametrize("seed", range(5))
def test_the_least_detour_of_an_order_is_found_again(seed: int, limited: bool) -> None:
    instance = draw_commute(8, 16, seed, limited=limited)
    requests = {rider.id: rider for rider in instance.requests}
    offers = {car.id: car for car in instance.offers}
    plan = solve(instance)
    assert len(plan.matches) > 4
    for match in plan.matches:
        visits = [Visit(requests[stop.request], stop.kind == "pickup") for stop in match.stops if stop.request]
        times = times_of(instance, instance.travel.seconds, offers[match.offer], visits)
        assert times is not None
        direct_s = instance.travel.seconds(offers[match.offer].origin, offers[match.offer].destination)
        assert times[-1] - times[0] - direct_s == match.detour_s


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"seats": 2}, {"seats": 2}),
        ({"requires": frozenset({"quiet"})}, {}),
        ({"latest_pickup": 100}, {"earliest_departure": 3000}),
        ({"max_ride_s": 1000}, {}),
        ({"earliest_departure": 6500}, {}),
    ],
    ids=["seats", "requires", "waits", "ride", "late"],
)
def test_a_car_that_breaks_a_rule_keeps_the_riders_that_it_can(
    first: dict[str, object], second: dict[str, object]
) -> None:
    instance = Instance((offer("o"),), (request("a", **first), request("b", **second)))
    plan, mended = plan_cars(instance, [(instance.offers[0], both(*instance.requests))])
    assert mended == 1
    assert [len(match.requests) for match in plan.matches] == [1]
    assert check(instance, plan) == []


def test_what_a_solver_cannot_know_between_cars_is_mended() -> None:
    instance = Instance(
        (offer("o", either="me"), offer("p"), offer("q")),
        (request("a"), request("mine", either="me"), request("back", return_of="out"), request("out")),
    )
    riders = {rider.id: rider for rider in instance.requests}
    cars = [
        (instance.offers[0], both(riders["a"])),
        (instance.offers[1], both(riders["mine"])),
        (instance.offers[2], both(riders["back"])),
    ]
    plan, mended = plan_cars(instance, cars)
    assert [(match.offer, match.requests) for match in plan.matches] == [("o", ("a",))]
    assert mended == 2
    assert check(instance, plan) == []


def test_greedy_insertion_keeps_the_rules_and_does_not_beat_the_bound() -> None:
    instance = draw_commute(10, 30, seed=7, limited=True)
    quiet = frozenset({"quiet"})
    picky = tuple(
        replace(rider, requires=quiet, traits=quiet) if n % 5 == 0 else rider
        for n, rider in enumerate(instance.requests)
    )
    drivers = tuple(replace(car, traits=quiet) if n % 2 else car for n, car in enumerate(instance.offers))
    instance = replace(instance, offers=drivers, requests=picky, excluded=frozenset({("o1", "r1"), ("r2", "r3")}))
    answer = greedy.run(instance, None)
    assert check(instance, answer.plan) == []
    assert answer.mended == 0
    assert 0 < answer.plan.score <= solve(instance).bound


def test_shifted_costs_are_those_of_joining_a_car() -> None:
    rng = np.random.default_rng(3)
    drive_s = rng.integers(0, 3000, (10, 10)).astype(np.int32)  # two drivers, three riders
    np.fill_diagonal(drive_s, 0)
    costs = _costs_s(drive_s, 4)
    assert costs.min() >= 0

    def total(table: np.ndarray, way: list[int]) -> int:
        return int(sum(table[a, b] for a, b in pairwise(way)))

    def shift(way: list[int]) -> int:
        """What the costs of a driver's way say beyond the driving that joining adds."""
        return total(costs, way) - (total(drive_s, way) - int(drive_s[way[0], way[-1]]))

    one = shift([0, 4, 5, 1])
    assert one == shift([2, 6, 7, 3]) == shift([0, 8, 9, 1])
    assert shift([2, 4, 6, 5, 7, 3]) == shift([0, 8, 9, 4, 5, 1]) == 2 * one
