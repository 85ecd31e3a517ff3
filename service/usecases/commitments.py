"""Agreed cars as a batch has them: they keep their riders and what is promised, and may take more riders."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from matching.model import Instance, Offer, Place, Request
from matching.travel import walk_m, walk_s
from service.clock import to_ms
from service.model.matches import MatchRecord
from service.model.trips import OfferDraft, RequestDraft, Trip
from service.store import matches as store_matches
from service.usecases.agreed import Commitment
from service.usecases.cars import faults
from service.usecases.context import Context
from service.usecases.people import People

PROMISE_S = 300  # Times are promised within this.


async def read_commitments(
    context: Context, market: str, now: datetime, open_: Iterable[Trip]
) -> tuple[list[Commitment], tuple[str, ...]]:  # fmt: skip
    """Return a market's agreed cars that might carry open requests, and the ids of matches that can not be read.

    They leave later than the notice, and before the last of these has to arrive. Left out are those to which somebody
    is invited by now, and those of which a trip can not be read.
    """
    ends_ms = [to_ms(trip.draft.latest_arrival) for trip in open_ if trip.kind == "request"]
    if not ends_ms:
        return [], ()
    soonest_ms = to_ms(now) + context.settings.notice_s * 1000
    ids = await store_matches.cars_ahead(context.store, market, soonest_ms, max(ends_ms))
    return await context.agreed.read(context.store, market, ids)


def committed(people: People, held: Commitment, bare: Instance) -> tuple[Offer, list[Request]] | None:
    """Return the matcher's offer and requests of an agreed car, where and in windows in which promises are kept.

    None where it does not keep the rules of `bare`, an instance without trips, as it is: who agreed to be late has
    agreed to more than they allow.
    """
    trips = [(trip, trip.draft) for trip in (held.people[party.trip_id] for party in held.match.parties)]
    riders = [_kept(people.request(t, draft), held.match) for t, draft in trips if isinstance(draft, RequestDraft)]
    (driver,) = [people.offer(trip, draft) for trip, draft in trips if isinstance(draft, OfferDraft)]
    start_s, end_s = _epoch_s(held.match.promised_to(driver.id))
    offer = replace(
        driver, either=None, committed=tuple(rider.id for rider in riders),
        earliest_departure=max(driver.earliest_departure, start_s - PROMISE_S),
        latest_arrival=min(driver.latest_arrival, end_s + PROMISE_S),
    )  # fmt: skip
    doors = tuple(replace(stop, meeting_point=None) for stop in held.match.stops)  # as the riders are made
    if faults(replace(bare, offers=(offer,), requests=tuple(riders)), replace(held.match, stops=doors)):
        return None
    return offer, riders


def _kept(rider: Request, match: MatchRecord) -> Request:
    """Return a rider who gets in and out where it was agreed, and is there in time on foot."""
    stops = {stop.kind: Place(lat=stop.lat, lon=stop.lon) for stop in match.stops if stop.request_id == rider.id}
    to_s, from_s = walk_s(walk_m(rider.origin, stops["pickup"])), walk_s(walk_m(rider.destination, stops["dropoff"]))
    at_stops = replace(
        rider, origin=stops["pickup"], destination=stops["dropoff"], max_walk_m=0,
        earliest_departure=rider.earliest_departure + to_s, latest_arrival=rider.latest_arrival - from_s,
        either=None, return_of=None, priority_s=0,
    )  # fmt: skip
    return within_promise(at_stops, match.promised_to(rider.id))


def within_promise(rider: Request, promised: tuple[datetime, datetime]) -> Request:
    """Return a request in the window that keeps the times promised to it: when it is picked up and dropped off."""
    start_s, end_s = _epoch_s(promised)
    return replace(
        rider, earliest_departure=max(rider.earliest_departure, start_s - PROMISE_S),
        latest_pickup=start_s + PROMISE_S, latest_arrival=min(rider.latest_arrival, end_s + PROMISE_S),
    )  # fmt: skip


def _epoch_s(promised: tuple[datetime, datetime]) -> tuple[int, int]:
    return to_ms(promised[0]) // 1000, to_ms(promised[1]) // 1000


def excluded_pairs(commitments: Sequence[Commitment]) -> set[tuple[str, str]]:
    """Return the pairs that are not to ride together of these cars' drivers and of others than their own riders."""
    return {
        (trip.id, other) for held in commitments for trip in held.people.values()
        for other in trip.excluded if other not in held.people
    }  # fmt: skip
