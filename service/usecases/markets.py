"""Make, change and show live markets."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import chain
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import ValidationError

from service.errors import Busy, Fault, Invalid, NotFound
from service.ids import MOST_MARKETS
from service.model.areas import AreaIndex, BadArea, overlap, read_area
from service.model.deciding import Decide
from service.model.fallbacks import fallback_faults
from service.model.markets import NAME_FORM, POLICY, Market, Markets
from service.model.meeting_points import BadMeetingPoints, NamedPoint, read_meeting_points
from service.settings import Settings
from service.store import markets as store_markets
from service.store.listing import Page
from service.usecases.audit import act
from service.usecases.context import Context

_OPENS_AFTER = timedelta(seconds=3 * store_markets.KNOWN_WITHIN_S)  # room for clocks that differ
_TRIES = 10


@dataclass(frozen=True, slots=True)
class MarketChange:
    """What is to be said of a market; None leaves it as it is. `area`, `meeting_points`: GeoJSON documents."""

    area: Any = None
    timezone: str | None = None
    currency: str | None = None
    neighbours: Sequence[str] | None = None
    policy: Mapping[str, float] | None = None
    decide: Decide | None = None
    fallback: Mapping[str, str] | None = None
    meeting_points: Any = None


async def create_market(context: Context, name: str, given: MarketChange) -> Market:
    """Make a live market, which takes trips once every process knows of it. Raises Invalid, Busy."""
    if not re.fullmatch(NAME_FORM, name) or name.startswith("sandbox-"):
        raise Invalid(Fault("/name", "must be 1 to 40 of a-z, 0-9 and -, begin with a letter, and not with sandbox-"))

    def make(markets: Markets) -> Market:
        if markets.named(name) is not None:
            raise Invalid(Fault("/name", f"there is a market {name} already: carpool markets update changes it"))
        number = 1 + max(market.number for market in markets)
        if number >= MOST_MARKETS:
            raise Invalid(Fault("/name", f"there are {MOST_MARKETS} markets already, as many as ids can name"))
        return Market(name, number, opens_at=context.clock.now() + _OPENS_AFTER)

    return await _write(context, "market.create", make, given)


async def update_market(context: Context, name: str, change: MarketChange) -> Market:
    """Change a market; trips stay in the market that they were posted to, and are decided when they were told.

    Raises NotFound, Invalid, Busy.
    """

    def find(markets: Markets) -> Market:
        market = markets.named(name)
        if market is None:
            raise NotFound("market", name)
        return market

    return await _write(context, "market.update", find, change)


async def list_markets(context: Context) -> list[Market]:
    """Return all live markets as they are now, by number."""
    return list((await store_markets.read_markets(context.store))[1])


async def known_markets(context: Context) -> Page[Market]:
    """Return all live markets as this process knows them, by number, in one page."""
    return Page(list(await context.markets.read(context.store)), None)


async def get_market(context: Context, name: str) -> Market:
    """Return a live market as it is now. Raises NotFound."""
    market = (await store_markets.read_markets(context.store))[1].named(name)
    if market is None:
        raise NotFound("market", name)
    return market


async def meeting_points_of(context: Context, name: str) -> Page[NamedPoint]:
    """Return the meeting points of a live market as this process knows them, in one page. Raises NotFound."""
    market = (await context.markets.read(context.store)).named(name)
    if market is None:
        raise NotFound("market", name)
    return Page(list(market.meeting_points), None)


async def _write(context: Context, what: str, start: Callable[[Markets], Market], change: MarketChange) -> Market:
    said = [name for name in MarketChange.__slots__ if getattr(change, name) is not None]
    for _ in range(_TRIES):
        version, markets = await store_markets.read_markets(context.store)
        before = start(markets)
        market = _changed(before, change)
        _refuse_bad(market, [other for other in markets if other.name != market.name])
        if await store_markets.put_market(context.store, market, version, act(context, what, market.name, given=said)):
            context.markets.forget()
            return market
    raise Busy(f"the market {before.name}")


def _changed(market: Market, change: MarketChange) -> Market:
    try:
        area = market.area if change.area is None else read_area(change.area)
    except BadArea as error:
        raise Invalid(Fault("/area", str(error))) from None
    try:
        points = market.meeting_points if change.meeting_points is None else read_meeting_points(change.meeting_points)
    except BadMeetingPoints as error:
        raise Invalid(Fault("/meeting_points", str(error))) from None
    return replace(
        market, area=area, meeting_points=points, version=market.version + 1,
        timezone=market.timezone if change.timezone is None else change.timezone,
        currency=market.currency if change.currency is None else change.currency,
        neighbours=market.neighbours if change.neighbours is None else tuple(dict.fromkeys(change.neighbours)),
        policy={**market.policy, **(change.policy or {})}, decide=change.decide or market.decide,
        fallback=market.fallback if change.fallback is None else dict(change.fallback) or None,
    )  # fmt: skip


def _refuse_bad(market: Market, others: Sequence[Market]) -> None:
    for fault in chain(own_faults(market, others), area_faults(market, others), point_faults(market, others)):
        raise Invalid(fault)


def own_faults(market: Market, others: Sequence[Market]) -> Iterator[Fault]:
    """Yield what is wrong with a market's time zone, policy, currency and neighbours."""
    try:
        ZoneInfo(market.timezone)
    except (ZoneInfoNotFoundError, ValueError):
        yield Fault("/timezone", f"{market.timezone} is no time zone: Europe/Amsterdam is one")
    yield from _policy_faults(market)
    yield from (Fault("/decide", detail) for detail in market.decide.faults())
    yield from fallback_faults(market.fallback or {})
    unknown = [name for name in market.neighbours if name not in {other.name for other in others}]
    if unknown:
        yield Fault("/neighbours", f"{', '.join(unknown)} is no other market: make it first")


