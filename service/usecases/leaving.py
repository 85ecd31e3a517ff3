"""Leave a match: by cancelling the trip, or because somebody did not come. Others ride on where they can."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from service.clock import rfc3339
from service.errors import Fault, Invalid, WrongState
from service.model.markets import Market
from service.model.matches import Leaver, MatchRecord, Party
from service.model.partners import Caller
from service.model.transitions import HELD
from service.model.trips import Trip
from service.store import matches as store_matches
from service.store.damaged import Contradiction
from service.usecases import invitations
from service.usecases.advancing import Move, change, move_on
from service.usecases.cars import broken_rules, drive_between, people_of, refigured
from service.usecases.context import Context
from service.usecases.matches import drives, own_party
from service.usecases.places import market_of_worker
from service.usecases.timetable import without

NO_SHOW, TRIP_CANCELLED = "no_show", "trip_cancelled"


async def cancel(
    context: Context, caller: Caller, match_id: str, trip_id: str, *, reason: str | None, if_version: int | None
) -> MatchRecord:
    """Take a trip out of a match, and cancel it. Again, it changes nothing.

    With the reason `no_show` a driver's partner says so of a rider, or a rider's of the driver.
    Raises NotFound, Invalid, StaleVersion, WrongState, Busy.
    """
    leave = partial(_leave, context, caller, trip_id, reason or TRIP_CANCELLED)
    return await change(context, caller, match_id, if_version, leave)


async def _leave(
    context: Context, caller: Caller, trip_id: str, reason: str, market: Market, match: MatchRecord
) -> MatchRecord | None:
    if any(leaver.trip_id == trip_id for leaver in match.left):
        return match
    if reason == NO_SHOW:
        _refuse_early(match, _missed(match, caller, trip_id), context.clock.now())
    else:
        own_party(match, caller, trip_id, *match.invited)
    if match.status not in HELD:
        raise WrongState(match.id, match.status, "cancel")
    return await _take_out(context, market.name, match, trip_id, reason)


async def withdraw(
    context: Context, market: str, trip: Trip, reason: str, hidden: frozenset[str] = frozenset()
) -> bool:  # fmt: skip
    """Take a trip out of the match that holds it, and cancel it. False: it has moved. Raises WrongState.

    `hidden`: as for a move.
    """
    (match,) = await store_matches.get_matches(context.store, market, [trip.match_id or ""])
    if match is None or match.status not in HELD:
        return False
    return await _take_out(context, market, match, trip.id, reason, hidden=hidden) is not None


async def refuse(
    context: Context, market: str, match: MatchRecord, trip_id: str, reason: str | None
) -> MatchRecord | None:
    """Take a trip out of a car that is late, free for another one; None where the match has moved meanwhile."""
    return await _take_out(context, market, match, trip_id, reason or "declined", refuses=True, excused=True)


async def part(context: Context, market: str, match: MatchRecord, trip_id: str) -> MatchRecord | None:
    """Take a trip out of a car because of somebody in it, free for another one; None where the match has moved.

    Others read what they read when somebody cancels.
    """
    return await _take_out(context, market, match, trip_id, TRIP_CANCELLED, refuses=True)


async def _take_out(
    context: Context, market: str, match: MatchRecord, trip_id: str, reason: str, *,
    refuses: bool = False, excused: bool = False, hidden: frozenset[str] = frozenset(),
) -> MatchRecord | None:  # fmt: skip
    if any(rider.trip_id == trip_id for rider in match.invited):
        return await invitations.withdraw(context, market, match, trip_id, reason, hidden)
    party = match.party_of(trip_id)
    if party is None:
        return None
    if party.picked_up_at is not None:
        raise WrongState(match.id, match.status, "cancel", "that rider has been picked up: dropoff ends their ride")
    here = context.within(await market_of_worker(context, market))
    people = await people_of(here, market, match)
    if trip_id not in people:
        raise Contradiction(match.id)
    leaver = _leaver(here, match, party, reason)
    marked = replace(match, left=(*match.left, replace(leaver, late=False) if excused else leaver))
    move = Move(match, marked, ("cancel",), reason=reason, leaver=people[trip_id], refuses=refuses, hidden=hidden)
    if match.was_agreed:
        move = replace(move, priority_s=here.settings.rider_value_s)
    if match.status != "proposed":
        rest = _without(here, marked, trip_id, people)
        move = replace(move, people=tuple(people.values()))
        if rest is not None:
            move = replace(move, marked=rest, actions=("leave",))
    return await move_on(context, market, move)


def _without(context: Context, match: MatchRecord, trip_id: str, people: dict[str, Trip]) -> MatchRecord | None:
    """Return the match without one rider; None where it is the driver, nobody is left, or it no longer holds."""
    riders = tuple(rider for rider in match.riders if rider.trip_id != trip_id)
    if not riders or len(riders) == len(match.riders) or len(people) < len(match.parties):
        return None
    stops = without(
        match.stops, trip_id, drive_between(context), context.settings.boarding_s,
        departed=match.status == "under_way",
    )  # fmt: skip
    rest = replace(match, riders=riders, stops=stops)
    # Who has agreed to a late car has agreed to more than the rules allow.
    if broken_rules(context, rest, people) and not broken_rules(context, match, people):
        return None
    return refigured(context, rest, people)


def _leaver(context: Context, match: MatchRecord, party: Party, reason: str) -> Leaver:
    now = context.clock.now()
    in_time = match.stop_of(party.trip_id).at - timedelta(seconds=context.settings.late_cancel_s)
    late = match.status != "proposed" and now > in_time
    return Leaver(party.trip_id, party.partner_id, party.commuter_id, now, reason, late)


def _missed(match: MatchRecord, caller: Caller, trip_id: str) -> datetime:
    """Return when somebody should have come, of whom a caller may say that they did not. Raises Invalid."""
    party = match.party_of(trip_id)
    if party is not None and party.trip_id != match.driver.trip_id:
        if caller.owns(party) or drives(match, caller):
            return match.stop_of(trip_id).at
    elif party is not None and match.status != "under_way":
        waiting = [match.stop_of(rider.trip_id).at for rider in match.riders if caller.owns(rider)]
        if waiting:
            return min(waiting)
    raise Invalid(Fault("/trip_id", "is neither a rider of your driver, nor a driver for whom a rider of yours waits"))


def _refuse_early(match: MatchRecord, due: datetime, now: datetime) -> None:
    if match.status == "proposed" or now < due:
        raise WrongState(match.id, match.status, "cancel", f"nobody has failed to come before {rfc3339(due)}")
