"""The events that tell partners of a change, each with what that partner may see."""

from __future__ import annotations

import orjson

from service.model.events import NewEvent
from service.model.matches import MatchRecord
from service.model.transitions import MatchStep, TripStep
from service.model.trips import Trip
from service.usecases.visibility import match_document


def tell_match(match: MatchRecord, step: MatchStep, at: str) -> list[NewEvent]:
    """Return the event of a step of a match for each partner with people in the car."""
    return [
        NewEvent(partner, event, at, match.seq, match.id, orjson.dumps(match_document(match, partner)).decode())
        for event in step.events for partner in match.partner_ids
    ]  # fmt: skip


def tell_trip(trip: Trip, step: TripStep, at: str) -> list[NewEvent]:
    """Return the event of a step of a trip, if it has one: that of its end, the trip's first and only one."""
    document = {**trip.document(), "status": step.after, "version": trip.version + 1, "match_id": None}
    data = orjson.dumps(document).decode()
    return [NewEvent(trip.partner_id, event, at, 1, trip.id, data) for event in step.events]
