"""From a trip posted to the webhook received, and what a large batch costs those who call meanwhile."""

from __future__ import annotations

from dataclasses import asdict, fields
from pathlib import Path
from statistics import median
from typing import Any

from loadtests.capacity.beside import CALLS_PER_S, Beside, measure_beside
from loadtests.capacity.freshness import TRIPS_PER_S, Freshness, measure_freshness
from loadtests.tables import Table


async def measure(
    directory: Path, *, seconds: float = 30.0, trips_a_batch: int = 10_000, rounds: int = 3, time_limit_s: float = 150.0
) -> dict[str, Any]:  # fmt: skip
    """Return the figures as a JSON document."""
    fresh = await measure_freshness(directory / "fresh", seconds)
    beside = await measure_beside(directory / "beside", trips_a_batch, rounds, time_limit_s)
    return {"fresh": asdict(fresh), "beside": [asdict(round_) for round_ in beside]}


def tables(document: dict[str, Any]) -> list[Table]:
    """Return the figures as tables."""
    fresh, rounds = Freshness(**document["fresh"]), [Beside(**row) for row in document["beside"]]
    middle = Beside(**{field.name: median(getattr(row, field.name) for row in rounds) for field in fields(Beside)})
    freshness = Table(
        f"From an offer posted to the webhook of its match, at {TRIPS_PER_S:g} trips a second and a batch a second",
        ("offers posted", "told of", "p50 s", "p99 s"),
        [(f"{fresh.posted:,}", f"{fresh.told:,}", f"{fresh.p50_s:.2f}", f"{fresh.p99_s:.2f}")],
    )
    beside = Table(
        f"POST /v1/offers, {CALLS_PER_S:g} a second, while a batch runs",
        (
            "trips in the batch", "batch s alone", "during", "times",
            "p50 ms alone", "during", "p99 ms alone", "during", "times",
        ),
        [
            (
                f"{middle.trips:,}", f"{middle.batch_alone_s:.1f}", f"{middle.batch_s:.1f}",
                f"{middle.batch_s / middle.batch_alone_s:.2f}", f"{middle.alone_p50_ms:.1f}",
                f"{middle.during_p50_ms:.1f}", f"{middle.alone_p99_ms:.1f}", f"{middle.during_p99_ms:.1f}",
                f"{middle.during_p99_ms / middle.alone_p99_ms:.2f}",
            )
        ],
    )  # fmt: skip
    return [freshness, beside]
