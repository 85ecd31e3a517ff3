"""Trips and matches are dropped when they have been over for the retention; what they came to is kept in figures.

A trip that a car holds, or that rode in one, goes with its match. A match that was agreed is over when the car should
have arrived, whatever people have said of it: also one that is under way and that nobody completes. Who leaves a car
that goes on has a trip that is over by itself; where the car has been is dropped with it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from service.clock import to_ms
from service.ids import is_id
from service.model.markets import Market
from service.model.matches import MatchRecord, Party
from service.model.partners import is_sandbox
from service.model.transitions import AGREED, OVER
from service.model.trips import Trip
from service.store import matches as store_matches
from service.store import retention as store_retention
from service.store import trips as store_trips
from service.store.damaged import set_aside
from service.store.leases import Lease
from service.store.retention import Dropping, Ended
from service.usecases.context import Context
from service.usecases.markets import get_market
from service.usecases.places import market_of_worker
from service.usecases.shares import MONEY, counted_savings, person_shares

MOST = 200  # looked at a round
_AGAIN_MS = 3_600_000


async def drop_ended(context: Context, name: str, lease: Lease) -> int:
    """Drop some of a market's trips and matches whose retention has passed, those that ended first at the front.

    Returns how many were looked at, none of which is in the way again: fewer than `MOST` where no more are left.
    Raises StaleLease, StoreUnavailable.
    """
    before_ms = to_ms(context.clock.now() - timedelta(days=context.settings.retention_days))
    ended = await store_retention.ended_before(context.store, name, before_ms, MOST)
    if not ended:
        return 0
    market = await market_of_worker(context, name)
    trips, matches = await _read(context, name, [e.id for e in ended])
    changes = [(e, _ends_ms(e, trips.get(e.id), matches.get(e.id))) for e in ended]
    over = {e.id for e, ends_ms in changes if ends_ms is not None and ends_ms < before_ms}
    await store_retention.put_ended(context.store, name, lease, [(e, ms) for e, ms in changes if ms != e.ended_ms])
    await _drop_pointers(context, market, [id_ for id_ in over if id_ in trips])
    dropping = [Dropping(trip, counts_of_trip(market, trip)) for trip in trips.values() if trip.id in over]
    dropping += await _cars(context, market, [match for match in matches.values() if match.id in over])
    dropped = await store_retention.drop(context.store, name, lease, before_ms, dropping)
    # What has moved since it was read, or contradicts itself, must not be in the way of the others for ever.
    left = [(Ended(e.id, ms), before_ms + _AGAIN_MS) for e, ms in changes if ms is not None and e.id in over - dropped]
    await store_retention.put_ended(context.store, name, lease, left)
    return len(ended)


async def statistics(context: Context, name: str) -> dict[str, dict[str, int]]:
    """Return, by day and in order, how what was dropped of a market had ended. Raises NotFound."""
    market = await get_market(context, name)
    days: dict[str, dict[str, int]] = {}
    for key, number in sorted((await store_retention.read_statistics(context.store, market.name)).items()):
        day, _, count = key.partition(" ")
        days.setdefault(day, {})[count] = number
    return days


async def _read(
    context: Context, market: str, ids: Sequence[str]
) -> tuple[dict[str, Trip], dict[str, MatchRecord]]:  # fmt: skip
    """Read trips and matches; what is damaged is set aside, for it would come first for ever."""
    of_matches = [id_ for id_ in ids if is_id(id_, "match")]
    others = [id_ for id_ in ids if not is_id(id_, "match")]
    trips, damaged_trips = await store_trips.read_each(context.store, market, others)
    matches, damaged_matches = await store_matches.read_each(context.store, market, of_matches)
    for id_ in await store_retention.there_still(context.store, market, [*damaged_trips, *damaged_matches]):
        await set_aside(context.store, market, "match" if is_id(id_, "match") else "trip", id_)
    return {trip.id: trip for trip in trips}, {match.id: match for match in matches}


def _ends_ms(ended: Ended, trip: Trip | None, match: MatchRecord | None) -> int | None:
    """Return from when on the retention counts; None where it does not, or what it is of can not be read."""
    if match is not None and match.status != "proposed":
        return max(ended.ended_ms, to_ms(match.stops[-1].at)) if match.status in AGREED else ended.ended_ms
    if trip is not None and trip.status in OVER:
        return ended.ended_ms
    return None


async def _drop_pointers(context: Context, market: Market, trip_ids: Sequence[str]) -> None:
    if is_sandbox(market.name):
        return
    known = await context.markets.read(context.store)
    homes = [(known.of_id(id_)[0].name, id_) for id_ in trip_ids]
    away = [(home, id_) for home, id_ in homes if home != market.name]
    await store_retention.drop_pointers(context.store, away, market.name)


async def _cars(context: Context, market: Market, cars: Sequence[MatchRecord]) -> list[Dropping]:
    agreed = [car for car in cars if car.status in AGREED]
    people = await store_matches.read_people(context.store, market.name, agreed)
    own = {car.id: _of_partners(market, car, trips) for car, trips in zip(agreed, people, strict=True)}
    return [Dropping(car, _of_match(market, car), own.get(car.id, {})) for car in cars]


def _of_partners(market: Market, match: MatchRecord, people: Mapping[str, Trip]) -> dict[str, Counter[str]]:
    """Return what an agreed car's people have of it, by partner."""
    found: dict[str, Counter[str]] = {}
    day = day_of(market, match.stops[0].at)
    for party, counts in person_shares(match):
        own = found.setdefault(party.partner_id, Counter())
        for name, number in counts.items():
            own[f"{day} {name}"] += number
            for community in communities_of(people, party):
                own[f"{day} {name} {community}"] += number
    return found


def communities_of(people: Mapping[str, Trip], party: Party) -> set[str]:
    """Return the communities that a party's trip named, as far as it can be read."""
    trip = people.get(party.trip_id)
    return set(trip.draft.communities) if trip is not None else set()


def counts_of_trip(market: Market, trip: Trip) -> Counter[str]:
    """Return what a trip that is over adds to the statistics of its market when it is dropped."""
    day = day_of(market, trip.draft.earliest_departure)
    return Counter({f"{day} {trip.kind}s_{trip.status}": 1})


def _of_match(market: Market, match: MatchRecord) -> Counter[str]:
    day, riders = day_of(market, match.stops[0].at), len(match.riders)
    arrived = sum(rider.dropped_off_at is not None for rider in match.riders)
    counts = {f"matches_{match.status}": 1}
    if match.status in AGREED:
        counts |= {
            f"offers_{match.status}": 1, f"requests_{match.status}": riders, "riders": riders, **counted_savings(match),
        }  # fmt: skip
        for _, own in person_shares(match):
            counts |= {name: counts.get(name, 0) + n for name, n in own.items() if name.startswith(MONEY)}
    elif arrived:
        counts |= {"requests_completed": arrived, "riders": arrived}
    return Counter({f"{day} {name}": number for name, number in counts.items()})


def day_of(market: Market, at: datetime) -> str:
    """Return the day that an instant is on in a market."""
    return at.astimezone(ZoneInfo(market.timezone)).date().isoformat()
