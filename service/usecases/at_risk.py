"""A way back falls through when its way out is under way or ridden: who is stranded is told, and comes first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import orjson

from service.clock import rfc3339
from service.model.events import NewEvent
from service.model.partners import Whose
from service.model.trips import Trip
from service.store import partners as store_partners
from service.store import trips as store_trips
from service.store.match_changes import Advance, TripMove
from service.usecases.context import Context
from service.usecases.places import market_of_worker
from service.usecases.visibility import match_document

_AWAY = ("under_way", "completed")


async def tell(context: Context, market: str, advance: Advance, at: datetime) -> tuple[Advance, Sequence[Trip]]:
    """Return an advance with an event, and twice the priority, for each way back of somebody away that it loses.

    Only of cars that were agreed. The second are the ways out by which that was decided.
    """
    lost = {move.trip_id: move for move in advance.trips if move.action == "release" and move.priority_s is not None}
    if not lost:
        return advance, ()
    released, _ = await store_trips.read_each(context.store, market, sorted(lost))
    outwards = {trip.id: outward for trip in released if (outward := store_trips.outward_of(trip)) is not None}
    read, _ = await store_trips.read_each(context.store, market, sorted(set(outwards.values())))
    away = {trip.id for trip in read if trip.status in _AWAY}
    stranded = [trip for trip in released if outwards.get(trip.id) in away]
    if not stranded:
        return advance, read
    fallbacks = await _fallbacks(context, market, stranded)
    now, events = advance.now, list(advance.events)
    for trip in stranded:
        now = replace(now, seq=now.seq + 1)
        shown = match_document(replace(now, position=None), Whose(trip.partner_id))
        data = {**shown, "at_risk": _document(trip, fallbacks)}
        document = orjson.dumps(data).decode()
        events.append(NewEvent(
            trip.partner_id, "match.return_at_risk", rfc3339(at), now.seq, now.id, document,
            now.communities_of(trip.partner_id), {trip.id: trip.commuter_id},
        ))  # fmt: skip
    moves = tuple(_first_of_all(move, {trip.id for trip in stranded}) for move in advance.trips)
    return replace(advance, now=now, events=tuple(events), trips=moves), read


async def of_open(context: Context, market: str, trip: Trip) -> dict[str, Any] | None:
    """Return what is said of an open way back whose way out is under way or ridden; None of any other trip."""
    outward = store_trips.outward_of(trip)
    if outward is None:
        return None
    read, _ = await store_trips.read_each(context.store, market, [outward])
    if not any(trip.status in _AWAY for trip in read):
        return None
    return _document(trip, await _fallbacks(context, market, [trip]))


def _document(trip: Trip, fallbacks: Mapping[str, Mapping[str, str] | None]) -> dict[str, Any]:
    fallback = fallbacks[trip.id]
    return {"request_id": trip.id, "fallback": fallback and dict(fallback)}


async def _fallbacks(
    context: Context, market: str, trips: Sequence[Trip]
) -> dict[str, Mapping[str, str] | None]:  # fmt: skip
    """Return each trip's fall-back: that of the first of its communities that has one, else the market's."""
    ids = sorted({trip.partner_id for trip in trips})
    partners = zip(ids, await store_partners.get_partners(context.store, ids), strict=True)
    of_communities = {id_: partner.fallbacks if partner is not None else {} for id_, partner in partners}
    common = (await market_of_worker(context, market)).fallback

    def own(trip: Trip) -> Mapping[str, str] | None:
        fallbacks = of_communities[trip.partner_id]
        return next((fallbacks[name] for name in trip.draft.communities if name in fallbacks), common)

    return {trip.id: own(trip) for trip in trips}


def _first_of_all(move: TripMove, stranded: set[str]) -> TripMove:
    if move.trip_id not in stranded or move.priority_s is None:
        return move
    return replace(move, priority_s=2 * move.priority_s)
