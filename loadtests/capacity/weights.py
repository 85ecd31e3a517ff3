"""What a store's server has in memory: as it says itself, and by its keys."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from loadtests.capacity.waiting import eventually
from service.store.client import Store
from service.store.reading import all_keys

_FREED_WITHIN_S = 60.0


async def allocated_bytes(store: Store) -> int:
    """Return what the server has allocated, clients' buffers apart, once it has freed what was deleted."""

    async def once_freed() -> Any:
        told = await store.redis.info("memory")
        return told if not told["lazyfree_pending_objects"] else None

    told = await eventually(once_freed, _FREED_WITHIN_S)
    return int(told["used_memory"]) - int(told["mem_clients_normal"])


async def bytes_of_keys(store: Store) -> int:
    """Return what all keys take by MEMORY USAGE, every element counted."""
    total = 0
    async for names in all_keys(store):

        def fill(pipe: Any, names: Sequence[str] = names) -> None:
            for name in names:
                pipe.execute_command("MEMORY USAGE", name, "SAMPLES", 0)

        total += sum(size or 0 for size in await store.pipeline(fill))
    return total
