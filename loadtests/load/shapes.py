"""Shapes of load: who calls, and how many of them at which moment of a run. Readable without Locust."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache

import numpy as np

from service.demo.demand import draw_commuters

_ANY_DAY = date(2027, 3, 2)  # a morning without a change of the clocks; only times of the day are looked at
_DRAWN = 4000
_BIN_S = 600
_FROM_S, _TO_S = 5 * 3600, 10 * 3600
_LEAST = 0.05  # somebody is always there
_SPIKE = 10

Curve = Callable[[float], float]
"""The share of a run's most users who are there, by the share of its time that is over."""


@dataclass(frozen=True, slots=True)
class Shape:
    """A way for load to come. `users`: names in `users.py`; `most` and `minutes`: where nothing else is said."""

    name: str
    told: str
    users: tuple[str, ...]
    curve: Curve
    most: int
    minutes: float

    def users_at(self, over: float, most: int) -> int:
        """Return how many users are there when this share of the time is over."""
        return max(1, round(most * max(_LEAST, self.curve(over))))


@cache
def _departures() -> tuple[float, ...]:
    """Return how many leave home in each ten minutes of the surveyed morning, as shares of the busiest ten."""
    people = draw_commuters(_DRAWN, "toronto", 1, _ANY_DAY)
    leave = [datetime.fromisoformat(person.earliest_departure) for person in people]
    edges = np.arange(_FROM_S, _TO_S + _BIN_S, _BIN_S)
    counts, _ = np.histogram([at.hour * 3600 + at.minute * 60 for at in leave], edges)
    return tuple((counts / counts.max()).tolist())


def _morning(over: float) -> float:
    shares = _departures()
    return float(np.interp(over * (len(shares) - 1), range(len(shares)), shares))


def _steady(over: float) -> float:
    return 1.0


def _spike(over: float) -> float:
    return 1.0 if 0.4 <= over < 0.6 else 1 / _SPIKE


_COMMUTE = ("CommuterPhone", "PartnerServer", "Operator")
SHAPES = {
    shape.name: shape
    for shape in (
        Shape("morning", "a morning from five to ten, as people leave home", _COMMUTE, _morning, 100, 10),
        Shape("stadium", "everybody leaves one place at once: 10,000 requests in 5 minutes with 500 users",
              ("Fan", "Operator"), _steady, 500, 5),
        Shape("import", "partners post their people's trips as fast as they are taken",
              ("Importer", "Operator"), _steady, 8, 2),
        Shape("spike", "ten times the users for a fifth of the time", _COMMUTE, _spike, 400, 5),
        Shape("soak", "the same load for long, while memory is watched", _COMMUTE, _steady, 40, 60),
    )
}  # fmt: skip
