"""An agreed car that changes: what its people save and pay then, and which rules it breaks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from itertools import pairwise

from matching import Instance, Plan, check
from matching.model import Match, MeetingPoint, Place, Stop
from service.model.matches import Call, MatchRecord
from service.model.trips import OfferDraft, RequestDraft, Trip
from service.store import matches as store_matches
from service.usecases.context import Context
from service.usecases.people import People, all_sharing
from service.usecases.proposals import figures
from service.usecases.timetable import Drive


async def people_of(context: Context, market: str, match: MatchRecord) -> dict[str, Trip]:
    """Return the trips of a match by id, but for those that can not be read."""
    return (await store_matches.read_people(context.store, market, [match]))[0]


def drive_between(context: Context) -> Drive:
    """Return what tells the seconds from one stop to another."""
    travel = context.travel
    return lambda a, b: travel.seconds(_place(a), _place(b))


def refigured(context: Context, match: MatchRecord, people: Mapping[str, Trip]) -> MatchRecord:
    """Return a match with the figures of the stops that it has. Nobody pays more than they had agreed to."""
    instance = _instance(context, match, people)
    driver, riders = people[match.driver.trip_id], [people[rider.trip_id] for rider in match.riders]
    now = figures(context, _car(instance, match), driver, riders)
    return replace(
        match, detour_s=now.detour_s, saved_s=now.saved_s, saved_m=now.saved_m, co2_saved_g=now.co2_saved_g,
        cost_shares=not_dearer(now.cost_shares, match.cost_shares),
    )  # fmt: skip


def not_dearer(shares: Mapping[str, str], agreed: Mapping[str, str]) -> dict[str, str]:
    """Return the cost shares, of those who had agreed to one no more than that."""
    return {id_: min(share, agreed.get(id_, share), key=Decimal) for id_, share in shares.items()}


def broken_rules(context: Context, match: MatchRecord, people: Mapping[str, Trip]) -> list[str]:
    """Return a sentence of the referee for each rule of the matching problem that a car breaks.

    That its people ride together they have agreed on: who shares with whom by now does not matter.
    """
    return faults(_instance(context, match, people), match)


def faults(instance: Instance, match: MatchRecord) -> list[str]:
    """Return a sentence of the referee for each rule of an instance of one car alone that its stops break."""
    car = _car(instance, match)
    score = car.saved_s + sum(instance.rider_value_s + request.priority_s for request in instance.requests)
    return check(instance, Plan((car,), score, score, "complete"))


def _instance(context: Context, match: MatchRecord, people: Mapping[str, Trip]) -> Instance:
    make = People(0, all_sharing(list(people.values())))
    drafts = [(people[party.trip_id], people[party.trip_id].draft) for party in match.parties]
    return Instance(
        offers=tuple(make.offer(trip, draft) for trip, draft in drafts if isinstance(draft, OfferDraft)),
        requests=tuple(
            replace(make.request(trip, draft), return_of=None)
            for trip, draft in drafts if isinstance(draft, RequestDraft)
        ),
        travel=context.travel, boarding_s=context.settings.boarding_s, rider_value_s=context.settings.rider_value_s,
        meeting_points=_points(match),
    )  # fmt: skip


def _points(match: MatchRecord) -> tuple[MeetingPoint, ...]:
    """Return the meeting points that a car stops at, whether or not its market still has them."""
    return tuple({
        stop.meeting_point: MeetingPoint(stop.meeting_point, _place(stop))
        for stop in match.stops if stop.meeting_point is not None
    }.values())  # fmt: skip


def _car(instance: Instance, match: MatchRecord) -> Match:
    (offer,), travel = instance.offers, instance.travel
    stops = tuple(
        Stop(stop.kind, int(stop.at.timestamp()), _place(stop), stop.request_id, stop.meeting_point)
        for stop in match.stops
    )
    direct_s = travel.seconds(offer.origin, offer.destination)
    driving_s = sum(travel.seconds(a.place, b.place) for a, b in pairwise(stops))
    spared_s = sum(travel.seconds(request.origin, request.destination) for request in instance.requests)
    return Match(
        offer.id, tuple(request.id for request in instance.requests), stops,
        detour_s=stops[-1].at - stops[0].at - direct_s, saved_s=spared_s - (driving_s - direct_s),
    )  # fmt: skip


def _place(stop: Call) -> Place:
    return Place(lat=stop.lat, lon=stop.lon)
