"""The markets that one matcher holds: its share of them, the most overdue first, and others while nobody else has time.

Matchers agree on nothing but leases. Each notes that it is at work, and so knows how many there are. It holds at most
its share of the markets, and gives the rest back between batches, those whose batches took least time first: they move
without a loss. What nobody has looked after for a while it takes beyond its share, for whoever would have room for it
may be held up by a large market; for the same reason it gives back what falls due while it is held up itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress

from service.clock import monotonic_s
from service.errors import StoreUnavailable
from service.store import batches, leases
from service.store.leases import MATCHER, Lease
from service.usecases.context import Context

_LEASE_S = 20.0
_OVERDUE_S = 1.0  # longer than a matcher with room takes to see what is free


class Holdings:
    """One matcher's leases of markets."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._owner = leases.new_owner()
        self._held: dict[str, Lease] = {}
        self._matchers = 1  # at work, this one too
        self._markets = 1
        self._neglected: set[str] = set()
        self._leaving: set[str] = set()
        self._at: str | None = None  # the market that is looked after just now

    def __contains__(self, market: str) -> bool:
        return market in self._held

    async def in_order(self, markets: Sequence[str], due_s: Mapping[str, float]) -> list[str]:
        """Return all markets, the most overdue first; `due_s`: when the next batch of those held here is."""
        self._markets = len(markets)
        now, now_s = self._context.clock.now(), monotonic_s()
        ticks = await batches.last_ticks(self._context.store, markets)
        idle_s = {
            market: float("inf") if tick is None else (now - tick).total_seconds()
            for market, tick in zip(markets, ticks, strict=True)
        }
        self._neglected = {market for market, seconds in idle_s.items() if seconds > _OVERDUE_S}
        overdue_s = {m: now_s - due_s[m] if m in self._held and m in due_s else idle_s[m] for m in markets}
        return sorted(markets, key=lambda market: (-overdue_s[market], market))

    async def take(self, market: str) -> Lease | None:
        """Take or renew the lease of a market; None where another holds it, or it is another's to take."""
        self._at = None
        has_room = len(self._held) < self._share or market in self._held or market in self._neglected
        if market in self._leaving or not has_room:
            return None
        self._at = market
        return await self._take(market)

    async def give_back_surplus(self, cost_s: Mapping[str, float]) -> None:
        """Give back what is beyond the share, between two batches; `cost_s`: how long a market's last one took."""
        self._at = None
        for market in sorted(self._held, key=lambda market: cost_s.get(market, 0.0))[: -self._share]:
            await self._drop(market)

    async def renew(self, due_s: Mapping[str, float]) -> None:
        """Note that this matcher is at work, and renew its leases, but for those it has no time for and others may."""
        now = self._context.clock.now()
        with suppress(StoreUnavailable):
            self._matchers = await leases.note_matcher(self._context.store, self._owner, now, _LEASE_S)
        for market in list(self._held):
            # A lease that is lost shows at the next write, by its token.
            with suppress(StoreUnavailable):
                late = monotonic_s() - due_s.get(market, float("inf")) > _OVERDUE_S
                if late and self._matchers > 1 and market != self._at and self._at is not None:
                    await self._drop(market)
                else:
                    await self._take(market)

    async def give_back_all(self) -> None:
        """Give back everything, at the end."""
        await leases.forget_matcher(self._context.store, self._owner)
        for market in list(self._held):
            await self._drop(market)

    @property
    def _share(self) -> int:
        return max(-(-self._markets // self._matchers), 1)

    async def _take(self, market: str) -> Lease | None:
        store, now = self._context.store, self._context.clock.now()
        lease = await leases.take(store, market, MATCHER, self._owner, now, _LEASE_S)
        if lease is None:
            self._held.pop(market, None)
        else:
            self._held[market] = lease
        return lease

    async def _drop(self, market: str) -> None:
        self._leaving.add(market)
        try:
            lease = self._held.pop(market, None)
            if lease is not None:
                await leases.drop(self._context.store, market, lease)
        finally:
            self._leaving.discard(market)
