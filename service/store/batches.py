"""Batches in the store: asked for, running, done; and the matcher's sign of life."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import orjson

from service.clock import from_ms, to_ms
from service.errors import StaleLease
from service.model.batches import Batch, batch_from_document
from service.store import keys
from service.store.client import Store
from service.store.damaged import read_all, read_sound
from service.store.leases import Lease
from service.store.listing import Found, Page, PageOf, read_page
from service.store.once import Once, once_arguments, replayed

_KEPT = 1000
NEWEST = 5


async def request_batch(store: Store, batch: Batch, partner_id: str, once: Once | None) -> str | None:
    """Queue a batch. Returns the first answer where the idempotency key was seen, else None."""
    answer = await store.call("request_batch", keys.market_tag(batch.market), {
        "id": batch.id, "doc": _doc(batch), "partner": partner_id, **once_arguments(once),
    })  # fmt: skip
    return replayed(answer)


async def put_batch(
    store: Store, batch: Batch, lease: Lease, retention_s: int, certificate: bytes | None = None, most_bytes: int = 0
) -> int:
    """Write a batch's state, and its certificate where it has one; returns how many times it has been started.

    `most_bytes`: what all certificates of the market may take; those of the oldest batches go. Raises StaleLease where
    another matcher has taken over.
    """
    blobs = [] if certificate is None else [certificate]
    answer = await store.call("put_batch", keys.market_tag(batch.market), {
        "lease": lease.name, "token": lease.token, "id": batch.id, "status": batch.status, "doc": _doc(batch),
        "keep": _KEPT, "retention_s": retention_s, "most_bytes": most_bytes,
        "begun_ms": str(to_ms(batch.started_at or batch.created_at)),
    }, *blobs)  # fmt: skip
    if answer[0] == "stale":
        raise StaleLease(f"another matcher has taken over the market {batch.market}")
    return int(answer[1])


async def requested_batches(store: Store, market: str) -> list[str]:
    """Return the ids of batches asked for and not yet ended, oldest first."""
    queue: list[str] = await store.read(lambda redis: redis.lrange(keys.BATCH_QUEUE(keys.market_tag(market)), 0, -1))
    return queue


async def forget_request(store: Store, market: str, batch_id: str) -> None:
    """Take a batch off the queue of those asked for."""
    tag = keys.market_tag(market)
    await store.write(tag, "LREM", keys.BATCH_QUEUE(tag), 0, batch_id)


async def get_batches(store: Store, market: str, ids: Sequence[str]) -> list[Batch | None]:
    """Read batches, None for each that is not there. Raises Damaged."""
    return read_all("batch", ids, await _docs(store, [(market, id_) for id_ in ids]), batch_of)


async def read_each(store: Store, market: str, ids: Sequence[str]) -> tuple[list[Batch | None], list[str]]:
    """Read batches one by one, None for each that is not there or damaged, and the ids of those that are damaged."""
    return read_sound("batch", ids, await _docs(store, [(market, id_) for id_ in ids]), batch_of)


async def running_batches(store: Store, market: str) -> list[Batch]:
    """Read the batches that are said to be running, oldest first; those that can not be read are left out."""
    tag = keys.market_tag(market)
    ids: list[str] = await store.read(lambda redis: redis.zrange(keys.BATCHES(tag), 0, -1))

    def fill(pipe: Any) -> None:
        for id_ in ids:
            pipe.hget(keys.BATCH(tag, id_), "status")

    states = await store.pipeline(fill, each=True) if ids else []
    running = [id_ for id_, status in zip(ids, states, strict=True) if status == "running"]
    return [batch for batch in (await read_each(store, market, running))[0] if batch is not None]


async def newest_completed(store: Store, newest: Mapping[str, Sequence[str]]) -> dict[str, Batch]:
    """Return, by market, the newest of these batches, newest first in each, that came to its end."""
    found = [(market, id_) for market, ids in newest.items() for id_ in ids]
    read, _ = read_sound("batch", [id_ for _, id_ in found], await _docs(store, found), batch_of)
    last: dict[str, Batch] = {}
    for (market, _), batch in zip(found, read, strict=True):
        if batch is not None and batch.status == "completed":
            last.setdefault(market, batch)
    return last


async def list_batches(store: Store, markets: Sequence[str], page: PageOf) -> Page[Batch]:
    """Read a page of some markets' batches; those that can not be read are left out."""

    async def load(found: Sequence[Found]) -> list[Batch | None]:
        return read_sound("batch", [id_ for _, id_ in found], await _docs(store, found), batch_of)[0]

    return await read_page(store, keys.in_markets(keys.BATCHES, markets), page, "batch", load)


async def mark_tick(store: Store, market: str, now: datetime) -> None:
    """Write down that the matcher looked after this market just now."""
    tag = keys.market_tag(market)
    await store.write(tag, "SET", keys.TICK(tag), to_ms(now))


async def last_ticks(store: Store, markets: Sequence[str]) -> list[datetime | None]:
    """Return when a matcher last looked after each of these markets, in one round trip."""
    ticks = keys.in_markets(keys.TICK, markets).values()
    texts = await store.pipeline(lambda pipe: [pipe.get(tick) for tick in ticks]) if ticks else []
    return [from_ms(int(text)) if text else None for text in texts]


async def _docs(store: Store, found: Sequence[Found]) -> list[str | None]:
    def fill(pipe: Any) -> None:
        for market, id_ in found:
            pipe.hget(keys.BATCH(keys.market_tag(market), id_), "doc")

    return await store.pipeline(fill, each=True) if found else []


def batch_of(doc: str | None) -> Batch | None:
    """Return the batch of its record's `doc`, None where there is no record. Raises `damaged.DAMAGE`."""
    return batch_from_document(orjson.loads(doc)) if doc else None


def _doc(batch: Batch) -> str:
    return orjson.dumps(batch.document()).decode()
