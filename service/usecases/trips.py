"""Post, read and cancel offers and requests."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from service.clock import rfc3339, to_ms
from service.errors import Busy, Damaged, Fault, Invalid, NotFound, StaleVersion
from service.ids import is_id
from service.model.markets import MAIN, Market
from service.model.partners import Caller
from service.model.transitions import trip_step
from service.model.trips import Kind, OfferDraft, RequestDraft, Trip, TripStatus
from service.store import trips as store_trips
from service.store.damaged import set_aside
from service.store.erasures import Fence
from service.store.listing import Page, PageOf
from service.store.once import Once
from service.usecases import leaving, moves
from service.usecases.as_commuter import as_may_post, only_commuter
from service.usecases.context import Context
from service.usecases.idempotency import first_answer, reserve
from service.usecases.places import market_at, market_of_worker, markets_of_id, own_drive_s, visible_markets
from service.usecases.redacting import redacted_event
from service.usecases.telling import tell_trip

_TRIES = 5
_HORIZON = timedelta(days=366)


async def post_trip(
    context: Context, caller: Caller, kind: Kind, draft: OfferDraft | RequestDraft, once: Callable[[Trip], Once | None],
    fence: Fence | None = None,
) -> tuple[Trip, str | None]:  # fmt: skip
    """Store a new trip; returns it and, where the idempotency key was seen, the first answer.

    `fence`: of an import's line. Raises Invalid, KeyReused, Busy, ErasedSince.
    """
    draft = as_may_post(caller, draft)
    now = context.clock.now()
    own_s = own_drive_s(context, draft)
    make = partial(new_trip, context, caller, kind, draft, now=now, own_s=own_s)
    try:
        refuse_impossible(draft, own_s, to_ms(now))
        market, outward = await _market_of_draft(context, caller, draft)
    except Invalid:
        # What was fine at first may be too late by now: a repeat still gets its first answer.
        trip = make(MAIN)
        first = await first_answer(context, caller, once(trip))
        if first is None:
            raise
        return trip, first
    make = partial(make, outward=outward)
    trip = make(market)
    settled, first = await reserve(context, caller, once(trip), market)
    if first is not None:
        return trip, first
    if settled is not market and store_trips.outward_of(trip) is None:  # a way back stays with its way out
        market, trip = settled, make(settled)
    try:
        return trip, await store_trips.create_trip(context.store, market.name, trip, once(trip), fence)
    except store_trips.OutwardMoved:
        raise Busy(str(store_trips.outward_of(trip))) from None


def new_trip(
    context: Context, caller: Caller, kind: Kind, draft: OfferDraft | RequestDraft, market: Market, *,
    now: datetime, own_s: int, outward: Trip | None = None,
) -> Trip:  # fmt: skip
    """Return a trip as it is when it is posted to a market; `own_s`: how long its drive takes."""
    settings = market.settings(context.settings)
    decides_from = _decides_from(market, draft, outward)
    ahead = decides_from is not None and decides_from > now
    return Trip(
        id=context.new_id(kind, market.number), kind=kind, partner_id=caller.partner_id, status="open", version=1,
        created_at=now, due_ms=to_ms(draft.latest_arrival) - own_s * 1000, draft=draft,
        decides_from=decides_from if ahead else None,
        decide_at=(decides_from if decides_from and ahead else now)
        + timedelta(seconds=settings.batch_interval_s + settings.batch_time_limit_s),
    )  # fmt: skip


def _decides_from(market: Market, draft: OfferDraft | RequestDraft, outward: Trip | None) -> datetime | None:
    """Return from when on batches match a trip; None: at once. A way back is decided with its way out."""
    if outward is not None:
        return outward.decides_from
    return market.decide.opens_at(draft.earliest_departure, ZoneInfo(market.timezone))


async def begin_deciding(context: Context, market: str) -> None:
    """Have batches match the trips that they were to wait for until now."""
    for trip_id in await store_trips.begin_deciding(context.store, market, to_ms(context.clock.now())):
        await set_aside(context.store, market, "trip", trip_id)


async def get_trip(context: Context, caller: Caller, kind: Kind, trip_id: str) -> Trip:
    """Return a trip of the caller's own. Raises NotFound, Damaged."""
    _, trip = await find_trip(context, caller, kind, trip_id)
    return (await _with_holders(context, caller, [trip]))[0]


async def _with_holders(context: Context, caller: Caller, trips: Sequence[Trip]) -> list[Trip]:
    """Return trips with the trip of their `either` that a match holds, in the market that their ids name: they stay."""
    flexible: dict[str, list[Trip]] = {}
    for trip in trips:
        if trip.draft.either is not None and trip.match_id is None:
            market = (await markets_of_id(context, caller, trip.id))[0]
            flexible.setdefault(market.name, []).append(trip)
    held = {
        (market, who): holder for market, some in flexible.items()
        for who, holder in (await store_trips.either_holders(context.store, market, some)).items()
    }  # fmt: skip
    holder_of = {
        trip.id: held.get((market, (trip.partner_id, str(trip.draft.either))))
        for market, some in flexible.items() for trip in some
    }  # fmt: skip
    return [replace(trip, holder=holder_of.get(trip.id)) for trip in trips]


