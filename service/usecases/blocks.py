"""Have two people never ride together again, without telling the other.

The block is written first. Then whatever a batch has read of who blocks gets another version, so that no proposal of
that batch takes it; then the two are parted where a car has them both. A repeat ends what was left half done.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime

from service.errors import Busy, Fault, Invalid, NotFound, WrongState
from service.ids import is_id
from service.model.blocks import MOST_BLOCKS, Block, Person
from service.model.matches import Leaver, MatchRecord, Party
from service.model.partners import Caller
from service.model.transitions import HELD
from service.model.trips import DRAFTS, Kind, Trip, kind_of
from service.store import blocks as store_blocks
from service.store import match_changes
from service.store import matches as store_matches
from service.store import trips as store_trips
from service.store.listing import Page, PageOf, items_of
from service.store.match_changes import Advance
from service.usecases import leaving, moves
from service.usecases.advancing import CAR_CHANGED, Move, move_on
from service.usecases.answers import answer
from service.usecases.context import Context
from service.usecases.matches import find_match
from service.usecases.places import visible_markets
from service.usecases.trips import find_trip

_TRIES = 10
_NAME_A_TRIP = "name a trip of a match that you are or were in"


async def block(context: Context, caller: Caller, commuter_id: str, named: str) -> None:
    """Have a commuter never ride with another person again; again, it changes nothing.

    `named`: a trip of a match that the commuter is or was in, whoever's it is; or, for a partner to say, a commuter of
    the same partner. Raises Invalid, NotFound, WrongState, Busy.
    """
    own = (caller.partner_id, commuter_id)
    other = await _person(context, caller, commuter_id, named)
    if other == own:
        raise Invalid(Fault("/other_id", "is the commuter who blocks"))
    if not await store_blocks.put(context.store, caller.world, own, Block(named, other, context.clock.now())):
        raise WrongState(commuter_id, f"blocking {MOST_BLOCKS} people, the most there may be,", "another block")
    for kind in DRAFTS:
        await _renew_open(context, caller, kind, commuter_id)
    async for match in _matches(context, caller, commuter_id):
        if match.status in HELD:
            await _part(context, caller, match.id, own, other)


async def unblock(context: Context, caller: Caller, commuter_id: str, named: str) -> None:
    """Let a commuter ride with another person again. Nothing happens where they did not block them."""
    own = (caller.partner_id, commuter_id)
    for kept in await store_blocks.blocks_of(context.store, caller.world, own):
        # Who calls for themselves names whom they did: another id would tell them whose it is.
        if kept.named == named or (caller.commuter_id is None and kept.person == (caller.partner_id, named)):
            await store_blocks.drop(context.store, caller.world, own, kept.person)


async def list_blocks(context: Context, caller: Caller, commuter_id: str) -> list[Block]:
    """Return whom a commuter blocks."""
    return await store_blocks.blocks_of(context.store, caller.world, (caller.partner_id, commuter_id))


async def _person(context: Context, caller: Caller, commuter_id: str, named: str) -> Person:
    """Return whom an id names. Raises NotFound."""
    kind = kind_of(named)
    if kind is None or not is_id(named, kind):
        if caller.commuter_id is None:
            return caller.partner_id, named
        raise NotFound("trip", named, _NAME_A_TRIP)  # or what happens to a car would tell them who is in it
    async for match in _matches(context, caller, commuter_id):
        people = {party.trip_id: party.person for party in seen_by(match, (caller.partner_id, commuter_id))}
        if named in people:
            return people[named]
    hint = _NAME_A_TRIP if caller.commuter_id else "name a commuter of yours, or a trip of a match that this one was in"
    raise NotFound("trip", named, hint)


async def _matches(context: Context, caller: Caller, commuter_id: str) -> AsyncIterator[MatchRecord]:
    """Yield a commuter's matches of all markets, but for those that can not be read."""
    for market in await visible_markets(context, caller):
        ids = await store_matches.agreed_ids(context.store, market, [caller.partner_id], commuter=commuter_id)
        for match in (await store_matches.read_each(context.store, market, ids))[0]:
            yield match


def seen_by(match: MatchRecord, own: Person) -> Iterable[Party | Leaver]:
    """Return those of a car whom one of its people knows of: who is invited to it is known to the invited alone."""
    invited = any(rider.person == own for rider in match.invited)
    return match.with_invited().ever_parties if invited else match.ever_parties


async def _renew_open(context: Context, caller: Caller, kind: Kind, commuter_id: str) -> None:
    """Give the commuter's open trips another version."""
    markets = await visible_markets(context, caller)

    async def read(page: PageOf) -> Page[Trip]:
        return await store_trips.list_trips(
            context.store, markets, caller.partner_id, kind, page, status="open", commuter=commuter_id
        )

    async for trip in items_of(read):
        await _renew(context, caller, kind, trip.id)


async def _renew(context: Context, caller: Caller, kind: Kind, trip_id: str) -> None:
    for _ in range(_TRIES):
        market, trip = await find_trip(context, caller, kind, trip_id)
        if trip.moving_to is not None:
            await moves.finish(context, [(market, trip_id)])
        elif trip.status != "open" or await store_trips.amend_trip(context.store, market, trip, "amend"):
            return
    raise Busy(trip_id)


async def _part(context: Context, caller: Caller, match_id: str, own: Person, other: Person) -> None:
    """Take one of two people out of a car; of a car without the other, have no batch invite them to it.

    Raises Busy.
    """
    for _ in range(_TRIES):
        with suppress(WrongState):  # it has moved meanwhile
            try:
                market, match = await find_match(context, caller, match_id)
            except NotFound:  # it was but an invitation
                return
            if await _is_parted(context, caller, market.name, match, (own, other)):
                return
    raise Busy(match_id)


async def _is_parted(
    context: Context, caller: Caller, market: str, match: MatchRecord, pair: tuple[Person, Person]
) -> bool:
    """Do what is next, False, until nothing is: of two people at most one is in the car, or it is on its way."""
    own, other = (_trip_of(match, person) for person in pair)
    asked = {rider.trip_id for rider in match.invited}
    now = context.clock.now()
    if own is None or match.status not in HELD:
        return True
    if other is None:
        renewed = replace(match, version=match.version + 1)
        return match.status != "confirmed" or await match_changes.advance(
            context.store, market, [Advance(match, renewed, (), (), ())]
        )
    asks = match.status == "proposed" or own in asked
    if match.due_at <= now if asks else other not in asked and not _may_leave(match, own, now):
        return True  # nobody can accept it any more, or they are on the way
    if asks:
        await answer(context, caller, match.id, own, "declined")
    elif other in asked:
        await move_on(context, market, Move(match, match, ("uninvite",), reason=CAR_CHANGED))
    else:
        await leaving.part(context, market, match, own)
    return False


def _may_leave(match: MatchRecord, trip_id: str, now: datetime) -> bool:
    """Tell whether a trip's part in an agreed car is ahead: a record does not part who is on the way together."""
    if match.status == "confirmed":
        return match.stop_of(trip_id).at > now
    return match.waits(trip_id) and match.last_stop_of(trip_id).at > now


def _trip_of(match: MatchRecord, person: Person) -> str | None:
    """Return the trip by which somebody is in a car, or is invited to it."""
    return next((party.trip_id for party in (*match.parties, *match.invited) if party.person == person), None)
