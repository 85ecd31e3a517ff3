"""Cuts: parts of columns that no plan can have are cut off, the bound falls with them, and it is proven with them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching import Instance, cutting, solve
from matching.budget import unlimited
from matching.candidates import feasible_pairs
from matching.carry import carry_duals, same_names
from matching.certificate import certificate_of
from matching.close import Assignment
from matching.columns import Pricer
from matching.cuts import held_twice
from matching.cutting import add_cuts
from matching.duals import gains_of
from matching.generate import Generated, generate
from matching.kept import carry, keep
from matching.relaxed import Relaxed
from matching.rows import Rows, build_rows
from matching.separate import broken_cuts
from matching.start import Start, from_nothing
from matching.tables import build_tables
from matching.verify import verify
from matching.workspace import HEAD, MAX_RIDERS, WIDTH
from tests.matching.brute import TooDense, best_score
from tests.matching.crowds import crowd
from tests.matching.drawing import SETTINGS, instances

NOTHING = Assignment(np.empty((0, WIDTH), np.int64), 0, ())


class Cutting(NamedTuple):
    """Where column generation ended, and where cutting did."""

    start: Start
    before: Generated
    after: Generated


def cut(instance: Instance) -> Cutting | None:
    """Cut off what can be, as if no plan were known; None where a commitment cannot be kept."""
    tables = build_tables(instance)
    pairs = feasible_pairs(tables)
    rows = build_rows(instance, tables)
    start = from_nothing(tables, pairs, rows)
    pricer = Pricer(tables, pairs, start.shared, 6)
    before = generate(start, start.columns, rows, pricer, unlimited, lambda _columns, _bound: None)
    if before.broken:
        return None
    return Cutting(start, before, add_cuts(before, before.columns, NOTHING, pricer, unlimited))


def column(car: int, *riders: int) -> list[int]:
    return [car, 0, len(riders), *riders, *[-1] * (MAX_RIDERS - len(riders))]


HALVES = {
    "three riders, two by two": ([column(0, 0, 1), column(1, 1, 2), column(2, 0, 2)], [3, 4, 5]),
    "a car and two riders": ([column(0, 0), column(0, 1), column(1, 0, 1)], [0, 3, 4]),
    "nobody twice": ([column(0, 0, 1), column(1, 2)], None),
    "all three in each": ([column(0, 0, 1, 2), column(1, 0, 1, 2)], None),
}


@pytest.mark.parametrize(("columns", "cut_off"), HALVES.values(), ids=HALVES.keys())
def test_halves_of_columns_that_share_three_trips_two_by_two_break_their_cut(
    columns: list[list[int]], cut_off: list[int] | None
) -> None:
    broken = broken_cuts(np.array(columns, np.int64), np.full(len(columns), 0.5), offers=3)
    assert broken.tolist() == ([cut_off] if cut_off else [])


@given(st.integers(0, 2**32))
@settings(SETTINGS, max_examples=200)
def test_broken_cuts_are_all_that_parts_of_columns_break(seed: int) -> None:
    chance = np.random.default_rng(seed)
    drawn = [column(chance.integers(3), *chance.choice(5, chance.integers(1, 4), replace=False)) for _ in range(6)]
    columns, x = np.array(drawn, np.int64), chance.choice([0.0, 0.25, 0.5, 0.75], 6)
    x /= max(1.0, *(x[[trip in trips_of(c) for c in drawn]].sum() for trip in range(8)))  # each trip once at most

    def breaking() -> Iterator[tuple[int, ...]]:
        for cut_off in combinations(range(8), 3):
            held = held_twice(np.array([cut_off]), columns, 3)[1]
            assert held.tolist() == [n for n, c in enumerate(drawn) if len(trips_of(c) & {*cut_off}) > 1]
            if x[held].sum() > 1.02:
                yield cut_off

    assert {tuple(cut_off) for cut_off in broken_cuts(columns, x, 3).tolist()} == set(breaking())


def trips_of(drawn: list[int]) -> set[int]:
    return {drawn[0], *(3 + rider for rider in drawn[HEAD:] if rider >= 0)}


@settings(SETTINGS, max_examples=60)
@given(instances(offers=5, requests=7, most_seats=4))
def test_bound_with_cuts_is_never_below_the_best_plan(instance: Instance) -> None:
    cutting = cut(instance)
    if cutting is None:
        return
    try:
        best = best_score(instance)
    except TooDense:
        return
    assert cutting.before.bound >= cutting.after.bound
    assert best is None or cutting.after.bound >= best  # commitments of two cars may not go together


# Crowds whose bound falls, some to the best plan's score: with cuts of riders, of a car and riders, of both.
@pytest.mark.parametrize(
    ("seed", "rules", "closed"),
    [(7, False, True), (8, False, False), (13, False, True), (37, False, False), (6, True, True), (33, True, True)],
)
def test_cuts_lower_the_bound_and_their_certificate_proves_it(seed: int, rules: bool, closed: bool) -> None:
    instance = crowd(seed, 10, 14, rules=rules)
    plan, cutting = solve(instance), cut(instance)
    assert cutting is not None
    before, after = cutting.before, cutting.after
    assert plan.score <= after.bound < before.bound
    assert (after.bound == plan.score) == closed
    certificate = certificate_of(instance, after.rows, after.dual)
    assert certificate.cuts
    with_cuts = replace(plan, bound=after.bound, certificate=certificate)
    assert verify(instance, with_cuts, most_cars=0).faults == ()
    # Without a cut the others pay too little; with a dearer one the sum of the duals is too high.
    for cuts in (certificate.cuts[1:], (replace(certificate.cuts[0], dual=1e5), *certificate.cuts[1:])):
        tampered = replace(with_cuts, certificate=replace(certificate, cuts=cuts))
        (fault,) = verify(instance, tampered, most_cars=0).faults
        assert "duals prove" in fault


def test_no_column_earns_more_than_it_pays_with_cuts() -> None:
    cutting = cut(crowd(15, 10, 14, rules=True))
    assert cutting is not None
    after = cutting.after
    earned = after.prices.constant + np.maximum(after.best, 0).sum()
    assert gains_of(after.prices, after.columns).max() <= earned - after.prices.constant + 0.05


def test_duals_of_the_next_batch_are_those_of_the_trips_without_the_cuts() -> None:
    instance = crowd(33, 10, 14)
    cutting = cut(instance)
    assert cutting is not None
    rows = cutting.after.rows
    assert len(rows.cuts)
    names = same_names(instance, instance)
    carried = carry_duals(names, instance, rows, cutting.after.dual, instance, cutting.before.rows, cutting.start.dual)
    assert carried.tolist() == np.delete(cutting.after.dual, rows.cut_rows).tolist()


def test_cuts_whose_trips_are_still_there_are_taken_over_with_their_duals() -> None:
    instance = crowd(37, 10, 14, rules=False)
    cutting = cut(instance)
    assert cutting is not None
    rows, dual = cutting.after.rows, cutting.after.dual
    ids = [trip.id for trip in instance.trips]
    duals = {
        frozenset(ids[n] for n in three): d for three, d in zip(rows.cuts.tolist(), dual[rows.cut_rows], strict=True)
    }
    gone = sorted(next(iter(duals)))[0]
    after = replace(
        instance,
        offers=tuple(offer for offer in instance.offers[::-1] if offer.id != gone),
        requests=tuple(request for request in instance.requests[::-1] if request.id != gone),
    )
    tables = build_tables(after)
    pairs, carried_rows = feasible_pairs(tables), build_rows(after, tables)
    kept = keep(instance, rows, feasible_pairs(build_tables(instance)), cutting.start._replace(dual=dual))
    start = carry(kept, after).start(after, tables, pairs, carried_rows)
    ids = [trip.id for trip in after.trips]
    carried_rows = carried_rows._replace(cuts=start.cuts)
    assert {
        frozenset(ids[n] for n in three): d
        for three, d in zip(start.cuts.tolist(), start.dual[carried_rows.cut_rows], strict=True)
    } == {cut_: d for cut_, d in duals.items() if gone not in cut_}
    found = generate(
        start, start.columns, carried_rows, Pricer(tables, pairs, start.shared, 6), unlimited, lambda *_: None
    )
    assert found.rows.cuts.tolist() == start.cuts.tolist()
    assert found.bound >= solve(after).score


@pytest.mark.parametrize("seed", range(3))
def test_bound_with_cuts_holds_where_a_car_is_committed(seed: int) -> None:
    instance = crowd(seed, 6, 9, rules=False)
    first, *others = instance.offers
    held = next(match for match in solve(instance).matches if match.offer == first.id).requests[:2]
    instance = replace(instance, offers=(replace(first, committed=held), *others))
    cutting = cut(instance)
    assert cutting is not None
    assert cutting.after.bound >= solve(instance).score


def test_points_of_one_worth_that_break_cuts_in_turn_come_to_an_end() -> None:
    kept = json.loads((Path(__file__).parent / "cuts_in_turn.json").read_text())
    columns = np.array(kept["columns"])
    groups = np.array(kept["offer_group"]), np.array(kept["request_group"])
    rows = Rows(
        len(groups[0]), len(groups[1]), *groups, kept["groups"], np.empty((0, 2), np.int64),
        np.zeros(len(groups[0]), np.bool_), np.empty((0, 3), np.int64),
    )  # fmt: skip
    looks = iter(range(100))

    def left() -> float:
        assert next(looks, None) is not None, "it goes on and on"
        return float("inf")

    relaxed = Relaxed(rows, columns)
    point = cutting._cut_off(relaxed, left)
    assert point is not None
    assert len(broken_cuts(columns, point.x, rows.offers)) == 0
    assert np.all(point.dual[relaxed.rows.cut_rows] >= 0)
    from_nothing_ = Relaxed(relaxed.rows, columns).solve(float("inf"))
    assert from_nothing_ is not None
    assert columns[:, 1] @ point.x == pytest.approx(columns[:, 1] @ from_nothing_.x)


@given(st.integers(0, 2**32))
@settings(SETTINGS, max_examples=100)
def test_points_found_one_after_the_other_are_worth_what_those_found_from_nothing_are(seed: int) -> None:
    chance = np.random.default_rng(seed)
    cars, riders = 4, 7
    drawn = np.array([column(chance.integers(cars), *chance.choice(riders, 3, replace=False)) for _ in range(40)])
    drawn[:, 1] = chance.integers(1, 1_000, len(drawn))
    alone = np.full(cars, -1), np.full(riders, -1)
    rows = Rows(cars, riders, *alone, 0, np.array([[0, 1]]), np.zeros(cars, np.bool_))
    relaxed = Relaxed(rows, drawn[:10])
    for more in (drawn[10:12], drawn[:0], drawn[5:25], drawn):
        for _ in range(20):
            point = relaxed.solve(float("inf"))
            afresh = Relaxed(relaxed.rows, relaxed.columns).solve(float("inf"))
            assert point is not None
            assert afresh is not None
            assert relaxed.columns[:, 1] @ point.x == pytest.approx(relaxed.columns[:, 1] @ afresh.x)
            if not relaxed.add_cuts(broken_cuts(relaxed.columns, point.x, cars)):
                break
        left = relaxed.drop_idle(point)
        assert len(left.dual) == relaxed.rows.size
        relaxed.add_columns(more)
    assert {*map(tuple, relaxed.columns.tolist())} == {*map(tuple, drawn.tolist())}
