"""Matches in the store: proposed and moved on by one atomic function each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any

import orjson

from service.clock import to_ms
from service.errors import StaleLease
from service.model.events import NewEvent
from service.model.matches import MatchRecord, MatchStatus, Position, match_from_json, position_from_json
from service.model.partners import Whose
from service.model.transitions import AGREED, MatchAction, TripAction
from service.model.trips import Trip
from service.store import keys
from service.store.client import Store
from service.store.damaged import Contradiction, read_all, read_sound
from service.store.leases import Lease
from service.store.listing import Found, Page, PageOf, read_page
from service.store.trips import outward_of
from service.store.trips import read_each as read_each_trip

BESIDE = ("position", "names")  # kept in fields of their own; older versions do not know them all
_IN_DOC = tuple(field.name for field in fields(MatchRecord) if field.name not in BESIDE)


@dataclass(frozen=True, slots=True)
class Proposal:
    """A new match, the trips it takes as the batch saw them, and the events that tell of it.

    `was`: of an agreed match, to which riders are invited, what it was before.
    """

    match: MatchRecord
    trips: tuple[Trip, ...]
    events: tuple[NewEvent, ...]
    was: MatchRecord | None = None

    @property
    def riders(self) -> int:
        """How many riders it is proposed to."""
        return len(self.match.invited or self.match.riders)

    @property
    def leaves_at(self) -> datetime:
        """When its car would leave."""
        return self.match.with_invited().stops[0].at


@dataclass(frozen=True, slots=True)
class TripMove:
    """What becomes of a trip when its match moves on.

    `priority_s`: what it counts for more in batches from then on; `promised`: when it was to ride.
    """

    trip_id: str
    action: TripAction
    priority_s: int | None = None
    promised: tuple[datetime, datetime] | None = None


@dataclass(frozen=True, slots=True)
class Advance:
    """A match's next state, by which actions, with what follows for its trips.

    `exclude`: pairs not to be proposed again.
    """

    was: MatchRecord
    now: MatchRecord
    actions: tuple[MatchAction, ...]
    trips: tuple[TripMove, ...]
    events: tuple[NewEvent, ...]
    exclude: tuple[tuple[str, str], ...] = ()

    @property
    def lost(self) -> set[str]:
        """The trips that will not be ridden in this car after all."""
        return {move.trip_id for move in self.trips if move.action in ("release", "cancel", "abandon")}


async def propose(store: Store, market: str, lease: Lease, groups: Sequence[Sequence[Proposal]]) -> list[str | None]:
    """Propose groups of matches, each group in one step, all or nothing.

    Returns for each group None, or the trip or agreed match that had moved since the batch read it.
    Raises StaleLease where another matcher holds the market by now; groups before that stand.
    """
    tag = keys.market_tag(market)
    arguments = [
        (tag, {
            "lease": lease.name, "token": lease.token,
            "matches": [
                match_argument(p.match) | {
                    "was": None if p.was is None else index_argument(p.was),
                    "trips": [
                        {
                            "id": t.id, "version": str(t.version), "outward": outward_of(t) or "",
                            "price_s": "" if t.price_s is None else str(t.price_s),
                        } for t in p.trips
                    ],
                    "events": [event.as_argument() for event in p.events],
                } for p in group
            ],
        }) for group in groups
    ]  # fmt: skip
    answers = await store.call_many("propose_matches", arguments)
    if any(answer[0] == "stale" for answer in answers):
        raise StaleLease(f"another matcher has taken over the market {market}")
    return [answer[1] if answer[0] == "moved" else None for answer in answers]


async def advance(
    store: Store, market: str, moves: Iterable[Advance], seen: Iterable[MatchRecord | Trip] = ()
) -> bool:  # fmt: skip
    """Write the next states of a match and of those that go with it, in one step, all or nothing.

    False where one of them, or of what was `seen` when that was decided, has moved since it was read, or where one is
    missing that ends with them. Raises Contradiction where a match and its trips do not agree.
    """
    versions: dict[type, list[dict[str, str]]] = {MatchRecord: [], Trip: []}
    for one in seen:
        versions[type(one)].append(_version(one))
    answer = await store.call("advance_match", keys.market_tag(market), {
        "moves": [{
            "match": match_argument(move.now), "was": index_argument(move.was),
            "actions": move.actions,
            "trips": [_move_argument(trip) for trip in move.trips], "lost": sorted(move.lost),
            "exclude": [list(pair) for pair in move.exclude],
            "events": [event.as_argument() for event in move.events],
        } for move in moves],
        "seen_matches": versions[MatchRecord], "seen_trips": versions[Trip],
    })  # fmt: skip
    if answer[0] == "torn":
        raise Contradiction(answer[1])
    return bool(answer[0] == "ok")


async def put_position(store: Store, market: str, match_id: str, position: Position) -> bool:
    """Keep where a car is, unless a later position is kept; False where it is not under way (any more)."""
    answer = await store.call("put_position", keys.market_tag(market), {
        "id": match_id, "at_ms": str(to_ms(position.at)), "position": orjson.dumps(position).decode(),
    })  # fmt: skip
    return bool(answer[0] == "ok")


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


def _version(one: MatchRecord | Trip) -> dict[str, str]:
    return {"id": one.id, "version": str(one.version)}


def _move_argument(move: TripMove) -> dict[str, str]:
    priority_s = "" if move.priority_s is None else str(move.priority_s)
    promised_ms = ",".join(str(to_ms(at)) for at in move.promised or ())
    return {"id": move.trip_id, "action": move.action, "priority_s": priority_s, "promised_ms": promised_ms}


def match_argument(match: MatchRecord) -> dict[str, Any]:
    """Return a match as the store's functions take it."""
    return index_argument(match) | {
        "doc": orjson.dumps({name: getattr(match, name) for name in _IN_DOC}).decode(),
        "names": orjson.dumps(match.names).decode() if match.names else "",
    }  # fmt: skip


def index_argument(match: MatchRecord) -> dict[str, Any]:
    """Return what the store's functions need of a match to know the indexes that it stands in, and its trips."""
    return {
        "id": match.id, "status": match.status, "version": str(match.version),
        "due_ms": str(to_ms(match.due_at)), "departs_ms": str(to_ms(match.stops[0].at)),
        "parties": [party.trip_id for party in match.parties], "invited": [rider.trip_id for rider in match.invited],
        "partners": list(dict.fromkeys(party.partner_id for party in match.ever_parties)),
        "inviting": list(dict.fromkeys(rider.partner_id for rider in match.invited)),
        "commuters": [p.person for p in (*match.ever_parties, *match.invited) if p.commuter_id],
    }  # fmt: skip
