"""Ways in which a record can be damaged."""

from __future__ import annotations

from service.store import keys
from service.store.client import Store

TAG = keys.market_tag("main")


async def damage_trip(store: Store, id_: str) -> None:
    """Leave a trip's body such that nobody can read it."""
    await store.redis.hset(keys.TRIP(TAG, id_), "body", '{"origin": 7}')


async def damage_match(store: Store, id_: str) -> None:
    """Cut a match's document short."""
    await store.redis.hset(keys.MATCH(TAG, id_), "doc", '{"id": "ma')


async def set_aside_ids(store: Store) -> set[str]:
    """Return what was set aside."""
    return set(await store.redis.smembers(keys.SET_ASIDE(TAG)))


async def due_ids(store: Store) -> set[str]:
    """Return what a matcher will look at when its time comes."""
    return set(await store.redis.zrange(keys.DUE(TAG), 0, -1))
