"""Whether a server keeps what it acknowledges: through a power cut, and when its memory is full."""

from __future__ import annotations

from typing import Any

from redis import exceptions as redis_errors
from redis.asyncio import Redis

from service.store.failures import translated

# With any other value an acknowledged write may be gone after a power cut, or be thrown away to make room.
_NEEDED = {
    "appendonly": "yes", "appendfsync": "always", "no-appendfsync-on-rewrite": "no", "maxmemory-policy": "noeviction",
}  # fmt: skip


async def faults(redis: Redis, replicas: int = 0) -> tuple[list[str], list[str]]:
    """Return what would lose acknowledged writes, and what the server does not show of itself.

    `replicas`: how many are to confirm each write.
    """
    with translated():
        shown = await _configuration(redis)
        lacking = await _lacking(redis, replicas) if replicas else []
    wrong = [f"{name} is {shown[name]}, {needed} is needed" for name, needed in _NEEDED.items()
             if shown.get(name, needed) != needed] + lacking  # fmt: skip
    hidden = [f"{name} {needed}" for name, needed in _NEEDED.items() if name not in shown]
    return wrong, [f"this server does not show all of its settings: make sure of {', '.join(hidden)}"] if hidden else []


async def _configuration(redis: Redis) -> dict[str, Any]:
    try:
        return {str(name): value for name, value in (await redis.config_get(*_NEEDED)).items()}
    except redis_errors.ResponseError:
        return await _told_by_info(redis)


async def _told_by_info(redis: Redis) -> dict[str, Any]:
    """Return what a server tells of its settings to a user who may not read them."""
    try:
        info = {**await redis.info("persistence"), **await redis.info("memory")}
    except redis_errors.ResponseError:
        return {}
    told = {}
    if "aof_enabled" in info:
        told["appendonly"] = "yes" if info["aof_enabled"] else "no"
    if "maxmemory_policy" in info:
        told["maxmemory-policy"] = info["maxmemory_policy"]
    return told


async def _lacking(redis: Redis, replicas: int) -> list[str]:
    try:
        connected = int((await redis.info("replication"))["connected_slaves"])
    except (redis_errors.ResponseError, KeyError):
        return []  # it may not tell; the first write will
    return [f"{connected} replicas are connected, {replicas} are to confirm each write"] if connected < replicas else []
