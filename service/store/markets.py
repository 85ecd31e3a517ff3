"""The list of live markets: one record for each, in one place, because areas and numbers concern all of them."""

from __future__ import annotations

from typing import Any

import orjson

from service.clock import monotonic_s
from service.model.markets import Market, Markets, market_from_record
from service.store import keys
from service.store.audit import Act
from service.store.client import Store
from service.store.damaged import read_sound
from service.store.trips import remember_market

# A process that has not looked for so long looks again before it uses the list, so that this is how old it may be.
KNOWN_WITHIN_S = 3.0
_VERSION = ":version"


class MarketList:
    """The live markets as a process knows them: looked up every few seconds, read only where they have changed."""

    def __init__(self) -> None:
        self._markets = Markets([])
        self._version: str | None = None
        self._until_s = float("-inf")

    async def read(self, store: Store) -> Markets:
        """Return the live markets as they are, or were some seconds ago."""
        began_s = monotonic_s()
        if began_s >= self._until_s:
            version = await _version(store)
            if version != self._version:
                self._version, self._markets = version, (await read_markets(store))[1]
            self._until_s = began_s + KNOWN_WITHIN_S
        return self._markets

    def forget(self) -> None:
        """Look again at the next use."""
        self._until_s = float("-inf")


async def read_markets(store: Store) -> tuple[str, Markets]:
    """Return the version of the list and the live markets; those whose record can not be read are left out."""
    version, kept = await read_records(store)
    found, _ = read_sound("market", list(kept), list(kept.values()), market_of)
    return version, Markets([market for market in found if market is not None])


async def read_records(store: Store) -> tuple[str, dict[str, str]]:
    """Return the version of the list, and each live market's record by its name."""
    kept: dict[str, str] = await store.read(lambda redis: redis.hgetall(keys.MARKET_LIST(keys.STORE_TAG)))
    return kept.pop(_VERSION, "0"), kept


async def put_market(store: Store, market: Market, was: str, act: Act) -> bool:
    """Write a market; False where the list has moved on from the version `was`."""
    # First: a name that is known without a record costs nothing, a market that nobody looks after does.
    await remember_market(store, market.name)
    argument = {
        "name": market.name,
        "doc": orjson.dumps(market.record()).decode(),
        "was": was,
        "act": act.as_argument(),
    }
    return bool((await store.call("put_market", keys.STORE_TAG, argument))[0] == "ok")


async def _version(store: Store) -> str:
    found: Any = await store.read(lambda redis: redis.hget(keys.MARKET_LIST(keys.STORE_TAG), _VERSION))
    return str(found or "0")


def market_of(doc: str) -> Market:
    """Return the market of its record. Raises `damaged.DAMAGE`."""
    return market_from_record(orjson.loads(doc))
