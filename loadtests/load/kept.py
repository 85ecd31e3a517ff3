"""What a run's own service keeps, counted while it runs: whether what is over goes."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from service.store import keys
from service.store.client import Store
from service.store.reading import all_keys
from service.supervisor import SERVICE_FILE

_EVERY_S = 20.0
_LONG = {keys.EVENTS: "xlen", keys.OUTBOX: "xlen", keys.CHANGED: "xlen", keys.QUEUE: "zcard"}


@dataclass(slots=True)
class Kept:
    """How many keys of each kind there were, and entries of streams and queues together, at each look."""

    looks: list[dict[str, int]] = field(default_factory=list)


@asynccontextmanager
async def counted(data_dir: Path) -> AsyncIterator[Kept]:
    """Count every now and then for the length of a block."""
    store = Store(json.loads((data_dir / SERVICE_FILE).read_text())["redis_url"])
    kept = Kept()
    counting = asyncio.create_task(_count(store, kept))
    try:
        yield kept
    finally:
        counting.cancel()
        await asyncio.gather(counting, return_exceptions=True)
        await store.close()


async def _count(store: Store, kept: Kept) -> None:
    while True:
        kept.looks.append(await _look(store))
        await asyncio.sleep(_EVERY_S)


async def _look(store: Store) -> dict[str, int]:
    seen = Counter[str]()
    async for found in all_keys(store):
        parsed = [(name, key.kind) for name in found if (key := keys.parse(name)) is not None]
        seen.update(kind.suffix for _, kind in parsed)
        long = [(name, kind) for name, kind in parsed if kind in _LONG]
        if long:
            lengths = await store.pipeline(lambda pipe, long=long: [getattr(pipe, _LONG[k])(n) for n, k in long])  # type: ignore[misc]
            for (_, kind), length in zip(long, lengths, strict=True):
                seen[f"{kind.suffix} entries"] += length
    return dict(seen)
