"""Somebody is late: everyone in the car is told, and asked anew where the car would break a rule."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from service.errors import Fault, Invalid, WrongState
from service.model.markets import Market
from service.model.matches import Call, MatchRecord, Party
from service.model.partners import Caller
from service.model.transitions import match_step
from service.store.damaged import Contradiction
from service.usecases.advancing import Move, change, move_on
from service.usecases.cars import broken_rules, drive_between, people_of, refigured
from service.usecases.commitments import PROMISE_S
from service.usecases.context import Context
from service.usecases.matches import own_party
from service.usecases.timetable import delayed

_REASON = "delayed"


async def delay(
    context: Context, caller: Caller, match_id: str, trip_id: str, delay_s: int, *, if_version: int | None = None
) -> MatchRecord:
    """Move the stops of a car whose driver, or a rider it has yet to pick up, is late by `delay_s` more.

    Where a rule does not hold then, and it is later than agreed by more than 5 minutes, the others answer anew; on the
    way, those who wait, and it does not wait for a rider.
    Raises NotFound, Invalid, StaleVersion, WrongState, Busy.
    """
    move = partial(_delay, context, caller, trip_id, delay_s)
    return await change(context, caller, match_id, if_version, move)


async def _delay(
    context: Context, caller: Caller, trip_id: str, delay_s: int, market: Market, match: MatchRecord
) -> MatchRecord | None:
    party = own_party(match, caller, trip_id)
    match_step(match.id, match.status, "delay")
    if party.picked_up_at is not None:
        raise WrongState(match.id, match.status, "delay", "that rider has been picked up")
    here = context.within(market)
    late = _late_stop(match, party, context.clock.now() - timedelta(seconds=delay_s))
    stops = delayed(match.stops, late, delay_s, drive_between(here), here.settings.boarding_s)
    people = await people_of(here, market.name, match)
    if len(people) < len(match.parties):
        raise Contradiction(match.id)
    moved = refigured(here, replace(match, stops=stops, late_s=match.late_s + delay_s), people)
    move = Move(match, moved, ("delay",), reason=_REASON)
    # Cars leave as late as they can, so every delay breaks some rule.
    if moved.late_s > PROMISE_S and broken_rules(here, moved, people):
        if match.status == "under_way" and party is not match.driver:
            raise WrongState(match.id, match.status, "delay", "the car is on its way and can not wait so long")
        move = Move(match, _asked(here, moved, party, stops[late].at), ("ask",), reason=_REASON)
    return await move_on(context, market.name, move)


def _asked(context: Context, match: MatchRecord, late: Party, by: datetime) -> MatchRecord:
    """Return the match with the answers taken back of all but the one who is late, until when that shows.

    On the way, of riders who wait.
    """
    asked = replace(
        match, late_s=0, driver=replace(match.driver, answer=None),
        riders=tuple(replace(r, answer=None if r.picked_up_at is None else r.answer) for r in match.riders),
        expires_at=min(context.clock.now() + timedelta(seconds=context.settings.hold_s), by),
    )  # fmt: skip
    return asked.marked(late.trip_id, answer="accepted")


def _late_stop(match: MatchRecord, late: Party, since: datetime) -> int:
    """Return the number of the stop at which it is late: none that was to be before `since`. Raises Invalid."""
    if late is not match.driver:
        ahead = [match.stops.index(match.stop_of(late.trip_id))]
    elif match.status == "confirmed":
        ahead = [0]
    else:
        riders = {rider.trip_id: rider for rider in match.riders}
        told = max((n for n, stop in enumerate(match.stops) if _done(stop, riders)), default=0)
        ahead = list(range(told + 1, len(match.stops)))  # of these some may have been, and nobody told
    found = next((n for n in ahead if match.stops[n].at > since), None)
    if found is None:
        raise Invalid(Fault("/delay_s", "leads to a time that has passed: say by how much it will be late in all"))
    return found


def _done(stop: Call, riders: Mapping[str, Party]) -> bool:
    rider = riders.get(stop.request_id or "")
    if rider is None:
        return stop.kind == "depart"
    return (rider.picked_up_at if stop.kind == "pickup" else rider.dropped_off_at) is not None
