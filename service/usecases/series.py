"""Series: trips that recur. Post, read, change and end them; their trips are made a week ahead."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date

from service.clock import to_ms
from service.errors import Busy, Fault, Invalid, NotFound, StaleVersion, WrongState
from service.ids import is_id
from service.model.markets import Market
from service.model.partners import Caller
from service.model.series import MOST_PARTS, Part, Series, SeriesStatus, part_on
from service.model.trips import Draft, Kind
from service.store import series as store_series
from service.store.erasures import Fence
from service.store.listing import Page, PageOf
from service.store.once import Once
from service.usecases.as_commuter import as_may_post, only_commuter
from service.usecases.context import Context
from service.usecases.idempotency import first_answer, reserve
from service.usecases.occurrences import FIXED, Made, look_after, made_of, today
from service.usecases.places import market_at, market_of_worker, markets_of_id, own_drive_s, visible_markets
from service.usecases.trips import refuse_unfit

_TRIES = 5
_Change = Callable[[str, Series], Awaitable[Series]]


async def post_series(
    context: Context, caller: Caller, kind: Kind, draft: Draft, once: Callable[[Series], Once | None],
    fence: Fence | None = None,
) -> tuple[Series, str | None]:  # fmt: skip
    """Store a new series with the trips of its first week; returns it and, where the key was seen, the first answer.

    `fence`: of an import's line. Raises Invalid, KeyReused, Busy, ErasedSince.
    """
    draft = as_may_post(caller, draft)
    _refuse_unfit(context, draft)
    market = await _market_of(context, caller, draft)
    made = await _new(context, caller, kind, draft, market)
    settled, first = await reserve(context, caller, once(made[0]), market)
    if first is not None:
        return made[0], first
    if settled.name != market.name and getattr(draft, "return_of", None) is None:
        market, made = settled, await _new(context, caller, kind, draft, settled)
    series, trips, due_ms = made
    if series.status == "ended" and not trips:
        # What was ahead at first may be over by now: a repeat still gets its first answer.
        first = await first_answer(context, caller, once(series))
        if first is None:
            raise Invalid(Fault("/recurrence/rrule", "has no day that is still ahead"))
        return series, first
    try:
        first = await store_series.put_series(
            context.store, market.name, series, due_ms, trips, once=once(series), fence=fence
        )
    except store_series.Moved:
        raise Busy(series.id) from None
    return series, first


async def find_series(context: Context, caller: Caller, series_id: str) -> tuple[str, Series]:
    """Return a series of the caller's own, and its market. Raises NotFound, Damaged."""
    for market in await markets_of_id(context, caller, series_id) if is_id(series_id, "series") else ():
        series = await store_series.get_series(context.store, market.name, series_id)
        if series is not None and caller.owns(series):
            return market.name, series
    raise NotFound("series", series_id)


async def list_series(
    context: Context, caller: Caller, page: PageOf, *, status: SeriesStatus | None, commuter: str | None
) -> Page[Series]:
    """Return a page of the caller's own series."""
    markets = await visible_markets(context, caller)
    return await store_series.list_series(
        context.store, markets, caller.partner_id, page, status=status, commuter=only_commuter(caller, commuter)
    )


async def amend_series(
    context: Context, caller: Caller, series_id: str, amend: Callable[[Draft], Draft], first: date | None,
    if_version: int | None,
) -> Series:  # fmt: skip
    """Change a series from a local day on, None for all that is ahead, with its trips that are open still.

    Raises NotFound, StaleVersion, WrongState, Invalid, Busy.
    """

    async def change(market: str, series: Series) -> Series:
        start = _first_day(context, series, first)
        base = series.part_on(start)
        later = [part for part in series.parts if part.first > start and part is not base]
        changing = [(start, base), *((part.first, part) for part in later)]
        new = [Part(day, _amended(caller, part, amend)) for day, part in changing]
        if [part.draft for part in new] == [part.draft for part in (base, *later)]:
            return series
        for part in new:
            await _refuse_change(context, caller, market, base.draft, part.draft)
        kept = _in_force([*(part for part in series.parts if part.first < start), *new], today(context, series))
        if len(kept) > MOST_PARTS:
            raise Invalid(Fault("?from", f"would make more than {MOST_PARTS} changes that are yet to come"))
        return replace(series, parts=kept)

    return await _change(context, caller, series_id, if_version, "amend", change)


