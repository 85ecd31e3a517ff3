"""The trips of series: made a week ahead, changed as their series is, and each made once.

A write of a series compares its revision and makes the trips in the same step, whoever does it. A change is written
first and then carried to the trips that were made before; who finds that unfinished goes on with it.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import date, timedelta

from service.clock import to_ms
from service.errors import Damaged, Invalid, NotFound, WrongState
from service.model.markets import Market
from service.model.partners import Caller, is_sandbox
from service.model.series import AHEAD, Series, SeriesStatus, part_on
from service.model.transitions import OVER
from service.model.trips import Draft, RequestDraft, Trip
from service.store import series as store_series
from service.store import trips as store_trips
from service.usecases.amending import amend_trip
from service.usecases.context import Context
from service.usecases.places import market_of_worker, own_drive_s
from service.usecases.trips import cancel_trip, new_trip

FIXED = ("commuter_id", "return_of")
Made = tuple[Series, list[Trip], int]
"""A series as it is to be written, its new trips, and when it is to be looked at again (epoch ms)."""
_AT_ONCE = 50
_DAMAGED_AGAIN_MS = 3_600_000


async def look_after_due(context: Context, market: str) -> int:
    """Make the trips that are a week ahead by now, finish changes, drop what is over; returns how many were due."""
    now_ms = to_ms(context.clock.now())
    ids = await store_series.due_ids(context.store, market, now_ms, _AT_ONCE)
    found = await store_series.read_each(context.store, market, ids) if ids else []
    for id_, series in zip(ids, found, strict=True):
        if series is None:
            await store_series.put_off(context.store, market, id_, now_ms + _DAMAGED_AGAIN_MS)
        elif series.status != "active" and not series.was:
            await store_series.drop_series(context.store, market, series)
        else:
            with suppress(store_series.Moved):  # whoever moved it has done so
                await look_after(context, _partner_of(series, market), market, series)
    return len(ids)


def today(context: Context, series: Series) -> date:
    """Return what day it is where a series is."""
    return context.clock.now().astimezone(series.parts[-1].recurrence.zone()).date()


async def look_after(context: Context, caller: Caller, market: str, series: Series) -> Series:
    """Carry a change to the trips that were made before it, then make those that are missing. Raises Moved."""
    if series.was:
        series = await _settled(context, caller, series)
    made = await made_of(context, caller, await market_of_worker(context, market), series)
    written = replace(made[0], revision=series.revision + 1)
    await store_series.put_series(context.store, market, written, made[2], made[1])
    return written


async def made_of(context: Context, caller: Caller, market: Market, series: Series) -> Made:
    """Return a series with the trips of the days that have come near, and when the next day does."""
    now, first = context.clock.now(), today(context, series)
    horizon = now + AHEAD
    made = {day: trip for day, trip in series.made.items() if day >= first}
    trips: list[Trip] = []
    # A day more than a week, because days end later in some places than in others.
    last = first + AHEAD + timedelta(days=1)
    through = max(series.through, first)
    outward = await _ways_out(context, caller, market, series)
    for day in series.days(through, last):
        part = series.part_on(day)
        if part.leaves_at(day) > horizon:
            break
        through = day + timedelta(days=1)
        draft, out = part.draft_on(day), outward.get(day)
        if isinstance(draft, RequestDraft):
            draft = draft.model_copy(update={"return_of": None if out is None else out.id})
        own_s = own_drive_s(context, draft)
        if day in made or to_ms(draft.latest_arrival) - own_s * 1000 <= to_ms(now):
            continue
        if (draft.latest_arrival - draft.earliest_departure).total_seconds() < own_s:
            made[day] = ""  # the clocks change within its window
            continue
        trip = new_trip(context, caller, series.kind, draft, market, now=now, own_s=own_s, outward=out)
        trips.append(replace(trip, series_id=series.id))
        made[day] = trip.id
    upcoming = series.next_day(through)
    status: SeriesStatus = series.status if series.status == "cancelled" else "active" if upcoming else "ended"
    if upcoming is None:
        due = horizon + timedelta(days=context.settings.retention_days)  # then it is dropped
    else:
        due = series.part_on(upcoming).leaves_at(upcoming) - AHEAD
    return replace(series, status=status, through=through, made=made), trips, to_ms(due)


async def _ways_out(context: Context, caller: Caller, market: Market, series: Series) -> dict[date, Trip]:
    """Return, by day, the ways out of a series of ways back that a way back can be tied to."""
    named = getattr(series.parts[-1].draft, "return_of", None)
    if named is None:
        return {}
    outward = await store_series.get_series(context.store, market.name, named)
    if outward is None:
        return {}
    upcoming = outward.next_day(outward.through)
    if upcoming is not None and outward.part_on(upcoming).leaves_at(upcoming) <= context.clock.now() + AHEAD:
        with suppress(store_series.Moved):
            outward = await look_after(context, caller, market.name, outward)
    made = {day: trip for day, trip in outward.made.items() if trip}
    trips, _ = await store_trips.read_each(context.store, market.name, list(made.values()))
    tied = {trip.id: trip for trip in trips if trip.moving_to is None and trip.status not in OVER}
    return {day: tied[id_] for day, id_ in made.items() if id_ in tied}


async def _settled(context: Context, caller: Caller, series: Series) -> Series:
    ahead = today(context, series)
    made = dict(series.made)
    for day, trip_id in series.made.items():
        if day < ahead:
            continue
        if not trip_id or day not in series.days(day, day):
            del made[day]
            if trip_id:
                with suppress(NotFound, WrongState, Damaged):
                    await cancel_trip(context, caller, series.kind, trip_id, None)
            continue
        before, after = part_on(series.was, day).draft_on(day), series.part_on(day).draft_on(day)
        if before != after:
            # One that is proposed or agreed stays as its people know it; one that can not follow stays as it is.
            with suppress(NotFound, WrongState, Damaged, Invalid):
                await amend_trip(context, caller, series.kind, trip_id, _follow(before, after), None)
    return replace(series, was=(), made=made, through=min(series.through, ahead))


def _follow(before: Draft, after: Draft) -> Callable[[Draft], Draft]:
    """Return what a change of a series makes of one of its trips: what was changed in the trip alone stays."""
    fields = type(after).model_fields.keys() - set(FIXED)
    moved = {name for name in fields if getattr(before, name) != getattr(after, name)}

    def follow(draft: Draft) -> Draft:
        names = [name for name in moved if getattr(draft, name) == getattr(before, name)]
        return draft.model_copy(update={name: getattr(after, name) for name in names})

    return follow


def _partner_of(series: Series, market: str) -> Caller:
    return Caller(series.partner_id, "", frozenset(), is_sandbox(market))
