"""The solver against one integer program over all feasible cars, on drawn mornings of 60 to 200 trips."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import pytest
from ortools.sat.python import cp_model

from matching import Instance, check, instance_from_json, solve
from tests.matching.brute import feasible_cars
from tests.shared_files import load_module


def best_score(instance: Instance) -> int:
    """The score of the best plan: a column for each car, rows for whoever is in at most one."""
    model = cp_model.CpModel()
    uses: dict[str, list[cp_model.IntVar]] = defaultdict(list)  # by trip
    weights: list[tuple[int, cp_model.IntVar]] = []
    for car in feasible_cars(instance, most_routes=1_000_000):
        chosen = model.new_bool_var("")
        weights.append((car.score, chosen))
        for trip in (car.offer, *car.riders):
            uses[trip].append(chosen)
    for columns in uses.values():
        model.add_at_most_one(columns)
    trips = instance.trips
    for group in {trip.either for trip in trips if trip.either}:
        model.add(sum(column for trip in trips if trip.either == group for column in uses[trip.id]) <= 1)
    for request in instance.requests:
        if request.return_of:
            model.add(sum(uses[request.id]) == sum(uses[request.return_of]))
    for offer in instance.offers:
        if offer.committed:
            model.add(sum(uses[offer.id]) == 1)
    model.maximize(sum(score * chosen for score, chosen in weights))
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    assert solver.solve(model) == cp_model.OPTIMAL
    return round(solver.objective_value)


@pytest.mark.parametrize(
    ("trips", "options"),
    [
        (60, {"seed": 1, "rich": True}),
        (100, {"seed": 2, "rich": True, "city": "toronto"}),
        (100, {"seed": 3, "rich": True, "evening": True}),
        (150, {"seed": 4, "offer_share": 0.2}),
        (200, {"seed": 5}),
        (200, {"seed": 6, "rich": True}),
        (200, {"seed": 7, "city": "toronto", "offer_share": 0.4}),
    ],
)
def test_plan_is_the_optimum_of_one_program_over_all_cars(trips: int, options: dict[str, Any]) -> None:
    instance = instance_from_json(load_module("make_instance").draw(trips, **options))
    plan = solve(instance)
    assert check(instance, plan) == []
    assert plan.score > 0
    assert (plan.score, plan.bound) == (best_score(instance), plan.score)
