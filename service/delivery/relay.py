"""Takes events from the markets' outboxes into their partners' logs, each once and in order.

Nothing is remembered here: entries leave an outbox only once they are relayed, and the store passes over those it has
seen. So a relay may die or be doubled at any point; a lease of each market spares several deliverers that work.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from datetime import timedelta

import orjson
import structlog

from service.clock import Clock, monotonic_s
from service.delivery.metrics import RELAYED, SET_ASIDE
from service.errors import StoreUnavailable
from service.store import events, leases, trips
from service.store.client import Store
from service.store.events import NotRelayed, OutboxEntry, Parcel
from service.store.leases import Lease

_READ_AT_ONCE = 500
_RELAYED_AT_ONCE = 50  # entries a call: a function blocks the store while it runs
_WAIT_MS = 1000
_LEASE_S = 5.0
_RENEW_S = 1.0  # also how soon a new market is found
_PAUSE_S = 0.5
_SAFE = {
    "type": re.compile(r"[a-z_]+(\.[a-z_]+)*"),
    "at": re.compile(r"[0-9TZ:.+-]+"),
    "seq": re.compile(r"[0-9]{1,15}"),
}
log = structlog.get_logger()


class Relay:
    """Relays for ever. `tell` is called with the logs that are newly owed for, as soon as they are."""

    def __init__(self, store: Store, clock: Clock, keep: timedelta, tell: Callable[[Collection[str]], None]) -> None:
        self._store = store
        self._clock = clock
        self._keep = keep
        self._tell = tell
        self._owner = leases.new_owner()
        self._leases: dict[str, Lease] = {}
        self._renew_at_s = 0.0

    async def run(self, over: asyncio.Event) -> None:
        """Relay until `over` is set. Cancelling is safe at any point, but may be lost: redis-py swallows some."""
        try:
            while not over.is_set():
                try:
                    await self._round()
                except StoreUnavailable as error:
                    log.warning("relay_waits", error=str(error))
                    await asyncio.sleep(_PAUSE_S)
        finally:
            with suppress(StoreUnavailable):
                for market, lease in self._leases.items():
                    await leases.drop(self._store, market, lease)

    async def _round(self) -> None:
        if monotonic_s() >= self._renew_at_s:
            markets = await trips.markets(self._store)
            now = self._clock.now()
            self._leases = await leases.take_each(self._store, markets, leases.RELAY, self._owner, now, _LEASE_S)
            self._renew_at_s = monotonic_s() + _RENEW_S
        if self._leases:
            await self.relay_once(list(self._leases), _WAIT_MS)
        else:
            await asyncio.sleep(_PAUSE_S)

    async def relay_once(self, markets: Sequence[str], wait_ms: int) -> int:
        """Relay what the outboxes hold, waiting for something where they are empty; return how many events were new."""
        found = await events.read_outboxes(self._store, markets, _READ_AT_ONCE, wait_ms)
        good = []
        for entry in found:
            fault = _fault(entry)
            if fault is None:
                good.append(entry)
            else:
                await self._set_aside(entry, fault)
        return await self._relay(good)

    async def _relay(self, entries: Sequence[OutboxEntry]) -> int:
        parcels = events.parcels_of(entries, _RELAYED_AT_ONCE)
        try:
            new = await self._deliver(parcels)
        except NotRelayed:
            # One by one, so that only what is broken is left out. Those that went through are passed over.
            new = 0
            for entry in entries:
                try:
                    new += await self._deliver(events.parcels_of([entry], 1))
                except NotRelayed as error:
                    await self._set_aside(entry, str(error))
            self._tell({parcel.owner for parcel in parcels})
        await events.forget_relayed(self._store, entries)
        return new

    async def _deliver(self, parcels: Sequence[Parcel]) -> int:
        now = self._clock.now()
        done = await events.relay(self._store, parcels, now, now - self._keep)
        self._tell({parcel.owner for parcel, relayed in zip(parcels, done, strict=True) if relayed.owed})
        new = sum(relayed.appended for relayed in done)
        RELAYED.inc(new)
        return new

    async def _set_aside(self, entry: OutboxEntry, why: str) -> None:
        log.error("outbox_entry_set_aside", market=entry.market, entry=entry.id, why=why)
        SET_ASIDE.inc()
        await events.set_aside(self._store, entry, why)


def _fault(entry: OutboxEntry) -> str | None:
    missing = {"partner", "type", "at", "seq", "subject", "data"} - set(entry.fields)
    if missing:
        return f"lacks {', '.join(sorted(missing))}"
    for name, form in _SAFE.items():  # these go into payloads as they are
        if not form.fullmatch(entry.fields[name]):
            return f"has a bad {name}"
    if not entry.fields["partner"] or "," in entry.fields["subject"]:
        return "has a bad partner or subject"
    try:
        orjson.loads(entry.fields["data"])
    except orjson.JSONDecodeError:
        return "has data that is not JSON"
    return None
