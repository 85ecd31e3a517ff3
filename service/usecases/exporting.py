"""All that is kept about a person, for them to have: of others who rode with them it tells nothing.

That others block them or report them is not told here either: it is theirs to keep.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Sequence
from typing import Any

import orjson

from service.model.blocks import Person
from service.model.events import event_id, log_owner
from service.model.matches import MatchRecord
from service.model.partners import Caller, Whose
from service.model.trips import DRAFTS, Trip
from service.store import blocks as store_blocks
from service.store import erasing as store_erasing
from service.store import matches as store_matches
from service.store import profiles as store_profiles
from service.store import reports as store_reports
from service.store import series as store_series
from service.store import trips as store_trips
from service.store.erasing import Told
from service.store.listing import Page, PageOf, items_of
from service.usecases.context import Context
from service.usecases.occurrences import today
from service.usecases.places import visible_markets
from service.usecases.redacting import without_trips
from service.usecases.visibility import match_document

Section = tuple[str, AsyncIterator[dict[str, Any]]]


async def export(context: Context, caller: Caller, commuter_id: str) -> list[Section]:
    """Return the parts of a commuter's export, each with its documents as they are read. Raises StoreUnavailable."""
    markets = await visible_markets(context, caller)
    person = (caller.partner_id, commuter_id)
    own = [await store_erasing.listed(context.store, market, *person) for market in markets]
    trips = set[str]().union(*own)
    log = log_owner(caller.world, caller.partner_id)
    told = await store_erasing.events_of(context.store, log, trips, commuter_id)
    return [
        ("profile", _profile(context, log, commuter_id)),
        *((f"{kind}s", _trips(context, caller, markets, kind, commuter_id)) for kind in DRAFTS),
        ("series", _series(context, caller, markets, commuter_id)),
        ("matches", _matches(context, caller, markets, person)),
        ("events", _events(log, trips, told)),
        ("deliveries", _deliveries(context, log, [event.entry for event in told])),
        ("blocks", _blocks(context, caller, person)),
        ("reports", _reports(context, log, commuter_id)),
    ]


async def _profile(context: Context, log: str, commuter_id: str) -> AsyncIterator[dict[str, Any]]:
    profile = await store_profiles.get_profile(context.store, log, commuter_id)
    if profile is not None:
        yield profile.document()


async def _trips(
    context: Context, caller: Caller, markets: list[str], kind: Any, commuter_id: str
) -> AsyncIterator[dict[str, Any]]:
    async def read(page: PageOf) -> Page[Trip]:
        return await store_trips.list_trips(context.store, markets, caller.partner_id, kind, page, commuter=commuter_id)

    async for trip in items_of(read):
        yield trip.document()


async def _series(
    context: Context, caller: Caller, markets: list[str], commuter_id: str
) -> AsyncIterator[dict[str, Any]]:
    async def read(page: PageOf) -> Page[Any]:
        return await store_series.list_series(
            context.store, markets, caller.partner_id, page, status=None, commuter=commuter_id
        )

    async for series in items_of(read):
        yield series.document(today(context, series))


async def _matches(
    context: Context, caller: Caller, markets: list[str], person: Person
) -> AsyncIterator[dict[str, Any]]:
    async def read(page: PageOf) -> Page[MatchRecord]:
        return await store_matches.list_matches(context.store, markets, caller.partner_id, page, commuter=person[1])

    async for match in items_of(read):
        own = match.trips_of(person)
        document = match_document(match, Whose(*person))
        if match.driver.trip_id not in own:
            document["position"] = None
        yield _own_part(document, own)


async def _events(log: str, own: Collection[str], told: Sequence[Told]) -> AsyncIterator[dict[str, Any]]:
    for event in told:
        document = orjson.loads(event.data)
        shown = _own_part(document, own) if event.type.startswith("match.") else document
        yield {"id": event_id(log, event.entry), "type": event.type, "data": shown}


async def _deliveries(context: Context, log: str, entries: Sequence[str]) -> AsyncIterator[dict[str, Any]]:
    async for endpoint, entry, status, attempts in store_erasing.deliveries_of(context.store, log, entries):
        tries = [{name: attempt[name] for name in ("at", "status", "error")} for attempt in attempts]
        yield {"event_id": event_id(log, entry), "endpoint_id": endpoint, "status": status, "attempts": tries}


async def _reports(context: Context, log: str, commuter_id: str) -> AsyncIterator[dict[str, Any]]:
    for report in await store_reports.reports_of(context.store, log, commuter_id):
        yield report


async def _blocks(context: Context, caller: Caller, person: Person) -> AsyncIterator[dict[str, Any]]:
    for block in await store_blocks.blocks_of(context.store, caller.world, person):
        yield block.document()


def _own_part(document: dict[str, Any], own: Collection[str]) -> dict[str, Any]:
    return without_trips(document, lambda trip_id: trip_id not in own)
