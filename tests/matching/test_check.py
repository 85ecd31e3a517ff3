"""The referee finds each broken rule in plans that are spoilt one way at a time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from matching import Instance, Match, MeetingPoint, Offer, Place, Plan, Request, check, solve

HERE, MIDDLE, THERE = Place(52.30, 4.86), Place(52.33, 4.88), Place(52.37, 4.90)
INSTANCE = Instance(
    offers=(Offer("o1", HERE, THERE, 0, 7200, seats=1, max_detour_s=600),),
    requests=(Request("r1", MIDDLE, THERE, 0, 7200), Request("r2", HERE, MIDDLE, 0, 7200)),
    meeting_points=(MeetingPoint("m1", Place(52.331, 4.88)),),
)


def spoil(plan: Plan, change: Callable[[Match], Match]) -> Plan:
    return replace(plan, matches=tuple(change(match) for match in plan.matches))


def test_good_plan_has_no_faults() -> None:
    assert check(INSTANCE, solve(INSTANCE)) == []


@pytest.mark.parametrize(
    ("rule", "change"),
    [
        ("rule 1", lambda m: replace(m, stops=(m.stops[0], *m.stops[2:]))),
        ("rule 1", lambda m: replace(m, stops=m.stops[:-1])),
        ("rule 3", lambda m: replace(m, stops=(replace(m.stops[0], at=m.stops[0].at + 1), *m.stops[1:]))),
        ("rule 3", lambda m: replace(m, stops=(replace(m.stops[0], at=-1), *m.stops[1:]))),
        ("rule 4", lambda m: replace(m, stops=(replace(m.stops[0], at=m.stops[0].at - 2000), *m.stops[1:]))),
        ("rule 7", lambda m: replace(m, stops=(m.stops[0], replace(m.stops[1], place=THERE), *m.stops[2:]))),
        ("detour_s", lambda m: replace(m, detour_s=m.detour_s + 1)),
        ("saved_s", lambda m: replace(m, saved_s=m.saved_s - 1)),
        ("offer is not", lambda m: replace(m, offer="o9")),
    ],
)
def test_spoilt_match_is_found(rule: str, change: Callable[[Match], Match]) -> None:
    assert any(rule in fault for fault in check(INSTANCE, spoil(solve(INSTANCE), change)))


@pytest.mark.parametrize(
    ("rule", "instance"),
    [
        ("rule 2", replace(INSTANCE, requests=(replace(INSTANCE.requests[0], seats=2), INSTANCE.requests[1]))),
        (
            "rule 5",
            replace(INSTANCE, requests=(replace(INSTANCE.requests[0], latest_arrival=60), INSTANCE.requests[1])),
        ),
        ("rule 5", replace(INSTANCE, requests=(replace(INSTANCE.requests[0], latest_pickup=0), INSTANCE.requests[1]))),
        ("rule 6", replace(INSTANCE, requests=(replace(INSTANCE.requests[0], max_ride_s=1), INSTANCE.requests[1]))),
        (
            "rule 8",
            replace(
                INSTANCE, requests=(replace(INSTANCE.requests[0], requires=frozenset({"woman"})), INSTANCE.requests[1])
            ),
        ),
        ("rule 8", replace(INSTANCE, excluded=frozenset({("o1", "r1")}))),
        ("rule 8", replace(INSTANCE, requests=tuple(replace(r, either="e") for r in INSTANCE.requests))),
        ("rule 8", replace(INSTANCE, requests=(*INSTANCE.requests, Request("r3", HERE, THERE, 0, 1, return_of="r1")))),
        (
            "rule 9",
            replace(
                INSTANCE,
                offers=(*INSTANCE.offers, Offer("o2", HERE, THERE, 0, 1, seats=1, max_detour_s=0, committed=("r1",))),
            ),
        ),
    ],
)
def test_plan_that_fits_other_rules_is_found_out(rule: str, instance: Instance) -> None:
    assert any(rule in fault for fault in check(instance, solve(INSTANCE)))


def test_trip_in_two_cars_and_a_wrong_score_or_bound_are_found() -> None:
    plan = solve(INSTANCE)
    faults = check(INSTANCE, replace(plan, matches=plan.matches * 2))
    assert any("is in two matches" in fault for fault in faults)
    assert any("the plan says score" in fault for fault in check(INSTANCE, replace(plan, score=plan.score + 1)))
    assert any("bound" in fault for fault in check(INSTANCE, replace(plan, bound=plan.score - 1)))
