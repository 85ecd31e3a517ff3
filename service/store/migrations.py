"""What brings the records from each version of their form to the next.

A step goes through the store in windows and may be begun again at any point: whoever takes over from a process that
died begins anew. It calls `renew` between windows.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection
from datetime import datetime
from typing import Any

import orjson

from service.clock import to_ms
from service.model.matches import UNSAID
from service.store import keys
from service.store.client import Store
from service.store.reading import all_keys

Renew = Callable[[], Awaitable[None]]
Step = Callable[[Store, Renew], Awaitable[None]]
Note = Callable[[str, Any], dict[str, Any] | None]
"""What a function is to write of a record, by its id and what was read; None for nothing."""


async def _note_each(
    store: Store, renew: Renew, kinds: Collection[keys.Kind], field: str, function: str, note: Note
) -> None:  # fmt: skip
    """Read a field of all records of some kinds, and have a function write what is to be noted of each."""
    async for found in all_keys(store):
        ours = [key for key in map(keys.parse, found) if key is not None and key.kind in kinds]

        def fill(pipe: Any, ours: list[keys.Parsed] = ours) -> None:
            for key in ours:
                pipe.hget(key.kind(key.tag, *key.parts), field)

        values = await store.pipeline(fill, each=True) if ours else []
        notes = [(key.tag, note(key.parts[0], value)) for key, value in zip(ours, values, strict=True)]
        await store.call_many(function, [(tag, argument) for tag, argument in notes if argument is not None])
        await renew()


async def note_external_ids(store: Store, renew: Renew) -> None:
    """1 to 2: trips have their external id beside the body, and stand in an index of it."""

    def note(id_: str, body: Any) -> dict[str, Any] | None:
        return {"id": id_, "external": _external_id(body)} if isinstance(body, str) else None

    await _note_each(store, renew, (keys.TRIP,), "body", "note_external_id", note)


def _external_id(body: str) -> str:
    try:
        found = orjson.loads(body)["external_id"]
    except (ValueError, KeyError, TypeError):
        return ""  # none, or a record that is damaged
    return found if isinstance(found, str) else ""


async def note_ended(store: Store, renew: Renew) -> None:
    """2 to 3: trips and matches that have ended stand in an index of it, by when they were due: what is known of it."""

    def note(id_: str, doc: Any) -> dict[str, Any] | None:
        arrival_ms = None if isinstance(doc, Exception) else _arrival_ms(doc)
        if arrival_ms is None:
            return None
        return {"things": [{"id": id_, "found": False, "now_ms": arrival_ms}], "mend": True}

    await _note_each(store, renew, (keys.TRIP, keys.MATCH), "doc", "check_ended", note)


def _arrival_ms(doc: str | None) -> str | None:
    """Return when a match's car arrives, "0" where it is no match; None for one that is damaged."""
    try:
        return "0" if doc is None else str(to_ms(datetime.fromisoformat(orjson.loads(doc)["stops"][-1]["at"])))
    except (ValueError, KeyError, TypeError, IndexError):
        return None


async def allow_rides(_store: Store, _renew: Renew) -> None:
    """3 to 4: matches say who left and who was picked up; where they say nothing, nobody did.

    There is nothing to write. Yet a version that does not know these fields takes such a match for a damaged one.
    """


async def note_cars(store: Store, renew: Renew) -> None:
    """4 to 5: confirmed matches stand in an index by when they leave."""

    def note(id_: str, doc: Any) -> dict[str, Any] | None:
        departs_ms = _departure_ms(doc) if isinstance(doc, str) else None
        return None if departs_ms is None else {"id": id_, "departs_ms": departs_ms}

    await _note_each(store, renew, (keys.MATCH,), "doc", "note_car", note)


def _departure_ms(doc: str) -> str | None:
    """Return when a match's car leaves; None where it is not agreed, or damaged."""
    try:
        match = orjson.loads(doc)
        departs_ms = str(to_ms(datetime.fromisoformat(match["stops"][0]["at"])))
        return departs_ms if match["status"] == "confirmed" else None
    except (ValueError, KeyError, TypeError, IndexError):
        return None


async def note_under_way(store: Store, renew: Renew) -> None:
    """5 to 6: matches under way are due when their ride is over; an earlier version would set them aside there."""

    def note(id_: str, doc: Any) -> dict[str, Any] | None:
        arrival_ms = _arrival_ms(doc) if isinstance(doc, str) else None
        late_ms = round(UNSAID.total_seconds() * 1000)
        return None if arrival_ms is None else {"id": id_, "due_ms": str(int(arrival_ms) + late_ms)}

    await _note_each(store, renew, (keys.MATCH,), "doc", "note_under_way", note)


async def note_series_commuters(store: Store, renew: Renew) -> None:
    """6 to 7: series have their commuter beside the document, and stand in an index of it."""

    def note(id_: str, doc: Any) -> dict[str, Any] | None:
        commuter = _commuter_of_series(doc) if isinstance(doc, str) else None
        return None if commuter is None else {"id": id_, "commuter": commuter}

    await _note_each(store, renew, (keys.SERIES,), "doc", "note_series_commuter", note)


def _commuter_of_series(doc: str) -> str | None:
    """Return whose series it is; None where its document is damaged."""
    try:
        found = orjson.loads(orjson.loads(doc)["parts"][0]["draft"])["commuter_id"]
    except (ValueError, KeyError, TypeError, IndexError):
        return None
    return found if isinstance(found, str) else None


STEPS: tuple[Step, ...] = (
    note_external_ids, note_ended, allow_rides, note_cars, note_under_way, note_series_commuters
)  # fmt: skip
