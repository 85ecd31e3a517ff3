"""The events that tell partners of a change, each with what that partner may see."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace

import orjson

from service.model.events import NewEvent
from service.model.matches import MatchRecord, MatchStatus, Party
from service.model.partners import Whose
from service.model.transitions import MatchAction, MatchStep, TripStep
from service.model.trips import Trip
from service.usecases.visibility import match_document


def tell_match(
    match: MatchRecord, step: MatchStep, at: str, partners: Iterable[str],
    concerned: Collection[Party] = (),
) -> list[NewEvent]:  # fmt: skip
    """Return the event of a step of a match for each of these partners; it concerns all in the car, or `concerned`.

    Events are kept longer than the ride, so they never say where the car is.
    """
    match = replace(match, position=None)
    return [
        NewEvent(
            partner, event, at, match.seq, match.id, orjson.dumps(match_document(match, Whose(partner))).decode(),
            match.communities_of(partner),
            {party.trip_id: party.commuter_id for party in concerned or match.parties if party.partner_id == partner},
        ) for event in step.events for partner in partners
    ]  # fmt: skip


def tell_invited(match: MatchRecord, step: MatchStep, at: str, reason: str | None) -> list[NewEvent]:
    """Return the event of a step of an invitation, for the partners of those invited: the car as it is with them.

    `match`: with the invitation, of the version and `seq` that the step leads to.
    """
    shown = invited_view(match, step, reason)
    return tell_match(shown, step, at, dict.fromkeys(rider.partner_id for rider in match.invited), match.invited)


def invited_view(match: MatchRecord, step: MatchStep, reason: str | None) -> MatchRecord:
    """Return a car with those who are invited, as a step of the invitation leaves it to them."""
    return replace(match.with_invited(), status=_SEEN[step.action], reason=reason)


# What riders who are invited see of a match, by what has become of their invitation.
_SEEN: dict[MatchAction, MatchStatus] = {
    "invite": "proposed", "accept": "proposed", "decline": "declined", "expire": "expired", "uninvite": "cancelled",
}  # fmt: skip


def tell_trip(trip: Trip, step: TripStep, at: str) -> list[NewEvent]:
    """Return the event of a step of a trip, if it has one: that of its end, the trip's first and only one."""
    document = {**trip.document(), "status": step.after, "version": trip.version + 1, "match_id": None}
    data = orjson.dumps(document).decode()
    communities, people = tuple(trip.draft.communities), {trip.id: trip.commuter_id}
    return [NewEvent(trip.partner_id, event, at, 1, trip.id, data, communities, people) for event in step.events]
