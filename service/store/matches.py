"""Matches in the store, read: by their ids, in lists, by who is in them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import orjson

from service.model.matches import MatchRecord, MatchStatus, match_from_json, position_from_json
from service.model.partners import Whose
from service.model.transitions import AGREED
from service.model.trips import Trip
from service.store import keys
from service.store.client import Store
from service.store.damaged import read_all, read_sound
from service.store.listing import Found, Page, PageOf, read_page
from service.store.trips import read_each as read_each_trip

BESIDE = ("position", "names")  # kept in fields of their own; older versions do not know them all


async def get_matches(store: Store, market: str, ids: Sequence[str]) -> list[MatchRecord | None]:
    """Read matches in one round trip, None for each that is not there. Raises Damaged."""
    return read_all("match", ids, await _docs(store, [(market, id_) for id_ in ids]), _match_of)


async def read_people(store: Store, market: str, matches: Sequence[MatchRecord]) -> list[dict[str, Trip]]:
    """Return, for each match, its trips by id, but for those that can not be read; in one round trip."""
    read, _ = await read_each_trip(store, market, [party.trip_id for match in matches for party in match.parties])
    found = {trip.id: trip for trip in read}
    return [{p.trip_id: found[p.trip_id] for p in match.parties if p.trip_id in found} for match in matches]


async def read_each(store: Store, market: str, ids: Sequence[str]) -> tuple[list[MatchRecord], tuple[str, ...]]:
    """Read matches one by one: those that can be read, and the ids of those that are damaged or missing."""
    found, _ = read_sound("match", ids, await _docs(store, [(market, id_) for id_ in ids]), _match_of)
    read = [match for match in found if match is not None]
    return read, tuple(id_ for id_, match in zip(ids, found, strict=True) if match is None)


async def are_as_read(
    store: Store, market: str, cars: Sequence[tuple[MatchRecord, Mapping[str, Trip]]]
) -> list[bool]:  # fmt: skip
    """Tell of each match, given with its trips, whether it and they are still as they were read; in one round trip.

    Whatever is written in a match or in one of its trips gives it, or the match, another version; names go without.
    """
    tag = keys.market_tag(market)

    def fill(pipe: Any) -> None:
        for match, people in cars:
            pipe.hmget(keys.MATCH(tag, match.id), "version", "names")
            for trip in people.values():
                pipe.hget(keys.TRIP(tag, trip.id), "version")

    answers = iter(await store.pipeline(fill, each=True) if cars else [])
    return [_is_as_read(match, people, answers) for match, people in cars]


def _is_as_read(match: MatchRecord, people: Mapping[str, Trip], answers: Iterator[Any]) -> bool:
    of_match, of_trips = next(answers), [next(answers) for _ in people]
    if isinstance(of_match, Exception) or of_trips != [str(trip.version) for trip in people.values()]:
        return False
    version, names = of_match
    try:
        return bool(version == str(match.version) and (orjson.loads(names) if names else {}) == match.names)
    except orjson.JSONDecodeError:
        return False


async def is_listed(store: Store, market: str, whose: Whose, id_: str) -> bool:
    """Tell whether a match touches these people's trips, also where its record can not be read."""
    tag, partner_id = keys.market_tag(market), whose.partner_id
    index = keys.MATCHES(tag, partner_id)
    if whose.commuter_id is not None:
        index = keys.MATCHES_BY_COMMUTER(tag, partner_id, whose.commuter_id)
    return await store.read(lambda redis: redis.zscore(index, id_)) is not None


async def proposals_of_other_legs(store: Store, market: str, trip_ids: Sequence[str]) -> set[str]:
    """Return the matches that hold, as proposed, a way back of one of these requests or the way out it goes with.

    Or to which that way is invited.
    """
    tag = keys.market_tag(market)

    def fill_legs(pipe: Any) -> None:
        for id_ in trip_ids:
            pipe.smembers(keys.RETURNS(tag, id_))
            pipe.hget(keys.TRIP(tag, id_), "outward")

    answers = await store.pipeline(fill_legs) if trip_ids else []
    legs = sorted({*filter(None, answers[1::2])}.union(*answers[::2]))

    def fill_holders(pipe: Any) -> None:
        for id_ in legs:
            pipe.hmget(keys.TRIP(tag, id_), "status", "match")

    rows = await store.pipeline(fill_holders) if legs else []
    return {match for status, match in rows if status == "proposed" and match}


