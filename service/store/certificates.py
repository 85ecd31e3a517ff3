"""Batches' certificates in the store: bytes beside their batch, which the store never looks into."""

from __future__ import annotations

from typing import Any

from service.errors import StaleLease
from service.model.batches import Places
from service.store import keys
from service.store.client import Store
from service.store.leases import Lease


async def read(store: Store, market: str, batch_id: str, places: Places) -> bytes | None:
    """Return a batch's certificate, None where none is kept; no bytes where it could not be made."""
    return await store.read_bytes(keys.BATCH(keys.market_tag(market), batch_id), f"certificate_{places}")


async def ask_coarse(store: Store, market: str, batch_id: str) -> bool:
    """Ask a matcher for the coarse certificate of a batch; False where it has no certificate to make one from."""
    answer = await store.call("ask_certificate", keys.market_tag(market), {"id": batch_id})
    return bool(answer[0] == "asked")


async def take_asked(store: Store, market: str) -> str | None:
    """Return the batch that has waited longest for its coarse certificate, and no longer does."""
    tag = keys.market_tag(market)
    taken: Any = await store.write(tag, "LPOP", keys.CERTIFICATE_QUEUE(tag))
    return str(taken) if taken else None


async def put_coarse(
    store: Store, market: str, lease: Lease, batch_id: str, certificate: bytes, most_bytes: int
) -> None:
    """Keep the coarse certificate of a batch, as long as the market's certificates take `most_bytes` at most.

    Raises StaleLease where another matcher has taken over.
    """
    argument = {"lease": lease.name, "token": lease.token, "id": batch_id, "most_bytes": most_bytes}
    answer = await store.call("put_certificate", keys.market_tag(market), argument, certificate)
    if answer[0] == "stale":
        raise StaleLease(f"another matcher has taken over the market {market}")
