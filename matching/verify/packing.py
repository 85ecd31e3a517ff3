"""What cars that fit together are worth at most, by CP-SAT, an optimiser that the engine does not use."""

from __future__ import annotations

import math
from collections.abc import Sequence

from ortools.sat.python import cp_model

from matching.model import Instance, Plan
from matching.verify.cars import Car
from matching.verify.effort import Effort

_STEPS_A_UNIT = 3_000_000  # of the optimiser's own count of its work


def pack(instance: Instance, cars: Sequence[Car], plan: Plan, effort: Effort) -> int:
    """Return what the best choice of the cars by the rules between cars scores, as far as ``plan.bound`` asks for.

    The search ends once nothing above the plan's bound is possible: then it is the best score so far.

    Raises
    ------
    Undecided
        If the effort is spent before that, and no choice that scores more was found.
    """
    model = cp_model.CpModel()
    takes = [model.new_bool_var("") for _ in cars]
    _add_rules(model, instance, cars, takes)
    model.maximize(sum(car.score * take for car, take in zip(cars, takes, strict=True)))
    chosen = {(match.offer, frozenset(match.requests)) for match in plan.matches}
    for car, take in zip(cars, takes, strict=True):
        names = instance.offers[car.offer].id, frozenset(instance.requests[r].id for r in car.riders)
        model.add_hint(take, names in chosen)
    solver = cp_model.CpSolver()
    # One worker that leans on linear programming: more of them share the machine, and each proves less.
    solver.parameters.num_workers = 1
    solver.parameters.linearization_level = 2
    solver.parameters.max_deterministic_time = max(1, effort.most - effort.spent) / _STEPS_A_UNIT
    at_most = math.inf

    def learn(bound: float) -> None:
        nonlocal at_most
        at_most = min(at_most, bound)
        if at_most <= plan.bound:
            solver.stop_search()

    solver.best_bound_callback = learn
    status = solver.solve(model)
    if status == cp_model.INFEASIBLE:
        return plan.bound
    found = status in (cp_model.OPTIMAL, cp_model.FEASIBLE)
    score = sum(car.score for car, take in zip(cars, takes, strict=True) if found and solver.boolean_value(take))
    # The bound is the callback's: the solver's own record of it is 0 where there is none yet.
    if score <= plan.bound < at_most and status != cp_model.OPTIMAL:
        raise effort.over()
    return score


def _add_rules(
    model: cp_model.CpModel, instance: Instance, cars: Sequence[Car], takes: Sequence[cp_model.IntVar]
) -> None:
    """Add rule 9 and what rule 8 asks between cars; each trip is in one car at most."""
    cars_of: dict[str, list[cp_model.IntVar]] = {trip.id: [] for trip in instance.trips}
    for car, take in zip(cars, takes, strict=True):
        cars_of[instance.offers[car.offer].id].append(take)
        for rider in car.riders:
            cars_of[instance.requests[rider].id].append(take)
    once = list(cars_of.values())
    eithers: dict[str, list[cp_model.IntVar]] = {}
    for trip in instance.trips:
        if trip.either is not None:
            eithers.setdefault(trip.either, []).extend(cars_of[trip.id])
    for row in (*once, *eithers.values()):
        model.add_at_most_one(row)
    for offer in instance.offers:
        if offer.committed:
            model.add_exactly_one(cars_of[offer.id])
    for request in instance.requests:
        if request.return_of is not None:
            model.add(sum(cars_of[request.id]) == sum(cars_of[request.return_of]))
