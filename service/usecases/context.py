"""What every use case is handed: the store, the clock, the settings."""

from __future__ import annotations

from dataclasses import dataclass

from matching.travel import Crowfly
from service.clock import Clock
from service.settings import Settings
from service.store.client import Store


@dataclass(frozen=True, slots=True)
class Context:
    """The service's outside, chosen once in `wiring`."""

    store: Store
    clock: Clock
    settings: Settings

    @property
    def travel(self) -> Crowfly:
        """How cars travel here."""
        return Crowfly(circuity=self.settings.circuity, speed_kmh=self.settings.speed_kmh)
