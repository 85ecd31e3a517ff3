"""How markets do, for metrics: read together, so that a scrape is little work for the store."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from service.clock import from_ms
from service.model.batches import Batch
from service.model.events import place
from service.store import keys
from service.store.batches import NEWEST, newest_completed
from service.store.client import Store


@dataclass(frozen=True, slots=True)
class Pulse:
    """A market: open trips, when a matcher looked, since when an event waits to be relayed, the last whole batch."""

    open_trips: int
    looked_at: datetime | None
    owed_since: datetime | None
    last: Batch | None


async def read_pulses(store: Store, markets: Sequence[str]) -> dict[str, Pulse]:
    """Return the pulse of each of these markets, in two round trips: the batches' ids come before the batches."""

    def fill(pipe: Any) -> None:
        for market in markets:
            tag = keys.market_tag(market)
            pipe.scard(keys.OPEN(tag))
            pipe.get(keys.TICK(tag))
            pipe.xrange(keys.OUTBOX(tag), count=1)
            pipe.zrange(keys.BATCHES(tag), 0, NEWEST - 1, desc=True)

    if not markets:
        return {}
    answers = await store.pipeline(fill)
    rows = [answers[n : n + 4] for n in range(0, len(answers), 4)]
    last = await newest_completed(store, {m: ids for m, (*_, ids) in zip(markets, rows, strict=True)})
    return {
        market: Pulse(
            open_, from_ms(int(tick)) if tick else None, from_ms(place(owed[0][0])[0]) if owed else None,
            last.get(market),
        ) for market, (open_, tick, owed, _) in zip(markets, rows, strict=True)
    }  # fmt: skip
