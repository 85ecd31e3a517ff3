"""Small, dense instances that hypothesis draws: every rule is there, and many cars are just about feasible."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from matching import Crowfly, Instance, MeetingPoint, Offer, Place, Request

TRAITS = ("a", "b", "c")
Places = st.SearchStrategy[Place]
SETTINGS = settings(
    deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
)


@st.composite
def places(draw: st.DrawFn, size: int = 8) -> Place:
    """A point on a coarse grid of about ``size`` km, so that places coincide now and then."""
    return Place(lat=52.3 + 0.009 * draw(st.integers(0, size)), lon=4.8 + 0.015 * draw(st.integers(0, size)))


@st.composite
def edges_of_the_map(draw: st.DrawFn) -> Place:
    """A point on a grid of kilometres over the date line, over a pole, or in a city far from both."""
    east, north = draw(st.integers(-4, 4)), draw(st.integers(-4, 4))
    corner = draw(st.sampled_from(["date line", "north pole", "south pole", "city"]))
    if corner == "date line":
        lon = 180 + 0.009 * east
        return Place(lat=0.009 * north, lon=lon - 360 if lon > 180 else lon)
    if corner == "city":
        return Place(lat=52.3 + 0.009 * north, lon=4.8 + 0.015 * east)
    lat = 90 - 0.009 * abs(north)
    return Place(
        lat=lat if corner == "north pole" else -lat, lon=draw(st.sampled_from([-180.0, -90.0, 0.0, 90.0, 180.0]))
    )


@st.composite
def people(draw: st.DrawFn) -> dict[str, Any]:
    traits = draw(st.frozensets(st.sampled_from(TRAITS)))
    asked = draw(st.frozensets(st.sampled_from(TRAITS), max_size=1)) if draw(st.integers(0, 3)) == 0 else frozenset()
    return {"traits": traits, "requires": asked & traits}


@st.composite
def windows(draw: st.DrawFn, least_min: int = 10, most_min: int = 60) -> dict[str, Any]:
    earliest = draw(st.integers(0, 20)) * 60
    return {"earliest_departure": earliest, "latest_arrival": earliest + draw(st.integers(least_min, most_min)) * 60}


@st.composite
def instances(
    draw: st.DrawFn,
    offers: int = 3,
    requests: int = 4,
    most_seats: int = 4,
    *,
    anywhere: Places | None = None,
    patient: bool = False,
) -> Instance:
    """Draw up to that many trips, at least half of them, at places ``anywhere``; who is patient shares with many."""
    if anywhere is None:
        anywhere = places(draw(st.sampled_from([2, 4, 8])))
    riders = tuple(draw(_request(n, anywhere, patient)) for n in range(draw(st.integers(requests // 2, requests))))
    drivers = tuple(
        draw(_offer(n, anywhere, most_seats, patient)) for n in range(draw(st.integers(offers // 2, offers)))
    )
    drivers, riders = _eithers(draw, drivers, riders)
    riders = _returns(draw, riders)
    drivers = _commit(draw, drivers, riders)
    trips: list[Offer | Request] = [*drivers, *riders]
    ids = [trip.id for trip in trips]
    pairs = [(o.id, r.id) for o in drivers for r in riders]
    return Instance(
        offers=drivers,
        requests=riders,
        travel=Crowfly(),
        boarding_s=draw(st.sampled_from([0, 45, 45])),
        rider_value_s=draw(st.sampled_from([3600, 300])),
        meeting_points=tuple(MeetingPoint(f"m{n}", draw(anywhere)) for n in range(draw(st.integers(0, 2)))),
        excluded=draw(st.frozensets(st.permutations(ids).map(lambda order: (order[0], order[1])), max_size=2))
        if len(ids) > 1
        else frozenset(),
        bonuses=draw(st.dictionaries(st.sampled_from(pairs), st.integers(-2000, 2000), max_size=3)) if pairs else {},
    )


@st.composite
def _offer(draw: st.DrawFn, n: int, anywhere: Places, most_seats: int, patient: bool) -> Offer:
    return Offer(
        id=f"o{n}",
        origin=draw(anywhere),
        destination=draw(anywhere),
        seats=draw(st.integers(most_seats // 2, most_seats)) if patient else draw(st.integers(1, most_seats)),
        max_detour_s=draw(st.integers(15, 60) if patient else st.integers(0, 30)) * 60,
        **draw(windows(30, 90) if patient else windows()),
        **draw(people()),
    )


@st.composite
def _request(draw: st.DrawFn, n: int, anywhere: Places, patient: bool) -> Request:
    window = draw(windows(20, 90) if patient else windows())
    return Request(
        id=f"r{n}",
        origin=draw(anywhere),
        destination=draw(anywhere),
        seats=draw(st.sampled_from([1, 1, 1, 2])),
        max_ride_s=draw(st.none() | st.integers(5, 30).map(lambda minutes: minutes * 60)),
        max_walk_m=draw(st.sampled_from([0, 0, 1500])),
        latest_pickup=window["earliest_departure"] + 1200 if draw(st.integers(0, 3)) == 0 else None,
        priority_s=draw(st.sampled_from([0, 0, 1800])),
        **window,
        **draw(people()),
    )


def _changed(trip: Any, **changes: Any) -> Any:
    return replace(trip, **changes)


def _eithers(draw: st.DrawFn, drivers: tuple[Offer, ...], riders: tuple[Request, ...]) -> tuple[Any, Any]:
    """Give the first driver and the last rider an ``either``, sometimes another rider too, or two drivers one."""
    if drivers and riders and draw(st.booleans()):
        drivers = (_changed(drivers[0], either="e"), *drivers[1:])
        riders = (*riders[:-1], _changed(riders[-1], either="e"))
        if len(riders) > 2 and draw(st.booleans()):
            riders = (*riders[:1], _changed(riders[1], either="e"), *riders[2:])
        if len(drivers) > 2 and draw(st.booleans()):
            drivers = (drivers[0], *(_changed(driver, either="f") for driver in drivers[1:3]), *drivers[3:])
    return drivers, riders


def _returns(draw: st.DrawFn, riders: tuple[Request, ...]) -> tuple[Request, ...]:
    """Make one rider the return of another, sometimes this one the return of a third, or a fifth the fourth's."""
    if len(riders) > 1 and draw(st.booleans()):
        riders = (_changed(riders[0], return_of=riders[1].id), *riders[1:])
        if len(riders) > 2 and draw(st.integers(0, 3)) == 0:
            riders = (riders[0], _changed(riders[1], return_of=riders[2].id), *riders[2:])
        if len(riders) > 4 and draw(st.booleans()):
            riders = (*riders[:3], _changed(riders[3], return_of=riders[4].id), *riders[4:])
    return riders


def _commit(draw: st.DrawFn, drivers: tuple[Offer, ...], riders: tuple[Request, ...]) -> tuple[Offer, ...]:
    """Commit a rider or two to the last driver, sometimes another to the first."""
    if drivers and riders and draw(st.integers(0, 3)) == 0:
        order = [rider.id for rider in draw(st.permutations(riders))]
        count = draw(st.sampled_from([1, 1, 2]))
        drivers = (*drivers[:-1], _changed(drivers[-1], committed=tuple(order[:count])))
        if len(drivers) > 1 and len(order) > count and draw(st.booleans()):
            drivers = (_changed(drivers[0], committed=(order[count],)), *drivers[1:])
    return drivers
