"""Processor time of a look at a market, in one process and without a store: what journeys and explanations compute.

Processor seconds tell the same on a machine that others use, too; what callers wait for is measured in `looks`.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from loadtests.capacity.client import percentile
from loadtests.capacity.people import commuters, draft_of
from loadtests.tables import Table
from matching import Board, Crowfly
from service.clock import SystemClock, to_ms
from service.model.partners import Partner
from service.model.trips import Kind, Trip
from service.usecases.explaining import explained
from service.usecases.journeys import best_journeys
from service.usecases.picture import MAKE, Look, Picture

_PARTNERS = 5
_PERCENTS = (50, 99, 100)


async def measure(_: Path, *, trips: int = 20_000, looks: int = 200) -> dict[str, Any]:
    """Return the figures as a JSON document."""
    now = SystemClock().now()
    morning = _morning(trips, now)
    picture, put_s = _picture_of(morning, now)
    asked = [Look(MAKE.record(trip), frozenset(), None, to_ms(now) // 1000) for trip in morning[:: trips // looks]]
    rows = [
        _row("journeys", lambda look: best_journeys(picture, look, 10), asked),
        _row("explanations", lambda look: explained(picture, look), asked),
    ]
    return {"trips": trips, "put_us": 1e6 * put_s, "rows": rows}


def tables(document: Mapping[str, Any]) -> list[Table]:
    """Return the figures as tables."""
    return [Table(
        f"Looks at {document['trips']:,} open trips, processor time; {document['put_us']:.0f} microseconds "
        "for a trip to enter the picture",
        ("look", "p50 ms", "p99 ms", "most ms"),
        [(row["name"], *(f"{took:.1f}" for took in row["took_ms"])) for row in document["rows"]], frozenset({"look"}),
    )]  # fmt: skip


def _morning(count: int, now: datetime) -> list[Trip]:
    people = [person for person in commuters(2 * count) if person.role != "flexible"][:count]
    found = []
    for n, person in enumerate(people):
        kind: Kind = "offer" if person.offers else "request"
        found.append(Trip(f"{kind}-{n}", kind, f"par_{n % _PARTNERS}", "open", 1, now, 0, draft_of(person, kind), now))
    return found


def _picture_of(trips: Sequence[Trip], now: datetime) -> tuple[Picture, float]:
    travel = Crowfly()
    picture = Picture(travel, 45, 3600, Board(travel, 45), Board(travel, 45))
    began = time.process_time()
    for trip in trips:
        picture.put_trip(trip)
    took_s = (time.process_time() - began) / len(trips)
    picture.know(Partner(f"par_{n}", "bench", "all", now) for n in range(_PARTNERS))
    gc.collect()
    gc.freeze()  # as the service does
    return picture, took_s


def _row(name: str, look_at: Callable[[Look], object], looks: Sequence[Look]) -> dict[str, Any]:
    look_at(looks[0])  # kernels are loaded
    took_ms = []
    for look in looks:
        began = time.process_time()
        look_at(look)
        took_ms.append(1000 * (time.process_time() - began))
    return {"name": name, "took_ms": [percentile(took_ms, percent) for percent in _PERCENTS]}
