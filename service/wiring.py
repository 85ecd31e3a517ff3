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
from service.usecases.context import Context

log = structlog.get_logger()


@asynccontextmanager
async def opened(settings: Settings, *, with_secrets: bool = True) -> AsyncIterator[Context]:
    """Connect to the store, check that it keeps what it acknowledges, load the functions; close at the end.

    Raises StoreUnavailable, StoreUnsafe and, for want of a key of secrets, SettingError.
    """
    if settings.redis_url is None:
        raise ValueError("the supervisor starts the embedded store and passes its address")
    cipher = Cipher(secret_keys(settings, embedded=False)) if with_secrets else None
    store = Store(settings.redis_url)
    try:
        for warning in await store.prepare(accept_data_loss=settings.accept_data_loss):
            log.warning("store_may_lose_writes", what=warning)
        await trips.remember_market(store, LIVE_MARKET)
        yield Context(store, SystemClock(), settings, cipher)
    finally:
        await store.close()
