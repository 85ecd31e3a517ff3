"""Move a match on along the table of transitions, with its trips, with what falls with it, and with who is told."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import cast

from service.clock import rfc3339
from service.errors import Busy, StaleVersion
from service.model.events import NewEvent
from service.model.markets import Market
from service.model.matches import MatchRecord, Party
from service.model.partners import Caller
from service.model.transitions import MatchAction, MatchStep, Part, match_step, trip_step
from service.model.trips import Trip, TripStatus
from service.store import matches as store_matches
from service.store.matches import Advance, TripMove
from service.usecases.context import Context
from service.usecases.matches import find_match
from service.usecases.returns import falling_with
from service.usecases.telling import tell_match, tell_trip

_TRIES = 10
Change = Callable[[Market, MatchRecord], Awaitable[MatchRecord | None]]


@dataclass(frozen=True, slots=True)
class Move:
    """What is to be done to a match: `marked`, what is written down of it; the actions that follow, in order.

    `leaver`: the trip that leaves it, or ends it; `refuses`: because the car is late. `people`: others whose trips may
    end in these actions.
    `exclude`: pairs not to be proposed again. `priority_s`: what trips set free count for more in batches to come.
    """

    match: MatchRecord
    marked: MatchRecord
    actions: tuple[MatchAction, ...]
    reason: str | None = None
    leaver: Trip | None = None
    refuses: bool = False
    people: tuple[Trip, ...] = ()
    exclude: tuple[tuple[str, str], ...] = ()
    priority_s: int | None = None


async def change(context: Context, caller: Caller, match_id: str, if_version: int | None, write: Change) -> MatchRecord:
    """Have `write` move a match on, again while somebody else moves it meanwhile (None).

    Raises NotFound, StaleVersion, Busy, and what `write` raises.
    """
    for _ in range(_TRIES):
        market, match = await find_match(context, caller, match_id)
        if if_version is not None and match.version != if_version:
            raise StaleVersion(match_id, match.version)
        after = await write(market, match)
        if after is not None:
            return after
    raise Busy(match_id)


async def move_on(context: Context, market: str, move: Move) -> MatchRecord | None:
    """Write what a move leads to, and what falls with it, in one step; None where a match has moved meanwhile.

    Raises WrongState, Contradiction.
    """
    first = advance_of(move, context.clock.now())
    return first.now if await write(context, market, first) else None


async def write(context: Context, market: str, first: Advance) -> bool:
    """Write an advance, and those of what falls with it, in one step; False where a match has moved meanwhile."""
    falling = await falling_with(context, market, first.was, first.lost)
    at = context.clock.now()
    others = [advance_of(Move(other, other, ("cancel",), reason="return_fell_through"), at) for other in falling]
    return await store_matches.advance(context.store, market, [first, *others])


def advance_of(move: Move, at: datetime) -> Advance:
    """Return the next state that a move leads to, with its events. Raises WrongState."""
    match = move.match
    now = replace(move.marked, version=match.version + 1, reason=move.reason)
    events: list[NewEvent] = []
    trips: list[TripMove] = []
    for action in move.actions:
        step = match_step(match.id, now.status, action)
        now = replace(now, status=step.after, seq=now.seq + 1)
        # Who leaves is told of that, and of nothing after it.
        events += tell_match(now, step, rfc3339(at), dict.fromkeys((*match.partner_ids, *now.partner_ids)))
        trips += _trip_moves(move, step)
    ended = {trip.id: trip for trip in (*move.people, *filter(None, [move.leaver]))}
    for moved in trips:
        if moved.trip_id in ended:
            events += tell_trip(ended[moved.trip_id], trip_step(moved.trip_id, _held(match), moved.action), rfc3339(at))
    return Advance(match, now, move.actions, tuple(trips), tuple(events), move.exclude)


def _trip_moves(move: Move, step: MatchStep) -> list[TripMove]:
    parts = {party.trip_id: _part(move, party) for party in move.match.parties}
    moves = [TripMove(id_, step.trips[part]) for id_, part in parts.items() if part in step.trips]
    return [replace(m, priority_s=move.priority_s) if m.action == "release" else m for m in moves]


def _held(match: MatchRecord) -> TripStatus:
    # What a match holds has its status: where records say otherwise, the store refuses the advance.
    return cast("TripStatus", match.status)


def _part(move: Move, party: Party) -> Part:
    if move.leaver is not None and party.trip_id == move.leaver.id:
        return "refuser" if move.refuses else "leaver"
    if party.trip_id == move.match.driver.trip_id:
        return "driver"
    if party.dropped_off_at is not None:
        return "arrived"
    return "waiting" if party.picked_up_at is None else "aboard"


def declined_pairs(match: MatchRecord, trip_id: str) -> tuple[tuple[str, str], ...]:
    """Return the pairs of offer and request that a party's refusal of a match rules out."""
    driver = match.driver.trip_id
    riders: Sequence[str] = [rider.trip_id for rider in match.riders]
    return tuple((driver, rider) for rider in riders if trip_id in (driver, rider))
