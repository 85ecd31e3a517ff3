"""All that a store holds, to compare two moments by."""

from __future__ import annotations

from typing import Any

from service.store.client import Store

_READS = {
    "string": lambda redis, key: redis.get(key),
    "hash": lambda redis, key: redis.hgetall(key),
    "set": lambda redis, key: redis.smembers(key),
    "zset": lambda redis, key: redis.zrange(key, 0, -1, withscores=True),
    "list": lambda redis, key: redis.lrange(key, 0, -1),
    "stream": lambda redis, key: redis.xrange(key),
}


async def snapshot(store: Store) -> dict[str, Any]:
    """Return every key with what it holds."""
    keys = sorted([key async for key in store.redis.scan_iter(count=1000)])
    return {key: await _READS[await store.redis.type(key)](store.redis, key) for key in keys}
