"""Fast time: the sandboxes of a run's partners are moved on while it goes, so that a day passes in seconds."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

import httpx

from service.clock import SystemClock, from_ms, rfc3339, to_ms

_EVERY_S = 1.0


@dataclass(frozen=True, slots=True)
class Pace:
    """A clock that goes `times` as fast as the machine's since it began."""

    began: datetime
    times: float = 1.0

    def now(self) -> datetime:
        """Return the current instant of this clock in UTC."""
        now = SystemClock().now()
        return from_ms(to_ms(now + (now - self.began) * (self.times - 1)))

    def __str__(self) -> str:
        """Return what `pace_of` reads."""
        return f"{to_ms(self.began)}x{self.times:g}"


def begin(times: float) -> Pace:
    """Return a pace that begins now."""
    return Pace(SystemClock().now(), times)


def pace_of(text: str) -> Pace:
    """Read what a pace is written as."""
    began_ms, _, times = text.partition("x")
    return Pace(from_ms(int(began_ms)), float(times))


@asynccontextmanager
async def moved_on(url: str, keys: Sequence[str], pace: Pace) -> AsyncIterator[None]:
    """Keep the sandboxes of these test keys at a pace for the length of a block."""
    moving = asyncio.create_task(_move(url, keys, pace))
    try:
        yield
    finally:
        moving.cancel()
        failure = (await asyncio.gather(moving, return_exceptions=True))[0]
        if not isinstance(failure, asyncio.CancelledError):
            raise failure


async def _move(url: str, keys: Sequence[str], pace: Pace) -> None:
    async with httpx.AsyncClient(base_url=url, timeout=60, trust_env=False) as client:
        while True:
            now = pace.now() - timedelta(seconds=1)  # what is drawn by this clock is never in a sandbox's past
            for key in keys:
                headers = {"Authorization": f"Bearer {key}"}
                answer = await client.post("/v1/sandbox/clock", json={"now": rfc3339(now)}, headers=headers)
                if answer.status_code not in (429, 503):
                    answer.raise_for_status()
            await asyncio.sleep(_EVERY_S)
