"""What a run has to show, and whether it has."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from loadtests.load.figures import Figures

SHIPPED = Path(__file__).with_name("goals.toml")
_EVERY = "all"
_P99_MS = "p99_ms"
_ANY_CALL = "calls"
_NAMES = (
    "error_rate", "refused_rate", "missing_webhooks", "missing_acknowledged", "contradictions", "look_age_s",
    "rss_growth",
)  # fmt: skip


class GoalsWrong(Exception):
    """A file of goals can not be used."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """A goal, and what was measured; None where nothing was."""

    goal: str
    at_most: float
    measured: float | None

    @property
    def met(self) -> bool:
        """Whether the goal was reached; what was not measured is not held against a run."""
        return self.measured is None or self.measured <= self.at_most


@dataclass(frozen=True, slots=True)
class Goals:
    """The goals of a shape: by name, and p99 in milliseconds by call."""

    at_most: Mapping[str, float]
    p99_ms: Mapping[str, float]

    def judge(self, figures: Figures) -> list[Verdict]:
        """Hold what was measured against every goal."""
        measured = figures.measured()
        named = [Verdict(name, limit, measured.get(name)) for name, limit in self.at_most.items()]
        return [*named, *self._of_calls(figures)]

    def _of_calls(self, figures: Figures) -> Iterator[Verdict]:
        for call in figures.calls:
            limit = self.p99_ms.get(call.name, self.p99_ms.get(_ANY_CALL))
            if limit is not None:
                yield Verdict(f"p99 of {call.name}, ms", limit, call.p99_ms)


def read_goals(file: Path, shape: str) -> Goals:
    """Read the goals of a shape. Raises GoalsWrong with one line."""
    try:
        document = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise GoalsWrong(f"{file}: {error}") from None
    named: dict[str, float] = {}
    p99_ms: dict[str, float] = {}
    for table in (document.get(_EVERY, {}), document.get(shape, {})):
        for name, limit in table.items():
            if name == _P99_MS:
                p99_ms |= {call: _number(file, call, value) for call, value in limit.items()}
            elif name in _NAMES:
                named[name] = _number(file, name, limit)
            else:
                raise GoalsWrong(f"{file}: {name} is no goal; there are {', '.join((*_NAMES, _P99_MS))}")
    return Goals(named, p99_ms)


def _number(file: Path, name: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise GoalsWrong(f"{file}: {name} has to be a number")
    return float(value)
