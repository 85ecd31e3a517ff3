"""The times of a car that somebody leaves or is late for, held against the referee of the matching problem."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from matching import Crowfly, Instance, Match, Offer, Place, Plan, Request, Stop, check, solve
from service.clock import from_ms
from service.model.matches import Call
from service.usecases.timetable import delayed, without

BEGIN, BOARDING_S = 1_804_000_000, 45
TRAVEL = Crowfly()


def spot(draw: st.DrawFn) -> Place:
    return Place(draw(st.floats(52.30, 52.37)), draw(st.floats(4.86, 4.90)))


@st.composite
def cars(draw: st.DrawFn) -> tuple[Instance, Match]:
    """Return a car of two riders or more that the engine has made, with its instance."""
    offer = Offer("o", Place(52.30, 4.86), Place(52.37, 4.90), BEGIN, BEGIN + draw(st.integers(3600, 7200)), 4, 3600)
    requests = []
    for n in range(draw(st.integers(2, 4))):
        window = {"earliest_departure": BEGIN + draw(st.integers(0, 1200)), "latest_arrival": BEGIN + 7200}
        requests.append(Request(f"r{n}", spot(draw), spot(draw), **window))
    instance = Instance((offer,), tuple(requests), travel=TRAVEL, boarding_s=BOARDING_S)
    matches = solve(instance).matches
    assume(matches and len(matches[0].requests) > 1)
    return instance, matches[0]


def drive(a: Call, b: Call) -> int:
    return TRAVEL.seconds(Place(a.lat, a.lon), Place(b.lat, b.lon))


def calls(match: Match) -> tuple[Call, ...]:
    return tuple(Call(s.kind, from_ms(s.at * 1000), s.place.lat, s.place.lon, s.request) for s in match.stops)


def faults(instance: Instance, stops: tuple[Call, ...]) -> list[str]:
    """Return which rules a car with these stops breaks, whatever its figures say."""
    own = tuple(Stop(c.kind, int(c.at.timestamp()), Place(c.lat, c.lon), c.request_id) for c in stops)
    riders = tuple(dict.fromkeys(stop.request for stop in own if stop.request is not None))
    found = check(instance, Plan((Match("o", riders, own, 0, 0),), 0, 10**9, "complete"))
    return [fault for fault in found if "rule" in fault]


@settings(max_examples=40, deadline=None)
@given(cars(), st.integers(0, 3), st.booleans())
def test_whoever_leaves_the_others_keep_their_times_and_the_car_its_rules(
    car: tuple[Instance, Match], which: int, departed: bool
) -> None:
    instance, match = car
    gone = match.requests[which % len(match.requests)]
    before = calls(match)
    after = without(before, gone, drive, BOARDING_S, departed=departed)
    assert after[1:-1] == tuple(stop for stop in before[1:-1] if stop.request_id != gone)
    assert faults(instance, after) == []
    assert after[-1].at <= before[-1].at
    assert after[0].at == before[0].at if departed else after[0].at >= before[0].at


@settings(max_examples=40, deadline=None)
@given(cars(), st.integers(0, 8), st.integers(1, 3600))
def test_no_stop_is_earlier_or_later_by_more_than_the_delay_and_each_can_be_reached(
    car: tuple[Instance, Match], which: int, delay_s: int
) -> None:
    instance, match = car
    before = calls(match)
    late = which % len(before)
    after = delayed(before, late, delay_s, drive, BOARDING_S)
    shifts = [(b.at - a.at).total_seconds() for a, b in zip(before, after, strict=True)]
    assert shifts[:late] == [0] * late
    assert shifts[late] == delay_s
    assert all(0 <= shift <= delay_s for shift in shifts)
    assert not [fault for fault in faults(instance, after) if "before the car can be there" in fault]


def test_a_wait_makes_good_for_a_delay() -> None:
    at = datetime.fromisoformat("2027-03-01T06:00:00+00:00")
    here = Call("depart", at, 52.3, 4.86)
    wait = replace(here, kind="pickup", request_id="r", at=at + timedelta(seconds=600))
    end = replace(here, kind="arrive", at=at + timedelta(seconds=645))
    after = delayed((here, wait, end), 0, 700, drive, BOARDING_S)
    assert [(b.at - a.at).total_seconds() for a, b in zip((here, wait, end), after, strict=True)] == [700, 100, 100]
