"""Answer a match, let it expire, withdraw from it: who may, from which state, and who is told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from service.clock import rfc3339
from service.errors import Busy, Damaged, Fault, Invalid, NotFound, StaleVersion, WrongState
from service.ids import is_id
from service.model.events import NewEvent
from service.model.markets import Market
from service.model.matches import Answer, MatchRecord, MatchStatus, Party
from service.model.partners import Caller
from service.model.transitions import HELD, MatchAction, Part, match_step, trip_step
from service.model.trips import Trip
from service.store import matches as store_matches
from service.store import trips as store_trips
from service.store.listing import Page, PageOf
from service.store.matches import Advance, TripMove
from service.usecases.context import Context
from service.usecases.places import markets_of_id, visible_markets
from service.usecases.returns import falling_with
from service.usecases.telling import tell_match, tell_trip

_TRIES = 10


async def get_match(context: Context, caller: Caller, match_id: str) -> MatchRecord:
    """Return a match that touches the caller's trips. Raises NotFound, Damaged."""
    return (await _find_match(context, caller, match_id))[1]


async def _find_match(context: Context, caller: Caller, match_id: str) -> tuple[Market, MatchRecord]:
    for market in await markets_of_id(context, caller, match_id) if is_id(match_id, "match") else ():
        try:
            (match,) = await store_matches.get_matches(context.store, market.name, [match_id])
        except Damaged:
            if await store_matches.is_listed(context.store, market.name, caller.partner_id, match_id):
                raise
            break
        if match is not None and caller.partner_id in match.partner_ids:
            return market, match
    raise NotFound("match", match_id)


async def list_matches(
    context: Context, caller: Caller, page: PageOf, *, status: MatchStatus | None, commuter: str | None
) -> Page[MatchRecord]:
    """Return a page of the matches that touch the caller's trips."""
    markets = await visible_markets(context, caller)
    return await store_matches.list_matches(
        context.store, markets, caller.partner_id, page, status=status, commuter=commuter
    )


async def answer(
    context: Context, caller: Caller, match_id: str, trip_id: str, given: Answer, *,
    reason: str | None = None, if_version: int | None = None,
) -> MatchRecord:  # fmt: skip
    """Accept or decline for one trip. The same answer again changes nothing.

    Raises NotFound, Invalid, StaleVersion, WrongState, Busy.
    """
    for _ in range(_TRIES):
        market, match = await _find_match(context, caller, match_id)
        party = _own_party(match, caller, trip_id)
        if if_version is not None and match.version != if_version:
            raise StaleVersion(match_id, match.version)
        if party.answer == given:
            return match
        if match.status == "proposed" and context.clock.now() >= match.expires_at:
            raise WrongState(match_id, "expired", _verb(given), "its time to answer has passed")
        after = await _write_answer(context, market.name, match, party, given, reason)
        if after is not None:
            return after
    raise Busy(match_id)


async def _write_answer(
    context: Context, market: str, match: MatchRecord, party: Party, given: Answer, reason: str | None
) -> MatchRecord | None:
    marked = match.answered(party.trip_id, given)
    if given == "declined":
        pairs = [(match.driver.trip_id, r.trip_id) for r in match.riders if party in (match.driver, r)]
        return await _move(context, market, match, marked, ["decline"], exclude=pairs, reason=reason)
    if all(p.answer == "accepted" for p in marked.parties):
        return await _move(context, market, match, marked, ["accept", "confirm"])
    return await _move(context, market, match, marked, ["accept"])


async def expire(context: Context, market: str, match_id: str) -> None:
    """End a proposal whose time to answer has passed; nothing happens where it was answered meanwhile."""
    (match,) = await store_matches.get_matches(context.store, market, [match_id])
    if match is not None and match.status == "proposed" and match.expires_at <= context.clock.now():
        await _move(context, market, match, match, ["expire"])


async def end_torn(context: Context, market: str, match_id: str) -> bool:
    """End a proposal that has lost trips, as expired; those that it still holds are open again. False: it has moved."""
    (match,) = await store_matches.get_matches(context.store, market, [match_id])
    if match is None or match.status != "proposed":
        return False
    trips, _ = await store_trips.read_each(context.store, market, [party.trip_id for party in match.parties])
    held = {trip.id for trip in trips if trip.match_id == match.id and trip.status == "proposed"}
    at = rfc3339(context.clock.now())
    ending = _advance(match, match, ["expire"], at)
    kept = tuple(move for move in ending.trips if move.trip_id in held)
    return await _write(context, market, replace(ending, trips=kept), at)


async def withdraw(context: Context, market: str, trip: Trip) -> bool:
    """Cancel a trip that a match holds: the match ends, its other trips are open again. False: it has moved."""
    (match,) = await store_matches.get_matches(context.store, market, [trip.match_id or ""])
    if match is None or match.status not in HELD or match.party_of(trip.id) is None:
        return False
    return await _move(context, market, match, match, ["cancel"], cancelled=trip, reason="trip_cancelled") is not None


async def _move(
    context: Context, market: str, match: MatchRecord, marked: MatchRecord, actions: list[MatchAction], *,
    exclude: Sequence[tuple[str, str]] = (), cancelled: Trip | None = None, reason: str | None = None,
) -> MatchRecord | None:  # fmt: skip
    at = rfc3339(context.clock.now())
    first = _advance(match, marked, actions, at, exclude=exclude, cancelled=cancelled, reason=reason)
    return first.now if await _write(context, market, first, at) else None


async def _write(context: Context, market: str, first: Advance, at: str) -> bool:
    falling = await falling_with(context, market, first.was) if first.ends else []
    others = [_advance(other, other, ["cancel"], at, reason="return_fell_through") for other in falling]
    return await store_matches.advance(context.store, market, [first, *others])


def _advance(
    match: MatchRecord, marked: MatchRecord, actions: Sequence[MatchAction], at: str, *,
    exclude: Sequence[tuple[str, str]] = (), cancelled: Trip | None = None, reason: str | None = None,
) -> Advance:  # fmt: skip
    now = replace(marked, version=match.version + 1, reason=reason)
    events: list[NewEvent] = []
    moves: list[TripMove] = []
    for action in actions:
        step = match_step(match.id, now.status, action)
        now = replace(now, status=step.after, seq=now.seq + 1)
        events += tell_match(now, step, at)
        parts = {party.trip_id: _part(match, party, cancelled) for party in match.parties}
        moves += [TripMove(id_, step.trips[part]) for id_, part in parts.items() if part in step.trips]
    if cancelled is not None:
        events += tell_trip(cancelled, trip_step(cancelled.id, cancelled.status, "cancel"), at)
    return Advance(match, now, tuple(actions), tuple(moves), tuple(events), tuple(exclude))


def _part(match: MatchRecord, party: Party, cancelled: Trip | None) -> Part:
    if cancelled is not None and party.trip_id == cancelled.id:
        return "leaver"
    return "driver" if party is match.driver else "waiting"


def _own_party(match: MatchRecord, caller: Caller, trip_id: str) -> Party:
    party = match.party_of(trip_id)
    if party is None or party.partner_id != caller.partner_id:
        raise Invalid(Fault("/trip_id", "is not one of your trips in this match"))
    return party


def _verb(given: Answer) -> str:
    return {"accepted": "accept", "declined": "decline"}[given]
