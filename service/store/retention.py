"""What has ended long ago: found by an index of times, dropped a few at a time, and counted as it goes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from service.errors import StaleLease
from service.ids import is_id
from service.model.matches import MatchRecord
from service.model.trips import Trip
from service.store import keys
from service.store.client import Store
from service.store.leases import Lease
from service.store.match_changes import index_argument
from service.store.parts import in_parts

RETENTION = "retention"
_AT_ONCE = 20  # a call, which blocks the server while it runs


@dataclass(frozen=True, slots=True)
class Ended:
    """A trip or match, and from when on its retention counts."""

    id: str
    ended_ms: int


@dataclass(frozen=True, slots=True)
class Dropping:
    """Something to be dropped with what it adds to the statistics, of its market and of partners.

    'day count' to how many; of partners also 'day count community'.
    """

    what: Trip | MatchRecord
    counts: Mapping[str, int]
    of_partners: Mapping[str, Mapping[str, int]] = field(default_factory=dict)


async def ended_before(store: Store, market: str, before_ms: int, most: int) -> list[Ended]:
    """Return what has ended before a time, what ended first at the front."""
    name = keys.ENDED(keys.market_tag(market))
    rows = await store.read(lambda redis: redis.zrange(
        name, "-inf", f"({before_ms}", byscore=True, offset=0, num=most, withscores=True
    ))  # fmt: skip
    return [Ended(id_, int(score)) for id_, score in rows]


async def there_still(store: Store, market: str, ids: Sequence[str]) -> list[str]:
    """Return those of these ids that have a record, whatever it holds."""
    tag = keys.market_tag(market)
    names = [(keys.MATCH if is_id(id_, "match") else keys.TRIP)(tag, id_) for id_ in ids]
    found = await store.pipeline(lambda pipe: [pipe.exists(name) for name in names]) if ids else []
    return [id_ for id_, there in zip(ids, found, strict=True) if there]


async def drop(store: Store, market: str, lease: Lease, before_ms: int, dropping: Sequence[Dropping]) -> set[str]:
    """Drop trips that are in no car, and matches with those that rode in them; returns which of these are gone.

    What is not as it was read is left alone. Raises StaleLease.
    """
    matches = [
        {"match": index_argument(d.what), "counts": d.counts, "of_partners": d.of_partners}
        for d in dropping if isinstance(d.what, MatchRecord)
    ]  # fmt: skip
    trips = [
        {"id": d.what.id, "version": str(d.what.version), "status": d.what.status, "counts": d.counts}
        for d in dropping if isinstance(d.what, Trip)
    ]  # fmt: skip
    fence = {"before_ms": str(before_ms)}
    # First: a match is never there without its trips.
    dropped = await _each(store, market, lease, "purge_matches", "matches", matches, fence)
    return dropped | await _each(store, market, lease, "purge_trips", "trips", trips, fence)


async def put_ended(
    store: Store, market: str, lease: Lease, changes: Sequence[tuple[Ended, int | None]]
) -> None:  # fmt: skip
    """Note anew from when on the retention counts; None: it does not. Raises StaleLease."""
    ended = [
        {"id": was.id, "was_ms": str(was.ended_ms), "ended_ms": "" if now_ms is None else str(now_ms)}
        for was, now_ms in changes
    ]  # fmt: skip
    await _each(store, market, lease, "put_ended", "ended", ended, {})


async def drop_pointers(store: Store, pointers: Sequence[tuple[str, str]], to: str) -> None:
    """Drop what trips left behind when they moved here, given as (market that they left, id)."""
    await store.call_many(
        "drop_pointer", [(keys.market_tag(home), {"id": id_, "to": to}) for home, id_ in pointers]
    )  # fmt: skip


async def read_statistics(store: Store, market: str) -> dict[str, int]:
    """Return what has been dropped of a market: 'day count' to how many."""
    found = await store.read(lambda redis: redis.hgetall(keys.STATISTICS(keys.market_tag(market))))
    return {name: int(number) for name, number in found.items()}


async def partner_statistics(store: Store, market: str, partner_id: str) -> dict[str, int]:
    """Return what has been dropped of a partner's in a market: 'day count' and 'day count community' to how many."""
    found = await store.read(lambda redis: redis.hgetall(keys.PARTNER_STATISTICS(keys.market_tag(market), partner_id)))
    return {name: int(number) for name, number in found.items()}


async def _each(
    store: Store, market: str, lease: Lease, function: str, name: str, things: Sequence[Any], more: Mapping[str, str]
) -> set[str]:
    tag, fence = keys.market_tag(market), {"lease": lease.name, "token": lease.token}
    calls = [(tag, {**fence, **more, name: part}) for part in in_parts(things, _AT_ONCE)]
    answers = await store.call_many(function, calls)
    if any(answer[0] == "stale" for answer in answers):
        raise StaleLease(f"another process drops what has ended in the market {market}")
    return {id_ for answer in answers for id_ in answer[1:]}
