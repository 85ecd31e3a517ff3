"""What every use case is handed: the store, the clock, the settings, and what a process remembers of the store."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING

from service.addresses import Resolve, Resolver
from service.clock import AheadClock, Clock, to_ms
from service.ids import new_id
from service.model.markets import Market
from service.secrets import Cipher
from service.settings import Settings
from service.store import worlds
from service.store.client import Store
from service.store.credentials import Credentials
from service.store.limits import Limits
from service.store.markets import MarketList
from service.store.tails import Tails
from service.usecases.agreed import AgreedCars
from service.usecases.pictures import Pictures

if TYPE_CHECKING:
    from matching.travel import Crowfly


@dataclass(frozen=True, slots=True)
class Context:
    """The service's outside, chosen once in `wiring`; without a cipher no webhook secret can be made or read.

    `actor`: who is noted for what is administered.
    """

    store: Store
    clock: Clock
    settings: Settings
    cipher: Cipher | None = None
    actor: str = "service"
    resolve: Resolve = field(default_factory=Resolver)
    credentials: Credentials = field(default_factory=Credentials)
    limits: Limits = field(default_factory=Limits)
    markets: MarketList = field(default_factory=MarketList)
    tails: Tails = field(default_factory=Tails)
    pictures: Pictures = field(default_factory=Pictures)
    agreed: AgreedCars = field(default_factory=AgreedCars)

    def within(self, market: Market) -> Context:
        """Return the context with the settings of a market."""
        return replace(self, settings=market.settings(self.settings))

    def soonest_s(self, now: datetime) -> int:
        """Return the second before which nobody leaves who is matched now: the notice is kept."""
        return to_ms(now) // 1000 + self.settings.notice_s

    @property
    def live(self) -> Context:
        """The context with the machine's own time."""
        return replace(self, clock=self.clock.base) if isinstance(self.clock, AheadClock) else self

    @property
    def ahead_ms(self) -> int:
        """By how much the time here is ahead of the machine's: in sandboxes that were moved on."""
        return self.clock.ahead_ms if isinstance(self.clock, AheadClock) else 0

    def ahead(self, ahead_ms: int) -> Context:
        """Return the context with a time that is so far ahead of the machine's."""
        live = self.live
        return replace(live, clock=AheadClock(live.clock, ahead_ms)) if ahead_ms else live

    def new_id(self, kind: str, market: int = 0) -> str:
        """Return a fresh id, which sorts by the time here."""
        return new_id(kind, market, self.ahead_ms)

    @property
    def travel(self) -> Crowfly:
        """How cars travel here."""
        from matching.travel import Crowfly  # compiled kernels: commands that need none start without them

        return Crowfly(circuity=self.settings.circuity, speed_kmh=self.settings.speed_kmh)


async def in_world(context: Context, market: str) -> Context:
    """Return the context with the time of a market: the clock's, or that of a sandbox."""
    return context.ahead(await worlds.ahead_ms(context.store, market))
