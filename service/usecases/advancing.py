"""Move a match on along the table of transitions, with its trips, with what falls with it, and with who is told."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import cast

from service.clock import rfc3339
from service.errors import Busy, StaleVersion
from service.model.events import EventType, NewEvent
from service.model.markets import Market
from service.model.matches import MatchRecord, Party
from service.model.partners import Caller
from service.model.transitions import OF_INVITATION, MatchAction, MatchStep, Part, match_step, trip_step
from service.model.trips import Trip, TripStatus
from service.store import match_changes
from service.store.match_changes import Advance, TripMove
from service.usecases import at_risk
from service.usecases.context import Context
from service.usecases.matches import find_match
from service.usecases.redacting import redacted_event
from service.usecases.returns import falling_with
from service.usecases.telling import tell_invited, tell_match, tell_trip

CAR_CHANGED = "car_changed"  # why an invitation ends that nobody has refused
RIDER_JOINED = "rider_joined"
_TRIES = 10
Change = Callable[[Market, MatchRecord], Awaitable[MatchRecord | None]]


@dataclass(frozen=True, slots=True)
class Move:
    """What is to be done to a match: `marked`, what is written down of it; the actions that follow, in order.

    `leaver`: the trip that leaves it, or ends it; `refuses`: because the car is late, or because of who is in it.
    `people`: others whose trips may end in these actions.
    `exclude`: pairs not to be proposed again. `priority_s`: what trips set free count for more in batches to come,
    which keep to the times promised to them if they can; not those `unheeded`, who lost the car by their own doing.
    `hidden`: trips of a person who is erased, of whom no event tells more than ids and states.
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
    unheeded: frozenset[str] = frozenset()
    hidden: frozenset[str] = frozenset()


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
    return first.now if await write(context, market, first, move.hidden) else None


async def write(context: Context, market: str, first: Advance, hidden: Collection[str] = ()) -> bool:
    """Write an advance, and those of what falls with it, in one step; False where a match has moved meanwhile."""
    falling = await falling_with(context, market, first.was, first.lost)
    at = context.clock.now()
    first, seen = await at_risk.tell(context, market, first, at)
    others = [
        advance_of(Move(o, o, ("uninvite",) if o.invited else ("cancel",), reason="return_fell_through"), at)
        for o in falling
    ]  # fmt: skip
    told = [replace(one, events=tuple(redacted_event(e, hidden) for e in one.events)) for one in (first, *others)]
    return await match_changes.advance(context.store, market, told, seen)


def advance_of(move: Move, at: datetime) -> Advance:
    """Return the next state that a move leads to, with its events. Raises WrongState.

    Whatever changes an agreed car ends the invitation to it, which was made for the car as it was.
    """
    match = move.match
    actions = move.actions
    if match.invited and actions[0] not in OF_INVITATION:
        actions = ("uninvite", *actions)
    stays = actions == ("accept",)
    now = replace(move.marked, version=match.version + 1, invitation=move.marked.invitation if stays else None)
    events: list[NewEvent] = []
    trips: list[TripMove] = []
    for action in actions:
        step = match_step(match.id, now.status, action)
        now = replace(now, status=step.after, seq=now.seq + 1)
        if _concerns_invited(match, step):
            seen = replace(match, version=now.version, seq=now.seq, invitation=move.marked.invitation)
            reason = move.reason if actions == move.actions else CAR_CHANGED
            events += tell_invited(seen, step, rfc3339(at), reason)
        else:
            now = replace(now, reason=move.reason)
            for number, event in enumerate(step.events):
                now = replace(now, seq=now.seq + min(number, 1))  # each counts
                told, concerned = _told(match, now, step, event), (*match.parties, *now.parties)
                events += tell_match(now, replace(step, events=(event,)), rfc3339(at), told, concerned)
        trips += _trip_moves(move, step)
    ended = {trip.id: trip for trip in (*move.people, *filter(None, [move.leaver]))}
    for moved in trips:
        if moved.trip_id in ended and moved.action != "release":
            held = _held(match, moved.trip_id)
            events += tell_trip(ended[moved.trip_id], trip_step(moved.trip_id, held, moved.action), rfc3339(at))
    return Advance(match, now, actions, tuple(trips), tuple(events), move.exclude)


def _concerns_invited(match: MatchRecord, step: MatchStep) -> bool:
    """Tell whether a step is between the invited and their invitation alone: others do not hear of it."""
    return step.before == "confirmed" and step.action in OF_INVITATION and step.action != "join"


def _told(match: MatchRecord, now: MatchRecord, step: MatchStep, event: EventType) -> Iterable[str]:
    """Return the partners whom an event of a step is for."""
    if step.action != "join":
        # Who leaves is told of that, and of nothing after it.
        return dict.fromkeys((*match.partner_ids, *now.partner_ids))
    joining = [rider.partner_id for rider in match.invited]
    return dict.fromkeys(joining if event == "match.confirmed" else match.partner_ids)


def _trip_moves(move: Move, step: MatchStep) -> list[TripMove]:
    if step.before == "confirmed" and step.action in OF_INVITATION:
        leaver = move.leaver.id if move.leaver is not None else ""
        asked: dict[str, Part] = {r.trip_id: "leaver" if r.trip_id == leaver else "invited" for r in move.match.invited}
        return [TripMove(id_, step.trips[part]) for id_, part in asked.items() if part in step.trips]
    parts = {party.trip_id: _part(move, party) for party in move.match.parties}
    moves = [TripMove(id_, step.trips[part]) for id_, part in parts.items() if part in step.trips]
    return [_preferred(move, moved) for moved in moves]


def _preferred(move: Move, moved: TripMove) -> TripMove:
    others = (move.match.driver.trip_id, *move.unheeded)  # offers have no priority
    if moved.action != "release" or move.priority_s is None or moved.trip_id in others:
        return moved
    return replace(moved, priority_s=move.priority_s, promised=move.match.promised_to(moved.trip_id))


def _held(match: MatchRecord, trip_id: str) -> TripStatus:
    if any(rider.trip_id == trip_id for rider in match.invited):
        return "proposed"
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
