"""Bytes that the store takes for each thing it keeps: what its memory grows by, held against MEMORY USAGE of its keys.

Everything is written by the service's own use cases and functions, as in production but for the append-only file, which
takes no memory of what is kept. Trips are posted in pairs of the same way, so that each pair can share a car.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from loadtests.capacity.fleet import Fleet
from loadtests.capacity.owed import emit, make_endpoint, nothing_owed
from loadtests.capacity.people import commuters, draft_of, once_of, partner_with_key
from loadtests.capacity.receiver import receiving
from loadtests.capacity.waiting import each, eventually
from loadtests.capacity.weights import allocated_bytes, bytes_of_keys
from loadtests.tables import Table
from matching.model import Match, Stop
from service.delivery.relay import Relay
from service.demo.demand import Commuter
from service.model.markets import MAIN
from service.model.partners import LIVE_MARKET, Caller
from service.model.trips import Kind, Trip
from service.store import keys, leases
from service.store.match_changes import Proposal, propose
from service.store.once import Once
from service.usecases import answers, trips
from service.usecases.context import Context
from service.usecases.places import place
from service.usecases.planned import make_proposals

COUNT = 20_000
_PARTNERS_SHARE = 4  # there are fewer of them, and each costs several calls
_PROPOSED_AT_ONCE = 200
_SETTLE_S = 240.0
_NOT_DURABLE = {"appendonly": "no", "appendfsync": "no"}


@dataclass(frozen=True, slots=True)
class Kept:
    """So many of one thing: bytes a piece by the server's memory, and by MEMORY USAGE of the keys."""

    what: str
    count: int
    bytes_each: float
    of_keys_each: float


async def measure(directory: Path, *, count: int = COUNT) -> dict[str, Any]:
    """Return the figures as a JSON document."""
    async with (
        Fleet(directory / "memory", store_settings=_NOT_DURABLE, accept_data_loss=True) as fleet,
        fleet.context() as context,
    ):
        return {"kept": [asdict(kept) for kept in await _Scales(fleet, context).weigh(count)]}


