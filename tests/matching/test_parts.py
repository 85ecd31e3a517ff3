"""Instances cut into parts: nothing is torn that goes together, and the plan and its bound are as good as any."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, Executor, Future, ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching import Deadline, Instance, NoPlanFound, Parts, Progress, Session, check, solve
from matching.candidates import feasible_pairs
from matching.parts import Whole, improve_in_parts
from matching.parts.cut import cut
from matching.parts.graph import build_graph, sample_pairs
from matching.parts.part import by_row, by_trip, into_part, out_of_part, parts_of, split
from matching.rows import build_rows
from matching.start import from_nothing
from matching.tables import build_tables
from matching.workspace import HEAD
from tests.matching.brute import hold_to_all_plans
from tests.matching.crowds import crowd
from tests.matching.drawing import SETTINGS, instances

SECONDS = partial(Deadline, time.monotonic)


@pytest.fixture(scope="module")
def threads() -> Iterator[Executor]:
    with ThreadPoolExecutor(2) as pool:
        yield pool


def parts_by(executor: Executor, most_trips: int) -> Parts:
    return Parts(executor, lambda: 2, SECONDS, most_trips=most_trips, from_trips=0, least_workers=1)


def whole_of(instance: Instance) -> Whole:
    tables = build_tables(instance)
    return Whole(instance, tables, feasible_pairs(tables), build_rows(instance, tables))


def improved(instance: Instance, parts: Parts) -> tuple[Whole, np.ndarray]:
    """Return the cars that the parts alone find, and what they are of."""
    whole = whole_of(instance)
    start = from_nothing(whole.tables, whole.pairs, whole.rows)
    found = improve_in_parts(whole, start, lambda: float("inf"), parts, 0, lambda _: None)
    return whole, found.chosen


@settings(SETTINGS, max_examples=60)
@given(instances(offers=4, requests=6), st.integers(1, 6))
def test_a_plan_from_parts_is_the_best_of_all_plans_and_its_bound_says_so(
    threads: Executor, instance: Instance, most_trips: int
) -> None:
    hold_to_all_plans(instance, parts_by(threads, most_trips))


@settings(SETTINGS, max_examples=60)
@given(instances(offers=6, requests=8), st.integers(1, 8))
def test_every_trip_is_in_one_part_and_what_goes_together_stays_together(instance: Instance, most_trips: int) -> None:
    whole = whole_of(instance)
    offers = whole.rows.offers
    chosen = from_nothing(whole.tables, whole.pairs, whole.rows).chosen
    labels = cut(build_graph(whole.tables, whole.rows, sample_pairs(whole.pairs), chosen), most_trips)
    parts = parts_of(labels, offers)
    assert sorted(n for part in parts for n in part.offers.tolist()) == list(range(offers))
    assert sorted(n for part in parts for n in part.requests.tolist()) == list(range(whole.rows.requests))
    pieces = split(instance, parts)
    part_of = {trip.id: n for n, piece in enumerate(pieces) for trip in piece.trips}
    homes = [(offer.id, rider) for offer in instance.offers for rider in offer.committed]
    returns = [(request.id, request.return_of) for request in instance.requests if request.return_of]
    eithers = [
        (a.id, b.id) for a in instance.trips for b in instance.trips if a.either is not None and a.either == b.either
    ]
    for one, other in (*homes, *returns, *eithers):
        assert part_of[one] == part_of[other]
    for n, piece in enumerate(pieces):
        inside = {pair for pair in instance.excluded if {part_of[name] for name in pair} == {n}}
        assert piece.excluded == inside
        assert piece.bonuses == {
            pair: bonus for pair, bonus in instance.bonuses.items() if {part_of[name] for name in pair} == {n}
        }


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_cars_of_a_plan_at_hand_are_not_cut_through(threads: Executor, seed: int) -> None:
    whole, chosen = improved(crowd(seed, 30, 40), parts_by(threads, 25))
    assert len(chosen) > 3
    labels = cut(build_graph(whole.tables, whole.rows, sample_pairs(whole.pairs), chosen), 10)
    for column in chosen.tolist():
        riders = column[HEAD : HEAD + column[2]]
        assert {labels[whole.rows.offers + rider] for rider in riders} == {labels[column[0]]}
    for part in parts_of(labels, whole.rows.offers):
        mine = chosen[np.isin(chosen[:, 0], part.offers)]
        assert np.array_equal(out_of_part(part, into_part(part, whole.rows, chosen)), mine)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_merged_parts_break_no_rule_and_come_near_the_best_plan(threads: Executor, seed: int) -> None:
    instance = crowd(seed, 30, 40)
    whole, chosen = improved(instance, parts_by(threads, 25))
    plan = solve(instance)
    assert whole.rows.hold(chosen)
    assert plan.score * 0.8 < chosen[:, 1].sum() <= plan.bound


def test_trips_that_all_start_at_one_place_are_cut_too() -> None:
    instance = crowd(1, 20, 20, rules=False)
    place = instance.offers[0].origin
    here = Instance(
        tuple(type(o)(o.id, place, place, 0, 900, 2, 300) for o in instance.offers),
        tuple(type(r)(r.id, place, place, 0, 900) for r in instance.requests),
    )
    whole = whole_of(here)
    start = from_nothing(whole.tables, whole.pairs, whole.rows)
    labels = cut(build_graph(whole.tables, whole.rows, sample_pairs(whole.pairs), start.chosen), 10)
    assert np.bincount(labels).max() <= 10


def test_duals_by_trip_and_back_are_the_same() -> None:
    instance = crowd(4, 20, 30)
    rows = whole_of(instance).rows
    dual = np.random.default_rng(0).random(rows.size)
    members = np.concatenate([rows.offer_group, rows.request_group])
    assert rows.groups == len(set(members[members >= 0].tolist()))
    assert np.array_equal(by_row(rows, by_trip(rows, dual)), dual)


class Failing(Executor):
    """Threads whose first parts are lost, or where none can be handed in."""

    def __init__(self, beneath: Executor, lost: int, *, refuses: bool = False) -> None:
        self._beneath, self._lost, self._refuses = beneath, lost, refuses

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        if self._refuses:
            raise BrokenExecutor("nobody there")
        self._lost -= 1
        if self._lost < 0:
            return self._beneath.submit(fn, *args, **kwargs)
        future: Future[Any] = Future()
        future.set_exception(BrokenExecutor("a worker died"))
        return future


@pytest.mark.parametrize(("lost", "refuses"), [(1, False), (1000, False), (0, True)])
def test_lost_workers_cost_no_plan(threads: Executor, lost: int, refuses: bool) -> None:
    instance = crowd(5, 20, 30)
    plan = solve(instance, parts=parts_by(Failing(threads, lost, refuses=refuses), 15))
    assert check(instance, plan) == []
    assert plan.score == solve(instance).score


def test_a_fault_of_the_engine_in_a_part_is_raised(threads: Executor) -> None:
    def no_budget(limit_s: float) -> Deadline:
        raise ArithmeticError("no")

    parts = replace(parts_by(threads, 15), allowance=no_budget)
    with pytest.raises(ArithmeticError):
        solve(crowd(5, 20, 30), parts=parts)


def test_parts_report_plans_that_only_get_better(threads: Executor) -> None:
    told: list[Progress] = []
    solve(crowd(6, 30, 40), parts=parts_by(threads, 20), progress=told.append)
    scores = [progress.score for progress in told if progress.score is not None]
    assert "parts" in {progress.stage for progress in told}
    assert scores == sorted(scores)


def test_smaller_instances_are_not_cut(threads: Executor) -> None:
    told: list[Progress] = []
    parts = Parts(threads, lambda: 4, SECONDS, most_trips=20, from_trips=71)
    solve(crowd(6, 30, 40), parts=parts, progress=told.append)
    assert "parts" not in {progress.stage for progress in told}


def nobody() -> int:
    raise BrokenExecutor("nobody there")


@pytest.mark.parametrize("workers", [lambda: 3, nobody])
def test_nothing_is_cut_for_few_workers(threads: Executor, workers: Callable[[], int]) -> None:
    told: list[Progress] = []
    parts = Parts(threads, workers, SECONDS, most_trips=20, from_trips=0)
    solve(crowd(6, 30, 40), parts=parts, progress=told.append)
    assert "parts" not in {progress.stage for progress in told}


@pytest.mark.parametrize("limit_s", [1e-3, 0.05, 0.5])
def test_however_short_the_time_the_plan_keeps_the_rules(threads: Executor, limit_s: float) -> None:
    instance = crowd(7, 60, 80)
    try:
        plan = solve(instance, Deadline(time.monotonic, limit_s), parts=parts_by(threads, 30))
    except NoPlanFound:
        return
    assert check(instance, plan) == []
    assert plan.score <= plan.bound


def test_a_session_goes_on_from_a_plan_that_parts_found(threads: Executor) -> None:
    instance = crowd(8, 30, 40)
    session = Session(instance, parts=parts_by(threads, 25))
    session.solve()
    session.update(removed=[instance.offers[0].id])
    plan = session.solve()
    assert check(session.instance, plan) == []
    assert plan.score == solve(session.instance).score


def test_parts_of_no_trips_are_refused(threads: Executor) -> None:
    with pytest.raises(ValueError, match="most_trips must be at least 1"):
        parts_by(threads, 0)
