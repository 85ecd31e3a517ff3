"""Markets held for the moments at which the servers of a cluster are saved, which are not quite the same.

While a market is held, no trip leaves it, and its outbox neither is read nor forgets what was relayed. So whichever
moment its server and any other are saved at: a trip on its way is saved where it leaves, an event in the outbox or in
the log that it was relayed to, and no log has events of a change that was not saved.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from service.errors import StoreUnavailable
from service.store import keys
from service.store.client import Store
from service.store.servers import Command

_LASTS_MS = 10_000  # where who holds them is killed
_RENEW_S = 3.0


@asynccontextmanager
async def held(store: Store, markets: Sequence[str]) -> AsyncIterator[None]:
    """Hold markets for the length of a block, which is sound if it ends without an error. Raises StoreUnavailable."""
    token = secrets.token_hex(8)
    names = {keys.market_tag(market): keys.HELD(keys.market_tag(market)) for market in markets}
    renewing = None
    try:
        taken = await _each(store, names, "SET", token, "NX", "PX", _LASTS_MS)
        if not all(taken):
            raise StoreUnavailable("another backup of this cluster has just begun, or broke off: try again in 10 s")
        renewing = asyncio.create_task(_renew(store, names))
        yield
        if any(kept != token for kept in await _each(store, names, "GET")):
            raise StoreUnavailable("the markets could not be held for as long as it took: try again")
    finally:
        if renewing is not None:
            renewing.cancel()
            await asyncio.gather(renewing, return_exceptions=True)
        await _release(store, names, token)


async def _renew(store: Store, names: dict[str, str]) -> None:
    while True:
        await asyncio.sleep(_RENEW_S)
        await _each(store, names, "PEXPIRE", _LASTS_MS)


async def _release(store: Store, names: dict[str, str], token: str) -> None:
    own = await _each(store, names, "GET")
    mine = {tag: name for (tag, name), kept in zip(names.items(), own, strict=True) if kept == token}
    await _each(store, mine, "DEL")


async def _each(store: Store, names: dict[str, str], word: str, *more: str | int) -> list[object]:
    return await store.write_each([Command(tag, (word, name, *more)) for tag, name in names.items()])
