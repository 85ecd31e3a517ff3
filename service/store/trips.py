"""Trips in the store: one typed call per atomic function, and the reads."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, cast

from service.clock import from_ms, to_ms
from service.model.events import NewEvent
from service.model.partners import Whose
from service.model.transitions import TripAction
from service.model.trips import DRAFTS, Kind, RequestDraft, Trip, TripStatus
from service.store import keys
from service.store.client import Store
from service.store.damaged import read_all, read_sound
from service.store.erasures import ErasedSince, Fence, fence_argument
from service.store.fields import flat
from service.store.listing import Found, Page, PageOf, read_page
from service.store.once import Once, once_arguments, replayed

FIELDS = (
    "id", "kind", "partner", "status", "version", "created_ms", "due_ms", "decide_ms", "match", "excluded", "body",
    "opened", "to", "priority_s", "promised_ms", "decides_ms", "series", "price_s", "trace",
)  # fmt: skip
_WIDENED_AT_ONCE = _DECIDED_AT_ONCE = 50  # a call, which blocks the server while it runs
MOVED = "moved"  # the status of what a trip leaves behind when it has moved to another market


class OutwardMoved(Exception):
    """The way out of a way back is in another market by now, or on its way there."""


async def create_trip(
    store: Store, market: str, trip: Trip, once: Once | None, fence: Fence | None = None
) -> str | None:  # fmt: skip
    """Store a new open trip. Returns the first answer where its idempotency key was seen, else None.

    `fence`: of an import's line. Raises KeyReused, OutwardMoved, ErasedSince.
    """
    answer = await store.call("create_trip", keys.market_tag(market), {
        "id": trip.id, "partner": trip.partner_id, "fields": [*fields_of(trip), *made_by(once)],
        "outward": outward_of(trip) or "", **once_arguments(once), **fence_argument(fence, market),
    })  # fmt: skip
    if answer[0] == "erased":
        raise ErasedSince
    if answer[0] == "moved":
        raise OutwardMoved
    return replayed(answer)


def made_by(once: Once | None) -> list[str]:
    """Return the field of a record by which the answer kept for its idempotency key is found."""
    return [] if once is None else ["once", once.key_hash]


def fields_of(trip: Trip) -> list[str]:
    """Return the record of a new open trip, as [name, value, …]."""
    return flat({
        "id": trip.id, "kind": trip.kind, "partner": trip.partner_id, "commuter": trip.draft.commuter_id,
        "status": trip.status, "version": str(trip.version), "created_ms": str(to_ms(trip.created_at)),
        "match": "", "excluded": "", "series": trip.series_id or "", "outward": outward_of(trip) or "",
        **({"trace": trip.trace} if trip.trace else {}),
        **_of_draft(trip),
    })  # fmt: skip


def _of_draft(trip: Trip) -> dict[str, str]:
    return {
        "due_ms": str(trip.due_ms), "decide_ms": str(to_ms(trip.decide_at)), "either": trip.draft.either or "",
        "external": trip.draft.external_id or "",
        "decides_ms": "" if trip.decides_from is None else str(to_ms(trip.decides_from)),
        "body": trip.draft.model_dump_json(exclude_defaults=True),
    }  # fmt: skip


async def amend_trip(store: Store, market: str, trip: Trip, action: TripAction) -> bool:
    """Give a trip another draft and what follows from it; False where it has moved on from the version it has here."""
    answer = await store.call("amend_trip", keys.market_tag(market), {
        "id": trip.id, "version": str(trip.version), "action": action, "fields": flat(_of_draft(trip)),
    })  # fmt: skip
    return bool(answer[0] == "ok")


async def close_trip(store: Store, market: str, trip: Trip, action: TripAction, events: Iterable[NewEvent]) -> bool:
    """Cancel or expire a trip that nothing holds; False where it has moved since it was read."""
    answer = await store.call("close_trip", keys.market_tag(market), {
        "id": trip.id, "version": str(trip.version), "action": action,
        "events": [event.as_argument() for event in events],
    })  # fmt: skip
    return bool(answer[0] == "ok")


async def begin_deciding(store: Store, market: str, now_ms: int) -> list[str]:
    """Have batches match the trips whose time has come, some at a time; returns the ids of those that are damaged."""
    waiting = keys.DECIDING(keys.market_tag(market))
    if not await store.read(lambda redis: redis.zrange(waiting, "-inf", now_ms, byscore=True, offset=0, num=1)):
        return []
    argument = {"now_ms": str(now_ms), "most": _DECIDED_AT_ONCE}
    return [str(id_) for id_ in (await store.call("begin_deciding", keys.market_tag(market), argument))[1:]]


async def widen(store: Store, market: str, trips: Sequence[Trip]) -> None:
    """Have the next batch match trips that are open still at any time of theirs: this one kept to those promised."""
    things = [{"id": trip.id, "version": str(trip.version)} for trip in trips]
    for first in range(0, len(things), _WIDENED_AT_ONCE):
        await store.call("widen_trips", keys.market_tag(market), {"trips": things[first : first + _WIDENED_AT_ONCE]})


async def get_trips(store: Store, market: str, ids: Sequence[str]) -> list[Trip | None]:
    """Read trips in one round trip, None for each that is not there. Raises Damaged."""
    return read_all("trip", ids, await _rows(store, [(market, id_) for id_ in ids]), trip_of)


async def find_trip(store: Store, market: str, id_: str) -> tuple[str, Trip | None]:
    """Read a trip in a market, or where it has moved from there; returns the market that it is in.

    Raises Damaged.
    """
    ((place, _),), rows = await _followed(store, [(market, id_)])
    (trip,) = read_all("trip", [id_], rows, trip_of)
    return place, trip


async def read_each(store: Store, market: str, ids: Sequence[str]) -> tuple[list[Trip], tuple[str, ...]]:
    """Read trips one by one: those that can be read, and the ids of those that are damaged or missing."""
    found, _ = read_sound("trip", ids, await _rows(store, [(market, id_) for id_ in ids]), trip_of)
    read = [trip for trip in found if trip is not None]
    return read, tuple(id_ for id_, trip in zip(ids, found, strict=True) if trip is None)


async def is_listed(store: Store, market: str, whose: Whose, kind: Kind, id_: str) -> bool:
    """Tell whether a trip is one of these people's, also where its record can not be read."""
    tag, partner_id = keys.market_tag(market), whose.partner_id
    index = keys.TRIPS(tag, partner_id, kind)
    if whose.commuter_id is not None:
        index = keys.TRIPS_BY_COMMUTER(tag, partner_id, kind, whose.commuter_id)
    return await store.read(lambda redis: redis.zscore(index, id_)) is not None


