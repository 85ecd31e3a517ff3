"""Metrics of markets, read from the store when they are asked for: processes come and go, markets move between them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from prometheus_client import Metric
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from service.errors import StoreUnavailable
from service.store.pulse import read_pulses
from service.usecases.context import Context

_MOST_MARKETS = 200  # told of one by one, so that no series grow without bound


@dataclass(frozen=True, eq=False)
class _Figures(Collector):
    """What was read. `by_market`: name and words of a metric to its value in each market."""

    markets: int | None = None
    by_market: Mapping[tuple[str, str], Mapping[str, float]] = field(default_factory=dict)

    def collect(self) -> Iterable[Metric]:
        """Yield what was read as Prometheus's client has it."""
        if self.markets is not None:
            yield GaugeMetricFamily("carpool_markets", "Live markets", value=self.markets)
        for (name, words), values in self.by_market.items():
            yield from _families(name, words, values)


def _families(name: str, words: str, values: Mapping[str, float]) -> Iterator[Metric]:
    family = GaugeMetricFamily(name, words, labels=["market"])
    for market, value in values.items():
        family.add_metric([market], value)
    yield family


async def market_metrics(context: Context) -> Collector:
    """Return the metrics of the oldest live markets; none while the store is away."""
    try:
        known = list(await context.markets.read(context.store))
        pulses = await read_pulses(context.store, [market.name for market in known][:_MOST_MARKETS])
    except StoreUnavailable:
        return _Figures()
    now = context.clock.now()

    def since(moments: Mapping[str, datetime | None]) -> dict[str, float]:
        # Not below 0: the moments are of other machines' clocks.
        return {name: max(0.0, (now - at).total_seconds()) for name, at in moments.items() if at is not None}

    ended = {name: pulse.last for name, pulse in pulses.items() if pulse.last is not None}
    return _Figures(len(known), {
        ("carpool_market_open_trips", "Open trips"): {name: pulse.open_trips for name, pulse in pulses.items()},
        ("carpool_market_look_age_seconds", "Since a matcher last looked after the market"):
            since({name: pulse.looked_at for name, pulse in pulses.items()}),
        ("carpool_market_batch_age_seconds", "Since the market's last batch came to its end"):
            since({name: batch.finished_at for name, batch in ended.items()}),
        ("carpool_market_batch_gap", "Gap of that batch to its bound"):
            {name: batch.gap for name, batch in ended.items() if batch.gap is not None},
        ("carpool_market_outbox_age_seconds", "Since when the oldest event waits to be relayed; 0 where none does"):
            dict.fromkeys(pulses, 0.0) | since({name: pulse.owed_since for name, pulse in pulses.items()}),
    })  # fmt: skip
