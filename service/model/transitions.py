"""Every change of state of trips and matches, in one table.

A use case asks `match_step` and `trip_step` what an action leads to, and hands the result to one atomic function of the
store. That function is given the same table when it is loaded (`store.rules`), walks it from the state it finds, and
refuses what the table does not have. ``carpool lifecycle`` draws it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from service.errors import WrongState
from service.model.events import EventType
from service.model.matches import MatchStatus
from service.model.trips import TripStatus

MatchAction = Literal[
    "propose", "accept", "confirm", "decline", "expire", "cancel",
    "leave", "ask", "delay", "start", "pickup", "dropoff", "complete", "invite", "join", "uninvite",
]  # fmt: skip
TripAction = Literal[
    "post", "amend", "propose", "confirm", "release", "cancel", "expire", "ask", "start", "abandon", "complete"
]  # fmt: skip
Part = Literal["leaver", "refuser", "driver", "waiting", "aboard", "arrived", "invited"]
"""Who somebody is when a match moves on: who leaves it, or refuses its delay or who is in it, its driver, riders by how
far they are.

An `invited` rider may join it; one whose trip is cancelled is the leaver.
"""


@dataclass(frozen=True, slots=True)
class TripStep:
    """A row: what an action makes of a trip, and the events that tell of it. `before` None: there is none yet."""

    before: TripStatus | None
    action: TripAction
    guard: str
    after: TripStatus
    events: tuple[EventType, ...] = ()


@dataclass(frozen=True, slots=True)
class MatchStep:
    """A row: what an action makes of a match and, by part, of its trips, and the events that tell of it."""

    before: MatchStatus | None
    action: MatchAction
    guard: str
    after: MatchStatus
    events: tuple[EventType, ...]
    trips: Mapping[Part, TripAction] = field(default_factory=dict)


def _all(action: TripAction, **others: TripAction) -> dict[Part, TripAction]:
    return {"driver": action, "waiting": action, **others}  # type: ignore[dict-item] # the names are parts


MATCH_STEPS = (
    MatchStep(None, "propose", "a batch's plan has it, and its trips are as the batch read them", "proposed",
              ("match.proposed",), _all("propose")),
    MatchStep("proposed", "accept", "by a party, before `expires_at`", "proposed", ("match.accepted",)),
    MatchStep("proposed", "confirm", "all have accepted, in the cars of its riders' other ways too", "confirmed",
              ("match.confirmed",), _all("confirm")),
    MatchStep("proposed", "decline", "by a party, before `expires_at`", "declined", ("match.declined",),
              _all("release")),
    MatchStep("proposed", "expire", "`expires_at` has passed", "expired", ("match.expired",), _all("release")),
    MatchStep("proposed", "cancel", "a trip of it is cancelled, or the other way of a rider falls through",
              "cancelled", ("match.cancelled",), _all("release", leaver="cancel")),
    MatchStep("confirmed", "leave", "by a rider; others stay, and the car still holds", "confirmed",
              ("match.updated",), {"leaver": "cancel", "refuser": "release"}),
    MatchStep("confirmed", "cancel", "by the driver, or by a rider, without whom nobody is left or it does not hold",
              "cancelled", ("match.cancelled",), _all("release", leaver="cancel", refuser="release")),
    MatchStep("confirmed", "invite",
              "a batch's plan adds riders within the rules and what is promised; all are as the batch read them",
              "confirmed", ("match.proposed",), {"invited": "propose"}),
    MatchStep("confirmed", "accept", "by an invited rider, before the invitation's `expires_at`", "confirmed",
              ("match.accepted",)),
    MatchStep("confirmed", "join", "all invited riders have accepted, and all in the cars of their other ways",
              "confirmed", ("match.confirmed", "match.updated"), {"invited": "confirm"}),
    MatchStep("confirmed", "decline", "by an invited rider, before the invitation's `expires_at`", "confirmed",
              ("match.declined",), {"invited": "release"}),
    MatchStep("confirmed", "expire", "the invitation's `expires_at` has passed", "confirmed", ("match.expired",),
              {"invited": "release"}),
    MatchStep("confirmed", "uninvite",
              "the car changes or starts, an invited rider's trip is cancelled, or their other way falls through",
              "confirmed", ("match.cancelled",), {"invited": "release", "leaver": "cancel"}),
    MatchStep("confirmed", "delay", "by a party; all rules hold, or nobody is later than agreed by more than 5 min",
              "confirmed", ("match.updated",)),
    MatchStep("confirmed", "ask", "by a party that is later than that: the others answer anew", "proposed",
              ("match.updated",), _all("ask")),
    MatchStep("confirmed", "start", "by the driver", "under_way", ("match.started",), _all("start")),
    MatchStep("under_way", "pickup", "of a rider who waits", "under_way", ("match.updated",)),
    MatchStep("under_way", "dropoff", "of a rider who is aboard", "under_way", ("match.updated",)),
    MatchStep("under_way", "leave",
              "by a rider who waits, or who declines when asked; others stay, and the car still holds", "under_way",
              ("match.updated",), {"leaver": "abandon", "refuser": "release"}),
    MatchStep("under_way", "delay", "as in `confirmed`; no rider who is aboard", "under_way", ("match.updated",)),
    MatchStep("under_way", "ask", "by a driver who is later than that: riders who wait answer anew", "under_way",
              ("match.updated",)),
    MatchStep("under_way", "accept", "by a rider who is asked", "under_way", ("match.accepted",)),
    MatchStep("under_way", "cancel",
              "by the driver, or by a rider who waits, without whom nobody is left or it does not hold", "cancelled",
              ("match.cancelled",),
              {"driver": "abandon", "leaver": "abandon", "refuser": "release", "waiting": "release",
               "aboard": "abandon", "arrived": "complete"}),
    MatchStep("under_way", "complete",
              "by the driver; by the service 6 h after the car should have arrived, if nobody says so", "completed",
              ("match.completed",),
              _all("complete", aboard="complete", arrived="complete")),
)  # fmt: skip

TRIP_STEPS = (
    TripStep(None, "post", "its window is ahead and long enough", "open"),
    TripStep("open", "amend", "by its partner, to what could be posted", "open"),
    TripStep("open", "propose", "it is as the batch read it, and no other trip of its `either` is held", "proposed"),
    TripStep("open", "cancel", "by its partner", "cancelled", ("trip.cancelled",)),
    TripStep("open", "expire", "nobody can get there in time any more", "expired", ("trip.expired",)),
    TripStep("proposed", "confirm", "its match is confirmed", "confirmed"),
    TripStep("proposed", "release", "its match ends; the event: below", "open", ("match.return_at_risk",)),
    TripStep("proposed", "cancel", "by its partner", "cancelled", ("trip.cancelled",)),
    TripStep("confirmed", "release", "its match ends; the event: below", "open", ("match.return_at_risk",)),
    TripStep("confirmed", "cancel", "by its partner, or it did not come", "cancelled", ("trip.cancelled",)),
    TripStep("confirmed", "ask", "its match has to be answered anew", "proposed"),
    TripStep("confirmed", "start", "its match starts", "under_way"),
    TripStep("under_way", "complete", "its match is completed, or ends after this rider was dropped off", "completed"),
    TripStep("under_way", "release", "its match ends before this rider was picked up; the event: below", "open",
             ("match.return_at_risk",)),
    TripStep("under_way", "abandon", "it leaves its match, or its match ends on the way", "cancelled",
             ("trip.cancelled",)),
)  # fmt: skip

HELD: tuple[TripStatus, ...] = ("proposed", "confirmed", "under_way")
"""A match holds a trip while both are in one of these."""

RIDDEN: tuple[TripStatus, ...] = ("completed",)
"""A trip that says which match it was in."""

OVER: tuple[TripStatus, ...] = ("cancelled", "expired")
"""A trip that nothing will become of."""

AGREED: tuple[MatchStatus, ...] = ("confirmed", "under_way", "completed")
"""A car to which all have agreed: it is or was driven, whether or not anybody says so."""

OF_INVITATION: tuple[MatchAction, ...] = ("invite", "accept", "join", "decline", "expire", "uninvite")
"""What happens to a confirmed match only by way of an invitation, and concerns the invited alone until they join."""

UNDECIDED: tuple[TripStatus, ...] = ("open", "proposed")
"""Nobody can know yet whether a trip will be driven or ridden."""

_MATCH = {(step.before, step.action): step for step in MATCH_STEPS}
_TRIP = {(step.before, step.action): step for step in TRIP_STEPS}


def match_step(match_id: str, status: MatchStatus | None, action: MatchAction) -> MatchStep:
    """Return the row of the table. Raises WrongState where there is none."""
    step = _MATCH.get((status, action))
    if step is None:
        raise WrongState(match_id, status or "not there", action)
    return step


def trip_step(trip_id: str, status: TripStatus, action: TripAction) -> TripStep:
    """Return the row of the table. Raises WrongState where there is none."""
    step = _TRIP.get((status, action))
    if step is None:
        raise WrongState(trip_id, status, action)
    return step
