"""The events that tell partners of a change, each with what that partner may see."""

from __future__ import annotations

import orjson

from service.model.events import EventType, NewEvent
from service.model.matches import MatchRecord
from service.model.trips import Trip, TripStatus
from service.usecases.visibility import match_document


def tell_match(match: MatchRecord, event: EventType, at: str) -> list[NewEvent]:
    """Return the event for each partner with people in the car."""
    return [
        NewEvent(partner, event, at, match.seq, match.id, orjson.dumps(match_document(match, partner)).decode())
        for partner in match.partner_ids
    ]


def tell_closed(trip: Trip, status: TripStatus, at: str) -> NewEvent:
    """Return the event of a trip's end; it is the trip's first and only one."""
    events: dict[TripStatus, EventType] = {"cancelled": "trip.cancelled", "expired": "trip.expired"}
    document = {**trip.document(), "status": status, "version": trip.version + 1, "match_id": None}
    return NewEvent(trip.partner_id, events[status], at, 1, trip.id, orjson.dumps(document).decode())
