"""A confirmed ride on its way: it starts, riders get in and out, it ends; and where the car is."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Literal

from service.errors import Fault, Invalid, WrongState
from service.model.markets import Market
from service.model.matches import MatchRecord, Party, Position
from service.model.partners import Caller
from service.store import match_changes
from service.store import matches as store_matches
from service.usecases.advancing import Move, change, move_on
from service.usecases.context import Context
from service.usecases.matches import drives, find_match, own_party

Way = Literal["start", "pickup", "dropoff", "complete"]
NOBODY_SAID = "nobody_completed"
_AHEAD = timedelta(minutes=1)  # by so much a telephone's clock may go fast


async def advance_ride(
    context: Context, caller: Caller, match_id: str, trip_id: str, way: Way, *,
    reason: str | None = None, if_version: int | None = None,
) -> MatchRecord:  # fmt: skip
    """Start or complete a ride for its driver, pick up or drop off a rider. The same again changes nothing.

    Raises NotFound, Invalid, StaleVersion, WrongState, Busy.
    """
    step = _STEPS[way]
    return await change(context, caller, match_id, if_version, partial(step, context, caller, trip_id, way, reason))


async def _whole_car(
    context: Context, caller: Caller, trip_id: str, way: Way, reason: str | None, market: Market, match: MatchRecord
) -> MatchRecord | None:
    if own_party(match, caller, trip_id) is not match.driver:
        raise Invalid(Fault("/trip_id", "is a rider's: the driver starts and completes the ride"))
    if match.status == {"start": "under_way", "complete": "completed"}[way]:
        return match
    return await move_on(context, market.name, Move(match, match, (way,), reason=reason))


async def _one_rider(
    context: Context, caller: Caller, trip_id: str, way: Way, reason: str | None, market: Market, match: MatchRecord
) -> MatchRecord | None:
    rider = _rider(match, caller, trip_id)
    mark = {"pickup": "picked_up_at", "dropoff": "dropped_off_at"}[way]
    if getattr(rider, mark) is not None:
        return match
    if match.status == "under_way" and way == "dropoff" and rider.picked_up_at is None:
        raise WrongState(match.id, match.status, way, "that rider has not been picked up")
    marked = match.marked(trip_id, answer="accepted", **{mark: context.clock.now()})
    return await move_on(context, market.name, Move(match, marked, (way,), reason=reason))


async def complete_unsaid(context: Context, market: str, match_id: str) -> None:
    """Complete a ride that should long be over, of which nobody has said so; nothing happens where somebody has."""
    (match,) = await store_matches.get_matches(context.store, market, [match_id])
    if match is not None and match.status == "under_way" and match.due_at <= context.clock.now():
        await move_on(context, market, Move(match, match, ("complete",), reason=NOBODY_SAID))


_STEPS = {"start": _whole_car, "pickup": _one_rider, "dropoff": _one_rider, "complete": _whole_car}


def _rider(match: MatchRecord, caller: Caller, trip_id: str) -> Party:
    """Return a rider of whom the caller may say so: one of its own, or of its driver's car. Raises Invalid."""
    party = match.party_of(trip_id)
    if party is None or party is match.driver or not (drives(match, caller) or caller.owns(party)):
        raise Invalid(Fault("/trip_id", "is neither your rider's trip nor one of a rider in your driver's car"))
    return party


async def note_position(context: Context, caller: Caller, match_id: str, position: Position) -> MatchRecord:
    """Keep where a car is, for the driver; one older than the one kept changes nothing.

    Raises NotFound, Invalid, WrongState.
    """
    market, match = await find_match(context, caller, match_id)
    if not drives(match, caller):
        raise Invalid(Fault("", "the driver is not one of your people: the driver's partner tells where the car is"))
    if position.at > context.clock.now() + _AHEAD:
        raise Invalid(Fault("/at", "is ahead of now"))
    if not await match_changes.put_position(context.store, market.name, match_id, position):
        raise WrongState(match_id, match.status, "position", "a car has a position while it is under way")
    return (await find_match(context, caller, match_id))[1]
