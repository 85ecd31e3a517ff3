"""Post, read and cancel offers and requests."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from matching.model import Place
from service.clock import rfc3339, to_ms
from service.errors import Busy, Damaged, Fault, Invalid, NotFound, StaleVersion
from service.ids import is_id, new_id
from service.model.partners import Caller
from service.model.transitions import trip_after
from service.model.trips import Kind, OfferDraft, RequestDraft, Spot, Trip, TripStatus
from service.store import trips as store_trips
from service.store.listing import Page, PageOf
from service.store.once import Once, first_answer
from service.usecases import matches
from service.usecases.context import Context
from service.usecases.telling import tell_closed

_TRIES = 5
_HORIZON = timedelta(days=366)


async def post_trip(
    context: Context, caller: Caller, kind: Kind, draft: OfferDraft | RequestDraft, once: Callable[[Trip], Once | None]
) -> tuple[Trip, str | None]:
    """Store a new trip; returns it and, where the idempotency key was seen, the first answer. Raises Invalid."""
    now = context.clock.now()
    own_s = context.travel.seconds(place(draft.origin), place(draft.destination))
    trip = Trip(
        id=new_id(kind), kind=kind, partner_id=caller.partner_id, status="open", version=1, created_at=now,
        due_ms=to_ms(draft.latest_arrival) - own_s * 1000, draft=draft,
        decide_at=now + timedelta(seconds=context.settings.batch_interval_s + context.settings.batch_time_limit_s),
    )  # fmt: skip
    kept = once(trip)
    try:
        _refuse_impossible(draft, own_s, to_ms(now))
        if isinstance(draft, RequestDraft) and draft.return_of is not None:
            await _refuse_bad_return(context, caller, draft, draft.return_of)
    except Invalid:
        # What was fine at first may be too late by now: a repeat still gets its first answer.
        first = await first_answer(context.store, caller.market, caller.partner_id, kept)
        if first is None:
            raise
        return trip, first
    return trip, await store_trips.create_trip(context.store, caller.market, trip, kept)


async def get_trip(context: Context, caller: Caller, kind: Kind, trip_id: str) -> Trip:
    """Return a trip of the caller's own. Raises NotFound, Damaged."""
    if is_id(trip_id, kind):
        try:
            (trip,) = await store_trips.get_trips(context.store, caller.market, [trip_id])
        except Damaged:
            if await store_trips.is_listed(context.store, caller.market, caller.partner_id, kind, trip_id):
                raise
            raise NotFound(kind, trip_id) from None
        if trip is not None and trip.partner_id == caller.partner_id:
            return trip
    raise NotFound(kind, trip_id)


async def list_trips(
    context: Context, caller: Caller, kind: Kind, page: PageOf, *,
    status: TripStatus | None, commuter: str | None, external_id: str | None,
) -> Page[Trip]:  # fmt: skip
    """Return a page of the caller's own trips."""
    return await store_trips.list_trips(
        context.store,
        caller.market,
        caller.partner_id,
        kind,
        page,
        status=status,
        commuter=commuter,
        external_id=external_id,
    )


async def cancel_trip(context: Context, caller: Caller, kind: Kind, trip_id: str, if_version: int | None) -> Trip:
    """Cancel a trip; a match that holds it ends, and the others in it are free at once.

    Raises NotFound, StaleVersion, WrongState, Busy.
    """
    for _ in range(_TRIES):
        trip = await get_trip(context, caller, kind, trip_id)
        if if_version is not None and trip.version != if_version:
            raise StaleVersion(trip_id, trip.version)
        if trip.status == "cancelled":
            return trip  # a repeat, whose first answer was lost
        after = trip_after(trip_id, trip.status, "cancel")
        if trip.match_id is None:
            event = tell_closed(trip, after, rfc3339(context.clock.now()))
            if await store_trips.close_trip(context.store, caller.market, trip, after, [event]):
                return await get_trip(context, caller, kind, trip_id)
        elif await matches.withdraw(context, caller.market, trip):
            return await get_trip(context, caller, kind, trip_id)
    raise Busy(trip_id)


def place(spot: Spot) -> Place:
    """Return the matcher's point of a person's place."""
    return Place(lat=spot.lat, lon=spot.lon)


async def expire(context: Context, market: str, trip_id: str) -> None:
    """End an open trip that no ride can serve in time any more; nothing happens where it has moved meanwhile."""
    now = context.clock.now()
    (trip,) = await store_trips.get_trips(context.store, market, [trip_id])
    if trip is not None and trip.status == "open" and trip.due_ms <= to_ms(now):
        after = trip_after(trip_id, trip.status, "expire")
        await store_trips.close_trip(context.store, market, trip, after, [tell_closed(trip, after, rfc3339(now))])


def _refuse_impossible(draft: OfferDraft | RequestDraft, own_s: int, now_ms: int) -> None:
    if to_ms(draft.earliest_departure) > now_ms + _HORIZON.total_seconds() * 1000:
        raise Invalid(Fault("/earliest_departure", f"is more than {_HORIZON.days} days ahead: post it nearer the day"))
    window_s = (draft.latest_arrival - draft.earliest_departure).total_seconds()
    if window_s < own_s:
        raise Invalid(Fault("/latest_arrival", (
            f"the window of {window_s:.0f} s is shorter than the drive of about {own_s} s: "
            "leave earlier or arrive later"
        )))  # fmt: skip
    if to_ms(draft.latest_arrival) - own_s * 1000 <= now_ms:
        raise Invalid(Fault("/latest_arrival", "it is too late to get there in time: post trips that are still ahead"))


async def _refuse_bad_return(context: Context, caller: Caller, draft: RequestDraft, return_of: str) -> None:
    fault = Fault("/return_of", "is not one of your requests by the same commuter")
    if not is_id(return_of, "request"):
        raise Invalid(fault)
    (outward,) = await store_trips.get_trips(context.store, caller.market, [return_of])
    if outward is None or outward.partner_id != caller.partner_id or outward.draft.commuter_id != draft.commuter_id:
        raise Invalid(fault)
