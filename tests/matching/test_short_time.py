"""However short the time: promises are kept, to riders with returns and whom all cars want, and bounds are true."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, reject, settings
from hypothesis import strategies as st

from matching import (
    Budget,
    CommitmentBroken,
    Deadline,
    Instance,
    NoPlanFound,
    Offer,
    Place,
    Progress,
    Request,
    check,
    instance_from_json,
    solve,
    warm_up,
)
from tests.matching.brute import TooDense, best_score
from tests.matching.crowds import crowd
from tests.matching.drawing import SETTINGS, instances

A, B = Place(52.30, 4.86), Place(52.37, 4.90)


def with_a_return() -> Instance:
    return Instance(
        (Offer("o", A, B, 0, 4000, 3, 900, committed=("r",)), Offer("back", B, A, 30000, 36000, 3, 900)),
        (Request("r", A, B, 0, 4000), Request("b", B, A, 30000, 36000, return_of="r")),
    )


def wanted_by_all() -> Instance:
    offers = tuple(Offer(f"o{n}", A, B, 0, 4000, 4, 900, committed=(f"r{n}",)) for n in range(30))
    riders = tuple(Request(f"r{n}", A, B, 0, 4000) for n in range(30))
    return Instance(offers, riders + tuple(Request(f"x{n}", A, B, 0, 4000, priority_s=9000) for n in range(12)))


def with_eithers() -> Instance:
    offers = tuple(Offer(f"o{n}", A, B, 0, 4000, 2, 900, committed=(f"r{n}",), either=f"e{n}") for n in range(10))
    riders = tuple(Request(f"r{n}", A, B, 0, 4000) for n in range(10))
    flexible = tuple(Request(f"x{n}", A, B, 0, 4000, either=f"e{n}", priority_s=9000) for n in range(10))
    return Instance(offers, riders + flexible)


def fifty_wanted() -> Instance:
    offers = tuple(Offer(f"o{n}", A, B, 0, 4000, 2, 900, committed=(f"r{n}",)) for n in range(30))
    riders = tuple(Request(f"r{n}", A, B, 0, 4000) for n in range(30))
    return Instance(offers, riders + tuple(Request(f"x{n}", A, B, 0, 4000, priority_s=9000) for n in range(50)))


@pytest.mark.parametrize("limit_s", [1e-6, 1e-3, 0.01, 0.05, 0.5])
@pytest.mark.parametrize("make", [with_a_return, wanted_by_all, fifty_wanted, with_eithers])
def test_commitments_are_kept_however_short_the_time(make: Callable[[], Instance], limit_s: float) -> None:
    warm_up()  # loading the kernels does not count
    instance = make()
    assert check(instance, solve(instance, Deadline(time.monotonic, limit_s))) == []


def test_a_plan_of_lone_riders_is_there_before_any_car_is_priced() -> None:
    instance = crowd(5, 40, 60)
    told: list[Progress] = []
    plan = solve(instance, lambda: -1.0, progress=told.append)
    first = next(progress for progress in told if progress.stage == "trips")
    assert first.score is not None
    assert first.score > 0
    assert plan.score >= first.score
    assert check(instance, plan) == []
    no_time = solve(crowd(5, 40, 60, rules=False), lambda: -1.0)
    assert len(no_time.matches) == 40  # anyone would go with anyone


def that_says(seconds: list[float]) -> Budget:
    """Return a budget that gives one number after another, and the last for ever."""
    rest = iter(seconds)
    last = seconds[-1]
    return lambda: next(rest, last)


SECONDS_LEFT = st.lists(st.floats(-1.0, 100.0), min_size=1, max_size=60).map(lambda left: sorted(left, reverse=True))


@settings(SETTINGS, max_examples=60)
@given(instances(offers=4, requests=6), SECONDS_LEFT)
def test_a_bound_is_true_wherever_time_runs_out(instance: Instance, left: list[float]) -> None:
    try:
        best = best_score(instance)
    except TooDense:
        reject()
    budget = that_says([100.0] * 4 + left)  # the shares of the stages are those of 100 s
    try:
        plan = solve(instance, budget)
    except CommitmentBroken:
        assert best is None
        return
    except NoPlanFound:
        assert best is None or left[-1] < 0
        return
    assert best is not None
    assert check(instance, plan) == []
    assert plan.score <= best <= plan.bound


def test_a_way_out_and_two_ways_back_that_few_columns_serve_are_kept_when_time_runs_out() -> None:
    document = json.loads((Path(__file__).parent / "returns_of_returns.json").read_text())
    instance = instance_from_json(document["instance"])
    plan = solve(instance, that_says(document["seconds_left"]))
    assert check(instance, plan) == []
    assert plan.score <= document["best"] <= plan.bound