def area_faults(market: Market, others: Sequence[Market]) -> Iterator[Fault]:
    """Yield where a market's area meets those of others; each by itself is good (`read_area`)."""
    for other in others:
        if market.area is None and other.area is None:
            yield Fault("/area", f"is missing: the market {other.name} takes what no area takes")
        if market.area is not None and other.area is not None and overlap(market.area, other.area):
            yield Fault("/area", f"overlaps that of the market {other.name}: a place is in one market")


def point_faults(market: Market, others: Sequence[Market]) -> Iterator[Fault]:
    """Yield the first of a market's meeting points whose id is not its alone, and the first outside its area."""
    if not market.meeting_points:
        return
    holders = {point.id: f"the market {other.name}" for other in others for point in other.meeting_points}
    for point in market.meeting_points:
        if point.id in holders:
            yield Fault(
                "/meeting_points", f"has the id {point.id}, which {holders[point.id]} has: an id is of one point"
            )
            break
        holders[point.id] = "another of them"
    outside = _outside(market)
    if outside is not None:
        yield Fault("/meeting_points", f"has {outside.id}, which is outside the market's area")


def _outside(market: Market) -> NamedPoint | None:
    if market.area is None:
        return None
    points = market.meeting_points
    found = AreaIndex([market.area]).find([point.lat for point in points], [point.lon for point in points])
    return next((point for point, area in zip(points, found.tolist(), strict=True) if area < 0), None)


def _policy_faults(market: Market) -> Iterator[Fault]:
    unknown = [name for name in market.policy if name not in POLICY]
    if unknown:
        yield Fault(f"/policy/{unknown[0]}", f"is not of a market's policy; there are {', '.join(POLICY)}")
        return
    try:
        Settings(**market.own_settings)
    except ValidationError as error:
        fault = error.errors()[0]
        name = str(fault["loc"][0])
        yield Fault("/currency" if name == "currency" else f"/policy/{name}", fault["msg"].lower())
