"""What is kept of a person, found and taken out: trips, answers, what logs of events tell of them, their own keys.

Each step may be done again. A log is rewritten by copying it, some entries at a time under their own ids; the copy
takes its place with the newest entry, in one step, so that nobody who reads or appends has to wait or to know.
"""

from __future__ import annotations

import secrets
from bisect import bisect_right
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, product
from typing import Any

import orjson

from service.errors import Busy
from service.model.events import place
from service.store import keys
from service.store.client import Store
from service.store.parts import in_parts
from service.store.servers import Command

_AT_ONCE = 20  # trips or series a call, which blocks the server while it runs
_LOOKED_AT, _COPIED = 500, 200  # events a call
_DELIVERIES = 500  # read in one round trip, with what was answered to each
_TRIES = 5


@dataclass(frozen=True, slots=True)
class Told:
    """An event of a log; `people`: JSON of its partner's commuters by trip, or empty."""

    entry: str
    type: str
    data: str
    people: str


async def note(store: Store, log: str, commuter_id: str, ids: Collection[str]) -> set[str]:
    """Note trips and partners until a person is erased; returns all that are noted, also by an earlier try."""
    name = keys.ERASING(keys.partner_tag(log), commuter_id)
    if ids:
        await store.write(name, "SADD", name, *sorted(ids))
    return set(await store.read(lambda redis: redis.smembers(name)))


async def listed(store: Store, market: str, partner_id: str, commuter_id: str) -> set[str]:
    """Return the ids of a commuter's trips in a market, also of those that can not be read."""
    tag = keys.market_tag(market)
    names = [keys.TRIPS_BY_COMMUTER(tag, partner_id, kind, commuter_id) for kind in ("offer", "request")]
    return {id_ for ids in await store.pipeline(lambda pipe: [pipe.zrange(n, 0, -1) for n in names]) for id_ in ids}


async def listed_series(store: Store, market: str, partner_id: str, commuter_id: str) -> list[str]:
    """Return the ids of a commuter's series in a market, also of those that can not be read."""
    name = keys.SERIES_BY_COMMUTER(keys.market_tag(market), partner_id, commuter_id)
    found: list[str] = await store.read(lambda redis: redis.zrange(name, 0, -1))
    return found


async def erase_answers(store: Store, market: str, partner_id: str, hashes: Collection[str]) -> None:
    """Forget the first answers to idempotency keys, but not that there was one."""
    argument = {"partner": partner_id, "hashes": sorted(hashes)}
    await store.call("erase_once", keys.market_tag(market), argument)


async def made_by(store: Store, market: str, ids: Sequence[str], series_ids: Sequence[str]) -> set[str]:
    """Return the hashes of the idempotency keys that made these trips and series."""
    tag = keys.market_tag(market)
    names = [keys.TRIP(tag, id_) for id_ in ids] + [keys.SERIES(tag, id_) for id_ in series_ids]
    found = await store.pipeline(lambda pipe: [pipe.hget(name, "once") for name in names], each=True) if names else []
    return {hash_ for hash_ in found if isinstance(hash_, str) and hash_}


async def erase_trips(store: Store, market: str, trips: Mapping[str, Mapping[str, int]]) -> set[str]:
    """Drop trips, given with what they add to the statistics; returns those that a match holds by now."""
    things = [{"id": id_, "counts": counts} for id_, counts in trips.items()]
    answers = await store.call_many(
        "erase_trips", [(keys.market_tag(market), {"trips": part}) for part in in_parts(things, _AT_ONCE)]
    )
    return {id_ for answer in answers for id_ in answer[1:]}


async def erase_series(
    store: Store, market: str, partner_id: str, commuter_id: str, ids: Sequence[str]
) -> None:  # fmt: skip
    """Drop a commuter's series; the trips that they made are left."""
    common = {"partner": partner_id, "commuter": commuter_id}
    tag = keys.market_tag(market)
    await store.call_many("erase_series", [(tag, common | {"series": part}) for part in in_parts(ids, _AT_ONCE)])


async def drop_certificates(store: Store, market: str, since_id: str, at_ms: int) -> None:
    """Drop the exact certificates of a market's batches, from one of this id on to those under way."""
    tag = keys.market_tag(market)
    await store.write(tag, "SET", keys.ERASED(tag), at_ms)
    ids = await store.read(lambda redis: redis.zrange(keys.BATCHES(tag), f"[{since_id}", "+", bylex=True))
    await store.write_each([Command(tag, ("HDEL", keys.BATCH(tag, id_), "certificate_exact")) for id_ in ids])


async def events_of(store: Store, log: str, trip_ids: Collection[str], commuter_id: str) -> list[Told]:
    """Return the events of a log that tell of a person; no commuter's id: those that name one of the trips."""
    quoted = f'"commuter_id":{orjson.dumps(commuter_id).decode()}' if commuter_id else ""
    common = {"most": _LOOKED_AT, "trips": dict.fromkeys(trip_ids, 1), "commuter": quoted}
    found: list[Told] = []
    after = ""
    while True:
        last, *told = await store.call("find_events", keys.partner_tag(log), {**common, "after": after})
        found += [Told(*event) for event in told]
        if not last:
            return found
        after = last


