"""Who is not to ride with whom, as batches and looks ask it."""

from __future__ import annotations

from collections.abc import Sequence

from service.model.blocks import Person
from service.model.trips import Trip
from service.store import blocks as store_blocks
from service.usecases.context import Context


async def blocked_pairs(context: Context, market: str, trips: Sequence[Trip]) -> set[tuple[str, str]]:
    """Return the pairs of these trips, which could meet, of people of whom one blocks the other."""
    trips_of: dict[Person, list[Trip]] = {}
    for trip in trips:
        trips_of.setdefault(person_of(trip), []).append(trip)
    blocked = await store_blocks.blocked_by_each(context.store, market, trips_of.keys())
    return {
        (one.id, other.id)
        for person, others in blocked.items() for of_other in others
        for one in trips_of[person] for other in trips_of.get(of_other, ()) if _could_meet(one, other)
    }  # fmt: skip


async def parted_from(context: Context, market: str, partner_id: str, commuter_id: str) -> frozenset[Person]:
    """Return whom a commuter blocks, and who blocks them."""
    return await store_blocks.parted_from(context.store, market, (partner_id, commuter_id))


def person_of(trip: Trip) -> Person:
    """Return whose trip it is."""
    return trip.partner_id, trip.draft.commuter_id


def _could_meet(one: Trip, other: Trip) -> bool:
    if one.kind == other.kind == "offer":
        return False
    return (
        one.draft.earliest_departure < other.draft.latest_arrival
        and other.draft.earliest_departure < one.draft.latest_arrival
    )
