"""What was owed to endpoints when a snapshot was taken, and how to let it go."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

from service.store import keys
from service.store.client import Store
from service.store.keys import Kind, Parsed
from service.store.reading import all_keys, members


@dataclass(frozen=True, slots=True)
class Owed:
    """Deliveries owed to endpoints, and events that have not come into a log, and so have no id, yet."""

    deliveries: int = 0
    endpoints: int = 0
    unnumbered: int = 0

    def __bool__(self) -> bool:
        """Whether anything is owed."""
        return self.deliveries + self.unnumbered > 0


async def owed(store: Store) -> Owed:
    """Count what is owed."""
    deliveries, endpoints, unnumbered = 0, set(), 0
    async for key in _keys_of(store, keys.QUEUE, keys.WAITING, keys.OUTBOX):
        name = key.kind(key.tag, *key.parts)
        if key.kind is keys.OUTBOX:
            unnumbered += await store.read(lambda redis, name=name: redis.xlen(name))  # type: ignore[misc]
            continue
        endpoints.add((key.tag, key.parts))
        async for some in members(store, name, key.kind.type):
            waiting = key.kind is keys.WAITING
            deliveries += sum(len(behind.split(",")) for _, behind in some if behind) if waiting else len(some)
    return Owed(deliveries, len(endpoints), unnumbered)


async def drop_owed(store: Store) -> None:
    """Owe nothing to any endpoint: what was tried before counts as failed. Nobody else uses the store."""
    async for key in _keys_of(store, keys.QUEUE):
        async for some in members(store, keys.QUEUE(key.tag, *key.parts), "zset"):
            await _fail(store, [keys.DELIVERY(key.tag, *key.parts, member.partition(" ")[0]) for member, _ in some])
    async for key in _keys_of(store, keys.QUEUE, keys.WAITING, keys.LANES):
        await store.write(key.tag, "UNLINK", key.kind(key.tag, *key.parts))


async def sealed_secrets(store: Store) -> AsyncIterator[str]:
    """Yield each endpoint's secret, as it is kept."""
    async for key in _keys_of(store, keys.ENDPOINT):
        sealed = await store.read(
            lambda redis, key=key: redis.hget(keys.ENDPOINT(key.tag, *key.parts), "secret")  # type: ignore[misc]
        )
        if sealed is not None:
            yield sealed


async def _fail(store: Store, deliveries: list[str]) -> None:
    states = await store.pipeline(lambda pipe: [pipe.hget(name, "status") for name in deliveries])
    pending = [name for name, state in zip(deliveries, states, strict=True) if state == "pending"]
    if pending:
        failed: Any = {"status": "failed", "due_ms": ""}
        await store.pipeline(lambda pipe: [pipe.hset(name, mapping=failed) for name in pending])


async def _keys_of(store: Store, *kinds: Kind) -> AsyncIterator[Parsed]:
    async for found in all_keys(store):
        for key in map(keys.parse, found):
            if key is not None and key.kind in kinds:
                yield key
