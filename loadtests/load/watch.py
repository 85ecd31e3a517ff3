"""Looks at a service while it is under load: what its metrics tell, and what its processes take of the machine."""

from __future__ import annotations

import asyncio
import re
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx
import psutil

_EVERY_S = 2.0
_LINE = re.compile(r"^(?P<name>carpool_\w+?)(?:\{[^}]*\})? (?P<value>\S+)$", re.MULTILINE)
STORE = "valkey-server"
_ROLES = ("api", "matcher", "deliverer", STORE)


@dataclass(frozen=True, slots=True)
class Sample:
    """The service at a moment, `at_s` after the first. None and nothing: it did not say, or is another machine's."""

    at_s: float
    open_trips: float | None = None
    look_age_s: float | None = None
    batch_age_s: float | None = None
    streams: float | None = None
    rss_mb: dict[str, float] = field(default_factory=dict)
    cpu_s: dict[str, float] = field(default_factory=dict)


async def watch(url: str, pid: int | None, over: Callable[[], bool], say: Callable[[Sample], None]) -> list[Sample]:
    """Sample a service, and its processes where it runs under `pid`, until it is over."""
    samples: list[Sample] = []
    began = time.monotonic()
    async with httpx.AsyncClient(base_url=url, trust_env=False, timeout=10) as client:
        while not over():
            sample = await _sample(client, pid, time.monotonic() - began)
            samples.append(sample)
            say(sample)
            await asyncio.sleep(_EVERY_S)
    return samples


async def _sample(client: httpx.AsyncClient, pid: int | None, at_s: float) -> Sample:
    rss_mb, cpu_s = processes_of(pid) if pid is not None else ({}, {})
    try:
        answer = await client.get("/metrics")
    except httpx.HTTPError:
        return Sample(at_s, rss_mb=rss_mb, cpu_s=cpu_s)
    values: dict[str, list[float]] = defaultdict(list)
    for line in _LINE.finditer(answer.text):
        values[line["name"]].append(float(line["value"]))

    def most(name: str) -> float | None:
        return max(values[name], default=None)

    return Sample(
        at_s, sum(values["carpool_market_open_trips"]), most("carpool_market_look_age_seconds"),
        most("carpool_market_batch_age_seconds"), most("carpool_event_streams"), rss_mb, cpu_s,
    )  # fmt: skip


def processes_of(pid: int) -> tuple[dict[str, float], dict[str, float]]:
    """Return resident MB and processor seconds of a service's processes, by role."""
    rss_mb: dict[str, float] = defaultdict(float)
    cpu_s: dict[str, float] = defaultdict(float)
    try:
        children = psutil.Process(pid).children()
    except psutil.Error:
        return {}, {}
    for child in children:
        try:
            role, told = _role(child.cmdline()), child.as_dict(["memory_info", "cpu_times"])
        except psutil.Error:
            continue
        if role is not None and told["memory_info"] is not None:
            rss_mb[role] += told["memory_info"].rss / 1e6
            cpu_s[role] += told["cpu_times"].user + told["cpu_times"].system
    return dict(rss_mb), dict(cpu_s)


def _role(words: Any) -> str | None:
    return next((role for role in _ROLES if role in " ".join(words).replace("/", " ").split()), None)
