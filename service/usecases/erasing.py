"""Erase a person: their trips and series, their part in matches, what events tell of them, and what else is theirs.

In steps that may be done again, in an order that lets a repeat find what an earlier try has left: the person's trips,
and the partners whose people were in their cars, are noted first, and that note is dropped last. What is written
meanwhile tells of the person no more than ids and states.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

import orjson

from service.clock import to_ms
from service.errors import Busy, Damaged, WrongState
from service.ids import PREFIXES
from service.model.blocks import Person
from service.model.events import log_owner
from service.model.matches import MatchRecord
from service.model.partners import Caller
from service.model.transitions import HELD, MatchAction
from service.model.trips import Trip, kind_of
from service.store import blocks as store_blocks
from service.store import erasing as store_erasing
from service.store import events as store_events
from service.store import match_changes
from service.store import matches as store_matches
from service.store import trips as store_trips
from service.store.erasing import Told
from service.store.match_changes import Advance
from service.usecases import moves
from service.usecases.advancing import Move, move_on
from service.usecases.context import Context
from service.usecases.erasing_lines import erase_lines
from service.usecases.places import market_of_worker, visible_markets
from service.usecases.redacting import redacted, redacted_match
from service.usecases.reports import EVENT as REPORTED
from service.usecases.retention import counts_of_trip
from service.usecases.tokens import sign_out
from service.usecases.trips import cancel_in

_TRIES = 10
Place = tuple[str, str]  # a market, and a trip in it


async def erase(context: Context, caller: Caller, commuter_id: str) -> None:
    """Erase a commuter of the caller's; again, it ends what was left half done.

    Raises WrongState while they are on the way with others, and Damaged, Busy, StoreUnavailable.
    """
    markets = await visible_markets(context, caller)
    for market in markets:
        for match in await _matches(context, caller, market, commuter_id):
            _refuse_on_the_way(context, match, (caller.partner_id, commuter_id))
    await sign_out(context, caller, commuter_id)
    await erase_lines(context, caller, markets, commuter_id)
    await _drop_series(context, caller, markets, commuter_id)
    noted = await _end_trips(context, caller, markets, commuter_id)
    trip_ids = {id_ for id_ in noted if kind_of(id_) is not None}
    for market in markets:
        await _redact_matches(context, caller, market, commuter_id)
    for market in markets:
        partners = noted - trip_ids | {caller.partner_id}
        await _redact_events(context, market, partners, (caller.partner_id, commuter_id), trip_ids)
    await _drop_certificates(context, markets, trip_ids)
    for market in markets:
        await _drop_trips(context, caller, markets, market, commuter_id, trip_ids)
    await _drop_blocks(context, caller, commuter_id)
    await store_erasing.drop_own(context.store, log_owner(caller.world, caller.partner_id), commuter_id)


async def _matches(context: Context, caller: Caller, market: str, commuter_id: str) -> list[MatchRecord]:
    ids = await store_matches.agreed_ids(context.store, market, [caller.partner_id], commuter=commuter_id)
    found = await store_matches.get_matches(context.store, market, ids) if ids else []
    return [match for match in found if match is not None]


def _refuse_on_the_way(context: Context, match: MatchRecord, person: Person) -> None:
    """Refuse who drives or rides just now: others in the car rely on what it tells them."""
    if match.status != "under_way" or match.stops[-1].at <= context.clock.now():
        return
    for party in match.parties:
        if party.person == person and not match.waits(party.trip_id):
            raise WrongState(match.id, match.status, "erasure of who is in it", "complete or cancel the ride first")


async def _drop_series(context: Context, caller: Caller, markets: list[str], commuter_id: str) -> None:
    """Drop a commuter's series; the trips that they made are left to be ended."""
    for market in markets:
        ids = await store_erasing.listed_series(context.store, market, caller.partner_id, commuter_id)
        hashes = await store_erasing.made_by(context.store, market, [], ids)
        await store_erasing.erase_answers(context.store, market, caller.partner_id, hashes)
        await store_erasing.erase_series(context.store, market, caller.partner_id, commuter_id, ids)


async def _end_trips(context: Context, caller: Caller, markets: list[str], commuter_id: str) -> set[str]:
    """Note a commuter's trips and who was in their cars, and end what is not over; returns trips and partners."""
    log = log_owner(caller.world, caller.partner_id)
    for _ in range(_TRIES):
        here = [
            (market, id_) for market in markets
            for id_ in await store_erasing.listed(context.store, market, caller.partner_id, commuter_id)
        ]  # fmt: skip
        cars = [match for market in markets for match in await _matches(context, caller, market, commuter_id)]
        partners = {party.partner_id for car in cars for party in (*car.ever_parties, *car.invited)}
        noted = await store_erasing.note(context.store, log, commuter_id, partners.union(id_ for _, id_ in here))
        if all([await _is_over(context, market, id_, frozenset(noted)) for market, id_ in here]):
            return noted
    raise Busy(commuter_id)


async def _is_over(context: Context, market: str, trip_id: str, hidden: frozenset[str]) -> bool:
    """Do what is next to end a trip, False, until nothing is."""
    (trip,), damaged = await _read(context, market, trip_id)
    if damaged or trip is None:
        return True
    if trip.moving_to is not None:
        await moves.finish(context, [(market, trip_id)])
        return False
    if trip.status not in (*HELD, "open"):
        return True
    if trip.match_id is not None:
        (match,) = await store_matches.get_matches(context.store, market, [trip.match_id])
        is_ride = match is not None and match.status in ("confirmed", "under_way")
        if match is not None and is_ride and match.stops[-1].at <= context.clock.now():
            action: MatchAction = "start" if match.status == "confirmed" else "complete"
            await move_on(context, market, Move(match, match, (action,), hidden=hidden))
            return False
    await cancel_in(context, market, trip, hidden)
    return False


