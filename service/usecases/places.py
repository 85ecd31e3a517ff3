"""Places, and which market a thing is in: a trip by where it starts, what was made by its id."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from matching.model import MeetingPoint, Place
from service.errors import Fault, Invalid
from service.model.markets import Market
from service.model.meeting_points import NamedPoint
from service.model.partners import Caller
from service.model.trips import Draft, Spot
from service.usecases.context import Context


async def market_at(context: Context, caller: Caller, origin: Spot) -> Market:
    """Return the market that takes the caller's trips from a place. Raises Invalid."""
    if caller.world:
        return await market_of_worker(context, caller.world)
    markets = await context.markets.read(context.store)
    market = markets.at(origin.lat, origin.lon, context.clock.now())
    if market is None:
        raise Invalid(Fault("/origin", "is in no market's area: GET /v1/markets shows them"))
    return market


async def markets_of_id(context: Context, caller: Caller, id_: str) -> list[Market]:
    """Return the markets in which a trip, match or batch of this id may be, the likeliest first."""
    if caller.world:
        return [await market_of_worker(context, caller.world)]
    return (await context.markets.read(context.store)).of_id(id_)


async def visible_markets(context: Context, caller: Caller) -> list[str]:
    """Return the names of the markets whose things the caller may see."""
    if caller.world:
        return [caller.world]
    return [market.name for market in await context.markets.read(context.store)]


async def named_market(context: Context, caller: Caller, name: str) -> Market:
    """Return a market by its name; a sandbox has but its own, whatever is named. Raises Invalid."""
    if caller.world:
        return await market_of_worker(context, caller.world)
    market = (await context.markets.read(context.store)).named(name)
    if market is None:
        raise Invalid(Fault("/market", "is no market: GET /v1/markets shows them"))
    return market


async def market_of_worker(context: Context, name: str) -> Market:
    """Return a market that is looked after, a sandbox too: it takes trips from anywhere, by the policy of `main`."""
    markets = await context.markets.read(context.store)
    return markets.named(name) or replace(markets.main, name=name, number=0, area=None, neighbours=(), opens_at=None)


def own_drive_s(context: Context, draft: Draft) -> int:
    """Return how long a trip's own drive takes, without stops for others."""
    return context.travel.seconds(place(draft.origin), place(draft.destination))


def place(spot: Spot) -> Place:
    """Return the matcher's point of a person's place."""
    return Place(lat=spot.lat, lon=spot.lon)


def matcher_points(points: Iterable[NamedPoint]) -> tuple[MeetingPoint, ...]:
    """Return the matcher's meeting points."""
    return tuple(MeetingPoint(point.id, Place(lat=point.lat, lon=point.lon)) for point in points)
