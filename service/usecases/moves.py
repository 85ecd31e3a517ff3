"""What a market's batch takes of its neighbours' trips: those that their own batches left over.

A trip moves at most once, away from the market that its id names, and only where the plan has matched it. What goes
with another trip (`either`, a way out and its way back) stays, because both have to be in one market.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from service.ids import market_number
from service.model.markets import Market
from service.model.trips import Trip
from service.store import moves as store_moves
from service.store import trips as store_trips
from service.store.damaged import set_aside
from service.store.listing import Found
from service.usecases.context import Context

_AT_ONCE = 200


async def left_over(context: Context, market: Market) -> dict[str, tuple[str, Trip]]:
    """Return, by id, the trips that a market's batch may take from its neighbours, with their market."""
    known = await context.markets.read(context.store)
    found: dict[str, tuple[str, Trip]] = {}
    for neighbour in filter(None, map(known.named, market.neighbours)):
        for trip in await _left_in(context, neighbour):
            found[trip.id] = neighbour.name, trip
    return found


def stays(trip: Trip, number: int) -> bool:
    """Tell whether a trip stays in its market, of this number, whoever else is there."""
    return market_number(trip.id) != number or trip.draft.either is not None or store_trips.outward_of(trip) is not None


async def _left_in(context: Context, market: Market) -> list[Trip]:
    seen = await store_trips.seen_count(context.store, market.name)
    ids = await store_trips.open_trip_ids(context.store, market.name)
    read, _ = await store_trips.read_each(context.store, market.name, ids)
    outwards = {store_trips.outward_of(trip) for trip in read}
    return [
        trip for trip in read
        if trip.status == "open" and trip.moving_to is None and trip.opened <= seen
        and not stays(trip, market.number) and trip.id not in outwards
    ]  # fmt: skip


async def take_in(context: Context, market: str, guests: Mapping[str, tuple[str, Trip]]) -> set[str]:
    """Move trips of neighbours here; returns the ids of those that did not stay."""
    wanted = list(guests.values())
    came: list[Found] = []
    for first in range(0, len(wanted), _AT_ONCE):
        some = wanted[first : first + _AT_ONCE]
        marked = await store_moves.mark(context.store, some, market)
        leaving = [(home, trip.id) for (home, trip), leaves in zip(some, marked, strict=True) if leaves]
        await finish(context, leaving)
        came += leaving
    return {id_ for _, id_ in came}


async def finish(context: Context, found: Sequence[Found]) -> None:
    """Finish the moves of trips, given as (market that they leave, id); what has moved is left alone."""
    moving, damaged = await store_moves.read_moving(context.store, found)
    for market, id_ in found:
        if id_ in damaged:
            await set_aside(context.store, market, "trip", id_)
    await store_moves.receive(context.store, moving)
    await store_moves.forward(context.store, moving, context.settings.retention_days * 86_400)


async def finish_left(context: Context, market: str) -> int:
    """Finish the moves out of a market that somebody began and did not end; returns how many there were."""
    ids = await store_moves.moving_ids(context.store, market)
    for first in range(0, len(ids), _AT_ONCE):
        await finish(context, [(market, id_) for id_ in ids[first : first + _AT_ONCE]])
    return len(ids)
