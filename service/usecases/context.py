"""What every use case is handed: the store, the clock, the settings, and what a process remembers of the store."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from service.addresses import Resolve, Resolver
from service.clock import Clock
from service.model.markets import Market
from service.secrets import Cipher
from service.settings import Settings
from service.store.client import Store
from service.store.credentials import Credentials
from service.store.markets import MarketList

if TYPE_CHECKING:
    from matching.travel import Crowfly


@dataclass(frozen=True, slots=True)
class Context:
    """The service's outside, chosen once in `wiring`; without a cipher no webhook secret can be made or read."""

    store: Store
    clock: Clock
    settings: Settings
    cipher: Cipher | None = None
    resolve: Resolve = field(default_factory=Resolver)
    credentials: Credentials = field(default_factory=Credentials)
    markets: MarketList = field(default_factory=MarketList)

    def within(self, market: Market) -> Context:
        """Return the context with the settings of a market."""
        return replace(self, settings=market.settings(self.settings))

    @property
    def travel(self) -> Crowfly:
        """How cars travel here."""
        from matching.travel import Crowfly  # compiled kernels: commands that need none start without them

        return Crowfly(circuity=self.settings.circuity, speed_kmh=self.settings.speed_kmh)
