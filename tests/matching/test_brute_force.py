"""The solver against trying everything, on small instances with all rules."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from matching import Instance, Place, Request, solve
from tests.matching.brute import hold_to_all_plans
from tests.matching.drawing import SETTINGS, edges_of_the_map, instances
from tests.matching.streets import along_streets


@settings(SETTINGS, max_examples=80)
@given(instances(offers=3, requests=4))
def test_plan_is_the_best_of_all_plans_and_its_bound_says_so(instance: Instance) -> None:
    hold_to_all_plans(instance)


@settings(SETTINGS, max_examples=40)
@given(instances(offers=8, requests=8, most_seats=8))
def test_plan_of_eight_cars_and_eight_riders_is_the_best(instance: Instance) -> None:
    hold_to_all_plans(instance)


@settings(SETTINGS, max_examples=40)
@given(instances(offers=4, requests=6), st.integers(0, 2**32))
def test_plan_by_another_travel_model_is_the_best(instance: Instance, seed: int) -> None:
    hold_to_all_plans(along_streets(instance, seed))


@settings(SETTINGS, max_examples=40)
@given(instances(offers=4, requests=6, anywhere=edges_of_the_map()))
def test_plan_at_the_edges_of_the_map_is_the_best(instance: Instance) -> None:
    hold_to_all_plans(instance)


def test_requests_that_no_car_can_take_are_left_and_the_bound_is_zero() -> None:
    place = Place(lat=52.3, lon=4.8)
    requests = tuple(Request(f"r{n}", place, place, 0, 600) for n in range(2))
    plan = solve(Instance(offers=(), requests=requests))
    assert (plan.matches, plan.score, plan.bound) == ((), 0, 0)
