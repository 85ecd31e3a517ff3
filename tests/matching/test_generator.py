"""The solver on drawn commutes of real size, judged by the problem's own referee and by ours."""

from __future__ import annotations

import time

import pytest

from matching import Deadline, check, instance_from_json, plan_to_json, solve
from tests.shared_files import load_module

SIZES = [
    (200, {}),
    (200, {"rich": True}),
    (1000, {"rich": True}),
    (1000, {"evening": True}),
    (3000, {}),
    (3000, {"rich": True, "evening": True}),
]


@pytest.mark.parametrize("city", ["amsterdam", "toronto"])
@pytest.mark.parametrize(("trips", "options"), SIZES)
def test_plan_of_a_drawn_morning_breaks_no_rule(city: str, trips: int, options: dict[str, bool]) -> None:
    document = load_module("make_instance").draw(trips, seed=7, city=city, **options)
    instance = instance_from_json(document)
    plan = solve(instance, Deadline(time.monotonic, 4))
    broken, figures = load_module("check_plan").check(document, plan_to_json(plan))
    assert broken == []
    assert figures["score"] == plan.score
    assert check(instance, plan) == []
    assert plan.bound >= plan.score
    assert plan.matches


def test_same_instance_and_seed_give_the_same_plan() -> None:
    instance = instance_from_json(load_module("make_instance").draw(300, seed=3))
    assert solve(instance, seed=1) == solve(instance, seed=1)
