"""Keeps a picture of each market that somebody looks at: read whole once, then what has changed since.

Every look asks for what has changed, which is one round trip where nothing has. Where much has, such as after a batch,
it goes on beside the look, which is answered from the picture as it is.
"""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from service.clock import monotonic_s, to_ms
from service.ids import is_id
from service.model.markets import Market
from service.model.matches import MatchRecord
from service.model.meeting_points import NamedPoint
from service.model.partners import Partner
from service.model.trips import Trip
from service.store import changes
from service.store import matches as store_matches
from service.store import partners as store_partners
from service.store import trips as store_trips
from service.store.parts import in_parts

if TYPE_CHECKING:
    from service.usecases.context import Context
    from service.usecases.picture import Picture

STALE_MOST_S = 10.0
MOST_TRIPS = 100_000  # of a market; what is opened beyond them is not seen
_MOST_MARKETS = 24  # those looked at last
_LARGE = 1000  # trips
_AT_ONCE = 200  # so many changes are waited for


@dataclass(slots=True)
class _Kept:
    """A picture, up to which change it goes, and who is reading much of what has changed since."""

    picture: Picture | None = None
    mark: changes.Mark | None = None
    points: tuple[NamedPoint, ...] = ()  # where cars may stop, as the picture has it
    as_of: datetime | None = None
    as_of_s: float = float("-inf")  # of the monotonic clock: when the reading began that it is up to date with
    reading: asyncio.Task[None] | None = None
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)  # of whoever looks for changes
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)  # of whoever changes the picture, or looks at it


@dataclass(frozen=True, slots=True)
class Seeing:
    """A picture that nobody changes meanwhile, and the instant that it is of."""

    picture: Picture
    as_of: datetime

    @property
    def complete(self) -> bool:
        """Whether all open trips are in it."""
        return len(self.picture) < MOST_TRIPS


class Pictures:
    """The pictures that a process has: of at most 24 markets, less than 3 KB for each trip."""

    def __init__(self) -> None:
        self._kept: dict[str, _Kept] = {}

    @asynccontextmanager
    async def seeing(self, context: Context, market: Market, partner_id: str) -> AsyncIterator[Seeing]:
        """Look at a market; `partner_id`: whose people look. Raises StoreUnavailable."""
        kept = self._kept.pop(market.name, None) or _Kept()
        self._kept[market.name] = kept
        while len(self._kept) > _MOST_MARKETS:
            del self._kept[next(iter(self._kept))]
        await _bring_up_to_date(kept, context.within(market), market)
        async with kept.lock:
            picture, as_of = kept.picture, kept.as_of
            assert picture is not None  # noqa: S101 - it was read, or an error was raised
            assert as_of is not None  # noqa: S101 - as above
            if partner_id not in picture.partners:
                picture.know(await _partners(context, {partner_id, *picture.partners}))
            yield Seeing(picture, as_of)


async def _bring_up_to_date(kept: _Kept, context: Context, market: Market) -> None:
    """Return once the picture is of now, or, where much has changed, if it is not too old."""
    arrived_s = monotonic_s()
    young = kept.picture is not None and arrived_s - kept.as_of_s < STALE_MOST_S
    async with kept.turn:
        if kept.reading is None and kept.as_of_s < arrived_s:
            await _look_for_changes(kept, context, market)
        reading = kept.reading
    if reading is not None and not young:
        await asyncio.wait({reading})
        reading.result()


async def _look_for_changes(kept: _Kept, context: Context, market: Market) -> None:
    """Take in what has changed, where it is little; else begin to read it, or all anew where that can not be told."""
    now_s, now = monotonic_s(), context.clock.now()
    points = (await context.markets.read(context.store)).meeting_points(market)
    mark = kept.mark if kept.points == points else None
    # Both at once: while others write, each way to the store may wait for a sync of its file.
    found, partners = await asyncio.gather(
        _since(context, market.name, mark), _partners(context, kept.picture.partners if kept.picture else ())
    )
    if kept.picture is not None and found is not None and len(found[0]) <= _AT_ONCE:
        await _amend(kept, context, market.name, kept.picture, sorted(found[0]), partners)
        kept.mark, kept.as_of, kept.as_of_s = found[1], now, now_s
        return

    async def read() -> None:
        try:
            if kept.picture is None or found is None:
                kept.picture, kept.mark = await _read_whole(context, market, points)
                kept.points = points
            else:
                await _amend(kept, context, market.name, kept.picture, sorted(found[0]), partners)
                kept.mark = found[1]
            kept.as_of, kept.as_of_s = now, now_s
        finally:
            kept.reading = None

    kept.reading = asyncio.create_task(read())
    kept.reading.add_done_callback(_settle)


