"""The solver against trying everything, on small instances with all rules."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings

from matching import CommitmentBroken, Instance, Place, Request, check, solve
from tests.matching.brute import best_score
from tests.matching.drawing import instances


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(instances(offers=3, requests=4))
def test_plan_is_the_best_of_all_plans_and_its_bound_says_so(instance: Instance) -> None:
    expected = best_score(instance)
    if expected is None:
        with pytest.raises(CommitmentBroken):
            solve(instance)
        return
    plan = solve(instance)
    assert check(instance, plan) == []
    assert plan.score == expected
    assert plan.bound == expected
    assert plan.bound_scope == "complete"


def test_requests_that_no_car_can_take_are_left_and_the_bound_is_zero() -> None:
    place = Place(lat=52.3, lon=4.8)
    requests = tuple(Request(f"r{n}", place, place, 0, 600) for n in range(2))
    plan = solve(Instance(offers=(), requests=requests))
    assert (plan.matches, plan.score, plan.bound) == ((), 0, 0)
