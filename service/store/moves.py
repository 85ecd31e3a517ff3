"""Trips on their way from one market to another: three steps, each one function in one market's slot.

A move that has begun is only ever finished: any process may take the steps that are left, as often as it likes. So a
trip is open in one market at most at any moment, and a process that is killed loses none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from service.model.trips import Trip
from service.store import keys
from service.store.client import Store
from service.store.damaged import read_sound
from service.store.fields import flat
from service.store.listing import Found
from service.store.trips import FIELDS, trip_of


@dataclass(frozen=True, slots=True)
class Moving:
    """A trip that has left a market and has yet to be known in the other, with its record as it is."""

    id: str
    market: str
    to: str
    due_ms: int
    fields: dict[str, str]


async def mark(store: Store, homes: Sequence[tuple[str, Trip]], to: str) -> list[bool]:
    """Begin to move open trips from their markets to another; False for each that has moved on or has to stay."""
    answers = await store.call_many("mark_moving", [
        (keys.market_tag(market), {"id": trip.id, "version": str(trip.version), "to": to}) for market, trip in homes
    ])  # fmt: skip
    return [answer[0] == "moving" for answer in answers]


async def moving_ids(store: Store, market: str) -> list[str]:
    """Return the trips that are on their way out of a market."""
    return sorted(await store.read(lambda redis: redis.smembers(keys.MOVING(keys.market_tag(market)))))


async def read_moving(store: Store, found: Sequence[Found]) -> tuple[list[Moving], list[str]]:
    """Read those of these trips that are moving; the second are the ids of those that can not be read."""
    names = [keys.TRIP(keys.market_tag(market), id_) for market, id_ in found]
    rows = await store.pipeline(lambda pipe: [pipe.hgetall(name) for name in names], each=True) if names else []
    read, damaged = read_sound("trip", [id_ for _, id_ in found], rows, _moving_of)
    return [
        Moving(id_, market, trip.moving_to, trip.due_ms, row)
        for (market, id_), trip, row in zip(found, read, rows, strict=True)
        if trip is not None and trip.moving_to is not None
    ], damaged


def _moving_of(row: dict[str, str]) -> Trip | None:
    trip = trip_of([row.get(name) for name in FIELDS])
    if trip is not None and trip.moving_to is not None and not row["commuter"]:
        raise ValueError("commuter")  # which the function on the other side needs
    return trip


async def receive(store: Store, moving: Sequence[Moving]) -> None:
    """Make trips open in the market that they move to, where they are not there yet."""

    def fields(trip: Moving) -> list[str]:
        return flat({name: text for name, text in trip.fields.items() if name != "to"} | {"status": "open"})

    await store.call_many(
        "receive_trip", [(keys.market_tag(trip.to), {"id": trip.id, "fields": fields(trip)}) for trip in moving]
    )


async def forward(store: Store, moving: Sequence[Moving], keep_s: int) -> None:
    """Leave a pointer in the market that trips have left, for `keep_s` after they are over.

    Of a market that a backup holds they are left to who finishes moves later.
    """
    await store.call_many("forward_trip", [
        (keys.market_tag(trip.market), {"id": trip.id, "to": trip.to, "until_ms": str(trip.due_ms + keep_s * 1000)})
        for trip in moving
    ])  # fmt: skip
