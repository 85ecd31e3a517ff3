"""One pass over all keys of a store: each is judged as the kind of key that it is."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from service.ids import is_id
from service.store import keys
from service.store.checks import ended, imports, others, queues, series
from service.store.checks import matches as match_checks
from service.store.checks import trips as trip_checks
from service.store.checks.reading import INDEXES, Pass, found_in
from service.store.keys import Kind, Parsed
from service.store.reading import all_keys

_OF_MARKETS = {keys.TRIP, keys.MATCH, *INDEXES}
_RECORDS = {
    keys.BATCH: others.check_batches, keys.CREDENTIAL: others.check_credentials, keys.IMPORT: imports.check_records,
}  # fmt: skip
Torn = Callable[[str, str], Awaitable[None]]


async def go_through(on: Pass, torn: Torn) -> set[str]:
    """Judge every key; returns the markets that anything is kept of.

    `torn` is called with the market and id of each match that does not agree with its trips.
    """
    markets: set[str] = set()
    async for found in all_keys(on.store):
        groups: dict[tuple[Kind, str], list[Parsed]] = {}
        for key in found:
            parsed = keys.parse(key)
            if parsed is not None:
                groups.setdefault((parsed.kind, parsed.tag), []).append(parsed)
        for (kind, tag), of_kind in groups.items():
            if kind in _OF_MARKETS:
                markets.add(of_kind[0].owner)
            await _judge(on, torn, kind, tag, of_kind)
    return markets


async def _judge(on: Pass, torn: Torn, kind: Kind, tag: str, found: Sequence[Parsed]) -> None:
    """Judge keys of one kind under one tag."""
    ids, owner = [key.parts[0] for key in found if key.parts], found[0].owner
    if kind in INDEXES:
        await _judge_indexes(on, kind, tag, found)
    elif kind is keys.TRIP:
        await others.check_market(on, owner)
        await trip_checks.check_records(on, tag, ids)
        await ended.check_records(on, tag, ids)
    elif kind is keys.MATCH:
        for id_ in await match_checks.check_records(on, tag, ids):
            await torn(owner, id_)
        await ended.check_records(on, tag, ids)
    elif kind is keys.ENDED:
        await ended.check_found(on, tag)
    elif kind in _RECORDS:
        await _RECORDS[kind](on, tag, ids)
    elif kind is keys.PARTNER:
        await others.check_partner(on, tag, owner)
    elif kind in (keys.SERIES, keys.SERIES_OF, keys.SERIES_BY_COMMUTER, keys.SERIES_DUE):
        await _judge_series(on, kind, tag, found)
    else:
        await _judge_owed(on, kind, tag, ids)


async def _judge_series(on: Pass, kind: Kind, tag: str, found: Sequence[Parsed]) -> None:
    """Judge series, or what stands in their indexes."""
    if kind is keys.SERIES:
        await others.check_market(on, found[0].owner)
        await series.check_records(on, tag, [key.parts[0] for key in found])
        return
    for key in found:
        await series.check_found(on, tag, kind(tag, *key.parts))


async def _judge_owed(on: Pass, kind: Kind, tag: str, ids: Sequence[str]) -> None:
    """Judge keys of endpoints and of what is owed to them."""
    if kind is keys.ENDPOINT:
        await others.check_endpoints(on, tag, ids)
        await queues.check_lanes(on, tag, ids)
        for id_ in ids:
            await queues.check_queue(on, tag, id_)
    elif kind in (keys.QUEUE, keys.WAITING):
        await queues.check_lanes(on, tag, ids, gone=True)
    elif kind is keys.LANES:
        async for lanes in found_in(on, "lanes", [keys.LANES(tag)], "zset"):
            await queues.check_lanes(on, tag, [endpoint for _, endpoint in lanes], gone=True)
    elif kind is keys.OUTBOX:
        await queues.check_outbox(on, tag)
    elif kind is keys.OUTBOX_DEAD:
        await queues.check_dead(on, tag)
    elif kind is keys.RELAYED:
        await queues.check_relayed(on, tag)


async def _judge_indexes(on: Pass, kind: Kind, tag: str, found: Sequence[Parsed]) -> None:
    check = INDEXES[kind]
    async for places in found_in(on, check, [kind(tag, *key.parts) for key in found], kind.type):
        of_matches = [place for place in places if is_id(place[1], "match")]
        await match_checks.check_found(on, check, tag, of_matches)
        others_ = [place for place in places if not is_id(place[1], "match") and not is_id(place[1], "batch")]
        await trip_checks.check_found(on, check, tag, others_)
