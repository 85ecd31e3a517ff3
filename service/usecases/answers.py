"""Answer a proposal, or a car that is late, or let a proposal expire."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from functools import partial

from service.errors import WrongState
from service.model.markets import Market
from service.model.matches import Answer, MatchRecord
from service.model.partners import Caller
from service.store import matches as store_matches
from service.store import trips as store_trips
from service.usecases import agreeing, invitations
from service.usecases.advancing import Move, advance_of, change, declined_pairs, move_on, write
from service.usecases.context import Context
from service.usecases.leaving import refuse
from service.usecases.matches import own_party
from service.usecases.places import market_of_worker

_VERBS: dict[Answer, str] = {"accepted": "accept", "declined": "decline"}


async def answer(
    context: Context, caller: Caller, match_id: str, trip_id: str, given: Answer, *,
    reason: str | None = None, if_version: int | None = None,
) -> MatchRecord:  # fmt: skip
    """Accept or decline for one trip. The same answer again changes nothing.

    Raises NotFound, Invalid, StaleVersion, WrongState, Busy.
    """
    give = partial(_give, context, caller, trip_id, given, reason)
    return await change(context, caller, match_id, if_version, give)


async def _give(
    context: Context, caller: Caller, trip_id: str, given: Answer, reason: str | None, market: Market,
    match: MatchRecord,
) -> MatchRecord | None:  # fmt: skip
    if any(rider.trip_id == trip_id for rider in match.invited):
        return await invitations.answer(context, caller, trip_id, given, reason, market, match)
    refused = any(leaver.trip_id == trip_id for leaver in match.left) and given == "declined"
    if refused or own_party(match, caller, trip_id).answer == given:
        return match
    if match.status == "proposed" and context.clock.now() >= match.expires_at:
        raise WrongState(match.id, "expired", _VERBS[given], "its time to answer has passed")
    if match.status == "under_way":
        return await _give_on_the_way(context, market.name, match, trip_id, given, reason)
    if match.status == "confirmed":
        raise WrongState(match.id, match.status, _VERBS[given], "all in the car have agreed; cancel takes a trip out")
    marked = match.marked(trip_id, answer=given)
    if given == "declined":
        move = Move(match, marked, ("decline",), reason=reason, exclude=declined_pairs(match, trip_id))
        move = _heeding(context, market, move, {trip_id})
        return await move_on(context, market.name, move)
    return await agreeing.accept(context, market.name, match, marked)


async def _give_on_the_way(
    context: Context, market: str, match: MatchRecord, trip_id: str, given: Answer, reason: str | None
) -> MatchRecord | None:
    if trip_id not in match.awaiting:
        raise WrongState(match.id, match.status, _VERBS[given], "nothing was asked of that trip; cancel takes it out")
    if given == "declined":
        return await refuse(context, market, match, trip_id, reason)
    return await move_on(context, market, Move(match, match.marked(trip_id, answer=given), ("accept",)))


async def expire(context: Context, market: str, match_id: str) -> None:
    """End a proposal or invitation whose time to answer has passed; nothing happens where it was answered meanwhile."""
    (match,) = await store_matches.get_matches(context.store, market, [match_id])
    if match is not None and match.asks and match.due_at <= context.clock.now():
        known = await market_of_worker(context, market)
        await move_on(context, market, _heeding(context, known, Move(match, match, ("expire",)), match.awaiting))


def _heeding(context: Context, market: Market, move: Move, unheeded: Collection[str]) -> Move:
    """Return the end of a proposal with priority for those who had agreed to its car and did not end it."""
    if not move.match.was_agreed:
        return move
    return replace(move, priority_s=context.within(market).settings.rider_value_s, unheeded=frozenset(unheeded))


async def end_torn(context: Context, market: str, match_id: str) -> bool:
    """End a proposal, or an invitation, that has lost trips, as expired; those that it still holds are open again.

    False: it has moved.
    """
    (match,) = await store_matches.get_matches(context.store, market, [match_id])
    if match is None or not match.asks:
        return False
    asked = [party.trip_id for party in match.invited or match.parties]
    trips, _ = await store_trips.read_each(context.store, market, asked)
    held = {trip.id for trip in trips if trip.match_id == match.id and trip.status == "proposed"}
    ending = advance_of(Move(match, match, ("expire",)), context.clock.now())
    kept = tuple(move for move in ending.trips if move.trip_id in held)
    return await write(context, market, replace(ending, trips=kept))
