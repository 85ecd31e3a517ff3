"""How long a look takes at a market of 20,000 open trips, and beside trips that are posted meanwhile."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Mapping
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from loadtests.capacity import requests
from loadtests.capacity.client import Answers, connected, drive, pace
from loadtests.capacity.fleet import Fleet
from loadtests.capacity.people import commuters, partner_with_key, post_morning
from loadtests.tables import Table
from service.demo.demand import Commuter
from service.model.partners import LIVE_MARKET
from service.store import trips as store_trips
from service.usecases.context import Context

WRITES_PER_S = 50.0
_NEVER_S = 86_400.0
_PROMISED_MS = {"journeys": 50, "explanations": 300}
_PER_S = {"journeys": 20.0, "explanations": 5.0}


async def measure(
    directory: Path, *, trips: int = 20_000, seconds: float = 20.0
) -> dict[str, Any]:  # fmt: skip
    """Return the figures as a JSON document: looks at a fixed rate, alone and while others post."""
    async with Fleet(directory, batch_interval_s=_NEVER_S) as fleet, fleet.context() as context:
        caller, key = await partner_with_key(context)
        await post_morning(context, caller, trips, seed=1)
        (api,) = await fleet.start_api(1)
        asked = {"journeys": _journeys(key), "explanations": _explanations(key, await _some_ids(context))}
        first = await _first(fleet.url, next(asked["journeys"]))
        rows = []
        for name, looks in asked.items():
            per_s = _PER_S[name]
            await drive(fleet.url, looks, 1, 2.0)
            spent = api.cpu_s
            alone = await pace(fleet.url, looks, per_s, seconds)
            spent = (api.cpu_s - spent) / len(alone.took_s)
            during = await _beside(fleet.url, looks, requests.offers(key), per_s, seconds)
            rows.append({
                "name": name, "cpu_ms": 1000 * spent, "refused": _refused(alone) + _refused(during),
                **_figures("alone", alone), **_figures("during", during),
            })  # fmt: skip
        return {"trips": trips, "first_s": first, "rows": rows}


def tables(document: Mapping[str, Any]) -> list[Table]:
    """Return the figures as tables."""
    rows = [
        (
            row["name"], f"{row['cpu_ms']:.1f}",
            *(f"{row[f'{when}_{p}_ms']:.0f}" for p in ("p50", "p99") for when in ("alone", "during")),
            str(_PROMISED_MS[row["name"]]), str(row["refused"]),
        ) for row in document["rows"]
    ]  # fmt: skip
    return [Table(
        f"Looks at {document['trips']:,} open trips; the first, which reads them all, took {document['first_s']:.1f} s",
        ("look", "API cpu ms", "p50 ms alone", "beside posts", "p99 ms alone", "beside posts", "promised", "refused"),
        rows, frozenset({"look"}),
    )]  # fmt: skip


def _figures(when: str, answers: Answers) -> dict[str, float]:
    return {f"{when}_p50_ms": answers.percentile_ms(50), f"{when}_p99_ms": answers.percentile_ms(99)}


def _refused(answers: Answers) -> int:
    return sum(number for status, number in answers.statuses.items() if status != 200)


async def _beside(
    url: str, looks: Iterator[bytes], posts: Iterator[bytes], per_s: float, seconds: float
) -> Answers:  # fmt: skip
    looked, _ = await asyncio.gather(
        pace(url, looks, per_s, seconds), pace(url, posts, WRITES_PER_S, seconds)
    )  # fmt: skip
    return looked


async def _first(url: str, look: bytes) -> float:
    began = time.perf_counter()
    async with connected(url, 1) as (connection,):
        await connection.ask(look)
    return time.perf_counter() - began


async def _some_ids(context: Context) -> list[str]:
    return (await store_trips.open_trip_ids(context.store, LIVE_MARKET))[::50]


def _journeys(key: str) -> Iterator[bytes]:
    people = [person for person in commuters(2000, seed=2) if person.role != "flexible"]
    for n in count():
        yield requests.get(f"/v1/journeys?{urlencode(_look(people[n % len(people)]))}", key)


def _look(person: Commuter) -> dict[str, Any]:
    body = person.as_offer() if person.offers else person.as_request()
    return {
        "role": "driver" if person.offers else "rider",
        **{name: f"{body[end]['lat']},{body[end]['lon']}" for name, end in (("from", "origin"), ("to", "destination"))},
        **{name: body[name] for name in ("earliest_departure", "latest_arrival", "seats") if name in body},
    }  # fmt: skip


def _explanations(key: str, ids: list[str]) -> Iterator[bytes]:
    for n in count():
        kind = "offers" if ids[n % len(ids)].startswith("off_") else "requests"
        yield requests.get(f"/v1/{kind}/{ids[n % len(ids)]}/explanation", key)
