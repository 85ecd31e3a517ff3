"""What is answered from coarse places holds for the exact ones: journeys that are certain, and changes that help."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from matching import Board, Crowfly, Instance, Offer, Place, Request, carry_all, stricter
from service.model.trips import DRAFTS, Kind, Trip
from service.usecases.explaining import explained
from service.usecases.journeys import best_journeys
from service.usecases.picture import MAKE, Look, Picture
from service.usecases.visibility import COARSE_DEG, coarse

START = datetime(2027, 3, 1, 6, 0, tzinfo=UTC)
SOON_S = int(START.timestamp()) - 3600
NOW = START - timedelta(hours=1)
SETTINGS = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])


@st.composite
def spots(draw: st.DrawFn) -> dict[str, float]:
    return {"lat": draw(st.floats(52.3, 52.36)), "lon": draw(st.floats(4.85, 4.95))}


@st.composite
def trips(draw: st.DrawFn, kind: Kind, number: int) -> Trip:
    leaves = START + timedelta(minutes=draw(st.integers(0, 30)))
    body: dict[str, Any] = {
        "commuter_id": f"{kind}{number}", "origin": draw(spots()), "destination": draw(spots()),
        "earliest_departure": leaves, "latest_arrival": leaves + timedelta(minutes=draw(st.integers(15, 60))),
        "seats": draw(st.integers(1, 3)),
    }  # fmt: skip
    if kind == "offer":
        body["max_detour_s"] = draw(st.integers(0, 1200))
    else:
        body["max_ride_s"] = draw(st.none() | st.integers(300, 1800))
    draft = DRAFTS[kind].model_validate(body)
    return Trip(f"{kind}-{number}", kind, "par_1", "open", 1, NOW, 0, draft, NOW)


@st.composite
def scenes(draw: st.DrawFn) -> tuple[Trip, list[Trip]]:
    """One who asks, and trips of the other kind."""
    kinds: list[Kind] = draw(st.permutations(["offer", "request"]))
    return draw(trips(kinds[0], 0)), [draw(trips(kinds[1], n)) for n in range(1, draw(st.integers(2, 7)))]


def picture_of(others: list[Trip]) -> Picture:
    travel = Crowfly()
    picture = Picture(travel, 45, 3600, Board(travel, 45), Board(travel, 45))
    for trip in others:
        picture.put_trip(trip)
    return picture


def fit_exactly(one: Offer | Request, other: Offer | Request) -> bool:
    offer, request = (one, other) if isinstance(one, Offer) else (other, one)
    assert isinstance(offer, Offer)
    assert isinstance(request, Request)
    return carry_all(Instance((offer,), (request,))) is not None


@SETTINGS
@given(scenes())
def test_a_certain_journey_is_a_match_at_the_exact_places(scene: tuple[Trip, list[Trip]]) -> None:
    asks, others = scene
    exact = {trip.id: MAKE.record(trip) for trip in others}
    look = Look(MAKE.record(asks), frozenset(), None, SOON_S)
    found = best_journeys(picture_of(others), look, limit=10)
    for journey in found:
        if journey.certain:
            assert fit_exactly(look.asked, exact[journey.other.trip.id])
    assert [j.saved_s for j in found] == sorted((j.saved_s for j in found), reverse=True)
    roomy = {id_ for id_, trip in exact.items() if surely_fits(look.asked, trip)}
    assert roomy <= {journey.other.trip.id for journey in found}


def surely_fits(asked: Offer | Request, other: Offer | Request) -> bool:
    room_s = picture_of([]).room_s
    return fit_exactly(stricter(asked, room_s), stricter(other, room_s))


@SETTINGS
@given(scenes())
def test_every_change_that_is_named_makes_somebody_fit_at_the_exact_places(scene: tuple[Trip, list[Trip]]) -> None:
    asks, others = scene
    exact = [MAKE.record(trip) for trip in others]
    look = Look(MAKE.record(asks), frozenset(), None, SOON_S)
    found = explained(picture_of(others), look)
    assert sum(found.ruled_out.values()) + len(found.possible) == found.counterparts == len(others)
    for change in found.changes:
        changed = replace(look.asked, **{change.field: change.value})  # type: ignore[arg-type]
        assert sum(fit_exactly(changed, trip) for trip in exact) >= change.counterparts > 0


@given(st.floats(-89, 89), st.floats(-179.9, 179.9))
def test_no_place_is_farther_from_its_coarse_one_than_is_reckoned_with(lat: float, lon: float) -> None:
    near = coarse(lat, lon)
    straight = Crowfly(circuity=1.0)
    most_m = straight.metres(Place(0.0, 0.0), Place(COARSE_DEG, 0.0))
    assert straight.metres(Place(lat, lon), Place(*near)) <= most_m


@SETTINGS
@given(scenes(), st.lists(st.floats(-1, 1), min_size=4, max_size=4))
def test_answers_depend_on_cells_alone(scene: tuple[Trip, list[Trip]], off: list[float]) -> None:
    asks, others = scene
    look = Look(MAKE.record(asks), frozenset(), None, SOON_S)
    answers = []
    for moves in ([0.0] * 4, off):
        shifted = [within_cell(trip, moves) for trip in others]
        picture = picture_of(shifted)
        answers.append((explained(picture, look), [j.other for j in best_journeys(picture, look, limit=10)]))
    assert answers[0] == answers[1]


def within_cell(trip: Trip, off: list[float]) -> Trip:
    """Return a trip whose ends lie elsewhere in their cells."""
    ends = {}
    for end, (north, east) in (("origin", off[:2]), ("destination", off[2:])):
        spot = getattr(trip.draft, end)
        middle = coarse(spot.lat, spot.lon)
        moved = {"lat": middle[0] + north * 0.0022, "lon": middle[1] + east * 0.0035}
        ends[end] = spot.model_copy(update=moved)
    return replace(trip, draft=trip.draft.model_copy(update=ends))