async def list_matches(
    store: Store, markets: Sequence[str], partner_id: str, page: PageOf, *,
    status: MatchStatus | None = None, commuter: str | None = None,
) -> Page[MatchRecord]:  # fmt: skip
    """Read a page of the matches in some markets that touch a partner's trips; unreadable ones are left out."""
    if commuter is not None:
        indexes = keys.in_markets(keys.MATCHES_BY_COMMUTER, markets, partner_id, commuter)
    elif status is not None:
        indexes = keys.in_markets(keys.MATCHES_BY_STATUS, markets, partner_id, status)
    else:
        indexes = keys.in_markets(keys.MATCHES, markets, partner_id)

    async def load(found: Sequence[Found]) -> list[MatchRecord | None]:
        return read_sound("match", [id_ for _, id_ in found], await _docs(store, found), _match_of)[0]

    return await read_page(
        store, indexes, page, "match", load,
        lambda match: status is None or status in _shown(match, Whose(partner_id, commuter)),
    )  # fmt: skip


def _shown(match: MatchRecord, whose: Whose) -> set[MatchStatus]:
    """Return the statuses under which people find a match: as proposed where some of them are invited."""
    if not any(map(whose.has, match.invited)):
        return {match.status}
    rides = any(map(whose.has, match.ever_parties))
    return {match.status, "proposed"} if rides else {"proposed"}


async def cars_ahead(store: Store, market: str, after_ms: int, before_ms: int | None = None) -> list[str]:
    """Return the ids of a market's confirmed matches that leave after a time, and before another; the next first."""
    cars, last = keys.CARS(keys.market_tag(market)), "+inf" if before_ms is None else f"({before_ms}"
    found: list[str] = await store.read(lambda redis: redis.zrange(cars, f"({after_ms}", last, byscore=True))
    return found


async def agreed_ids(
    store: Store, market: str, partner_ids: Sequence[str], *, commuter: str | None = None
) -> list[str]:
    """Return the ids of a market's agreed matches in which any of these partners have people, oldest first.

    Of a commuter of theirs these are all matches, agreed or not.
    """
    tag = keys.market_tag(market)
    if commuter is not None:
        names = [keys.MATCHES_BY_COMMUTER(tag, partner_id, commuter) for partner_id in partner_ids]
    else:
        names = [keys.MATCHES_BY_STATUS(tag, partner_id, of) for partner_id in partner_ids for of in AGREED]
    found = await store.pipeline(lambda pipe: [pipe.zrange(name, 0, -1) for name in names]) if names else []
    return sorted({id_ for ids in found for id_ in ids})


async def due_ids(store: Store, market: str, now_ms: int, limit: int = 500) -> list[str]:
    """Return ids of trips and matches whose time has run out, most overdue first."""
    found: list[str] = await store.read(
        lambda redis: redis.zrange(keys.DUE(keys.market_tag(market)), "-inf", now_ms, byscore=True, offset=0, num=limit)
    )
    return found


async def _docs(store: Store, found: Sequence[Found]) -> list[list[str | None]]:
    def fill(pipe: Any) -> None:
        for market, id_ in found:
            pipe.hmget(keys.MATCH(keys.market_tag(market), id_), "doc", *BESIDE)

    return await store.pipeline(fill, each=True) if found else []


def match_of(doc: str | None, position: str | None, names: str | None) -> MatchRecord | None:
    """Return the match of its record's fields, None where there is no record. Raises `damaged.DAMAGE`."""
    if not doc:
        return None
    where = position_from_json(orjson.loads(position)) if position else None
    return replace(match_from_json(orjson.loads(doc)), position=where, names=orjson.loads(names) if names else {})


def _match_of(row: Sequence[str | None]) -> MatchRecord | None:
    return match_of(*row)