async def find_trip(context: Context, caller: Caller, kind: Kind, trip_id: str) -> tuple[str, Trip]:
    """Return a trip of the caller's own and the market that it is in. Raises NotFound, Damaged."""
    for market in await markets_of_id(context, caller, trip_id) if is_id(trip_id, kind) else ():
        try:
            place, trip = await store_trips.find_trip(context.store, market.name, trip_id)
        except Damaged:
            if await store_trips.is_listed(context.store, market.name, caller.whose, kind, trip_id):
                raise
            break
        if trip is not None and caller.owns(trip):
            return place, trip
    raise NotFound(kind, trip_id)


async def list_trips(
    context: Context, caller: Caller, kind: Kind, page: PageOf, *,
    status: TripStatus | None, commuter: str | None, external_id: str | None, series: str | None = None,
) -> Page[Trip]:  # fmt: skip
    """Return a page of the caller's own trips."""
    found = await store_trips.list_trips(
        context.store,
        await visible_markets(context, caller),
        caller.partner_id,
        kind,
        page,
        status=status,
        commuter=only_commuter(caller, commuter),
        external_id=external_id,
        series=series,
    )
    return replace(found, items=await _with_holders(context, caller, found.items))


async def cancel_trip(context: Context, caller: Caller, kind: Kind, trip_id: str, if_version: int | None) -> Trip:
    """Cancel a trip that is not under way; others in its match are free at once, or ride on without it.

    Raises NotFound, StaleVersion, WrongState, Busy.
    """
    for _ in range(_TRIES):
        market, trip = await find_trip(context, caller, kind, trip_id)
        if if_version is not None and trip.version != if_version:
            raise StaleVersion(trip_id, trip.version)
        if trip.status == "cancelled":
            return trip  # a repeat, whose first answer was lost
        trip_step(trip_id, trip.status, "cancel")
        if trip.moving_to is not None:
            await moves.finish(context, [(market, trip_id)])
        elif await cancel_in(context, market, trip):
            return await get_trip(context, caller, kind, trip_id)
    raise Busy(trip_id)


async def cancel_in(context: Context, market: str, trip: Trip, hidden: frozenset[str] = frozenset()) -> bool:
    """Cancel a trip that is not moving, as it was read; False where it has moved on. Raises WrongState.

    `hidden`: trips of a person who is erased, of whom no event tells more than ids and states.
    """
    if trip.match_id is not None:
        return await leaving.withdraw(context, market, trip, "trip_cancelled", hidden)
    step = trip_step(trip.id, trip.status, "cancel")
    events = [redacted_event(e, hidden) for e in tell_trip(trip, step, rfc3339(context.clock.now()))]
    return await store_trips.close_trip(context.store, market, trip, step.action, events)


async def expire(context: Context, market: str, trip_id: str) -> None:
    """End an open trip that no ride can serve in time any more; nothing happens where it has moved meanwhile."""
    now = context.clock.now()
    (trip,) = await store_trips.get_trips(context.store, market, [trip_id])
    if trip is not None and trip.status == "open" and trip.due_ms <= to_ms(now):
        step = trip_step(trip_id, trip.status, "expire")
        await store_trips.close_trip(context.store, market, trip, step.action, tell_trip(trip, step, rfc3339(now)))


def refuse_impossible(draft: OfferDraft | RequestDraft, own_s: int, now_ms: int) -> None:
    """Refuse a trip that is too far ahead, too late, or has no time for its own drive. Raises Invalid."""
    refuse_unfit(draft, own_s, now_ms)
    if to_ms(draft.latest_arrival) - own_s * 1000 <= now_ms:
        raise Invalid(Fault("/latest_arrival", "it is too late to get there in time: post trips that are still ahead"))


def refuse_unfit(draft: OfferDraft | RequestDraft, own_s: int, now_ms: int) -> None:
    """Refuse a trip that is too far ahead, or has no time for its own drive. Raises Invalid."""
    if to_ms(draft.earliest_departure) > now_ms + _HORIZON.total_seconds() * 1000:
        raise Invalid(Fault("/earliest_departure", f"is more than {_HORIZON.days} days ahead: post it nearer the day"))
    window_s = (draft.latest_arrival - draft.earliest_departure).total_seconds()
    if window_s < own_s:
        raise Invalid(Fault("/latest_arrival", (
            f"the window of {window_s:.0f} s is shorter than the drive of about {own_s} s: "
            "leave earlier or arrive later"
        )))  # fmt: skip


async def _market_of_draft(
    context: Context, caller: Caller, draft: OfferDraft | RequestDraft
) -> tuple[Market, Trip | None]:
    """Return the market that a trip goes to, that of its origin or of its way out, and its way out. Raises Invalid."""
    if not isinstance(draft, RequestDraft) or draft.return_of is None:
        return await market_at(context, caller, draft.origin), None
    fault = Fault("/return_of", "is not one of your requests by the same commuter")
    try:
        place, outward = await find_trip(context, caller, "request", draft.return_of)
    except NotFound:
        raise Invalid(fault) from None
    if outward.draft.commuter_id != draft.commuter_id:
        raise Invalid(fault)
    return await market_of_worker(context, place), outward