async def open_trip_ids(store: Store, market: str) -> list[str]:
    """Return the ids of a market's open trips, sorted."""
    return sorted(await store.read(lambda redis: redis.smembers(keys.OPEN(keys.market_tag(market)))))


async def ids_by_status(
    store: Store, market: str, partner_ids: Sequence[str], statuses: Sequence[TripStatus]
) -> list[str]:
    """Return the ids of these partners' trips in a market that have one of these statuses, sorted."""
    tag = keys.market_tag(market)
    names = [
        keys.TRIPS_BY_STATUS(tag, partner_id, kind, status)
        for partner_id in partner_ids for kind in DRAFTS for status in statuses
    ]  # fmt: skip
    found = await store.pipeline(lambda pipe: [pipe.zrange(name, 0, -1) for name in names]) if names else []
    return sorted({id_ for ids in found for id_ in ids})


async def either_holders(store: Store, market: str, trips: Sequence[Trip]) -> dict[tuple[str, str], str]:
    """Return, for each (partner, either) of these trips that is taken, the trip that holds it."""
    pairs = sorted({(t.partner_id, t.draft.either) for t in trips if t.draft.either})
    if not pairs:
        return {}
    tag = keys.market_tag(market)
    held = await store.read(lambda redis: redis.mget([keys.EITHER(tag, partner, either) for partner, either in pairs]))
    return {(p, e): holder for (p, e), holder in zip(pairs, held, strict=True) if holder}


async def list_trips(  # noqa: PLR0913 - each is a filter
    store: Store, markets: Sequence[str], partner_id: str, kind: Kind, page: PageOf, *,
    status: TripStatus | None = None, commuter: str | None = None, external_id: str | None = None,
    series: str | None = None,
) -> Page[Trip]:  # fmt: skip
    """Read a page of a partner's trips in some markets; those that can not be read are left out."""
    if series is not None:
        indexes = keys.in_markets(keys.TRIPS_BY_SERIES, markets, partner_id, kind, series)
    elif external_id is not None:
        indexes = keys.in_markets(keys.TRIPS_BY_EXTERNAL_ID, markets, partner_id, kind, external_id)
    elif commuter is not None:
        indexes = keys.in_markets(keys.TRIPS_BY_COMMUTER, markets, partner_id, kind, commuter)
    elif status is not None:
        indexes = keys.in_markets(keys.TRIPS_BY_STATUS, markets, partner_id, kind, status)
    else:
        indexes = keys.in_markets(keys.TRIPS, markets, partner_id, kind)

    async def load(found: Sequence[Found]) -> list[Trip | None]:
        return read_sound("trip", [id_ for _, id_ in found], (await _followed(store, found))[1], trip_of)[0]

    return await read_page(
        store, indexes, page, kind, load,
        lambda trip: status in (None, trip.status) and commuter in (None, trip.draft.commuter_id)
        and external_id in (None, trip.draft.external_id),
    )  # fmt: skip


