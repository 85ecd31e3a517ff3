"""The last acceptance agrees a car, and those that carry its riders' other ways: all in one step, or none yet."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from service.model.matches import MatchRecord
from service.model.transitions import MatchAction
from service.store import match_changes
from service.usecases.advancing import RIDER_JOINED, Move, advance_of
from service.usecases.context import Context
from service.usecases.returns import falling_with


async def accept(context: Context, market: str, match: MatchRecord, marked: MatchRecord) -> MatchRecord | None:
    """Write that somebody has accepted a proposal or an invitation, `marked` by it; None where something has moved.

    Raises WrongState, Contradiction.
    """
    asked = {party.trip_id for party in match.invited or match.parties}
    others = await falling_with(context, market, match, asked) if _has_all(marked) else []
    agreed = _has_all(marked) and all(map(_has_all, others))
    moves = [_agreed(match, marked, "accept")] if agreed else [Move(match, marked, ("accept",))]
    if agreed:
        moves += [_agreed(other, other) for other in others]
    at = context.clock.now()
    first, *rest = [advance_of(move, at) for move in moves]
    seen = () if agreed else others
    return first.now if await match_changes.advance(context.store, market, [first, *rest], seen) else None


def _has_all(match: MatchRecord) -> bool:
    return all(party.answer == "accepted" for party in match.invited or match.parties)


def _agreed(match: MatchRecord, marked: MatchRecord, *actions: MatchAction) -> Move:
    if match.invited:
        return Move(match, _joined(marked), (*actions, "join"), reason=RIDER_JOINED)
    promised = marked.promised([party.trip_id for party in marked.parties])
    return Move(match, promised, (*actions, "confirm"))


def _joined(match: MatchRecord) -> MatchRecord:
    """Return the agreed car with those who were invited, and the times that it promises them."""
    car = replace(match.with_invited(), status=match.status, expires_at=match.expires_at, batch_id=match.batch_id)
    agreed = car.promised([rider.trip_id for rider in match.invited])
    return replace(agreed, late_s=_late_s(agreed), invitation=match.invitation)


def _late_s(match: MatchRecord) -> int:
    """Return by how much the stops are later than promised, at most."""
    late = [timedelta(0)]
    for party in match.parties:
        start_at, end_at = match.promised_to(party.trip_id)
        late += [match.stop_of(party.trip_id).at - start_at, match.last_stop_of(party.trip_id).at - end_at]
    return round(max(late).total_seconds())
