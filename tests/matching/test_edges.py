"""Edges where doubles, counts and windows end: empty windows, huge values, more orders than there is room for."""

from __future__ import annotations

from matching import Instance, MeetingPoint, Offer, Place, Request, check, solve
from matching.candidates import feasible_pairs
from matching.tables import build_tables

P, Q, M = Place(52.3, 4.8), Place(52.309, 4.815), Place(52.3, 4.815)


def test_walk_that_ends_after_latest_pickup() -> None:
    instance = Instance(
        offers=(Offer("o3", P, P, 0, 1140, seats=1, max_detour_s=540),),
        requests=(Request("r4", Q, M, 0, 1020, max_walk_m=1500, latest_pickup=600),),
        boarding_s=0,
        meeting_points=(MeetingPoint("m0", M),),
    )
    pairs = feasible_pairs(build_tables(instance))
    # The walk ends at 1001 s, so the pick-up is at the own place: P, Q, M, P is 463 s.
    assert pairs.rows[:, 2].tolist() == [463]
    plan = solve(instance)
    assert check(instance, plan) == []
    assert plan.score == plan.bound


def test_latest_pickup_before_the_earliest_departure() -> None:
    instance = Instance(
        offers=(Offer("o", P, M, 0, 4000, seats=1, max_detour_s=900),),
        requests=(Request("r", P, M, 600, 4000, latest_pickup=300),),
    )
    plan = solve(instance)
    assert check(instance, plan) == []
    assert plan.score == plan.bound == 0


def test_five_riders_one_after_another_at_one_place() -> None:
    rider = {"earliest_departure": 0, "latest_arrival": 600, "latest_pickup": 600}
    instance = Instance(
        offers=(Offer("o3", P, P, 0, 1140, seats=1, max_detour_s=540, committed=("r0",)),),
        requests=(
            *(Request(f"r{n}", P, P, **rider) for n in range(4)),
            Request("r4", Q, M, 0, 1020, max_walk_m=1500, latest_pickup=600),
        ),
        boarding_s=0,
        meeting_points=(MeetingPoint("m0", M),),
    )
    plan = solve(instance)
    assert check(instance, plan) == []


HERE, THERE = Place(52.30, 4.86), Place(52.37, 4.90)


def test_value_above_two_to_the_31() -> None:
    offers = (Offer("o", HERE, THERE, 0, 4000, 3, 900),)
    requests = tuple(Request(f"r{n}", HERE, THERE, 0, 4000, priority_s=10**9) for n in range(3))
    plan = solve(Instance(offers, requests))
    assert check(Instance(offers, requests), plan) == []
    assert plan.bound >= 3 * 10**9
    assert len(plan.matches[0].requests) == 3


GRID = {(a, b): Place(lat=52.3 + 0.009 * a, lon=4.8 + 0.015 * b) for a in range(3) for b in range(3)}


def test_car_of_four_patient_riders_takes_the_shortest_order() -> None:
    instance = Instance(
        offers=(Offer("o1", GRID[1, 2], GRID[2, 0], 60, 4800, seats=5, max_detour_s=2640),),
        requests=(
            Request("r0", GRID[1, 1], GRID[0, 0], 900, 3900),
            Request("r1", GRID[2, 2], GRID[1, 1], 840, 3120, seats=2, max_ride_s=480),
            Request("r2", GRID[0, 1], GRID[1, 1], 960, 3720),
            Request("r3", GRID[1, 1], GRID[0, 0], 900, 3900),
        ),
    )
    plan = solve(instance)
    assert check(instance, plan) == []
    assert plan.score == plan.bound
