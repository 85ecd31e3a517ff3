"""A market's open trips as an instance for the matcher."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from matching.model import Instance, Request
from service.model.markets import Market
from service.model.meeting_points import NamedPoint
from service.model.partners import Partner
from service.model.transitions import UNDECIDED
from service.model.trips import OfferDraft, RequestDraft, Trip
from service.store import partners as store_partners
from service.store import trips as store_trips
from service.usecases.agreed import Commitment
from service.usecases.blocking import blocked_pairs
from service.usecases.commitments import committed, excluded_pairs, read_commitments, within_promise
from service.usecases.context import Context
from service.usecases.moves import left_over
from service.usecases.people import People, sharing_traits
from service.usecases.places import matcher_points
from service.usecases.pools import pool_bonuses


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What a batch works on: the open trips by id, the instance made of them, and ids that could not be read.

    `cars`: agreed ones that may take more riders, by their offer; `damaged_matches`: some that may be such cars.
    `guests`: those of the trips that neighbours left over, with their market. `changes`: how often the market's open
    trips had changed.
    """

    trips: dict[str, Trip]
    instance: Instance
    set_aside: tuple[str, ...]
    guests: dict[str, tuple[str, Trip]]
    changes: int
    cars: dict[str, Commitment]
    damaged_matches: tuple[str, ...]


async def take_snapshot(context: Context, market: Market, now: datetime) -> Snapshot:
    """Read a market's open trips, its agreed cars and what its neighbours left over, and make an instance of them.

    Of those that are still in time.
    """
    changes = await store_trips.change_count(context.store, market.name)
    ids = await store_trips.open_trip_ids(context.store, market.name)
    read, broken = await store_trips.read_each(context.store, market.name, ids)
    held = await store_trips.either_holders(context.store, market.name, read)
    trips = {
        trip.id: trip for trip in read
        if trip.status == "open" and trip.moving_to is None
        and not (trip.draft.either and (trip.partner_id, trip.draft.either) in held)
    }  # fmt: skip
    here = context.within(market)
    guests = await left_over(context, market)
    trips |= {id_: trip for id_, (_, trip) in guests.items()}
    cars, damaged = await read_commitments(here, market.name, now, trips.values())
    everyone = [*trips.values(), *(trip for held in cars for trip in held.people.values())]
    partner_ids = sorted({trip.partner_id for trip in everyone})
    partners = [p for p in await store_partners.get_partners(context.store, partner_ids) if p is not None]
    known_markets = await context.markets.read(context.store)
    undecided = await _undecided_outwards(context, market.name, trips)
    # After the trips: whoever blocks somebody later gives their own another version, and no proposal takes them.
    parted = await blocked_pairs(context, market.name, everyone)
    instance = make_instance(
        here, list(trips.values()), partners, now, undecided, cars, parted,
        meeting_points=known_markets.meeting_points(market),
    )  # fmt: skip
    offers = {offer.id for offer in instance.offers if offer.committed}
    of_offers = {held.match.driver.trip_id: held for held in cars}
    taking = {id_: held for id_, held in of_offers.items() if id_ in offers}
    bonuses = await pool_bonuses(context, market, {trip.id: trip for trip in everyone})
    known = {offer.id for offer in instance.offers} | {request.id for request in instance.requests}
    liked = replace(instance, bonuses={pair: bonus for pair, bonus in bonuses.items() if known.issuperset(pair)})
    return Snapshot(trips, liked, broken, guests, changes, taking, damaged)


async def _undecided_outwards(context: Context, market: str, trips: Mapping[str, Trip]) -> set[str]:
    named = {trip.draft.return_of for trip in trips.values() if isinstance(trip.draft, RequestDraft)}
    outwards, _ = await store_trips.read_each(context.store, market, sorted(filter(None, named - trips.keys())))
    return {trip.id for trip in outwards if trip.status in UNDECIDED}


def make_instance(
    context: Context, trips: Sequence[Trip], partners: Sequence[Partner], now: datetime, undecided: Collection[str],
    commitments: Sequence[Commitment] = (), parted: Collection[tuple[str, str]] = (),
    meeting_points: Sequence[NamedPoint] = (),
) -> Instance:  # fmt: skip
    """Return the instance of these open trips and agreed cars; departures before `now` and the notice are cut off.

    `undecided`: other requests that may yet be ridden or not. A way back waits until its way out is settled.
    `parted`: pairs of trips that are not to ride together; those of one agreed car stay as they are agreed.
    """
    people = People(context.soonest_s(now), sharing_traits(partners))
    offers = [people.offer(trip, trip.draft) for trip in trips if isinstance(trip.draft, OfferDraft)]
    requests = [_request(people, trip, trip.draft) for trip in trips if isinstance(trip.draft, RequestDraft)]
    offers = [offer for offer in offers if offer.earliest_departure < offer.latest_arrival]
    requests = [request for request in requests if request.earliest_departure < request.latest_arrival]
    requests = _without_waiting(requests, {trip.id for trip in trips}.union(undecided))
    known = {offer.id for offer in offers} | {request.id for request in requests}
    # Where the other leg is settled already, or gone, this one stands alone.
    alone = [request if request.return_of in known else replace(request, return_of=None) for request in requests]
    bare = Instance(
        (), (), travel=context.travel,
        boarding_s=context.settings.boarding_s, rider_value_s=context.settings.rider_value_s,
        # All of them, whoever is there: a session keeps what it knows while they are the same.
        meeting_points=matcher_points(meeting_points),
    )  # fmt: skip
    cars = [car for held in commitments if alone and (car := committed(people, held, bare)) is not None]
    offers += [offer for offer, _ in cars]
    alone += [rider for _, riders in cars for rider in riders]
    known = {offer.id for offer in offers} | {request.id for request in alone}
    declined = {(trip.id, other) for trip in trips for other in trip.excluded} | excluded_pairs(commitments)
    agreed = [held.people.keys() for held in commitments]
    kept_apart = {pair for pair in parted if not any(people >= set(pair) for people in agreed)}
    return replace(
        bare, offers=tuple(offers), requests=tuple(alone),
        excluded=frozenset(pair for pair in declined | kept_apart if known.issuperset(pair)),
    )  # fmt: skip


def _request(people: People, trip: Trip, draft: RequestDraft) -> Request:
    """Return the matcher's request: of who has lost an agreed car at the times promised there, while they are ahead."""
    request = people.request(trip, draft)
    if trip.promised is None:
        return request
    kept = within_promise(request, trip.promised)
    return kept if kept.earliest_departure <= (kept.latest_pickup or 0) else request


def _without_waiting(requests: list[Request], undecided: Collection[str]) -> list[Request]:
    while True:
        here = {request.id for request in requests}
        kept = [r for r in requests if r.return_of in here or r.return_of not in undecided]
        if len(kept) == len(requests):
            return kept
        requests = kept  # a way back of a way back waits as well
