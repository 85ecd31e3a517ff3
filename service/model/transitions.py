"""Every change of state of trips and matches, in one table.

A use case asks `after` for the state that an action leads to and hands the result to one atomic function
of the store, which refuses it when the thing has moved meanwhile.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from service.errors import WrongState
from service.model.events import EventType
from service.model.matches import MatchStatus
from service.model.trips import TripStatus

MatchAction = Literal["accept", "confirm", "decline", "expire", "cancel"]
TripAction = Literal["propose", "confirm", "release", "cancel", "expire"]


@dataclass(frozen=True, slots=True)
class MatchStep:
    """What an action makes of a match, of its trips, and the event that tells of it."""

    status: MatchStatus
    trips: TripAction | None
    event: EventType


MATCHES: dict[tuple[MatchStatus, MatchAction], MatchStep] = {
    ("proposed", "accept"): MatchStep("proposed", None, "match.accepted"),
    ("proposed", "confirm"): MatchStep("confirmed", "confirm", "match.confirmed"),
    ("proposed", "decline"): MatchStep("declined", "release", "match.declined"),
    ("proposed", "expire"): MatchStep("expired", "release", "match.expired"),
    ("proposed", "cancel"): MatchStep("cancelled", "release", "match.cancelled"),
    ("confirmed", "cancel"): MatchStep("cancelled", "release", "match.cancelled"),
}

TRIPS: dict[tuple[TripStatus, TripAction], TripStatus] = {
    ("open", "propose"): "proposed",
    ("open", "cancel"): "cancelled",
    ("open", "expire"): "expired",
    ("proposed", "confirm"): "confirmed",
    ("proposed", "release"): "open",
    ("proposed", "cancel"): "cancelled",
    ("confirmed", "release"): "open",
    ("confirmed", "cancel"): "cancelled",
}


def match_after(match_id: str, status: MatchStatus, action: MatchAction) -> MatchStep:
    """Return the step, or raise WrongState."""
    step = MATCHES.get((status, action))
    if step is None:
        raise WrongState(match_id, status, action)
    return step


def trip_after(trip_id: str, status: TripStatus, action: TripAction) -> TripStatus:
    """Return the trip's next status, or raise WrongState."""
    after = TRIPS.get((status, action))
    if after is None:
        raise WrongState(trip_id, status, action)
    return after
