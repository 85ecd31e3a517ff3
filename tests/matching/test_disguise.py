"""A disguised instance has no name of the first one, and everything that could be proven of its plan still can."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

from hypothesis import given, settings

from matching import (
    Certificate,
    CommitmentBroken,
    Cut,
    Instance,
    Plan,
    certified_from_json,
    certified_to_json,
    disguise,
    instance_from_json,
    instance_to_json,
    solve,
)
from matching.verify import verify
from tests.matching.crowds import crowd
from tests.matching.drawing import SETTINGS, instances

NAME = re.compile("[a-z][0-9]*")  # of trips, eithers, traits and points as the tests draw them


def with_secrets(value: Any) -> Any:
    """Return a JSON document with a mark before each name."""
    if isinstance(value, dict):
        return {key: with_secrets(item) for key, item in value.items()}
    if isinstance(value, list):
        return [with_secrets(item) for item in value]
    return f"secret-{value}" if isinstance(value, str) and NAME.fullmatch(value) else value


def named(instance: Instance) -> Instance:
    return instance_from_json(with_secrets(instance_to_json(instance)))


@settings(SETTINGS, max_examples=60)
@given(instances(offers=3, requests=4))
def test_what_is_proven_of_a_plan_is_proven_without_names(drawn: Instance) -> None:
    instance = named(drawn)
    try:
        plan = solve(instance)
    except CommitmentBroken:
        return
    document = json.dumps(certified_to_json(*disguise(instance, plan)))
    assert "secret" not in document
    bare, its_plan = certified_from_json(json.loads(document))
    assert (its_plan.score, its_plan.bound) == (plan.score, plan.bound)
    verdict = verify(bare, its_plan)
    assert (verdict.faults, verdict.proven) == ((), verify(instance, plan).proven)
    lower = replace(its_plan, bound=plan.score - 1)
    assert verify(bare, lower).faults


def test_every_kind_of_dual_is_found_under_its_new_name() -> None:
    instance = named(next(c for c in map(crowd, range(20), [6] * 20, [12] * 20) if has_all_rules(c)))
    riders = [request.id for request in instance.requests]
    back = next(r.id for r in instance.requests if r.return_of)
    duals = Certificate(
        offers={offer.id: float(n) for n, offer in enumerate(instance.offers)},
        requests={rider: float(n) for n, rider in enumerate(riders)},
        eithers={t.either: 5.0 for t in instance.trips if t.either},
        returns={back: -7.0},
        cuts=(Cut((riders[4], riders[0], riders[2]), 3.0), Cut((riders[1], instance.offers[2].id, riders[5]), 4.0)),
    )
    plan = replace(solve(instance), certificate=duals)
    bare, its_plan = disguise(instance, plan)
    assert "secret" not in json.dumps(certified_to_json(bare, its_plan))
    assert verify(bare, its_plan).proven == verify(instance, plan).proven


def has_all_rules(instance: Instance) -> bool:
    return any(r.return_of for r in instance.requests) and any(t.either for t in instance.trips)


def test_order_and_numbers_tell_nothing_of_the_order_that_trips_came_in() -> None:
    instance = crowd(0, 6, 9)
    nothing = Plan((), 0, 0, "complete")
    turned = replace(instance, offers=instance.offers[::-1], requests=instance.requests[::-1])
    assert disguise(instance, nothing) == disguise(turned, nothing)
    bare, _ = disguise(instance, nothing)
    assert [offer.id for offer in bare.offers] == [f"o{n}" for n in range(1, 7)]
    assert [offer.earliest_departure for offer in bare.offers] == sorted(o.earliest_departure for o in instance.offers)


def test_traits_that_nobody_requires_are_left_out() -> None:
    instance = crowd(0, 6, 9)
    offers = tuple(replace(o, traits=o.traits | {"woman", f"lives_at_{n}"}) for n, o in enumerate(instance.offers))
    requests = tuple(replace(r, requires=frozenset({"woman"})) for r in instance.requests)
    bare, _ = disguise(replace(instance, offers=offers, requests=requests), Plan((), 0, 0, "complete"))
    required = frozenset().union(*(trip.requires for trip in bare.trips))
    assert all(trip.traits <= required for trip in bare.trips)
    assert all(request.requires <= offer.traits for offer in bare.offers for request in bare.requests)