async def _read(context: Context, market: str, trip_id: str) -> tuple[list[Trip | None], bool]:
    try:
        return await store_trips.get_trips(context.store, market, [trip_id]), False
    except Damaged:
        return [None], True


async def _redact_matches(context: Context, caller: Caller, market: str, commuter_id: str) -> None:
    """Leave figures of a person in their matches."""
    person = (caller.partner_id, commuter_id)
    for match in await _matches(context, caller, market, commuter_id):
        for _ in range(_TRIES):
            (now,) = await store_matches.get_matches(context.store, market, [match.id])
            left = None if now is None else redacted_match(now, person)
            if now is None or left is None or left is now:
                break
            after = replace(left, version=now.version + 1)
            if await match_changes.advance(context.store, market, [Advance(now, after, (), (), ())]):
                break
        else:
            raise Busy(match.id)


async def _redact_events(
    context: Context, market: str, partners: Collection[str], person: Person, trip_ids: Collection[str]
) -> None:
    """Leave of a person what `redacted` does, in what a market has told partners.

    What has yet to be relayed is relayed here first: whichever deliverer holds it by now, the logs take it once.
    """
    await _relay(context, market)
    own_log = log_owner(market, person[0])
    dead = [
        entry for entry, event in await store_erasing.dead_events(context.store, market)
        if any(id_ in event.get("data", "") for id_ in trip_ids)
    ]  # fmt: skip
    await store_erasing.drop_dead(context.store, market, dead)
    for log in sorted({log_owner(market, partner) for partner in partners}):
        found = await store_erasing.events_of(context.store, log, trip_ids, person[1] if log == own_log else "")
        told = [event for event in found if not _of_another(event, person, own=log == own_log)]
        left = [_redacted(event, trip_ids) for event in told]
        if left != told:
            await store_erasing.rewrite_events(context.store, log, left)
        await store_erasing.erase_attempts(context.store, log, [event.entry for event in told])


def _redacted(event: Told, trip_ids: Collection[str]) -> Told:
    people = orjson.loads(event.people or b"{}")
    others = {trip_id: who for trip_id, who in people.items() if trip_id not in trip_ids}
    kept = orjson.dumps(others).decode() if others else ""
    return replace(event, data=redacted(event.type, event.data, trip_ids), people=kept)


def _of_another(event: Told, person: Person, *, own: bool) -> bool:
    """Tell whether it is what another has reported: that stays theirs."""
    return event.type == REPORTED and not (own and orjson.loads(event.data).get("commuter_id") == person[1])


async def _relay(context: Context, market: str) -> None:
    now = context.live.clock.now()
    for _ in range(1000):
        entries = await store_events.unrelayed(context.store, market)
        if not entries:
            return
        parcels = store_events.parcels_of(entries, 50)
        try:
            await store_events.relay(context.store, parcels, now, now - timedelta(days=context.settings.retention_days))
        except store_events.NotRelayed:
            raise Busy("an event of this market") from None  # a deliverer sets it aside
        if not await store_events.forget_relayed(context.store, entries):
            raise Busy("the market, which a backup holds,")


async def _drop_certificates(context: Context, markets: Sequence[str], trip_ids: Collection[str]) -> None:
    """Drop the proofs of all batches that may have read these trips: their places are in them."""
    for market in markets if trip_ids else ():
        first = f"{PREFIXES['batch']}_{min(id_.partition('_')[2] for id_ in trip_ids)}"  # ids sort by time
        await store_erasing.drop_certificates(context.store, market, first, to_ms(context.clock.now()))


async def _drop_trips(
    context: Context, caller: Caller, markets: Sequence[str], market: str, commuter_id: str, trip_ids: Collection[str]
) -> None:
    ids = sorted(trip_ids)
    hashes = await store_erasing.made_by(context.store, market, ids, [])
    for other in markets:  # one that moved left the answer behind
        await store_erasing.erase_answers(context.store, other, caller.partner_id, hashes)
    read, _ = await store_trips.read_each(context.store, market, ids)
    known = await market_of_worker(context, market)
    here = await store_erasing.listed(context.store, market, caller.partner_id, commuter_id)
    counts: dict[str, Mapping[str, int]] = {
        trip.id: counts_of_trip(known, trip) if trip.match_id is None else {} for trip in read
    }
    counts |= {id_: {} for id_ in here.intersection(ids) if id_ not in counts}
    if await store_erasing.erase_trips(context.store, market, counts):
        raise Busy(commuter_id)
    await store_erasing.unlist(context.store, market, caller.partner_id, commuter_id, counts)


async def _drop_blocks(context: Context, caller: Caller, commuter_id: str) -> None:
    """Drop whom a commuter blocks, and that others block them."""
    own = (caller.partner_id, commuter_id)
    for block in await store_blocks.blocks_of(context.store, caller.world, own):
        await store_blocks.drop(context.store, caller.world, own, block.person)
    for other in await store_blocks.parted_from(context.store, caller.world, own):
        await store_blocks.drop(context.store, caller.world, other, own)
