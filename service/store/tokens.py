"""What ends a commuter's tokens early: the end of the key that made them, or that the commuter was signed out."""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import dataclass
from typing import Any

from service.model.partners import ApiKey
from service.store import keys
from service.store.client import Store
from service.store.partners import KEPT_S, find_key


@dataclass(frozen=True, slots=True)
class Bearer:
    """A commuter with a token that a partner's key made."""

    partner_id: str
    key_id: str
    sandbox: bool
    commuter_id: str

    @property
    def signed_out(self) -> str:
        """Return the store's key that tells whether they signed out. It holds nothing that tells who they are."""
        digest = hashlib.sha256(self.commuter_id.encode()).hexdigest()
        return keys.SIGNED_OUT(keys.partner_tag(self.partner_id), "test" if self.sandbox else "live", digest)


@dataclass(frozen=True, slots=True)
class Standing:
    """What holds for a bearer's tokens: the key that made them, if it is there, and the last second of those ended."""

    key: ApiKey | None
    signed_out_s: int


async def standing(store: Store, bearer: Bearer) -> Standing:
    """Return what holds for a bearer's tokens."""
    tag = keys.partner_tag(bearer.partner_id)

    def fill(pipe: Any) -> None:
        pipe.get(bearer.signed_out)
        pipe.hget(keys.CREDENTIALS(tag), bearer.key_id)

    signed_out, key_hash = await store.pipeline(fill)
    key = await find_key(store, bearer.partner_id, key_hash) if key_hash else None
    return Standing(key, int(signed_out or 0))


async def sign_out(store: Store, bearer: Bearer, until_s: int, kept_s: int) -> None:
    """End the tokens made up to a second; on return they open nothing on any process."""
    await store.write(bearer.signed_out, "SET", bearer.signed_out, until_s, "EX", kept_s)
    await asyncio.sleep(KEPT_S)
