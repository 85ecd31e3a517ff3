"""A partner's log of events, to read and to catch up from."""

from __future__ import annotations

from collections.abc import Collection

from service.errors import Fault, Invalid
from service.model.events import EVENT_TYPES, Event, event_entry, event_id, log_owner
from service.model.partners import Caller
from service.store import events as store_events
from service.store.listing import Page
from service.usecases.context import Context


async def list_events(
    context: Context, caller: Caller, *, after: str | None, types: Collection[str], limit: int
) -> Page[Event]:
    """Return events after one of them, oldest first; the cursor is the id to go on after. Raises Invalid."""
    owner = log_owner(caller.world, caller.partner_id)
    entry = None
    if after is not None:
        entry = event_entry(owner, after)
        if entry is None:
            raise Invalid(Fault("?after", "is not the id of one of your events"))
    if "trips:read" not in caller.scopes:  # a trip's own events carry where it starts and ends
        types = [name for name in types or EVENT_TYPES if not name.startswith("trip.")]
        if not types:
            return Page([], None)
    found, position = await store_events.list_events(context.store, owner, after=entry, types=types, limit=limit)
    return Page(found, event_id(owner, position) if position is not None else None)
