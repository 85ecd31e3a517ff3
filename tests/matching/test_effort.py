"""A proof costs no more steps than it may, whatever it is given; they are counted, and the same on every machine."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace

import pytest

from matching import Certificate, Cut, Instance, Match, MeetingPoint, Offer, Place, Plan, Request, Stop, solve
from matching.verify import Undecided, verify
from matching.verify import orders as verify_orders
from matching.verify import world as verify_world
from matching.verify.cars import Car
from matching.verify.effort import MOST_RIDERS, Effort
from matching.verify.packing import pack
from tests.matching import hostile
from tests.matching.crowds import crowd

HOME, WORK = hostile.HOME, hostile.WORK
NO_DUALS = Plan((), 0, 0, "complete", certificate=Certificate())
FEW = 200_000


def walks_to_thousands_of_points() -> Instance:
    """Each rider could walk to a thousand meeting points at both ends: a million pairs of them."""
    points = tuple(MeetingPoint(f"m{n}", Place(52.3 + n / 1e5, 4.86)) for n in range(1000))
    riders = tuple(Request(f"r{n}", HOME, WORK, 0, 7200, max_walk_m=10**6) for n in range(50))
    return Instance((Offer("o", HOME, WORK, 0, 7200, 4, 900),), riders, meeting_points=points)


def walks_past_thousands_of_points() -> Instance:
    """Thousands of riders who are in reach of none of fifty thousand meeting points."""
    points = tuple(MeetingPoint(f"m{n}", Place(10 + n / 1e4, 4.86)) for n in range(50_000))
    riders = tuple(Request(f"r{n}", HOME, WORK, 0, 7200, max_walk_m=500) for n in range(5000))
    return Instance((Offer("o", HOME, WORK, 0, 7200, 4, 900),), riders, meeting_points=points)


def people_of_many_traits() -> Instance:
    """Everybody requires a hundred thousand traits of everybody."""
    traits = frozenset(f"t{n}" for n in range(100_000))
    riders = tuple(Request(f"r{n}", HOME, WORK, 0, 7200, traits=traits, requires=traits) for n in range(500))
    offers = tuple(Offer(f"o{n}", HOME, WORK, 0, 7200, 1, 900, traits=traits, requires=traits) for n in range(500))
    return Instance(offers, riders)


def nobody_is_near_anybody() -> Instance:
    """Two thousand drivers on one side of the earth, and riders who could be met at many places on the other."""
    far = Place(-40.0, -175.0)
    points = tuple(MeetingPoint(f"m{n}", Place(far.lat + n / 1e4, far.lon)) for n in range(20))
    riders = tuple(Request(f"r{n}", far, far, 0, 7200, max_walk_m=5000) for n in range(4))
    offers = tuple(Offer(f"o{n}", HOME, WORK, 0, 7200, 1, 900) for n in range(20_000))
    return Instance(offers, riders, meeting_points=points)


@pytest.mark.parametrize(
    "draw",
    [
        hostile.everyone_at_one_place,
        hostile.requests_for_one_car,
        hostile.vans,
        hostile.twins,
        hostile.edges_of_the_map,
        hostile.ten_times_the_density,
        hostile.walkers,
        walks_to_thousands_of_points,
        walks_past_thousands_of_points,
        people_of_many_traits,
        nobody_is_near_anybody,
    ],
)
def test_instance_that_would_keep_it_busy_for_ever_is_given_up(draw: Callable[[], Instance]) -> None:
    with pytest.raises(Undecided, match=f"{FEW} steps did not decide .* allow more"):
        verify(draw(), NO_DUALS, most_steps=FEW)


def steps_of_cuts(instance: Instance, cuts: int) -> int:
    """Return how many steps more a proof takes with so many cuts that cost nothing."""
    bare = Certificate(requests={request.id: 9000.0 for request in instance.requests})
    claim = replace(NO_DUALS, bound=10**9)
    costing = replace(bare, cuts=(Cut(("r0", "r1", "r2"), 0.0),) * cuts)
    with_cuts, without = (verify(instance, replace(claim, certificate=duals)).steps for duals in (costing, bare))
    return with_cuts - without


def test_cuts_cost_steps_of_each_offer_and_of_each_set_of_riders() -> None:
    instance = nobody_is_near_anybody()
    assert steps_of_cuts(replace(instance, offers=instance.offers[:10]), 1000) == 10 * 1000
    corridor = hostile.ten_times_the_density()
    assert steps_of_cuts(replace(corridor, offers=corridor.offers[:10]), 1000) > 10 * 1000


def at_one_place(riders: int, committed: int = 0) -> Instance:
    """A driver and riders who go nowhere, in no time: any number of them could ride one after the other."""
    names = tuple(f"r{n}" for n in range(committed))
    offer = Offer("o", HOME, HOME, 0, 7200, seats=1, max_detour_s=900, committed=names)
    return Instance((offer,), tuple(Request(f"r{n}", HOME, HOME, 0, 7200) for n in range(riders)), boarding_s=0)


def all_in_one_car(instance: Instance) -> Plan:
    calls = [Stop(kind, 0, HOME, r.id) for r in instance.requests for kind in ("pickup", "dropoff")]
    stops = (Stop("depart", 0, HOME), *calls, Stop("arrive", 0, HOME))
    match = Match("o", tuple(r.id for r in instance.requests), stops, 0, 0)
    score = 3600 * len(instance.requests)
    return Plan((match,), score, score, "complete", certificate=Certificate())


@pytest.mark.parametrize(
    ("instance", "plan"),
    [
        (at_one_place(60), NO_DUALS),
        (at_one_place(MOST_RIDERS + 1), NO_DUALS),
        (at_one_place(300, committed=300), all_in_one_car(at_one_place(300))),
        (at_one_place(20_000), all_in_one_car(at_one_place(20_000))),
    ],
)
def test_car_of_more_riders_than_can_be_looked_at_is_given_up(instance: Instance, plan: Plan) -> None:
    with pytest.raises(Undecided, match=f"more than {MOST_RIDERS} riders"):
        verify(instance, plan)


def test_car_of_many_riders_is_proven() -> None:
    instance = at_one_place(12)
    duals = Certificate(requests={r.id: 3600.0 for r in instance.requests})
    plan = replace(all_in_one_car(instance), certificate=duals)
    assert verify(instance, plan).faults == ()


def test_same_steps_are_taken_each_time_and_they_are_just_enough() -> None:
    instance = crowd(1, 8, 12)
    plan = solve(instance)
    verdict = verify(instance, plan)
    assert verdict == verify(instance, plan)
    proven = replace(plan, bound=verdict.proven or 0)
    steps = verify(instance, proven).steps
    assert verify(instance, proven, most_steps=steps).faults == ()
    with pytest.raises(Undecided):
        verify(instance, proven, most_steps=steps - 1)


def test_packing_takes_no_more_than_is_left_and_proves_nothing_then() -> None:
    chance = random.Random(0)
    trips = range(30)
    offers = tuple(Offer(f"o{n}", HOME, WORK, 0, 7200, seats=3, max_detour_s=900) for n in trips)
    instance = Instance(offers, tuple(Request(f"r{n}", HOME, WORK, 0, 7200) for n in trips))
    cars = [
        Car(chance.choice(trips), tuple(chance.sample(trips, 3)), chance.randrange(900, 1000), 0) for _ in range(240)
    ]
    best = pack(instance, cars, replace(NO_DUALS, bound=0), Effort(10**9))
    assert best > 0
    proven = replace(NO_DUALS, bound=best)
    assert pack(instance, cars, proven, Effort(10**9)) <= best
    with pytest.raises(Undecided):
        pack(instance, cars, proven, Effort(1))


def test_proof_is_the_same_with_little_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    instance = crowd(2, 8, 12)
    plan = solve(instance)
    ample = verify(instance, plan)
    monkeypatch.setattr(verify_world, "_MOST_LEGS", 10)
    monkeypatch.setattr(verify_orders, "_MOST_LABELS", 3)
    tight = verify(instance, plan)
    assert replace(tight, steps=0) == replace(ample, steps=0)
    assert tight.steps > ample.steps
