"""All that a store holds, to compare two moments by."""

from __future__ import annotations

from typing import Any

from service.store.client import Store


async def _stream(redis: Any, key: str) -> tuple[Any, ...]:
    info = await redis.xinfo_stream(key)
    return await redis.xrange(key), info["last-generated-id"], info["entries-added"], info["max-deleted-entry-id"]


_READS = {
    "string": lambda redis, key: redis.get(key),
    "hash": lambda redis, key: redis.hgetall(key),
    "set": lambda redis, key: redis.smembers(key),
    "zset": lambda redis, key: redis.zrange(key, 0, -1, withscores=True),
    "list": lambda redis, key: redis.lrange(key, 0, -1),
    "stream": _stream,
}


async def snapshot(store: Store) -> dict[str, Any]:
    """Return every key with what it holds."""
    keys = sorted([key async for key in store.redis.scan_iter(count=1000)])
    return {key: await _READS[await store.redis.type(key)](store.redis, key) for key in keys}