def _settle(reading: asyncio.Task[None]) -> None:
    if not reading.cancelled():
        reading.exception()  # of those who have not waited for it, nobody is left to tell


async def _read_whole(
    context: Context, market: Market, points: Sequence[NamedPoint]
) -> tuple[Picture, changes.Mark]:  # fmt: skip
    from service.usecases.picture import Picture  # compiled kernels: processes that nobody asks go without them

    mark, picture = await changes.newest(context.store, market.name), Picture.empty(context, market, points)
    await _fill(context, market.name, picture)
    everybody = (*picture.seen.values(), *picture.taken.values())
    picture.know(await _partners(context, {seen.partner_id for seen in everybody}))
    if len(picture) > _LARGE:
        # A full collection would go through all of it, for 0.3 s with 20,000 trips, while somebody waits.
        gc.collect()
        gc.freeze()
    return picture, mark


async def _fill(context: Context, market: str, picture: Picture) -> None:
    partner_ids = await store_partners.partner_ids(context.store)
    ids = await store_trips.ids_by_status(context.store, market, partner_ids, ("open", "proposed", "confirmed"))
    for some in in_parts(ids[:MOST_TRIPS], _AT_ONCE):
        read, _ = await store_trips.read_each(context.store, market, some)
        for trip in read:
            picture.put_trip(trip)
        for pair, holder in (await store_trips.either_holders(context.store, market, read)).items():
            picture.held.setdefault("/".join(pair), set()).add(holder)
    ahead = await store_matches.cars_ahead(context.store, market, to_ms(context.clock.now()))
    for some in in_parts(ahead, _AT_ONCE):
        for match, people in await _cars(context, market, some):
            picture.put_car(match, people)


async def _since(context: Context, market: str, mark: changes.Mark | None) -> tuple[set[str], changes.Mark] | None:
    return None if mark is None else await changes.since(context.store, market, mark)


async def _amend(
    kept: _Kept, context: Context, market: str, picture: Picture, changed: Sequence[str], partners: Sequence[Partner]
) -> None:
    """Take in what has changed; `partners`: those in the picture, as they are now."""
    owners: set[str] = set()
    for some in in_parts([id_ for id_ in changed if not is_id(id_, "match")], _AT_ONCE):
        read, gone = await store_trips.read_each(context.store, market, some)
        owners |= {trip.partner_id for trip in read}
        async with kept.lock:
            for id_ in gone:
                picture.drop(id_)
            for trip in read:
                if len(picture) < MOST_TRIPS or trip.id in picture.seen or trip.id in picture.taken:
                    picture.put_trip(trip)
    for some in in_parts([id_ for id_ in changed if is_id(id_, "match")], _AT_ONCE):
        cars = await _cars(context, market, some)
        async with kept.lock:
            for match, people in cars:
                picture.put_car(match, people)
    new = owners.difference(partner.id for partner in partners)
    joined = await _partners(context, new) if new else []
    async with kept.lock:
        picture.know([*partners, *joined])
        if changed:
            picture.drop_arrived(context.clock.now())


async def _cars(context: Context, market: str, ids: Sequence[str]) -> list[tuple[MatchRecord, dict[str, Trip]]]:
    matches, _ = await store_matches.read_each(context.store, market, ids)
    agreed = [match for match in matches if match.status == "confirmed"]
    people = await store_matches.read_people(context.store, market, agreed)
    of_agreed = {match.id: trips for match, trips in zip(agreed, people, strict=True)}
    return [(match, of_agreed.get(match.id, {})) for match in matches]


async def _partners(context: Context, ids: Collection[str]) -> list[Partner]:
    found = await store_partners.get_partners(context.store, sorted(ids))
    return [partner for partner in found if partner is not None]
