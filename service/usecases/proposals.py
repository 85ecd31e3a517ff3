"""A plan's car as a proposal: what each party reads, pays and saves."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from matching.model import Match, Place, Stop
from matching.travel import walk_m
from service.clock import from_ms, rfc3339
from service.model.matches import Call, MatchRecord, Party
from service.model.transitions import match_step
from service.model.trips import OfferDraft, Trip
from service.store.match_changes import Proposal
from service.usecases.context import Context
from service.usecases.costs import cost_shares, leg_metres
from service.usecases.places import place
from service.usecases.telling import tell_match


def propose_car(
    context: Context, id_: str, batch_id: str, car: Match, *, trips: Mapping[str, Trip], now: datetime,
    ways: Mapping[str, tuple[str, str]],
) -> Proposal:  # fmt: skip
    """Return the proposal of a car under this id; `context`: within its market, `ways`: its riders' other ways."""
    driver, riders = trips[car.offer], [trips[request] for request in car.requests]
    settings, gained = context.settings, figures(context, car, driver, riders)
    step = match_step(id_, None, "propose")
    match = MatchRecord(
        id=id_, status=step.after, version=1, seq=1, driver=party_of(driver),
        riders=tuple(party_of(rider, ways.get(rider.id)) for rider in riders), stops=calls_of(car, trips),
        detour_s=gained.detour_s, saved_s=gained.saved_s, saved_m=gained.saved_m, co2_saved_g=gained.co2_saved_g,
        cost_shares=gained.cost_shares, currency=settings.currency,
        expires_at=min(now + timedelta(seconds=settings.hold_s), from_ms(car.stops[0].at * 1000)),
        batch_id=batch_id, created_at=now, communities=communities_by_trip((driver, *riders)),
        names=names_of(driver, *riders),
    )  # fmt: skip
    return Proposal(match, (driver, *riders), tuple(tell_match(match, step, rfc3339(now), match.partner_ids)))


@dataclass(frozen=True, slots=True)
class Figures:
    """What a car costs its driver in time, what it saves, and each rider's share of the cost, by request."""

    detour_s: int
    saved_s: int
    saved_m: int
    co2_saved_g: int
    cost_shares: dict[str, str]


def figures(context: Context, car: Match, driver: Trip, riders: Sequence[Trip]) -> Figures:
    """Return the figures of a car."""
    seats = {rider.id: rider.draft.seats for rider in riders}
    shares = cost_shares(car.stops, seats, context.travel, Decimal(repr(context.settings.cost_per_km)))
    saved_m, co2_saved_g = _savings(context, car, driver, riders)
    return Figures(car.detour_s, car.saved_s, saved_m, co2_saved_g, {id_: str(share) for id_, share in shares.items()})


def _savings(context: Context, car: Match, driver: Trip, riders: Sequence[Trip]) -> tuple[int, int]:
    """Return metres not driven and grams of CO2 not emitted; riders' own cars count with the usual figure."""
    travel, usual = context.travel, context.settings.co2_g_per_km
    spared_m = sum(travel.metres(*_ends(rider)) for rider in riders)
    extra_m = sum(leg_metres(car.stops, travel)) - travel.metres(*_ends(driver))
    vehicle = driver.draft.vehicle if isinstance(driver.draft, OfferDraft) else None
    own = vehicle.co2_g_per_km if vehicle and vehicle.co2_g_per_km is not None else usual
    return round(spared_m - extra_m), round((spared_m * usual - extra_m * own) / 1000)


def _ends(trip: Trip) -> tuple[Place, Place]:
    return place(trip.draft.origin), place(trip.draft.destination)


def party_of(trip: Trip, other_way: tuple[str, str] | None = None) -> Party:
    """Return the part of a trip in a new match; `other_way`: the request of the other way, and its match."""
    request_id, match_id = other_way or (None, None)
    return Party(
        trip.id, trip.partner_id, trip.draft.commuter_id, other_request_id=request_id, other_match_id=match_id
    )  # fmt: skip


def communities_by_trip(trips: Iterable[Trip]) -> dict[str, list[str]]:
    """Return the communities that trips name, of those that name any."""
    return {trip.id: list(trip.draft.communities) for trip in trips if trip.draft.communities}


def names_of(*trips: Trip) -> dict[str, str]:
    """Return how the people of trips want to be called, as far as they have said."""
    return {trip.id: trip.display_name for trip in trips if trip.display_name}


def calls_of(car: Match, trips: Mapping[str, Trip]) -> tuple[Call, ...]:
    """Return the stops of a car as they are kept."""
    return tuple(_call(stop, trips) for stop in car.stops)


def _call(stop: Stop, trips: Mapping[str, Trip]) -> Call:
    walked = 0
    if stop.request is not None and stop.meeting_point is not None:
        origin, destination = _ends(trips[stop.request])
        walked = math.ceil(walk_m(origin if stop.kind == "pickup" else destination, stop.place))
    return Call(
        kind=stop.kind, at=from_ms(stop.at * 1000), lat=stop.place.lat, lon=stop.place.lon,
        request_id=stop.request, meeting_point=stop.meeting_point, walk_m=walked,
    )  # fmt: skip