class _Scales:
    def __init__(self, fleet: Fleet, context: Context) -> None:
        self._fleet = fleet
        self._context = context
        self._kept: list[Kept] = []
        self._held: tuple[int, int] | None = None  # what the last weighing found, where the next begins

    async def weigh(self, count: int) -> list[Kept]:
        """Keep so many of each thing, one kind after the other."""
        caller, _ = await partner_with_key(self._context)
        async with self._weighed("open trip, with its indexes", 2 * count):
            offers, requests = await self._post(caller, count, "plain", lambda _: None)
        async with self._weighed("idempotency record, for 24 h", count, beyond=self._kept[0]):
            await self._post(caller, count // 2, "keyed", once_of)
        await self._match(caller, offers, requests)
        await self._owe(caller, count)
        await self._make_partners(count // _PARTNERS_SHARE)
        return self._kept

    async def _post(
        self, caller: Caller, pairs: int, name: str, once: Callable[[Trip], Once | None]
    ) -> tuple[list[Trip], list[Trip]]:
        """Post offers and requests, the n-th of each the same way."""
        drivers = [person for person in commuters() if person.offers]
        people = [replace(drivers[n % len(drivers)], id=f"{name}-{n}", role="driver") for n in range(pairs)]
        posted: dict[Kind, dict[str, Trip]] = {"offer": {}, "request": {}}

        async def post(person: Commuter) -> None:
            for kind, trips_of in posted.items():
                trips_of[person.id], _ = await trips.post_trip(
                    self._context, caller, kind, draft_of(person, kind), once
                )

        await each(people, post)
        return [posted["offer"][p.id] for p in people], [posted["request"][p.id] for p in people]

    async def _match(self, caller: Caller, offers: Sequence[Trip], requests: Sequence[Trip]) -> None:
        """Propose each pair and accept for both; the events that tell of it are dropped, they are weighed apart."""
        context, count = self._context, len(offers)
        lease = await leases.take(context.store, LIVE_MARKET, leases.MATCHER, "bench", context.clock.now(), 3600)
        assert lease is not None  # noqa: S101 - nobody else is there
        by_id = {trip.id: trip for trip in (*offers, *requests)}
        cars = [_car(offer, request) for offer, request in zip(offers, requests, strict=True)]
        groups = make_proposals(context, MAIN, "bat_bench", cars, by_id, context.clock.now())
        told = groups[0][0].events[0]

        async def accept(group: Sequence[Proposal]) -> None:
            for trip in group[0].trips:
                match = await answers.answer(context, caller, group[0].match.id, trip.id, "accepted")
            assert match.status == "confirmed"  # noqa: S101 - everybody has accepted

        async with self._weighed("confirmed match, beyond its trips", count):
            for first in range(0, count, _PROPOSED_AT_ONCE):
                moved = await propose(context.store, LIVE_MARKET, lease, groups[first : first + _PROPOSED_AT_ONCE])
                assert not any(moved)  # noqa: S101 - nothing else happens to these trips
            await each(groups, accept)
            await context.store.redis.delete(keys.OUTBOX(keys.market_tag(LIVE_MARKET)))
        self._data = told.data

    async def _owe(self, caller: Caller, count: int) -> None:
        """Let events reach the log, then an endpoint's queue too, then the endpoint."""
        context, owner = self._context, caller.partner_id
        assert context.cipher is not None  # noqa: S101 - the fleet has a key
        async with self._weighed("event in the log", count):
            await self._relay(owner, count)
        async with receiving() as receiver:
            endpoint = await make_endpoint(context.store, context.cipher, owner, receiver.url)
            async with self._weighed("event in the log, with its delivery's record", count):
                async with self._weighed("event in the log, and owed in a queue", count):
                    await self._relay(owner, count)
                deliverer = await self._fleet.start("deliverer")
                await eventually(lambda: nothing_owed(context.store, owner, [endpoint]), _SETTLE_S)
            await deliverer.stop()

    async def _relay(self, owner: str, count: int) -> None:
        context = self._context
        relay = Relay(context.store, context.clock, context.settings.events_kept, lambda _: None)
        await emit(context.store, owner, count, data=self._data)
        while await relay.relay_once([LIVE_MARKET], 1):
            pass

    async def _make_partners(self, count: int) -> None:
        context = self._context
        assert context.cipher is not None  # noqa: S101 - the fleet has a key
        cipher = context.cipher

        async def make(_: int) -> None:
            caller, _text = await partner_with_key(context)
            await make_endpoint(context.store, cipher, caller.partner_id, "https://partner.example/hook")

        async with self._weighed("partner with a key and an endpoint", count):
            await each(range(count), make)

    @asynccontextmanager
    async def _weighed(self, what: str, count: int, beyond: Kept | None = None) -> AsyncIterator[None]:
        before = self._held or await self._weigh_all()
        yield
        after = await self._weigh_all()
        less = (beyond.bytes_each, beyond.of_keys_each) if beyond else (0.0, 0.0)
        grown = [(then - now) / count - own for then, now, own in zip(after, before, less, strict=True)]
        self._kept.append(Kept(what, count, *grown))

    async def _weigh_all(self) -> tuple[int, int]:
        store = self._context.store
        self._held = await allocated_bytes(store), await bytes_of_keys(store)
        return self._held


def _car(offer: Trip, request: Trip) -> Match:
    """Return the car of two people with the same way: no detour but the two stops."""
    start_s = round(offer.draft.earliest_departure.timestamp())
    origin, destination = place(offer.draft.origin), place(offer.draft.destination)
    there_s = offer.due_ms // 1000
    stops = (
        Stop("depart", start_s, origin), Stop("pickup", start_s, origin, request.id),
        Stop("dropoff", there_s, destination, request.id), Stop("arrive", there_s, destination),
    )  # fmt: skip
    return Match(offer.id, (request.id,), stops, detour_s=90, saved_s=there_s - start_s)


def tables(document: dict[str, Any]) -> list[Table]:
    """Return the figures as tables."""
    kept = [Kept(**row) for row in document["kept"]]
    rows = [
        (k.what, f"{k.count:,}", f"{k.bytes_each:,.0f}", f"{k.of_keys_each:,.0f}", f"{1e9 / k.bytes_each:,.0f}")
        for k in kept
    ]
    heads = ("what is kept", "measured over", "bytes each", "by MEMORY USAGE", "in 1 GB")
    return [Table("Memory of the store", heads, rows, frozenset({"what is kept"}))]
