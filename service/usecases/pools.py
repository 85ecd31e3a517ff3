"""Stable pools: people whose trips recur would rather ride with those they rode with before.

They are matched together again where it costs the plan less than the market's `pool_bonus_s`.
"""

from __future__ import annotations

from collections.abc import Mapping

from service.model.markets import Market
from service.model.trips import Trip
from service.store import series as store_series
from service.usecases.context import Context


async def pool_bonuses(context: Context, market: Market, trips: Mapping[str, Trip]) -> dict[tuple[str, str], int]:
    """Return the bonus of each offer with each request of these trips whose series have ridden together."""
    bonus_s = market.settings(context.settings).pool_bonus_s
    offers = [trip for trip in trips.values() if trip.kind == "offer" and trip.series_id is not None]
    if bonus_s == 0 or not offers:
        return {}
    named = sorted({offer.series_id for offer in offers if offer.series_id is not None})
    pools = await store_series.pools(context.store, market.name, named)
    riders: dict[str, list[Trip]] = {}
    for trip in trips.values():
        if trip.kind == "request" and trip.series_id is not None:
            riders.setdefault(trip.series_id, []).append(trip)
    return {
        (offer.id, rider.id): bonus_s
        for offer in offers
        for series_id in pools.get(offer.series_id or "", ())
        for rider in riders.get(series_id, ())
        if _meet(offer, rider)
    }


def _meet(one: Trip, other: Trip) -> bool:
    return (
        one.draft.earliest_departure < other.draft.latest_arrival
        and other.draft.earliest_departure < one.draft.latest_arrival
    )
