"""API keys as they were found a moment ago, so that a call costs the store one round trip and not two.

What was found is believed for `KEPT_S` from before it was asked for, and who ends a key waits for as long after the
write: once that is done, no process opens anything by what it had read earlier. No clocks have to agree.
"""

from __future__ import annotations

from service.clock import monotonic_s
from service.model.partners import ApiKey
from service.store import partners
from service.store.client import Store

_MOST = 10_000  # keys; all are forgotten then


class Credentials:
    """The keys that this process has found of late. Unknown ones are asked for each time: a new key opens at once."""

    def __init__(self) -> None:
        self._found: dict[str, tuple[float, ApiKey]] = {}

    async def find(self, store: Store, partner_id: str, key_hash: str) -> ApiKey | None:
        """Return the key whose secret has this hash; its end may be in the past."""
        asked_s = monotonic_s()
        found_s, key = self._found.get(key_hash, (0.0, None))
        if key is not None and key.partner_id == partner_id and asked_s - found_s < partners.KEPT_S:
            return key
        key = await partners.find_key(store, partner_id, key_hash)
        if key is not None:
            if len(self._found) >= _MOST:
                self._found.clear()
            self._found[key_hash] = asked_s, key
        return key
