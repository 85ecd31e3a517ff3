"""The only reader of time. Everything else is handed ``now``, or asks a Clock it was handed."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

__all__ = ["AheadClock", "Clock", "SystemClock", "from_ms", "monotonic_s", "rfc3339", "to_ms"]


class Clock(Protocol):
    """Tells the time as an aware UTC datetime."""

    def now(self) -> datetime:
        """Return the current instant in UTC."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Return the current instant in UTC, in whole milliseconds as the store keeps them."""
        now = datetime.now(UTC)  # noqa: TID251 - this module is the one that may
        return now.replace(microsecond=now.microsecond // 1000 * 1000)


@dataclass(frozen=True, slots=True)
class AheadClock:
    """A clock that is ahead of another: a sandbox's, whose time its partner has moved on."""

    base: Clock
    ahead_ms: int

    def now(self) -> datetime:
        """Return the current instant of the sandbox in UTC."""
        return self.base.now() + timedelta(milliseconds=self.ahead_ms)


def monotonic_s() -> float:
    """Seconds on a clock that never steps back; for durations only."""
    return time.perf_counter()


def to_ms(instant: datetime) -> int:
    """Epoch milliseconds of an aware datetime."""
    return round(instant.timestamp() * 1000)


def from_ms(epoch_ms: int) -> datetime:
    """Aware UTC datetime of epoch milliseconds."""
    return datetime.fromtimestamp(epoch_ms / 1000, UTC)


def rfc3339(instant: datetime) -> str:
    """RFC 3339 in UTC, milliseconds kept only where there are any."""
    utc = instant.astimezone(UTC)
    spec = "milliseconds" if utc.microsecond >= 1000 else "seconds"
    return utc.isoformat(timespec=spec).replace("+00:00", "Z")
