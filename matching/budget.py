"""How long a run may take; time is handed in, as this package reads no clock."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple, Protocol

Clock = Callable[[], float]
GRACE_S = 0.3  # for what a plan needs first of all, where there is no time left
_AMPLE_S = 1_000.0


class Budget(Protocol):
    """Says how many seconds are left; a callable with a clock inside."""

    def __call__(self) -> float:
        """Return the seconds left, below 0 when over."""
        ...


class Deadline:
    """A budget of ``limit_s`` seconds from now by a monotonic clock, such as ``time.monotonic``."""

    def __init__(self, clock: Clock, limit_s: float) -> None:
        if not limit_s > 0:
            raise ValueError(f"limit_s must be above 0, not {limit_s}")
        self._clock = clock
        self._end = clock() + limit_s

    def __call__(self) -> float:
        """Return the seconds left."""
        return self._end - self._clock()


def unlimited() -> float:
    """Return the seconds left of a budget that never ends."""
    return float("inf")


def first_share(budget: Budget, share: float) -> Budget:
    """Return a budget that ends when this share of another, from now on, is used up."""
    end = budget() * (1 - share) if share < 1 else 0.0
    return budget if math.isinf(end) else lambda: budget() - end


def is_ample(left_s: float) -> bool:
    """Say whether so much time is left that only work limits the steps of a search, so that runs can be repeated."""
    return left_s > _AMPLE_S


class Progress(NamedTuple):
    """Where a run stands: the stage it is in, and the best score and bound so far, if any."""

    stage: str
    score: int | None
    bound: int | None


class Stages:
    """Measures how long each stage takes, by a clock that is handed in; without one nothing is measured."""

    def __init__(self, clock: Clock | None) -> None:
        self._clock = clock
        self._start = self._last = clock() if clock else 0.0
        self.timing_s: dict[str, float] = {}

    def end(self, stage: str) -> None:
        """Book the time since the last stage's end under a name."""
        if self._clock:
            now = self._clock()
            self.timing_s[stage] = self.timing_s.get(stage, 0.0) + now - self._last
            self.timing_s["total"] = now - self._start
            self._last = now
