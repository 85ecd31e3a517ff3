"""Partners' logs of events: read in pages, from an event on, many at once; and what the retention has dropped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
import structlog
from redis import exceptions as redis_errors

from service.clock import to_ms
from service.errors import EventsDropped
from service.model.events import Event, EventFilter, LoggedEvent, event_body, event_id, place
from service.store import keys
from service.store.client import Store
from service.store.once import Once, once_arguments, replayed

BEGINNING = "0-0"  # before the first entry of any log
_SCANNED_AT_MOST = 5000
_Rows = Sequence[tuple[str, Mapping[str, str]]]
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Stretch:
    """Events of a log that follow each other, and the entry at which they end, be it one that can not be read."""

    events: list[LoggedEvent]
    end: str


async def list_events(
    store: Store, owner: str, *, after: str | None, wanted: EventFilter, limit: int
) -> tuple[list[Event], str | None]:
    """Return events of a log after an entry, oldest first, and the entry to go on from where there may be more.

    Raises EventsDropped.
    """
    found: list[Event] = []
    scanned = 0
    position = after
    while scanned < _SCANNED_AT_MOST:
        window = 500 if wanted.is_narrow else min(500, limit + 1)
        rows = await _rows(store, owner, position, window)
        for entry, fields in rows:
            people = _people_if(wanted, fields)
            if people is not None:
                if len(found) == limit:
                    return found, position
                found.append(_event(owner, entry, fields, people))
            position = entry
        scanned += len(rows)
        if len(rows) < window:
            return found, None
    return found, position


async def read(store: Store, owner: str, after: str | None, most: int) -> Stretch:
    """Return what follows an entry of a log, or is in it at all. Raises EventsDropped."""
    rows = await _rows(store, owner, after, most)
    if rows or after is not None:
        return _stretch(owner, rows, after or BEGINNING)
    return Stretch([], await last_entry(store, owner))


async def read_from(store: Store, owner: str, start: str, most: int) -> Stretch:
    """Return what is in a log from an entry on, be it there or not."""
    key = keys.EVENTS(keys.partner_tag(owner))
    return _stretch(owner, await store.read(lambda redis: redis.xrange(key, start, "+", count=most)), start)


async def read_each(store: Store, ends: Mapping[str, str], most: int) -> dict[str, Stretch]:
    """Return, by the log's owner, what came after an entry of each, in one round trip a server."""

    def fill(pipe: Any) -> None:
        for owner, end in ends.items():
            pipe.xrange(keys.EVENTS(keys.partner_tag(owner)), f"({end}", "+", count=most)

    answers = await store.pipeline(fill, each=True)
    return {
        owner: _stretch(owner, [] if isinstance(rows, Exception) else rows, end)
        for (owner, end), rows in zip(ends.items(), answers, strict=True)
    }


async def last_entry(store: Store, owner: str) -> str:
    """Return the last entry that a log ever had."""
    return (await _state(store, owner)).last


async def tell(
    store: Store, owner: str, event: Mapping[str, str], now: datetime, once: Once | None
) -> tuple[str, str | None]:
    """Append an event to a log and owe it to whoever wants it; returns its entry, and a repeat's first answer.

    Raises KeyReused.
    """
    argument = {"now_ms": str(to_ms(now)), "event": dict(event), **once_arguments(once)}
    answer = await store.call("tell_log", keys.partner_tag(owner), argument)
    first = replayed(answer)
    if first is None:
        return answer[1], None
    entry, _, kept = first.partition(" ")
    return entry, kept


async def purge_log(store: Store, owner: str, before: datetime, most: int = 500) -> None:
    """Drop a log's events and deliveries that are older than `before`."""
    argument = {"before_ms": str(to_ms(before)), "most": most}
    while (await store.call("purge_log", keys.partner_tag(owner), argument))[0] == "more":
        pass


async def _rows(store: Store, owner: str, after: str | None, most: int) -> _Rows:
    key = keys.EVENTS(keys.partner_tag(owner))
    if after is None:
        first: _Rows = await store.read(lambda redis: redis.xrange(key, count=most))
        return first
    # With the entry itself, which shows that nothing behind it was dropped, as the oldest are dropped first.
    rows: _Rows = await store.read(lambda redis: redis.xrange(key, after, "+", count=most + 1))
    if rows and rows[0][0] == after:
        return rows[1:]
    state = await _state(store, owner)
    if state.has_dropped and place(after) < place(state.last):
        raise EventsDropped(event_id(owner, after))
    return rows[:most]


@dataclass(frozen=True, slots=True)
class _State:
    last: str
    has_dropped: bool


async def _state(store: Store, owner: str) -> _State:
    try:
        found = await store.read(lambda redis: redis.xinfo_stream(keys.EVENTS(keys.partner_tag(owner))))
    except redis_errors.ResponseError as error:
        if "no such key" not in str(error):
            raise
        return _State(BEGINNING, has_dropped=False)
    return _State(found["last-generated-id"], has_dropped=found["entries-added"] > found["length"])


def _stretch(owner: str, rows: _Rows, start: str) -> Stretch:
    found = []
    for entry, fields in rows:
        try:
            found.append(_logged(owner, entry, fields))
        except (KeyError, ValueError):
            log.error("event_unreadable", owner=owner, entry=entry)
    return Stretch(found, rows[-1][0] if rows else start)


def _logged(owner: str, entry: str, fields: Mapping[str, str]) -> LoggedEvent:
    id_ = event_id(owner, entry)
    body = event_body(id_, fields["type"], fields["at"], fields["seq"], fields["data"])
    orjson.loads(body)
    people = _people(fields)
    return LoggedEvent(entry, id_, fields["type"], fields["subject"], fields.get("communities"), body, people)


def _event(owner: str, entry: str, fields: Mapping[str, str], people: Mapping[str, str]) -> Event:
    return Event(
        id=event_id(owner, entry), entry=entry, type=fields["type"], at=fields["at"], seq=int(fields["seq"]),
        subject=fields["subject"], data=orjson.loads(fields["data"]), people=people,
    )  # fmt: skip


def _people_if(wanted: EventFilter, fields: Mapping[str, str]) -> Mapping[str, str] | None:
    """Return whom an event concerns, None where it is not wanted."""
    if not wanted.takes_kind(fields["type"], fields.get("communities")):
        return None
    people = _people(fields)
    return people if wanted.takes_people(people) else None


def _people(fields: Mapping[str, str]) -> dict[str, str]:
    """Return whom an event concerns, by trip; what came before that was noted concerns nobody by name."""
    people: dict[str, str] = orjson.loads(fields.get("people") or "{}")
    return people
