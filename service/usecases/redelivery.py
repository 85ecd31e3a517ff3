"""Redelivery: what an endpoint missed in a time, or events that are named, owed to it again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from service.clock import from_ms, rfc3339, to_ms
from service.errors import Fault, Invalid
from service.model.events import event_entry, log_of, place
from service.model.partners import Caller
from service.model.webhooks import Endpoint
from service.store import logs, once, redelivery
from service.store.redelivery import MOST_AT_ONCE, NotInLog
from service.usecases.context import Context
from service.usecases.webhooks import MakeOnce, get_endpoint

_MOST_OWED, _MOST_READ = 5000, 50_000  # a call


@dataclass(frozen=True, slots=True)
class Missed:
    """What an endpoint missed between two instants, the end left out; no end: until now."""

    since: datetime
    until: datetime | None


async def redeliver_events(
    context: Context, caller: Caller, endpoint_id: str, event_ids: Sequence[str], make_once: MakeOnce
) -> tuple[dict[str, Any], bool]:
    """Owe events again that are named, also those that were taken; returns the answer and whether it is a repeat's.

    Raises NotFound, WrongState, Invalid, KeyReused.
    """
    owner = log_of(caller)
    endpoint = await get_endpoint(context, caller, endpoint_id)
    entries = {event_entry(owner, id_): n for n, id_ in enumerate(event_ids)}
    if None in entries:
        raise _unknown(entries[None])
    try:
        count, first = await redelivery.redeliver(
            context.store, owner, endpoint.id, sorted(filter(None, entries), key=place), context.clock.now(),
            make_once(b" "), delivered=True,
        )  # fmt: skip
    except NotInLog as error:
        raise _unknown(entries[error.entry]) from None
    return (_answer(count, None), False) if first is None else (_kept(first), True)


async def redeliver_missed(
    context: Context, caller: Caller, endpoint_id: str, missed: Missed, make_once: MakeOnce
) -> tuple[dict[str, Any], bool]:
    """Owe again what was given up on, and what was never owed, as the endpoint was disabled or not there yet.

    What is owed already is passed over: to ask twice changes nothing. Raises NotFound, WrongState, KeyReused.
    """
    owner = log_of(caller)
    endpoint = await get_endpoint(context, caller, endpoint_id)
    first = await once.first_answer_of_partner(context.store, owner, make_once(b""))
    if first is not None:
        return _kept(first), True
    now = context.clock.now()
    count, next_since = await _owe_missed(context, owner, endpoint, missed, now)
    kept = make_once(b" " + (rfc3339(next_since).encode() if next_since else b""))
    _, first = await redelivery.redeliver(
        context.store, owner, endpoint.id, (), now, kept, delivered=False, before=count
    )
    return (_answer(count, next_since), False) if first is None else (_kept(first), True)


async def _owe_missed(
    context: Context, owner: str, endpoint: Endpoint, missed: Missed, now: datetime
) -> tuple[int, datetime | None]:
    """Return how many are owed now, and from when on to look further where there is too much for one call."""
    until = place(f"{to_ms(missed.until)}-0") if missed.until is not None else None
    count = read = 0
    position = f"{to_ms(missed.since)}-0"
    while True:
        found = await logs.read_from(context.store, owner, position, MOST_AT_ONCE)
        if found.end == position and not found.events:
            return count, None
        entries = [
            event.entry for event in found.events
            # A ping was for one endpoint alone, to see whether it is there.
            if endpoint.wants.takes(event.type, event.communities, event.people) and event.type != "ping"
            and (until is None or place(event.entry) < until)
        ]  # fmt: skip
        if entries:
            count, _ = await redelivery.redeliver(
                context.store, owner, endpoint.id, entries, now, None, delivered=False, before=count
            )
        read += MOST_AT_ONCE
        ms, n = place(found.end)
        if until is not None and (ms, n) >= until:
            return count, None
        position = f"{ms}-{n + 1}"
        if count >= _MOST_OWED or read >= _MOST_READ:
            return count, from_ms(ms)


def _answer(count: int, next_since: datetime | None) -> dict[str, Any]:
    return {"queued": count, "next_since": rfc3339(next_since) if next_since else None}


def _kept(first: str) -> dict[str, Any]:
    count, _, next_since = first.partition(" ")
    return {"queued": int(count), "next_since": next_since or None}


def _unknown(n: int) -> Invalid:
    return Invalid(Fault(f"/event_ids/{n}", "is not the id of an event that is kept for you"))
