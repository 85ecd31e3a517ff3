"""How many calls a key, or a commuter, may make: a bucket in the store, out of which processes take some ahead.

A process takes a twentieth of the bucket at once and spends it by itself, so that few calls cost a round trip. What all
of them let in is never more than the bucket gave: what a process holds and does not spend makes the limit stricter.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import datetime

from service.clock import monotonic_s, to_ms
from service.store import keys
from service.store.client import Store

WINDOW_S = 10  # for so long a bucket lasts at the rate that fills it
_SHARE = 20
_MOST = 10_000  # buckets that a process remembers; all are forgotten then


@dataclass(frozen=True, slots=True)
class Bucket:
    """Whose calls are counted together, and how many a second they may be."""

    partner_id: str
    name: str
    per_s: int

    @property
    def most(self) -> int:
        """How many calls it holds."""
        return self.per_s * WINDOW_S


@dataclass(frozen=True, slots=True)
class Left:
    """How many calls a bucket has left, about. `wait_s`: a call is refused, and may be made after so many seconds."""

    bucket: Bucket
    calls: int
    wait_s: float = 0.0

    @property
    def full_after_s(self) -> int:
        """Seconds after which it is full again."""
        return -(-(self.bucket.most - self.calls) // self.bucket.per_s)


@dataclass(slots=True)
class _Held:
    """Calls that were taken ahead, what the bucket had left then, and until when there are none."""

    calls: int = 0
    behind: int = 0
    none_until_s: float = float("-inf")
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


class Limits:
    """What this process holds of all buckets."""

    def __init__(self) -> None:
        self._held: dict[Bucket, _Held] = {}

    async def admit(self, store: Store, bucket: Bucket, now: datetime) -> Left:
        """Let a call in, or say how long it has to wait."""
        held = self._held.get(bucket)
        if held is None:
            if len(self._held) >= _MOST:
                self._held.clear()
            held = self._held[bucket] = _Held()
        if not held.calls:
            async with held.lock:  # one of those who wait asks for all
                wait_s = 0.0 if held.calls else await _take(store, bucket, held, now)
            if wait_s:
                return Left(bucket, 0, wait_s)
        held.calls -= 1
        return Left(bucket, held.calls + held.behind)


async def _take(store: Store, bucket: Bucket, held: _Held, now: datetime) -> float:
    """Take calls ahead; returns how long to wait where there are none."""
    wait_s = held.none_until_s - monotonic_s()
    if wait_s <= 0:
        answer = await store.call("take_calls", keys.partner_tag(bucket.partner_id), {
            "name": bucket.name, "now_ms": str(to_ms(now)), "per_s": bucket.per_s, "most": bucket.most,
            "wanted": max(1, bucket.most // _SHARE),
        })  # fmt: skip
        held.calls, held.behind, wait_s = int(answer[1]), int(answer[2]), int(answer[3]) / 1000
        held.none_until_s = monotonic_s() + wait_s
    return 0.0 if held.calls else max(wait_s, 0.001)
