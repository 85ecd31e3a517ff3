"""The verifier agrees with trying everything, passes what the engine claims, and finds each thing that was changed."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings

from matching import (
    Certificate,
    CommitmentBroken,
    Cut,
    Deadline,
    Instance,
    Match,
    MeetingPoint,
    Offer,
    Place,
    Plan,
    Request,
    check,
    instance_from_json,
    solve,
)
from matching.plans import score_of
from matching.verify import verify
from matching.verify.cars import Car, Cars
from matching.verify.duals import FINE, read_duals
from matching.verify.effort import Effort
from matching.verify.packing import pack
from matching.verify.world import World
from tests.matching.brute import best_score, feasible_cars
from tests.matching.crowds import crowd, tight_car
from tests.matching.drawing import instances
from tests.shared_files import load_module

CROWD = crowd(3, 10, 14)
AMPLE = Effort(10**9)
Priced = dict[tuple[str, frozenset[str]], tuple[int, int]]  # a car to its score and its gain above the duals


def duals_of(plan: Plan) -> Certificate:
    assert plan.certificate is not None
    return plan.certificate


def drawn_duals(instance: Instance, seed: int) -> Certificate:
    chance = random.Random(seed)

    def dual() -> float:
        return chance.randrange(4_000 * FINE) / FINE

    return Certificate(
        offers={o.id: dual() for o in instance.offers if chance.random() < 0.5},
        requests={r.id: dual() for r in instance.requests if chance.random() < 0.8},
        eithers={t.either: dual() for t in instance.trips if t.either is not None},
        returns={r.id: dual() - 2_000 for r in instance.requests if r.return_of is not None},
        cuts=tuple(Cut(tuple(chance.sample([trip.id for trip in instance.trips], 3)), dual()) for _ in range(4)),
    )


def priced_by_the_verifier(instance: Instance, certificate: Certificate, floor: int) -> Priced:
    cars = Cars(World(instance, AMPLE, restricted=False), read_duals(instance, certificate))
    found = [car for offer in range(len(instance.offers)) for car in cars.gaining(offer, floor)]
    names = [request.id for request in instance.requests]
    return {
        (instance.offers[car.offer].id, frozenset(names[r] for r in car.riders)): (car.score, car.gain) for car in found
    }


def priced_by_brute_force(instance: Instance, certificate: Certificate) -> Priced:
    """Each feasible car with its gain, added up row by row."""
    trips = {trip.id: trip for trip in instance.trips}
    back = {r.id: certificate.returns.get(r.id, 0.0) for r in instance.requests if r.return_of is not None}
    priced = {}
    for car in feasible_cars(instance):
        paid = certificate.offers.get(car.offer, 0.0)
        paid += sum(certificate.requests.get(rider, 0.0) for rider in car.riders)
        paid += sum(certificate.eithers.get(trips[t].either or "", 0.0) for t in (car.offer, *car.riders))
        for rider, dual in back.items():
            paid += dual * ((rider in car.riders) - (trips[rider].return_of in car.riders))
        paid += sum(cut.dual for cut in certificate.cuts if len({car.offer, *car.riders} & set(cut.trips)) > 1)
        priced[car.offer, car.riders] = (car.score, round((car.score - paid) * FINE))
    return priced


@pytest.mark.parametrize("committed", [(), ("r1",)])
@pytest.mark.parametrize("seed", range(40))
def test_every_car_is_priced_as_trying_everything_does(seed: int, committed: tuple[str, ...]) -> None:
    instance = crowd(seed, 2, 4)
    first, *others = instance.offers
    instance = replace(instance, offers=(replace(first, committed=committed), *others))
    duals = drawn_duals(instance, seed)
    every = priced_by_brute_force(instance, duals)
    for floor in (-(10**9), -1_000 * FINE, 0):
        above = {car: figures for car, figures in every.items() if figures[1] > floor}
        assert priced_by_the_verifier(instance, duals, floor) == above
    cars = Cars(World(instance, AMPLE, restricted=False), read_duals(instance, duals))
    for n, offer in enumerate(instance.offers):
        best = max((gain for (driver, _), (_, gain) in every.items() if driver == offer.id), default=0)
        assert cars.best_gain(n) == max(0, best)


# Seeds from 1325 on: cars where one of two ways to the same stop is faster, and the other leaves home later.
@pytest.mark.parametrize("seed", [*range(300), 1325, 1665, 2189, 3324, 4128, 4540, 5436])
def test_car_with_limits_drawn_around_it_is_priced_as_trying_every_order_does(seed: int) -> None:
    instance, free = tight_car(seed, 3), Certificate()
    assert priced_by_the_verifier(instance, free, -(10**9)) == priced_by_brute_force(instance, free)


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(instances(offers=3, requests=4))
def test_plan_of_any_instance_is_proven_and_a_bound_below_the_best_is_refused(instance: Instance) -> None:
    nothing = Certificate()
    assert priced_by_the_verifier(instance, nothing, -(10**12)) == priced_by_brute_force(instance, nothing)
    try:
        plan = solve(instance)
    except CommitmentBroken:
        return
    assert verify(instance, plan).faults == ()
    assert plan.score == best_score(instance)
    assert verify(instance, replace(plan, bound=plan.bound - 1)).faults
    if plan.score > 0 and not any(offer.committed for offer in instance.offers):
        empty = replace(plan, matches=(), score=0, bound=plan.score - 1)
        assert verify(instance, empty).faults == (
            f"the bound is {empty.bound}, but a plan that scores {plan.score} exists",
        )


@pytest.mark.parametrize("rules", [False, True])
@pytest.mark.parametrize("seed", range(6))
def test_bound_of_a_crowded_instance_is_proven_and_one_below_the_best_is_refused(seed: int, rules: bool) -> None:
    instance = crowd(seed, 10, 14, rules=rules)
    plan = solve(instance)
    assert verify(instance, plan).faults == ()
    matches = without_returns(instance, plan.matches)
    less = replace(plan, matches=matches, score=score_of(instance, matches), bound=plan.bound - 1)
    assert check(instance, less) == []
    assert verify(instance, less).faults == (f"the bound is {less.bound}, but a plan that scores {plan.bound} exists",)


def without_returns(instance: Instance, matches: tuple[Match, ...]) -> tuple[Match, ...]:
    """Leave out a car or more, so that what is left still keeps ways out and back together."""
    linked = {r.id for r in instance.requests if r.return_of} | {r.return_of for r in instance.requests}
    return tuple(match for match in matches[1:] if not linked & set(match.requests))


def test_bound_that_the_duals_do_not_prove_is_proven_by_packing() -> None:
    instance = crowd(0, 5, 7)
    plan = replace(solve(instance), certificate=Certificate())
    verdict = verify(instance, plan)
    assert verdict.faults == ()
    assert verdict.proven is not None
    assert verdict.proven > plan.bound
    assert verdict.packed
    (fault,) = verify(instance, plan, most_cars=verdict.packed - 1).faults
    assert "cars lie between" in fault


HERE, THERE = Place(52.3, 4.8), Place(52.4, 4.8)
DRIVERS = tuple(Offer(f"o{n}", HERE, THERE, 0, 7200, seats=1, max_detour_s=600) for n in range(2))
RIDERS = tuple(Request(f"r{n}", HERE, THERE, 0, 7200) for n in range(2))
CARS = (Car(0, (0,), -50, 0), Car(1, (0,), 100, 0), Car(1, (1,), 70, 0))


@pytest.mark.parametrize(
    ("offers", "requests", "best"),
    [
        (DRIVERS, RIDERS, 100),
        ((replace(DRIVERS[0], committed=("r0",)), DRIVERS[1]), RIDERS, 20),
        (DRIVERS, (RIDERS[0], replace(RIDERS[1], return_of="r0")), 20),
        (tuple(replace(offer, either="e") for offer in DRIVERS), RIDERS, 100),
        (
            (DRIVERS[0], replace(DRIVERS[1], committed=("r1",), either="e")),
            (replace(RIDERS[0], either="e"), RIDERS[1]),
            70,
        ),
    ],
)
def test_packing_keeps_the_rules_between_cars(
    offers: tuple[Offer, ...], requests: tuple[Request, ...], best: int
) -> None:
    nothing = Plan((), 0, 0, "complete")
    assert pack(Instance(offers, requests), CARS, replace(nothing, bound=-(10**6)), AMPLE) == best


def with_duals(change: Callable[[Certificate], Certificate]) -> Callable[[Plan], Plan]:
    return lambda plan: replace(plan, certificate=change(duals_of(plan)))


def set_dual(rows: str, name: str, dual: float) -> Callable[[Plan], Plan]:
    return with_duals(lambda c: replace(c, **{rows: {**getattr(c, rows), name: dual}}))


def change_match(change: Callable[[Match], Match]) -> Callable[[Plan], Plan]:
    return lambda plan: replace(plan, matches=(change(plan.matches[0]), *plan.matches[1:]))


TAMPERED: list[tuple[str, Callable[[Plan], Plan]]] = [
    ("below the score", lambda plan: replace(plan, bound=plan.score - 1)),
    ("says score", lambda plan: replace(plan, score=plan.score + 1)),
    ("says score", lambda plan: replace(plan, matches=plan.matches[1:])),
    ("rule 3", change_match(lambda m: replace(m, stops=(m.stops[0], replace(m.stops[1], at=0), *m.stops[2:])))),
    ("rule 1", change_match(lambda m: replace(m, stops=(m.stops[0], *m.stops[2:])))),
    ("says saved_s", change_match(lambda m: replace(m, saved_s=m.saved_s + 60))),
    ("the offer is not in the instance", change_match(lambda m: replace(m, offer="o99"))),
    ("no certificate", lambda plan: replace(plan, certificate=None)),
    ("names the offer r1", set_dual("offers", "r1", 1.0)),
    ("names the request o1", set_dual("requests", "o1", 1.0)),
    ("names the either o1", set_dual("eithers", "o1", 1.0)),
    ("names the return r0", set_dual("returns", "r0", 1.0)),
    ("request r0 is -1.0, it must not be negative", set_dual("requests", "r0", -1.0)),
    ("offer o0 is -1.0, it must not be negative", set_dual("offers", "o0", -1.0)),
    ("no multiple of 1/256", set_dual("requests", "r0", 0.1)),
    ("cut r0 r1 r2 is -1.0", with_duals(lambda c: replace(c, cuts=(Cut(("r0", "r1", "r2"), -1.0),)))),
    ("not of three different", with_duals(lambda c: replace(c, cuts=(Cut(("r0", "r0", "r2"), 1.0),)))),
    ("not of three different", with_duals(lambda c: replace(c, cuts=(Cut(("r0", "r1", "o99"), 1.0),)))),
    ("duals prove", with_duals(lambda c: replace(c, requests={}))),
    ("duals prove", with_duals(lambda c: replace(c, offers={**c.offers, "o0": c.offers.get("o0", 0.0) + 1e6}))),
    ("duals prove", with_duals(lambda c: replace(c, requests={**c.requests, "r0": c.requests.get("r0", 0.0) + 1e6}))),
    ("duals prove", with_duals(lambda c: replace(c, cuts=(*c.cuts, Cut(("r0", "r1", "r2"), 9e5))))),
]


@pytest.mark.parametrize(("words", "tamper"), TAMPERED)
def test_whatever_is_changed_in_a_plan_is_found(words: str, tamper: Callable[[Plan], Plan]) -> None:
    plan = solve(CROWD)
    proven = verify(CROWD, plan).proven
    assert proven is not None
    plan = replace(plan, bound=proven)
    assert verify(CROWD, plan, most_cars=0).faults == ()
    assert any(words in fault for fault in verify(CROWD, tamper(plan), most_cars=0).faults)


def test_negative_duals_stand_where_a_row_is_an_equation() -> None:
    instance = next(c for c in map(crowd, range(9), [6] * 9, [9] * 9) if any(r.return_of for r in c.requests))
    plan = solve(instance)
    back = next(r.id for r in instance.requests if r.return_of)
    assert verify(instance, set_dual("returns", back, -5.0)(plan)).faults == ()


def test_restricted_bound_speaks_of_the_nearest_meeting_points_only() -> None:
    near, points = Place(52.3, 4.8), [Place(52.3 + 0.0001 * (40 - n), 4.8) for n in range(40)]
    instance = Instance(
        # The driver passes the meeting point that is farthest from the rider's door, behind more than 20 others.
        offers=(Offer("o0", points[0], Place(52.4, 4.8), 0, 7200, seats=1, max_detour_s=60),),
        requests=(Request("r0", near, Place(52.4, 4.8), 0, 7200, max_walk_m=2000),),
        meeting_points=tuple(MeetingPoint(f"m{n}", place) for n, place in enumerate(points)),
        boarding_s=30,
    )
    plan = solve(instance)
    assert (plan.bound_scope, plan.bound) == ("restricted", 0)
    assert verify(instance, plan).faults == ()
    (fault,) = verify(instance, replace(plan, bound_scope="complete")).faults
    assert "exists" in fault


@pytest.mark.parametrize("city", ["amsterdam", "toronto"])
@pytest.mark.parametrize(
    ("trips", "options"), [(200, {}), (200, {"rich": True}), (600, {"rich": True, "evening": True})]
)
def test_plan_of_a_drawn_morning_is_proven(city: str, trips: int, options: dict[str, bool]) -> None:
    instance = instance_from_json(load_module("make_instance").draw(trips, seed=11, city=city, **options))
    plan = solve(instance, Deadline(time.monotonic, 10))
    verdict = verify(instance, plan)
    assert verdict.faults == ()
    assert verdict.searched > 0
