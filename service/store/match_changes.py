"""What becomes of matches in the store: proposed, and moved on, by one atomic function each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

import orjson

from service.clock import to_ms
from service.errors import StaleLease
from service.model.events import NewEvent
from service.model.matches import MatchRecord, Position
from service.model.transitions import MatchAction, TripAction
from service.model.trips import Trip
from service.store import keys
from service.store.client import Store
from service.store.damaged import Contradiction
from service.store.leases import Lease
from service.store.matches import BESIDE
from service.store.trips import outward_of

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
