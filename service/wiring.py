"""The composition root: chooses store, clock and cipher for whoever acts on them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog

from service.clock import SystemClock
from service.model.partners import LIVE_MARKET
from service.secrets import Cipher, secret_keys
from service.settings import Settings
from service.store import trips
from service.store.client import Store
from service.store.failures import usable
from service.store.servers import Confirmation
from service.store.upgrades import retire_libraries, settle_schema
from service.usecases.context import Context

log = structlog.get_logger()


@asynccontextmanager
async def opened(settings: Settings, *, with_secrets: bool = True, migrate: bool = False) -> AsyncIterator[Context]:
    """Connect to the store, check that it keeps what it acknowledges, make it ready; close at the end.

    `migrate`: whether a store of an earlier version may be brought up to date, which that version can not use then.
    Raises StoreUnavailable, StoreUnsafe and, for want of a key of secrets, SettingError.
    """
    if settings.redis_url is None:
        raise ValueError("the supervisor starts the embedded store and passes its address")
    cipher = Cipher(secret_keys(settings, embedded=False)) if with_secrets else None
    store = Store(settings.redis_url, confirmation=Confirmation(settings.wait_replicas))
    try:
        clock = SystemClock()
        with usable():
            for warning in await store.prepare(accept_data_loss=settings.accept_data_loss):
                log.warning("store_may_lose_writes", what=warning)
            await settle_schema(store, clock, migrate=migrate)
            await retire_libraries(store, clock)
        await trips.remember_market(store, LIVE_MARKET)
        yield Context(store, clock, settings, cipher)
    finally:
        await store.close()


async def make_ready(settings: Settings) -> None:
    """Make the store ready for a service of this version. Raises StoreUnavailable, StoreUnsafe."""
    async with opened(settings, with_secrets=False, migrate=True):
        pass