async def rewrite_events(store: Store, log: str, events: Sequence[Told]) -> None:
    """Have entries of a log tell what these do instead. Raises Busy."""
    tag = keys.partner_tag(log)
    told = sorted(events, key=lambda event: place(event.entry))
    for _ in range(_TRIES):
        token, after, word = secrets.token_hex(8), "", "more"
        while word == "more":
            first = bisect_right(told, place(after or "0-0"), key=lambda event: place(event.entry))
            ahead = told[first : first + _COPIED]
            argument = {
                "token": token, "after": after, "most": _COPIED, "data": {e.entry: e.data for e in ahead},
                "people": {e.entry: e.people for e in ahead},
            }  # fmt: skip
            word, *rest = await store.call("rewrite_events", tag, argument)
            after = rest[0] if rest else ""
        if word == "done":
            return
    raise Busy("the log of events")


async def deliveries_of(
    store: Store, log: str, entries: Sequence[str]
) -> AsyncIterator[tuple[str, str, str, list[dict[str, Any]]]]:  # fmt: skip
    """Yield the deliveries of events: each its endpoint, entry, status and attempts."""
    async for part in _deliveries(store, log, entries):
        for endpoint, entry, status, attempts in part:
            yield endpoint, entry, status, orjson.loads(f"[{attempts}]")


async def erase_attempts(store: Store, log: str, entries: Sequence[str]) -> None:
    """Forget what endpoints answered to deliveries of these events: some answer with what they were sent."""
    async for part in _deliveries(store, log, entries):
        await store.call_many("put_attempts", [
            (keys.partner_tag(log), {"endpoint": endpoint, "entry": entry, "was": was, "now": _unanswered(was)})
            for endpoint, entry, _, was in part if was
        ])  # fmt: skip


async def _deliveries(
    store: Store, log: str, entries: Sequence[str]
) -> AsyncIterator[list[tuple[str, str, str, str]]]:  # fmt: skip
    """Yield the deliveries of events, some at a time: each its endpoint, entry, status and kept attempts."""
    tag = keys.partner_tag(log)
    endpoints = await store.read(lambda redis: redis.zrange(keys.ENDPOINTS(tag), 0, -1))
    places = product(endpoints, entries)
    while part := list(islice(places, _DELIVERIES)):
        yield await _read_deliveries(store, tag, part)


async def _read_deliveries(
    store: Store, tag: str, places: Sequence[tuple[str, str]]
) -> list[tuple[str, str, str, str]]:  # fmt: skip
    def fill(pipe: Any) -> None:
        for endpoint, entry in places:
            pipe.hmget(keys.DELIVERY(tag, endpoint, entry), "status", "attempts")

    rows = await store.pipeline(fill)
    return [(*where, status, attempts or "") for where, (status, attempts) in zip(places, rows, strict=True) if status]


def _unanswered(attempts: str) -> str:
    kept = [{**attempt, "answer": ""} for attempt in orjson.loads(f"[{attempts}]")]
    return orjson.dumps(kept).decode()[1:-1]


async def dead_events(store: Store, market: str) -> list[tuple[str, dict[str, str]]]:
    """Return the events of a market that could not be relayed."""
    rows: list[tuple[str, dict[str, str]]] = await store.read(
        lambda redis: redis.xrange(keys.OUTBOX_DEAD(keys.market_tag(market)))
    )
    return rows


async def drop_dead(store: Store, market: str, entries: Sequence[str]) -> None:
    """Drop some of them."""
    tag = keys.market_tag(market)
    if entries:
        await store.write(tag, "XDEL", keys.OUTBOX_DEAD(tag), *entries)


async def drop_own(store: Store, log: str, commuter_id: str) -> None:
    """Drop what is kept of a commuter under their partner's log, and that they are being erased: the last step."""
    tag = keys.partner_tag(log)
    kinds = (keys.PROFILE, keys.REPORTS, keys.BLOCKS, keys.BLOCKED_BY, keys.ERASING)
    await store.write_each([
        *(Command(tag, ("SREM", kind(tag), commuter_id)) for kind in (keys.BLOCKERS, keys.COMMUTERS)),
        *(Command(tag, ("UNLINK", kind(tag, commuter_id))) for kind in kinds),
    ])  # fmt: skip


async def unlist(store: Store, market: str, partner_id: str, commuter_id: str, trip_ids: Collection[str]) -> None:
    """Take trips out of the lists of their commuter: those that could not be read stand there still."""
    tag = keys.market_tag(market)
    names = [keys.TRIPS_BY_COMMUTER(tag, partner_id, kind, commuter_id) for kind in ("offer", "request")]
    await store.write_each([Command(tag, ("ZREM", name, *sorted(trip_ids))) for name in names if trip_ids])
