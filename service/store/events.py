"""Events on their way from markets' outboxes to the logs of their partners, which `logs` reads."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from redis import exceptions as redis_errors

from service.clock import monotonic_s, to_ms
from service.errors import StoreUnavailable
from service.model.events import log_owner
from service.store import keys
from service.store.client import Store
from service.store.failures import is_of_records
from service.store.worlds import ahead_of_each

_DEAD_KEPT = 10_000
_RELAYED = ("type", "at", "seq", "subject", "data", "communities", "trace", "people")
_WATCH_S = 0.02


class NotRelayed(Exception):
    """The store's function failed on these entries: something in them, or in the log they go to, is broken."""


@dataclass(frozen=True, slots=True)
class OutboxEntry:
    """An entry of a market's outbox, as found there."""

    market: str
    id: str
    fields: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Parcel:
    """Entries of one market for one log, in the outbox's order."""

    owner: str
    market: str
    entries: tuple[OutboxEntry, ...]


@dataclass(frozen=True, slots=True)
class Relayed:
    """How many events came new into a log, and how many deliveries are owed for them."""

    appended: int
    owed: int


async def read_outboxes(store: Store, markets: Sequence[str], most: int, wait_ms: int) -> list[OutboxEntry]:
    """Read what the outboxes hold, at most `most` of each; wait a while for something where all are empty.

    Entries are removed once relayed, so whatever is there is yet to be relayed. Of a cluster, markets that a backup
    holds are left out: a log must not have what happened in a market after that was saved.
    """
    outboxes = {keys.OUTBOX(keys.market_tag(market)): market for market in markets}
    if store.is_cluster:
        found = await _watch(store, outboxes, most, wait_ms)
    else:
        found = await store.read(lambda redis: redis.xread(dict.fromkeys(outboxes, "0-0"), count=most, block=wait_ms))
    return [OutboxEntry(outboxes[key], id_, fields) for key, rows in found or [] for id_, fields in rows]


async def unrelayed(store: Store, market: str, most: int = 500) -> list[OutboxEntry]:
    """Return what an outbox holds, the oldest first."""
    rows = await store.read(lambda redis: redis.xrange(keys.OUTBOX(keys.market_tag(market)), count=most))
    return [OutboxEntry(market, id_, fields) for id_, fields in rows]


async def _watch(store: Store, outboxes: Mapping[str, str], most: int, wait_ms: int) -> list[tuple[str, Any]]:
    """Read streams of several servers, again and again while all are empty: no command waits for more than one slot."""
    deadline_s = monotonic_s() + wait_ms / 1000
    held = keys.in_markets(keys.HELD, outboxes.values())

    def fill(pipe: Any) -> None:
        for outbox, market in outboxes.items():
            pipe.xrange(outbox, count=most)
            pipe.exists(held[market])  # in this order: what is not held by now was not held when it was read

    while True:
        rows = await store.pipeline(fill)
        found = [
            (outbox, entries)
            for outbox, entries, is_held in zip(outboxes, rows[::2], rows[1::2], strict=True) if entries and not is_held
        ]  # fmt: skip
        if found or monotonic_s() >= deadline_s:
            return found
        await asyncio.sleep(_WATCH_S)


async def relay(store: Store, parcels: Sequence[Parcel], now: datetime, keep_from: datetime) -> list[Relayed]:
    """Append parcels to their logs and owe them to the endpoints; what was relayed before is passed over.

    In a sandbox that was moved on, both times are so much later. Raises NotRelayed where a function failed; some
    parcels may have been relayed then.
    """
    ahead_ms = await ahead_of_each(store, {parcel.market for parcel in parcels})

    def arguments(parcel: Parcel) -> dict[str, Any]:
        later = timedelta(milliseconds=ahead_ms.get(parcel.market, 0))
        return _relay_arguments(parcel, now + later, keep_from + later)

    calls = [(keys.partner_tag(parcel.owner), arguments(parcel)) for parcel in parcels]
    try:
        answers = await store.call_many("relay_events", calls)
    except redis_errors.ResponseError as error:
        # Anything else is the server's state, and passes.
        raise (
            NotRelayed(str(error)) if is_of_records(error) else StoreUnavailable("the store refuses to relay")
        ) from error
    return [Relayed(int(answer[1]), int(answer[2])) for answer in answers]


async def forget_relayed(store: Store, entries: Sequence[OutboxEntry]) -> bool:
    """Remove relayed entries from their outboxes, save those of markets that a backup holds: then False."""
    ids: dict[str, list[str]] = {}
    for entry in entries:
        ids.setdefault(keys.market_tag(entry.market), []).append(entry.id)
    answers = await store.call_many("forget_relayed", [(tag, {"ids": relayed}) for tag, relayed in ids.items()])
    return all(answer[0] == "ok" for answer in answers)


async def set_aside(store: Store, entry: OutboxEntry, error: str) -> None:
    """Move an entry that can not be relayed out of the others' way, kept for the operator."""
    argument = {"id": entry.id, "error": error, "keep": _DEAD_KEPT}
    await store.call("set_aside", keys.market_tag(entry.market), argument)


def _relay_arguments(parcel: Parcel, now: datetime, keep_from: datetime) -> dict[str, Any]:
    entries = [
        {"id": e.id, "market": parcel.market, **{name: e.fields[name] for name in _RELAYED if name in e.fields}}
        for e in parcel.entries
    ]
    return {
        "market": parcel.market, "now_ms": str(to_ms(now)), "keep_from_ms": str(to_ms(keep_from)), "entries": entries,
    }  # fmt: skip


def parcels_of(entries: Sequence[OutboxEntry], most: int) -> list[Parcel]:
    """Sort entries by the log they go to, at most `most` a parcel; each log's entries keep their order."""
    by_log: dict[tuple[str, str], list[OutboxEntry]] = {}
    for entry in entries:
        owner = log_owner(entry.market, entry.fields["partner"])
        by_log.setdefault((owner, entry.market), []).append(entry)
    return [
        Parcel(owner, market, tuple(of_log[start : start + most]))
        for (owner, market), of_log in by_log.items()
        for start in range(0, len(of_log), most)
    ]
