"""A partner's log of events: to read, to catch up from, and to follow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import orjson

from service.errors import Fault, Forbidden, Invalid
from service.model.events import EVENT_TYPES, Event, EventFilter, LoggedEvent, event_entry, event_id, log_of
from service.model.partners import Caller
from service.store import logs
from service.store.listing import Page
from service.store.tails import Follower
from service.usecases.context import Context
from service.usecases.visibility import narrowed


async def list_events(
    context: Context, caller: Caller, *, after: str | None, wanted: EventFilter, limit: int
) -> Page[Event]:
    """Return events after one of them, oldest first; the cursor is the id to go on after.

    Raises Invalid, EventsDropped.
    """
    owner = log_of(caller)
    entry = _entry(owner, after, "?after")
    seen = _seen(caller, wanted)
    if seen is None:
        return Page([], None)
    found, position = await logs.list_events(context.store, owner, after=entry, wanted=seen, limit=limit)
    shown = [replace(event, data=_shown(caller, event.data, event.people)) for event in found]
    return Page(shown, event_id(owner, position) if position is not None else None)


async def follow_events(
    context: Context, caller: Caller, *, after: str | None, where: str, wanted: EventFilter
) -> Follower:
    """Follow the caller's events after one of them, or from now on; `context.tails.leave` ends it.

    `where` it was said after which. Raises Invalid, Forbidden, TooManyStreams.
    """
    owner = log_of(caller)
    entry = _entry(owner, after, where)
    seen = _seen(caller, wanted)
    if seen is None:
        raise Forbidden("the scope trips:read")
    return await context.tails.follow(context.store, owner, entry, seen)


def body_for(caller: Caller, event: LoggedEvent) -> bytes:
    """Return the bytes of an event's document as the caller may see it."""
    if caller.commuter_id is None:
        return event.body
    document = orjson.loads(event.body)
    return orjson.dumps({**document, "data": _shown(caller, document["data"], event.people)})


def _shown(caller: Caller, data: dict[str, Any], people: Mapping[str, str]) -> dict[str, Any]:
    """Return what an event tells, narrowed to a commuter's own part where one asks."""
    if caller.commuter_id is None or "offer_id" not in data:
        return data
    own = {trip_id for trip_id, commuter_id in people.items() if commuter_id == caller.commuter_id}
    return narrowed(data, own & {data["offer_id"], *(rider["request_id"] for rider in data["riders"])})


def place_of(follower: Follower) -> str | None:
    """Return the id of the event at which a follower stands, as ``after`` takes it, None for the log's beginning."""
    return event_id(follower.owner, follower.position) if follower.position is not None else None


def _entry(owner: str, after: str | None, where: str) -> str | None:
    if after is None:
        return None
    entry = event_entry(owner, after)
    if entry is None:
        raise Invalid(Fault(where, "is not the id of one of your events"))
    return entry


def _seen(caller: Caller, wanted: EventFilter) -> EventFilter | None:
    """Return what of this the caller may see, None for nothing."""
    wanted = replace(wanted, commuter_id=caller.commuter_id)
    if "trips:read" in caller.scopes:
        return wanted
    # A trip's own events carry where it starts and ends, a report what somebody has been through.
    hidden = ("trip.", "commuter.")
    seen = frozenset(name for name in wanted.types or EVENT_TYPES if not name.startswith(hidden))
    return replace(wanted, types=seen) if seen else None