async def cancel_series(
    context: Context, caller: Caller, series_id: str, first: date | None, if_version: int | None
) -> Series:
    """End a series from a local day on, None for all that is ahead: its trips from then on are cancelled.

    Raises NotFound, StaleVersion, Invalid, Busy.
    """

    async def change(_: str, series: Series) -> Series:
        if first is None:
            return replace(series, status="cancelled")
        start = _first_day(context, series, first)
        return series if series.until and series.until <= start else replace(series, until=start)

    return await _change(context, caller, series_id, if_version, "cancel", change)


async def _change(
    context: Context, caller: Caller, series_id: str, if_version: int | None, action: str, change: _Change
) -> Series:
    for _ in range(_TRIES):
        market, series = await find_series(context, caller, series_id)
        if if_version is not None and series.version != if_version:
            raise StaleVersion(series_id, series.version)
        if series.status == "cancelled":
            if action == "cancel":
                return series  # a repeat, whose first answer was lost
            raise WrongState(series_id, series.status, action, "post another")
        with suppress(store_series.Moved):
            if series.was:
                series = await look_after(context, caller.partner, market, series)
            changed = await change(market, series)
            if changed is series:
                return series
            written = replace(changed, version=series.version + 1, revision=series.revision + 1, was=series.parts)
            await store_series.put_series(context.store, market, written, to_ms(context.clock.now()), [])
            with suppress(store_series.Moved):  # then it is carried on by who did
                await look_after(context, caller.partner, market, written)
            return (await find_series(context, caller, series_id))[1]
    raise Busy(series_id)


async def _new(context: Context, caller: Caller, kind: Kind, draft: Draft, market: Market) -> Made:
    now = context.clock.now()
    zone = Part(date.min, draft).recurrence.zone()
    series = Series(
        id=context.new_id("series", market.number), kind=kind, partner_id=caller.partner_id, status="active",
        version=1, revision=1, created_at=now, parts=(Part(draft.earliest_departure.astimezone(zone).date(), draft),),
    )  # fmt: skip
    return await made_of(context, caller, market, series)


async def _market_of(context: Context, caller: Caller, draft: Draft) -> Market:
    named = getattr(draft, "return_of", None)
    if named is None:
        return await market_at(context, caller, draft.origin)
    fault = Fault("/return_of", "is not one of your series of requests by the same commuter: a way back that recurs "
                  "names the series of its way out")  # fmt: skip
    try:
        market, outward = await find_series(context, caller, named)
    except NotFound:
        raise Invalid(fault) from None
    if outward.kind != "request" or outward.commuter_id != draft.commuter_id:
        raise Invalid(fault)
    return await market_of_worker(context, market)


def _amended(caller: Caller, part: Part, amend: Callable[[Draft], Draft]) -> Draft:
    """Return the draft that a change makes of a part's, on its first day still: of times only the local time counts."""
    draft = as_may_post(caller, amend(part.draft), part.draft)
    if draft.recurrence is None:
        raise Invalid(Fault("/recurrence", "can not be taken away: delete the series"))
    anchored = Part(part.first, draft).draft_on(part.start.date())
    return draft.model_copy(update={
        "earliest_departure": anchored.earliest_departure, "latest_arrival": anchored.latest_arrival,
    })  # fmt: skip


async def _refuse_change(context: Context, caller: Caller, market: str, before: Draft, after: Draft) -> None:
    fixed = [name for name in FIXED if getattr(before, name, None) != getattr(after, name, None)]
    if fixed:
        raise Invalid(*(Fault(f"/{name}", "can not be changed: cancel this series and post another") for name in fixed))
    _refuse_unfit(context, after)
    if getattr(after, "return_of", None) is None and after.origin != before.origin:
        home = (await market_at(context, caller, after.origin)).name
        if home != market:
            raise Invalid(Fault("/origin", f"is in the market {home}, not in {market}: post another series"))


def _refuse_unfit(context: Context, draft: Draft) -> None:
    own_s = own_drive_s(context, draft)
    refuse_unfit(draft, own_s, to_ms(context.clock.now()))


def _in_force(parts: Sequence[Part], day: date) -> tuple[Part, ...]:
    """Return the parts without those that ended before a day."""
    now = part_on(parts, day)
    return tuple(part for part in parts if part is now or part.first > now.first)


def _first_day(context: Context, series: Series, first: date | None) -> date:
    now = today(context, series)
    if first is not None and first < now:
        raise Invalid(Fault("?from", f"is over: it is {now.isoformat()} where the series is"))
    return first or now
