"""The time of sandboxes: each has a world of its own, whose clock its partner moves on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from service.model.events import sandbox_of_log
from service.model.partners import is_sandbox
from service.store import keys
from service.store.client import Store


async def ahead_ms(store: Store, market: str) -> int:
    """Return by how much the time of a market is ahead of the clock; that of a live one never is."""
    return (await ahead_of_each(store, [market])).get(market, 0)


@dataclass(frozen=True, slots=True)
class World:
    """A sandbox as its callers find it. `emptied`: how often it was; `is_open`: not while it is being emptied."""

    ahead_ms: int
    emptied: int
    is_open: bool


async def read_world(store: Store, market: str) -> World:
    """Return what holds in a sandbox now."""
    tag = keys.market_tag(market)

    def fill(pipe: Any) -> None:
        pipe.get(keys.CLOCK(tag))
        pipe.get(keys.WORLD(tag))

    ahead, world = await store.pipeline(fill)
    emptied, _, closed = (world or "0").partition(" ")
    return World(int(ahead or 0), int(emptied), not closed)


async def ahead_of_each(store: Store, markets: Iterable[str]) -> dict[str, int]:
    """Return by how many ms the sandboxes among these markets are ahead of the clock, in one round trip at most."""
    clocks = keys.in_markets(keys.CLOCK, filter(is_sandbox, markets))
    found = await store.pipeline(lambda pipe: [pipe.get(name) for name in clocks.values()]) if clocks else []
    return {market: int(ahead or 0) for market, ahead in zip(clocks, found, strict=True)}


async def ahead_of_logs(store: Store, owners: Iterable[str]) -> dict[str, int]:
    """Return by how many ms the time of each of these logs is ahead of the clock, of those where it is."""
    markets = {owner: sandbox_of_log(owner) for owner in owners}
    ahead = await ahead_of_each(store, filter(None, markets.values()))
    return {owner: ahead[market] for owner, market in markets.items() if market and ahead[market]}


async def move_clock(store: Store, market: str, wanted_ms: int) -> bool:
    """Have a sandbox be so far ahead of the clock; False where it is further on already."""
    answer = await store.call("move_clock", keys.market_tag(market), {"ahead_ms": str(wanted_ms)})
    return bool(answer[0] == "ok")
