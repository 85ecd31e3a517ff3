"""Drops what is older than the retention: events and deliveries a log at a time, what has ended a market at a time."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import timedelta

import structlog

from service.errors import StaleLease, StoreUnavailable
from service.model.events import log_owner
from service.store import endpoints, imports, leases, logs, partners, trips, worlds
from service.store.leases import Lease
from service.store.retention import RETENTION
from service.usecases import retention
from service.usecases.context import Context, in_world

_LEASE_S = 30.0
_PAUSE_S = 0.05  # between rounds, for those whose calls wait behind them
log = structlog.get_logger()


class Keeper:
    """Keeps the store from growing."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._owner = leases.new_owner()
        self._over = asyncio.Event()

    async def run(self, over: asyncio.Event) -> None:
        """Purge all logs and markets now and then until `over` is set."""
        self._over = over
        while not over.is_set():
            try:
                await self.purge_logs()
                await self.drop_ended()
            except StoreUnavailable as error:
                log.warning("keeper_waits", error=str(error))
            # Not a sleep: a cancellation that comes within a call to the store may be lost there.
            with suppress(TimeoutError):
                await asyncio.wait_for(over.wait(), self._context.settings.purge_interval_s)

    async def purge_logs(self) -> None:
        """Purge every log once."""
        store = self._context.store
        owners = set(await endpoints.listeners(store))
        for partner_id in await partners.partner_ids(store):
            owners |= {partner_id, log_owner("sandbox-", partner_id)}
        before = self._context.clock.now() - self._context.settings.events_kept
        ahead_ms = await worlds.ahead_of_logs(store, owners)
        for owner in sorted(owners):
            if self._over.is_set():
                break
            await imports.purge(store, owner, self._context.clock.now())
            await logs.purge_log(store, owner, before + timedelta(milliseconds=ahead_ms.get(owner, 0)))

    async def drop_ended(self) -> None:
        """Drop what has ended long ago in each market that nobody else does so for."""
        for market in await trips.markets(self._context.store):
            if self._over.is_set():
                break
            try:
                await self._drop_ended_in(market)
            except StaleLease:
                continue  # it took so long that another goes on
            except StoreUnavailable:
                raise
            except Exception:
                log.exception("retention_failed", market=market)  # one market's trouble is not the others'

    async def _drop_ended_in(self, market: str) -> None:
        context = await in_world(self._context, market)
        lease = await self._take(market)
        try:
            while lease is not None and await retention.drop_ended(context, market, lease) == retention.MOST:
                await asyncio.sleep(_PAUSE_S)
                if self._over.is_set():
                    break
                lease = await self._take(market)
        finally:
            if lease is not None:
                with suppress(StoreUnavailable):
                    await leases.drop(self._context.store, market, lease)

    async def _take(self, market: str) -> Lease | None:
        now = self._context.clock.now()
        return await leases.take(self._context.store, market, RETENTION, self._owner, now, _LEASE_S)
