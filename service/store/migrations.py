"""What brings the records from each version of their form to the next.

A step goes through the store in windows and may be begun again at any point: whoever takes over from a process that
died begins anew. It calls `renew` between windows.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

import orjson

from service.clock import to_ms
from service.store import keys
from service.store.client import Store
from service.store.reading import all_keys

Renew = Callable[[], Awaitable[None]]
Step = Callable[[Store, Renew], Awaitable[None]]


async def note_external_ids(store: Store, renew: Renew) -> None:
    """1 to 2: trips have their external id beside the body, and stand in an index of it."""
    async for found in all_keys(store):
        trips = [key for key in map(keys.parse, found) if key is not None and key.kind is keys.TRIP]

        def fill(pipe: Any, trips: list[keys.Parsed] = trips) -> None:
            for trip in trips:
                pipe.hget(keys.TRIP(trip.tag, *trip.parts), "body")

        bodies = await store.pipeline(fill, each=True) if trips else []
        await store.call_many("note_external_id", [
            (trip.tag, {"id": trip.parts[0], "external": _external_id(body)})
            for trip, body in zip(trips, bodies, strict=True) if isinstance(body, str)
        ])  # fmt: skip
        await renew()


def _external_id(body: str) -> str:
    try:
        found = orjson.loads(body)["external_id"]
    except (ValueError, KeyError, TypeError):
        return ""  # none, or a record that is damaged
    return found if isinstance(found, str) else ""


async def note_ended(store: Store, renew: Renew) -> None:
    """2 to 3: trips and matches that have ended stand in an index of it, by when they were due: what is known of it."""
    async for found in all_keys(store):
        ours = [key for key in map(keys.parse, found) if key is not None and key.kind in (keys.TRIP, keys.MATCH)]

        def fill(pipe: Any, ours: list[keys.Parsed] = ours) -> None:
            for key in ours:
                pipe.hget(key.kind(key.tag, *key.parts), "doc")

        docs = await store.pipeline(fill, each=True) if ours else []
        await store.call_many("check_ended", [
            (key.tag, {"things": [{"id": key.parts[0], "found": False, "now_ms": arrival_ms}], "mend": True})
            for key, doc in zip(ours, docs, strict=True)
            if not isinstance(doc, Exception) and (arrival_ms := _arrival_ms(doc)) is not None
        ])  # fmt: skip
        await renew()


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
    async for found in all_keys(store):
        matches = [key for key in map(keys.parse, found) if key is not None and key.kind is keys.MATCH]

        def fill(pipe: Any, matches: list[keys.Parsed] = matches) -> None:
            for match in matches:
                pipe.hget(keys.MATCH(match.tag, *match.parts), "doc")

        docs = await store.pipeline(fill, each=True) if matches else []
        await store.call_many("note_car", [
            (match.tag, {"id": match.parts[0], "departs_ms": departs_ms})
            for match, doc in zip(matches, docs, strict=True)
            if isinstance(doc, str) and (departs_ms := _departure_ms(doc)) is not None
        ])  # fmt: skip
        await renew()


def _departure_ms(doc: str) -> str | None:
    """Return when a match's car leaves; None where it is not agreed, or damaged."""
    try:
        match = orjson.loads(doc)
        departs_ms = str(to_ms(datetime.fromisoformat(match["stops"][0]["at"])))
        return departs_ms if match["status"] == "confirmed" else None
    except (ValueError, KeyError, TypeError, IndexError):
        return None


STEPS: tuple[Step, ...] = (note_external_ids, note_ended, allow_rides, note_cars)