async def external_ids_there(
    store: Store, markets: Sequence[str], partner_id: str, wanted: Sequence[tuple[Kind, str]]
) -> set[tuple[Kind, str]]:
    """Return those of these external ids that trips of a partner in some markets have, in one round trip."""
    asked = [(market, kind, id_) for market in markets for kind, id_ in wanted]

    def fill(pipe: Any) -> None:
        for market, kind, id_ in asked:
            pipe.exists(keys.TRIPS_BY_EXTERNAL_ID(keys.market_tag(market), partner_id, kind, id_))

    found = await store.pipeline(fill) if asked else []
    return {(kind, id_) for (_, kind, id_), there in zip(asked, found, strict=True) if there}


async def seen_count(store: Store, market: str) -> int:
    """Return the count of changes up to which a batch of the market has seen what is open."""
    return int(await store.read(lambda redis: redis.get(keys.SEEN(keys.market_tag(market)))) or 0)


async def note_seen(store: Store, market: str, count: int) -> None:
    """Note that a batch of the market has seen what was open at this count of changes."""
    tag = keys.market_tag(market)
    await store.write(tag, "SET", keys.SEEN(tag), count)


async def change_count(store: Store, market: str) -> int:
    """Return a number that grows with each change of the market's open trips."""
    return int(await store.read(lambda redis: redis.get(keys.CHANGES(keys.market_tag(market)))) or 0)


async def remember_market(store: Store, market: str) -> None:
    """Make the market known to matchers and deliverers."""
    await store.write(keys.MARKETS, "SADD", keys.MARKETS, market)


async def markets(store: Store) -> list[str]:
    """Return all markets that ever had a trip."""
    return sorted(await store.read(lambda redis: redis.smembers(keys.MARKETS)))


async def _rows(store: Store, found: Sequence[Found]) -> list[list[str | None]]:
    def fill(pipe: Any) -> None:
        for market, id_ in found:
            pipe.hmget(keys.TRIP(keys.market_tag(market), id_), FIELDS)

    return await store.pipeline(fill, each=True) if found else []


async def _followed(store: Store, found: Sequence[Found]) -> tuple[list[Found], list[Any]]:
    """Return the rows of trips and where they are: those that move or moved are read there, in one more round trip."""
    places, rows = list(found), await _rows(store, found)
    to = FIELDS.index("to")
    gone = [n for n, row in enumerate(rows) if not isinstance(row, Exception) and row[to]]
    there = [(str(rows[n][to]), places[n][1]) for n in gone]
    for n, place, row in zip(gone, there, await _rows(store, there), strict=True):
        if isinstance(row, Exception) or row[0] is not None:  # else it has yet to arrive
            places[n], rows[n] = place, row
    return places, rows


def outward_of(trip: Trip) -> str | None:
    """Return the way out whose way back a trip is."""
    return trip.draft.return_of if isinstance(trip.draft, RequestDraft) else None


def _promised(text: str) -> tuple[datetime, datetime] | None:
    if not text:
        return None
    start_ms, end_ms = map(int, text.split(","))
    return from_ms(start_ms), from_ms(end_ms)


def trip_of(row: list[str | None]) -> Trip | None:
    """Return the trip of its record's `FIELDS`, None where there is none or it moved. Raises `damaged.DAMAGE`."""
    if row[0] is None or row[FIELDS.index("status")] == MOVED:
        return None
    kept = dict(zip(FIELDS, cast("list[str]", row), strict=True))
    kind = cast("Kind", kept["kind"])
    status = "open" if kept["to"] and kept["status"] == "moving" else kept["status"]
    return Trip(
        id=kept["id"], kind=kind, partner_id=kept["partner"], status=cast("TripStatus", status),
        version=int(kept["version"]), created_at=from_ms(int(kept["created_ms"])), due_ms=int(kept["due_ms"]),
        decide_at=from_ms(int(kept["decide_ms"])), match_id=kept["match"] or None,
        excluded=frozenset(filter(None, kept["excluded"].split(","))),
        opened=int(kept["opened"] or 0), moving_to=kept["to"] or None, priority_s=int(kept["priority_s"] or 0),
        promised=_promised(kept["promised_ms"] or ""),
        decides_from=from_ms(int(kept["decides_ms"])) if kept["decides_ms"] else None,
        series_id=kept["series"] or None, price_s=int(kept["price_s"]) if kept["price_s"] else None,
        trace=kept["trace"] or "", draft=DRAFTS[kind].model_validate_json(kept["body"]),
    )  # fmt: skip
