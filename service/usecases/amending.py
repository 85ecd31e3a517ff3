"""Change what an open trip asks for or offers; it is judged as a whole, as a new one is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from service.clock import to_ms
from service.errors import Busy, Fault, Invalid, StaleVersion
from service.model.partners import Caller
from service.model.transitions import trip_step
from service.model.trips import Draft, Kind, Trip
from service.store import trips as store_trips
from service.usecases import moves
from service.usecases.as_commuter import as_may_post
from service.usecases.context import Context
from service.usecases.places import market_at, market_of_worker, own_drive_s
from service.usecases.trips import find_trip, get_trip, new_trip, refuse_impossible

_TRIES = 5
_FIXED = ("commuter_id", "return_of", "recurrence")


async def amend_trip(
    context: Context, caller: Caller, kind: Kind, trip_id: str, amend: Callable[[Draft], Draft], if_version: int | None
) -> Trip:
    """Change an open trip to what `amend` makes of its draft; one that this leaves as it is keeps its version.

    A batch that read the trip before can not propose it any more. Raises NotFound, StaleVersion, WrongState, Invalid,
    Busy.
    """
    for _ in range(_TRIES):
        market, trip = await find_trip(context, caller, kind, trip_id)
        if if_version is not None and trip.version != if_version:
            raise StaleVersion(trip_id, trip.version)
        step = trip_step(trip_id, trip.status, "amend")
        draft = as_may_post(caller, amend(trip.draft), trip.draft)
        if draft == trip.draft:
            return trip
        amended = await _amended(context, caller, market, trip, draft)
        if trip.moving_to is not None:
            await moves.finish(context, [(market, trip_id)])
        elif await store_trips.amend_trip(context.store, market, amended, step.action):
            return await get_trip(context, caller, kind, trip_id)
    raise Busy(trip_id)


async def _amended(context: Context, caller: Caller, market: str, trip: Trip, draft: Draft) -> Trip:
    fixed = [name for name in _FIXED if getattr(draft, name, None) != getattr(trip.draft, name, None)]
    if fixed:
        raise Invalid(*(Fault(f"/{name}", "can not be changed: cancel this trip and post another") for name in fixed))
    now, own_s = context.clock.now(), own_drive_s(context, draft)
    refuse_impossible(draft, own_s, to_ms(now))
    if draft.origin != trip.draft.origin:
        await _refuse_other_market(context, caller, market, trip, draft)
    home = await market_of_worker(context, market)
    outward = store_trips.outward_of(trip)
    outwards, _ = await store_trips.read_each(context.store, market, [outward] if outward else [])
    ahead = next(iter(outwards), None)
    anew = new_trip(context, caller, trip.kind, draft, home, now=now, own_s=own_s, outward=ahead)
    if trip.decides_from is not None and anew.decides_from is not None and trip.decides_from < anew.decides_from:
        anew = replace(anew, decides_from=trip.decides_from, decide_at=trip.decide_at)  # never later than was answered
    return replace(
        trip, draft=draft, due_ms=anew.due_ms, decide_at=anew.decide_at, decides_from=anew.decides_from
    )  # fmt: skip


async def _refuse_other_market(context: Context, caller: Caller, market: str, trip: Trip, draft: Draft) -> None:
    """Refuse an origin that would bring the trip to another market; one that a neighbour took in may stay there."""
    if store_trips.outward_of(trip) is not None:  # a way back stays with its way out, wherever it starts
        return
    before, after = [(await market_at(context, caller, spot)).name for spot in (trip.draft.origin, draft.origin)]
    if after not in (before, market):
        raise Invalid(Fault("/origin", f"is in the market {after}, not in {before}: cancel this trip and post another"))
