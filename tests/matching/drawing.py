"""Small, dense instances that hypothesis draws: every rule is there, and many cars are just about feasible."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from matching import Crowfly, Instance, MeetingPoint, Offer, Place, Request

TRAITS = ("a", "b", "c")


@st.composite
def places(draw: st.DrawFn, size: int = 8) -> Place:
    """A point on a coarse grid of about ``size`` km, so that places coincide now and then."""
    return Place(lat=52.3 + 0.009 * draw(st.integers(0, size)), lon=4.8 + 0.015 * draw(st.integers(0, size)))


@st.composite
def people(draw: st.DrawFn) -> dict[str, Any]:
    traits = draw(st.frozensets(st.sampled_from(TRAITS)))
    asked = draw(st.frozensets(st.sampled_from(TRAITS), max_size=1)) if draw(st.integers(0, 3)) == 0 else frozenset()
    return {"traits": traits, "requires": asked & traits}


@st.composite
def windows(draw: st.DrawFn) -> dict[str, int]:
    earliest = draw(st.integers(0, 20)) * 60
    return {"earliest_departure": earliest, "latest_arrival": earliest + draw(st.integers(10, 60)) * 60}


@st.composite
def instances(draw: st.DrawFn, offers: int = 3, requests: int = 4, most_seats: int = 4) -> Instance:
    """Draw an instance of up to that many trips."""
    riders = tuple(draw(_request(n)) for n in range(draw(st.integers(0, requests))))
    drivers = tuple(draw(_offer(n, most_seats)) for n in range(draw(st.integers(0, offers))))
    drivers, riders = _eithers(draw, drivers, riders)
    riders = _returns(draw, riders)
    drivers = _commit(draw, drivers, riders)
    ids = [trip.id for trip in (*drivers, *riders)]
    pairs = [(o.id, r.id) for o in drivers for r in riders]
    return Instance(
        offers=drivers,
        requests=riders,
        travel=Crowfly(),
        boarding_s=draw(st.sampled_from([0, 45, 45])),
        rider_value_s=draw(st.sampled_from([3600, 300])),
        meeting_points=tuple(MeetingPoint(f"m{n}", draw(places())) for n in range(draw(st.integers(0, 2)))),
        excluded=draw(st.frozensets(st.permutations(ids).map(lambda order: (order[0], order[1])), max_size=1))
        if len(ids) > 1
        else frozenset(),
        bonuses=draw(st.dictionaries(st.sampled_from(pairs), st.integers(-2000, 2000), max_size=3)) if pairs else {},
    )


@st.composite
def _offer(draw: st.DrawFn, n: int, most_seats: int) -> Offer:
    return Offer(
        id=f"o{n}",
        origin=draw(places()),
        destination=draw(places()),
        seats=draw(st.integers(1, most_seats)),
        max_detour_s=draw(st.integers(0, 30)) * 60,
        **draw(windows()),
        **draw(people()),
    )


@st.composite
def _request(draw: st.DrawFn, n: int) -> Request:
    window = draw(windows())
    return Request(
        id=f"r{n}",
        origin=draw(places()),
        destination=draw(places()),
        seats=draw(st.sampled_from([1, 1, 1, 2])),
        max_ride_s=draw(st.none() | st.integers(5, 30).map(lambda minutes: minutes * 60)),
        max_walk_m=draw(st.sampled_from([0, 0, 1500])),
        latest_pickup=window["earliest_departure"] + 600 if draw(st.integers(0, 3)) == 0 else None,
        priority_s=draw(st.sampled_from([0, 0, 1800])),
        **window,
        **draw(people()),
    )


def _changed(trip: Any, **changes: Any) -> Any:
    return replace(trip, **changes)


def _eithers(draw: st.DrawFn, drivers: tuple[Offer, ...], riders: tuple[Request, ...]) -> tuple[Any, Any]:
    if drivers and riders and draw(st.booleans()):
        drivers = (_changed(drivers[0], either="e"), *drivers[1:])
        riders = (*riders[:-1], _changed(riders[-1], either="e"))
    return drivers, riders


def _returns(draw: st.DrawFn, riders: tuple[Request, ...]) -> tuple[Request, ...]:
    if len(riders) > 1 and draw(st.booleans()):
        return (_changed(riders[0], return_of=riders[1].id), *riders[1:])
    return riders


def _commit(draw: st.DrawFn, drivers: tuple[Offer, ...], riders: tuple[Request, ...]) -> tuple[Offer, ...]:
    if drivers and riders and draw(st.integers(0, 3)) == 0:
        rider = draw(st.sampled_from(riders))
        return (*drivers[:-1], _changed(drivers[-1], committed=(rider.id,)))
    return drivers
