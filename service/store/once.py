"""The first answer to an idempotency key, kept with what it created; and, of several markets, which that is in."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace

from service.errors import Erased, KeyReused
from service.store import keys
from service.store.client import Store

DAY_S = 86_400
_LONGER_S = 60  # a reservation is made before the record, and has to outlive it


@dataclass(frozen=True, slots=True)
class Once:
    """An idempotency key (hashed), what it came with (hashed, 64 hex digits), and the answer it is to get."""

    key_hash: str
    body_hash: str
    answer: str
    ttl_s: int = DAY_S

    def as_argument(self) -> dict[str, str | int]:
        """Return what the store's functions take."""
        return {"body_hash": self.body_hash, "answer": self.answer, "ttl_s": self.ttl_s}

    def of_part(self, name: str) -> Once:
        """Return this of one part of what came with the key: it is remembered by itself."""
        return replace(self, key_hash=hashlib.sha256(f"{self.key_hash} {name}".encode()).hexdigest())


def once_arguments(once: Once | None) -> dict[str, object]:
    """Return the arguments of a creating function for its idempotency key, if any."""
    if once is None:
        return {"key_hash": "", "once": None}
    return {"key_hash": once.key_hash, "once": once.as_argument()}


async def reserve(store: Store, partner_id: str, once: Once, market: str) -> str:
    """Reserve a key for what it came with; returns the market that it was first reserved for. Raises KeyReused.

    Nothing has to be undone where the creation never comes: whoever sends the same again goes on there.
    """
    answer = await store.call("reserve_once", keys.partner_tag(partner_id), {
        "key_hash": once.key_hash, "body_hash": once.body_hash, "market": market, "ttl_s": once.ttl_s + _LONGER_S,
    })  # fmt: skip
    replayed(answer)
    return str(answer[1])


async def reserved(store: Store, partner_id: str, once: Once) -> str | None:
    """Return the market that a key is reserved for, None where it is not. Raises KeyReused."""
    key = keys.RESERVED(keys.partner_tag(partner_id), once.key_hash)
    kept: str | None = await store.read(lambda redis: redis.get(key))
    if kept is None:
        return None
    if kept[:64] != once.body_hash:
        replayed(["mismatch"])
    return kept[64:]


async def first_answer(store: Store, market: str, partner_id: str, once: Once | None) -> str | None:
    """Return the first answer to a key in a market, None where it was not seen. Raises KeyReused."""
    if once is None:
        return None
    return await _first_answer(store, keys.ONCE(keys.market_tag(market), partner_id, once.key_hash), once)


async def first_answer_of_partner(store: Store, owner: str, once: Once | None) -> str | None:
    """Return the first answer to a key among those of a partner's endpoints, None for none. Raises KeyReused."""
    if once is None:
        return None
    return await _first_answer(store, keys.PARTNER_ONCE(keys.partner_tag(owner), once.key_hash), once)


async def is_known_to_partner(store: Store, owner: str, once: Once) -> bool:
    """Tell whether there is an answer to a key among those of a partner, whatever it came with."""
    key = keys.PARTNER_ONCE(keys.partner_tag(owner), once.key_hash)
    return bool(await store.read(lambda redis: redis.exists(key)))


async def keep_answer_of_partner(store: Store, owner: str, once: Once) -> str | None:
    """Keep an answer among those of a partner unless there is one; returns the first, else None. Raises KeyReused."""
    return replayed(await store.call("keep_answer", keys.partner_tag(owner), once_arguments(once)))


async def _first_answer(store: Store, key: str, once: Once) -> str | None:
    kept: str | None = await store.read(lambda redis: redis.get(key))
    if kept is None:
        return None
    return replayed(["replay", kept[64:]] if kept[:64] == once.body_hash else ["mismatch"])


def replayed(answer: list[str]) -> str | None:
    """Return the first answer where the key was seen before, None where this call created. Raises KeyReused, Erased."""
    if answer[0] == "mismatch":
        raise KeyReused("this Idempotency-Key was used before with another body; use a new key for a new resource")
    if answer[0] == "replay" and not answer[1]:
        raise Erased("what this Idempotency-Key made was erased with its commuter; use a new key for a new resource")
    return answer[1] if answer[0] == "replay" else None
