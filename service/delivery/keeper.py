"""Drops events and deliveries that are older than the retention, a log at a time."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import structlog

from service.clock import Clock
from service.errors import StoreUnavailable
from service.model.events import log_owner
from service.store import endpoints, events, partners
from service.store.client import Store

_EVERY_S = 600.0
log = structlog.get_logger()


class Keeper:
    """Keeps the store from growing."""

    def __init__(self, store: Store, clock: Clock, keep: timedelta) -> None:
        self._store = store
        self._clock = clock
        self._keep = keep

    async def run(self, over: asyncio.Event) -> None:
        """Purge all logs now and then until `over` is set."""
        while not over.is_set():
            try:
                await self.purge()
            except StoreUnavailable as error:
                log.warning("keeper_waits", error=str(error))
            await asyncio.sleep(_EVERY_S)

    async def purge(self) -> None:
        """Purge every log once."""
        owners = set(await endpoints.listeners(self._store))
        for partner_id in await partners.partner_ids(self._store):
            owners |= {partner_id, log_owner("sandbox-", partner_id)}
        before = self._clock.now() - self._keep
        for owner in sorted(owners):
            await events.purge_log(self._store, owner, before)
