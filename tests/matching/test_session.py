"""A session's plans against plans from nothing, through batches in which trips come, go and change."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from loadtests.bench_session import change
from matching import (
    CommitmentBroken,
    Crowfly,
    Instance,
    MeetingPoint,
    Offer,
    Place,
    Request,
    Session,
    UnknownTrip,
    check,
    core,
    instance_from_json,
    solve,
)
from matching import kept as kept_module
from matching.candidates import feasible_pairs
from matching.kept import carry
from matching.search import Search
from matching.tables import build_tables
from tests.matching.drawing import instances
from tests.shared_files import load_module

TOO_FEW = ((1, 0),)  # as the columns of 10,000 trips are more than are packed
SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large]


@st.composite
def batches(draw: st.DrawFn) -> list[Instance]:
    """Draw instances that share trips: each takes some of the trips and the rules of one, the rest of another."""
    drawn = [draw(instances(offers=3, requests=4)) for _ in range(2)]
    found = [drawn[0]]
    for _ in range(draw(st.integers(1, 3))):
        found.append(draw(_next(found[-1], drawn[draw(st.integers(0, 1))])))
    return found


@st.composite
def _next(draw: st.DrawFn, before: Instance, other: Instance) -> Instance:
    trips = {trip.id: trip for trip in before.trips}
    others = {trip.id: trip for trip in other.trips}
    for id_ in sorted(trips.keys() | others.keys()):
        fate = draw(st.sampled_from(["stays", "stays", "goes", "changes"]))
        if fate == "goes":
            trips.pop(id_, None)
        elif fate == "changes" and id_ in others:
            trips[id_] = others[id_]
    requests = [trip for trip in trips.values() if isinstance(trip, Request)]
    known = {request.id for request in requests}
    requests = [r if r.return_of in known else replace(r, return_of=None) for r in requests]
    offers = [trip for trip in trips.values() if isinstance(trip, Offer)]
    offers = [replace(o, committed=tuple(r for r in o.committed if r in known)) for o in offers]
    if draw(st.booleans()):
        offers, requests = offers[::-1], requests[::-1]
    homes = [r for o in offers for r in o.committed]
    if len(set(homes)) < len(homes):
        offers = [replace(o, committed=()) for o in offers]
    rules = draw(st.sampled_from([before, before, other]))
    return Instance(
        tuple(offers), tuple(requests), rules.travel, rules.boarding_s, rules.rider_value_s, rules.meeting_points,
        frozenset(pair for pair in draw(st.sampled_from([before, other])).excluded if trips.keys() >= set(pair)),
        {pair: b for pair, b in draw(st.sampled_from([before, other])).bonuses.items() if trips.keys() >= set(pair)},
    )  # fmt: skip


@settings(max_examples=80, deadline=None, suppress_health_check=SLOW)
@given(batches())
def test_each_plan_of_a_session_is_the_best_and_says_so(drawn: list[Instance]) -> None:
    each_plan_is_the_best(drawn)


@settings(max_examples=40, deadline=None, suppress_health_check=SLOW)
@given(batches())
def test_each_plan_is_the_best_where_columns_are_too_many_to_pack_them_around_the_plan(drawn: list[Instance]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(core, "_AROUND", TOO_FEW)
        each_plan_is_the_best(drawn)


def test_a_next_batch_of_too_many_columns_is_planned_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(core, "_AROUND", TOO_FEW)
    planned, improve = [], Search.improve

    def look(search: Search, *how: Any) -> None:
        planned.append(int(search.best.chosen[:, 1].sum()))
        improve(search, *how)

    draw = load_module("make_instance").draw
    day, other = (instance_from_json(draw(800, seed, "amsterdam")) for seed in (1, 2))
    session = Session(day)
    session.solve()
    monkeypatch.setattr(Search, "improve", look)
    change(session, other, 0.1)
    plan = session.solve()
    assert min([*planned, plan.score]) > 0.99 * plan.score  # nothing was left to improve, or little


def each_plan_is_the_best(drawn: list[Instance]) -> None:
    session = Session()
    for instance in drawn:
        try:
            expected = solve(instance)
        except CommitmentBroken:
            with pytest.raises(CommitmentBroken):
                session.solve(instance)
            continue
        plan = session.solve(instance)
        assert check(instance, plan) == []
        assert plan.score == plan.bound == expected.score


def test_prices_that_the_program_does_not_hold_back_do_no_harm_to_the_next_batch() -> None:
    session = Session()
    for document in json.loads((Path(__file__).parent / "prices_without_end.json").read_text()):
        instance = instance_from_json(document)
        plan = session.solve(instance)
        assert plan.score == plan.bound == solve(instance).score


@settings(max_examples=80, deadline=None, suppress_health_check=SLOW)
@given(batches())
def test_the_pairs_taken_over_and_those_found_are_all_pairs(drawn: list[Instance]) -> None:
    session = Session()
    for before, instance in pairwise(drawn):
        try:
            session.solve(before)
        except CommitmentBroken:
            continue
        assert_all_pairs_are_found(session, instance)


def assert_all_pairs_are_found(session: Session, instance: Instance) -> None:
    assert session._kept is not None
    tables = build_tables(instance)
    pairs = feasible_pairs(tables, known=carry(session._kept, instance).pairs(instance))
    assert np.array_equal(pairs.rows, feasible_pairs(tables).rows)


HERE, THERE, OFF = Place(lat=52.30, lon=4.86), Place(lat=52.37, lon=4.90), Place(lat=52.305, lon=4.862)


def driver(id_: str = "o1", **changes: Any) -> Offer:
    usual = {"earliest_departure": 0, "latest_arrival": 7200, "seats": 2, "max_detour_s": 1800}
    return Offer(id_, HERE, THERE, **usual | changes)


def rider(id_: str, **changes: Any) -> Request:
    return Request(id_, OFF, THERE, **{"earliest_departure": 0, "latest_arrival": 7200} | changes)


FULL = Instance((driver(), driver("o2")), (rider("r1"), rider("r2"), rider("r3")), Crowfly())


@pytest.mark.parametrize(
    "changed",
    [
        replace(FULL, excluded=frozenset({("r1", "r2")})),
        replace(FULL, excluded=frozenset({("o1", "r1"), ("o2", "r1")})),
        replace(FULL, bonuses={("o1", "r3"): -9000, ("o2", "r3"): -9000}),
        replace(FULL, bonuses={("o1", "r3"): 500}),
        replace(FULL, boarding_s=400),
        replace(FULL, rider_value_s=100),
        replace(FULL, travel=Crowfly(speed_kmh=20.0)),
        replace(FULL, meeting_points=(MeetingPoint("m1", Place(lat=52.304, lon=4.861)),)),
        replace(FULL, offers=(driver(seats=1), driver("o2", seats=1))),
        replace(FULL, offers=(driver(committed=("r3",)), driver("o2"))),
        replace(FULL, offers=(driver(latest_arrival=600), driver("o2"))),
        replace(FULL, offers=(driver(max_detour_s=0), driver("o2"))),
        replace(FULL, requests=(rider("r1", latest_arrival=600), rider("r2"), rider("r3"))),
        replace(FULL, requests=(rider("r1", seats=2), rider("r2", seats=2), rider("r3", seats=2))),
        replace(FULL, requests=(rider("r1"), rider("r2", return_of="r1"), rider("r3", either="e"))),
        replace(FULL, requests=(rider("r1", requires=frozenset("a"), traits=frozenset("a")), rider("r2"))),
        replace(FULL, requests=(rider("r3"), rider("r2"), rider("r1", priority_s=60))),
    ],
)
def test_what_changes_under_the_same_ids_is_seen_and_seen_again_when_it_is_undone(changed: Instance) -> None:
    session = Session()
    session.solve(FULL)
    for instance in (changed, FULL):
        assert_all_pairs_are_found(session, instance)
        plan = session.solve(instance)
        assert check(instance, plan) == []
        assert plan.score == plan.bound == solve(instance).score


def test_a_session_can_be_told_of_trips_one_by_one() -> None:
    session = Session(replace(FULL, excluded=frozenset({("r1", "r2")}), bonuses={("o1", "r3"): 50}))
    session.solve()
    session.update([rider("r4"), driver(seats=3)], ["o2", "r1", "r3"])
    assert session.instance == Instance((driver(seats=3),), (rider("r2"), rider("r4")))
    assert session.solve().score == solve(session.instance).score


def test_a_trip_that_is_not_there_is_named_and_nothing_changes() -> None:
    start = replace(FULL, offers=(driver(committed=("r1",)),), requests=(rider("r1"), rider("r2", return_of="r1")))
    session = Session(start)
    for added, removed, trip in (([], ["r9"], "r9"), ([], ["r1"], "r1"), ([rider("r5", return_of="r6")], [], "r6")):
        with pytest.raises(UnknownTrip) as raised:
            session.update(added, removed)
        assert raised.value.trip == trip
        assert session.instance == start


def test_a_run_that_fails_leaves_nothing_behind() -> None:
    session = Session()
    session.solve(FULL)
    with pytest.raises(CommitmentBroken):
        session.solve(replace(FULL, offers=(driver(committed=("r1",), max_detour_s=0),)))
    assert session.solve(FULL).score == solve(FULL).score


def test_what_is_kept_is_bounded_and_plans_do_not_depend_on_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept_module, "MOST_COLUMNS", 2)
    monkeypatch.setattr(kept_module, "MOST_PAIRS", 3)
    session = Session()
    for instance in (FULL, replace(FULL, requests=FULL.requests[1:]), FULL):
        assert session.solve(instance).score == solve(instance).score
        assert session._kept is not None
        assert np.bincount(session._kept.end.columns[:, 0]).max() <= 2
        assert len(session._kept.end.shared.least_s) <= 3
