"""Partners and keys made over HTTP: each once, however often the call comes, with an answer that can be repeated."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import orjson

from service.clock import from_ms, to_ms
from service.errors import SettingError
from service.model.partners import ApiKey, Caller, Partner
from service.secrets import Cipher
from service.store import once as store_once
from service.store.listing import Page
from service.store.once import Once
from service.usecases import partners
from service.usecases.context import Context
from service.usecases.partners import NewKey

MakeOnce = Callable[[bytes], Once | None]


async def make_partner(context: Context, caller: Caller, partner: Partner, once: Once | None) -> str | None:
    """Store a partner; returns the first answer where the idempotency key was seen. Raises KeyReused.

    The answer is kept with the caller before the partner, which has another tag; a repeat finds it and does the rest.
    """
    if once is None:
        await partners.store_partner(context, partner)
        return None
    first = await store_once.reserve(context.store, caller.partner_id, once, once.answer)
    kept = orjson.loads(first)
    made_at = datetime.fromisoformat(kept["created_at"])
    meant = Partner(
        kept["id"], kept["name"], kept["shares_with"], from_ms(to_ms(made_at)), origins=tuple(kept["origins"])
    )
    await partners.store_partner(context, meant)
    return None if kept["id"] == partner.id else first


async def make_key(
    context: Context, partner_id: str, once: MakeOnce, *, scopes: Sequence[str], sandbox: bool,
    expires_at: datetime | None, calls_per_s: int | None,
) -> tuple[dict[str, Any], str | None]:  # fmt: skip
    """Make an API key; its document shows its text this once. The second is the first answer of a repeat.

    Raises NotFound, Invalid, WrongState, KeyReused.
    """
    new = await partners.new_key(
        context, partner_id, scopes=scopes, sandbox=sandbox, expires_at=expires_at, calls_per_s=calls_per_s
    )
    sealed = _Sealed(context, once)
    return sealed.opened(replace(new, first=await partners.store_key(context, new, sealed.keep)))


async def rotate_key(
    context: Context, partner_id: str, key_id: str, overlap_s: int, once: MakeOnce
) -> tuple[dict[str, Any], str | None]:
    """Make a key like another, which ends after the overlap; answers as `make_key`."""
    sealed = _Sealed(context, once)
    return sealed.opened(await partners.rotate_key(context, key_id, overlap_s, partner_id, sealed.keep))


async def keys_of(context: Context, partner_id: str) -> Page[ApiKey]:
    """Return all keys of a partner, oldest first. Raises NotFound."""
    await partners.get_partner(context, partner_id)
    return Page(await partners.list_keys(context, partner_id), None)


class _Sealed:
    """Answers with a key's text in them, which are kept encrypted."""

    def __init__(self, context: Context, once: MakeOnce) -> None:
        if context.cipher is None:
            raise SettingError("answers with secrets in them are kept encrypted: CARPOOL_SECRET_KEY is needed")
        self._cipher: Cipher = context.cipher
        self._once = once

    def keep(self, new: NewKey) -> Once | None:
        """Return what keeps the answer."""
        return self._once(self._cipher.seal(orjson.dumps(_document(new)).decode()).encode())

    def opened(self, new: NewKey) -> tuple[dict[str, Any], str | None]:
        """Return the document of a key, and the first answer where it was made before."""
        if new.first is None:
            return _document(new), None
        first = self._cipher.open(new.first)
        return orjson.loads(first), first


def _document(new: NewKey) -> dict[str, Any]:
    return {**new.key.document(), "key": new.text}
