"""How many machines a city needs: arithmetic on what was measured, and on assumptions that anyone may change."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from statistics import median
from typing import Any

from loadtests.tables import Table

CITIES = (100_000, 1_000_000, 10_000_000)
_BUSY_CONNECTIONS = 8  # from here on a write's processor time is that of a busy server


@dataclass(frozen=True, slots=True)
class Assumptions:
    """What is not measured here."""

    trips_a_day: float = 2.0
    busiest_hour: float = 0.25
    """Share of a day's trips that are posted in its busiest hour."""
    api_calls: float = 6.0
    """A trip: it is posted and answered for, and read four times; each costs what a POST does."""
    store_calls: float = 17.0
    """A trip: 7 for those calls, one to propose it, and 3 for each of its events: relayed, claimed, settled."""
    events: float = 3.0
    """A trip: proposed, accepted, confirmed, each delivered to one endpoint."""
    matched: float = 0.75
    riders_a_match: float = 2.0
    open_at_once: float = 0.5
    """Share of a day's trips that wait for a match at the worst moment: the next morning's, the evening before."""
    trips_a_market: int = 10_000
    batch_core_s: float = 20.0
    """Of a batch of that size: 10 s on two cores, docs/performance.md."""
    batch_interval_s: float = 60.0
    retention_days: int = 30
    load: float = 0.5
    """Share of a core, and of a machine's memory, that is planned to be used: the rest is for bursts and for forks."""
    replicas: int = 1
    machine_cores: int = 16
    machine_gb: int = 64


@dataclass(frozen=True, slots=True)
class Measured:
    """What `bench_store.py` has measured: processor seconds, bytes, deliveries a second of one deliverer."""

    api_s: float
    store_s: float
    trip_bytes: float
    match_bytes: float
    event_bytes: float
    once_bytes: float
    deliveries_per_s: float


@dataclass(frozen=True, slots=True)
class City:
    """Cores and memory for so many commuters a day."""

    commuters: int
    trips_a_day: float
    trips_per_s: float
    api_cores: float
    store_cores: float
    deliverers: float
    matcher_cores: float
    gb_a_day: float
    gb_kept: float
    machines: int


def measured_of(figures: Mapping[str, Any]) -> Measured:
    """Return what the arithmetic needs of the figures of the parts."""
    busy = [row for row in figures["writes"]["rows"] if row["connections"] >= _BUSY_CONNECTIONS]
    trip, once, match, event, _owed, delivered, _partner = (row["bytes_each"] for row in figures["memory"]["kept"])
    (deliverer,) = (
        row for row in figures["scale"]["rows"] if row["role"] == "deliverer" and row["processes"] == 1
    )  # fmt: skip
    return Measured(
        api_s=median(row["api_cpu_ms"] for row in busy) / 1000,
        store_s=median(row["store_cpu_ms"] for row in busy) / 1000,
        trip_bytes=trip, match_bytes=match, event_bytes=max(event, delivered), once_bytes=once,
        deliveries_per_s=deliverer["done"] / deliverer["seconds"],
    )  # fmt: skip


def city_of(commuters: int, measured: Measured, assumed: Assumptions) -> City:
    """Return what so many commuters a day need."""
    trips = commuters * assumed.trips_a_day
    per_s = trips * assumed.busiest_hour / 3600
    matches = trips * assumed.matched / (1 + assumed.riders_a_match)
    kept_a_day = (
        trips * measured.trip_bytes + matches * measured.match_bytes + trips * assumed.events * measured.event_bytes
    ) / 1e9
    api_cores = per_s * assumed.api_calls * measured.api_s / assumed.load
    store_cores = per_s * assumed.store_calls * measured.store_s / assumed.load
    deliverers = per_s * assumed.events / measured.deliveries_per_s / assumed.load
    markets = trips * assumed.open_at_once / assumed.trips_a_market
    matcher_cores = markets * assumed.batch_core_s / assumed.batch_interval_s
    gb_kept = kept_a_day * assumed.retention_days + trips * measured.once_bytes / 1e9
    copies = 1 + assumed.replicas
    cores = api_cores + store_cores * copies + deliverers + matcher_cores
    by_memory = gb_kept * copies / (assumed.machine_gb * assumed.load)
    return City(
        commuters, trips, per_s, api_cores, store_cores, deliverers, matcher_cores, kept_a_day, gb_kept,
        machines=max(copies, math.ceil(max(cores / assumed.machine_cores, by_memory))),
    )  # fmt: skip


def tables(figures: Mapping[str, Any]) -> list[Table]:
    """Return what cities need as a table."""
    measured, assumed = measured_of(figures), Assumptions()
    found = [city_of(commuters, measured, assumed) for commuters in CITIES]
    rows = [
        (
            f"{city.commuters:,}", f"{city.trips_a_day:,.0f}", f"{city.trips_per_s:,.0f}", f"{city.api_cores:,.1f}",
            f"{city.store_cores:,.1f}", f"{city.deliverers:,.1f}", f"{city.matcher_cores:,.0f}",
            f"{city.gb_a_day:,.1f}", f"{city.gb_kept:,.0f}", f"{city.machines:,}",
        )
        for city in found
    ]  # fmt: skip
    heads = (
        "commuters a day", "trips a day", "trips/s in the busiest hour", "API cores", "store cores", "deliverers",
        "matcher cores", "GB a day", f"GB kept, {assumed.retention_days} days",
        f"machines of {assumed.machine_cores} cores, {assumed.machine_gb} GB",
    )  # fmt: skip
    return [Table("Machines for a city", heads, rows)]
