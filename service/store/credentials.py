"""API keys, and what holds for tokens, as they were found a moment ago: a call costs the store one round trip, not two.

What was found is believed for `KEPT_S` from before it was asked for, and who ends a key, or a commuter's tokens, waits
for as long after the write: once that is done, no process opens anything by what it had read earlier. No clocks have
to agree.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Hashable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from service.clock import monotonic_s
from service.errors import StoreUnavailable
from service.model.partners import ApiKey
from service.store import partners, tokens
from service.store.client import Store
from service.store.tokens import Bearer, Standing

_MOST = 10_000  # keys and bearers; all are forgotten then
_USES_APART = timedelta(minutes=1)  # that are noted


class Credentials:
    """What this process has found of late. Unknown keys are asked for each time: a new one opens at once."""

    def __init__(self) -> None:
        self._found: dict[Hashable, tuple[float, Any]] = {}

    async def find(self, store: Store, partner_id: str, key_hash: str, now: datetime) -> ApiKey | None:
        """Return the key whose secret has this hash; its end may be in the past. Its use is noted by the minute."""

        async def look_up() -> ApiKey | None:
            key = await partners.find_key(store, partner_id, key_hash)
            if key is not None and (key.used_at is None or now - key.used_at >= _USES_APART):
                with suppress(StoreUnavailable):
                    await partners.note_used(store, partner_id, key_hash, now, _USES_APART)
            return key

        found: ApiKey | None = await self._known((partner_id, key_hash), look_up)
        return found

    async def origins(self, store: Store, partner_id: str) -> tuple[str, ...]:
        """Return the origins whose pages may read what a partner's credentials are answered."""

        async def look_up() -> tuple[str, ...]:
            (partner,) = await partners.get_partners(store, [partner_id])
            return partner.origins if partner is not None else ()

        found: tuple[str, ...] = await self._known(("origins", partner_id), look_up)
        return found

    async def standing(self, store: Store, bearer: Bearer) -> Standing:
        """Return what holds for a bearer's tokens."""
        found: Standing = await self._known(bearer, lambda: tokens.standing(store, bearer))
        return found

    async def _known(self, name: Hashable, ask: Callable[[], Awaitable[Any]]) -> Any:
        asked_s = monotonic_s()
        found_s, found = self._found.get(name, (0.0, None))
        if found is not None and asked_s - found_s < partners.KEPT_S:
            return found
        found = await ask()
        if found is not None:
            if len(self._found) >= _MOST:
                self._found.clear()
            self._found[name] = asked_s, found
        return found
