"""A board of trips that come and go answers what the matcher's candidates and the referee say."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from hypothesis import example, given
from hypothesis import strategies as st

from matching import Board, Crowfly, Instance, Match, MeetingPoint, Offer, Place, Request, carry_all, stricter
from matching.candidates import feasible_pairs
from matching.tables import build_tables
from tests.matching.drawing import SETTINGS, instances

ROOM_S = 240
_COARSE = 0.004  # degrees that places are off at most, on each axis: 240 s of driving are not less


def alone(instance: Instance) -> Instance:
    """Return the trips as a board takes them: nobody has ties, requirements or meeting points to walk to."""
    nobody = {"either": None, "traits": frozenset(), "requires": frozenset()}
    return replace(
        instance, meeting_points=(), excluded=frozenset(), bonuses={},
        offers=tuple(replace(offer, committed=(), **nobody) for offer in instance.offers),
        requests=tuple(replace(request, return_of=None, **nobody) for request in instance.requests),
    )  # fmt: skip


def board_of(instance: Instance) -> Board:
    board = Board(instance.travel, instance.boarding_s)
    for trip in instance.trips:
        board.put(trip)
    return board


def pairs_of(instance: Instance) -> dict[tuple[str, str], int]:
    rows = feasible_pairs(build_tables(instance)).rows.tolist()
    return {(instance.offers[row[0]].id, instance.requests[row[1]].id): row[2] for row in rows}


def two(instance: Instance, offer: Offer, *requests: Request) -> Instance:
    return replace(instance, offers=(offer,), requests=requests)


@SETTINGS
@given(instances(offers=4, requests=6), st.data())
def test_a_board_finds_the_pairs_of_the_matcher_whoever_came_and_went(drawn: Instance, data: st.DataObject) -> None:
    instance = alone(drawn)
    board = board_of(instance)
    gone = data.draw(st.sets(st.sampled_from([trip.id for trip in instance.trips]))) if instance.trips else set()
    for id_ in sorted(gone):
        board.drop(id_)
    again = data.draw(st.sets(st.sampled_from(sorted(gone)))) if gone else set()
    for trip in instance.trips:
        if trip.id in again:
            board.put(trip)
    here = {trip.id for trip in instance.trips} - (gone - again)
    assert len(board) == len(here)
    pairs = pairs_of(instance)
    for offer in instance.offers:
        expected = {r: extra for (o, r), extra in pairs.items() if o == offer.id and r in here}
        assert board.fits(offer, 0) == expected
    for request in instance.requests:
        expected = {o: extra for (o, r), extra in pairs.items() if r == request.id and o in here}
        assert board.fits(request, 0) == expected


@SETTINGS
@given(instances(offers=3, requests=4), st.integers(0, 2400))
def test_a_request_that_looks_may_walk_to_meeting_points(drawn: Instance, soonest_s: int) -> None:
    instance = replace(alone(drawn), meeting_points=drawn.meeting_points)
    board = Board(instance.travel, instance.boarding_s, instance.meeting_points)
    for trip in instance.trips:
        board.put(trip)
    offers = tuple(replace(o, earliest_departure=max(o.earliest_departure, soonest_s)) for o in instance.offers)
    for request in instance.requests:
        later = replace(request, earliest_departure=max(request.earliest_departure, soonest_s))
        pairs = pairs_of(replace(instance, offers=offers, requests=(later,)))
        assert board.fits(request, soonest_s) == {offer: extra for (offer, _), extra in pairs.items()}
        assert board.fits(replace(request, max_walk_m=0), soonest_s).keys() <= {offer for offer, _ in pairs}


def test_who_is_too_far_from_the_road_fits_by_walking_to_it() -> None:
    board = Board(Crowfly(), 0, [MeetingPoint("p", Place(52.32, 4.8))])
    board.put(Offer("o", Place(52.3, 4.8), Place(52.4, 4.8), 0, 3600, 3, 4))
    rider = Request("r", Place(52.32, 4.805), Place(52.38, 4.8), 0, 3600, max_walk_m=600)
    assert board.fits(rider, 0) == {"o": 2}
    assert board.fits(replace(rider, max_walk_m=400), 0) == {}


@SETTINGS
@given(instances(offers=3, requests=4), st.integers(0, 2400))
def test_nobody_leaves_before_the_soonest(drawn: Instance, soonest_s: int) -> None:
    instance = alone(drawn)
    later = replace(
        instance,
        offers=tuple(replace(o, earliest_departure=max(o.earliest_departure, soonest_s)) for o in instance.offers),
        requests=tuple(replace(r, earliest_departure=max(r.earliest_departure, soonest_s)) for r in instance.requests),
    )
    pairs = pairs_of(later)
    board = board_of(instance)
    for request in instance.requests:
        assert {(id_, request.id) for id_ in board.fits(request, soonest_s)} == {p for p in pairs if p[1] == request.id}


@SETTINGS
@given(instances(offers=3, requests=4))
def test_each_rule_that_does_not_count_lets_more_fit(drawn: Instance) -> None:
    instance = alone(drawn)
    board = board_of(instance)
    for trip in instance.trips:
        fitting = [set(board.fits(trip, 0, without=rules)) for rules in ((), (6,), (6, 5), (6, 5, 3), (6, 5, 3, 4))]
        assert all(few <= more for few, more in pairwise(fitting))
        seated = {
            other.id for other in instance.trips
            if type(other) is not type(trip) and (
                other.seats <= trip.seats if isinstance(trip, Offer) else other.seats >= trip.seats
            )
        }  # fmt: skip
        assert fitting[-1] == seated


@SETTINGS
@given(instances(offers=2, requests=3))
def test_a_car_that_can_be_carried_is_one_that_the_referee_passes_and_only_such(drawn: Instance) -> None:
    instance = alone(drawn)
    pairs = pairs_of(instance)
    for offer in instance.offers:
        for request in instance.requests:
            car = carry_all(two(instance, offer, request))
            assert (car is not None) == ((offer.id, request.id) in pairs)
            if isinstance(car, Match):
                direct_s = instance.travel.seconds(request.origin, request.destination)
                assert direct_s - car.saved_s == pairs[offer.id, request.id]


def moved(place: Place, north: float, east: float) -> Place:
    return Place(lat=place.lat + north * _COARSE / 4, lon=place.lon + east * _COARSE / 4)


@SETTINGS
@given(instances(offers=2, requests=3), st.lists(st.floats(-1, 1), min_size=8, max_size=8))
@example(
    Instance(
        (Offer("o", Place(52.3, 4.8), Place(52.4, 4.8), 0, 3600, 3, 900),),
        (Request("r", Place(52.32, 4.8), Place(52.38, 4.8), 0, 3600),), Crowfly(),
    ),
    [1.0, -1.0, -1.0, 1.0, 1.0, 1.0, -1.0, -1.0],
)  # fmt: skip
def test_what_fits_with_room_to_spare_fits_wherever_near_the_others_are(drawn: Instance, off: list[float]) -> None:
    instance = alone(drawn)
    board = board_of(instance)
    for request in instance.requests:
        for id_ in board.fits(request, 0, stricter_s=ROOM_S):
            (offer,) = (offer for offer in instance.offers if offer.id == id_)
            assert carry_all(two(instance, stricter(offer, ROOM_S), stricter(request, ROOM_S))) is not None
            there = replace(
                offer, origin=moved(offer.origin, *off[:2]), destination=moved(offer.destination, *off[2:4])
            )  # fmt: skip
            assert carry_all(two(instance, there, request)) is not None
    for offer in instance.offers:
        for id_ in board.fits(offer, 0, stricter_s=ROOM_S):
            (request,) = (request for request in instance.requests if request.id == id_)
            there = replace(
                request, origin=moved(request.origin, *off[4:6]), destination=moved(request.destination, *off[6:])
            )  # fmt: skip
            assert carry_all(two(instance, offer, there)) is not None
