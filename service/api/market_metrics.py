"""Metrics of markets, read from the store when they are asked for: processes come and go, markets move between them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from prometheus_client import Metric
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from service.errors import StoreUnavailable
from service.store import batches, trips
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
        names = [market.name for market in known][:_MOST_MARKETS]
        open_trips = await trips.open_counts(context.store, names)
        ticks = await batches.last_ticks(context.store, names)
        last = dict(zip(names, await batches.last_completed(context.store, names), strict=True))
    except StoreUnavailable:
        return _Figures()
    now = context.clock.now()
    looked = zip(names, ticks, strict=True)
    ended = {name: batch for name, batch in last.items() if batch is not None}
    return _Figures(len(known), {
        ("carpool_market_open_trips", "Open trips"): dict(zip(names, open_trips, strict=True)),
        ("carpool_market_look_age_seconds", "Since a matcher last looked after the market"):
            {name: (now - tick).total_seconds() for name, tick in looked if tick is not None},
        ("carpool_market_batch_age_seconds", "Since the market's last batch came to its end"):
            {name: (now - batch.finished_at).total_seconds() for name, batch in ended.items() if batch.finished_at},
        ("carpool_market_batch_gap", "Gap of that batch to its bound"):
            {name: batch.gap for name, batch in ended.items() if batch.gap is not None},
    })  # fmt: skip
