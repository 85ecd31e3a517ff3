"""A file of what was measured before, a line for each row, so that a regression shows."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

from loadtests.matchers.figures import Row
from loadtests.matchers.runs import ROOT
from loadtests.tables import Table

_LAST = 5  # lines before, whose medians are what is compared with
_SLOWER = 1.25  # times the seconds before, and
_SLOWER_S = 0.1  # more than these: a tenth of a second may be another process's
_LARGER = 1.25  # times the MB before
_WORSE_PERCENT = 0.1  # of the score before
_WORDS = frozenset({"instance", "method", "verdict"})


@dataclass(frozen=True)
class Line:
    """One row as it was measured once: when, of which commit, on which machine, within which limit of seconds."""

    when: str
    commit: str
    machine: dict[str, str]
    instance: str
    method: str
    limit_s: float | None
    runs: int
    score: int
    seconds: float
    peak_mb: float | None
    gap_percent: float | None


def read_history(path: Path) -> list[Line]:
    """Return the lines of a file; none where there is no file yet."""
    if not path.exists():
        return []
    return [Line(**json.loads(text)) for text in path.read_text().splitlines() if text]


def lines_of(rows: Iterable[Row], machine: dict[str, str], limits_s: dict[str, float | None]) -> list[Line]:
    """Return the lines of rows that have a plan; ``limits_s`` by method."""
    when, commit = datetime.now(UTC).strftime("%Y-%m-%d"), _commit()
    return [
        Line(
            when,
            commit,
            machine,
            row.instance,
            row.method,
            limits_s.get(row.method),
            row.runs,
            row.score,
            round(row.seconds, 3),
            row.peak_mb,
            row.gap_percent,
        )
        for row in rows
        if row.score is not None and row.seconds is not None
    ]


def append_history(path: Path, lines: Iterable[Line]) -> None:
    """Write lines after those that are there."""
    with path.open("a") as file:
        file.writelines(json.dumps(asdict(line)) + "\n" for line in lines)


@dataclass(frozen=True)
class Compared:
    """A line beside the medians of those before it. `faults`: in what it is a regression."""

    line: Line
    seconds: float
    score: float
    peak_mb: float | None
    faults: tuple[str, ...]


def compare(now: Sequence[Line], history: Sequence[Line]) -> list[Compared]:
    """Return how lines stand to the last ones of the same run on the same machine, where there are any."""
    return [_compared(line, before) for line in now if (before := _before(line, history))]


def table_of(compared: Sequence[Compared]) -> Table:
    """Return what was compared as a table."""
    heads = ("instance", "method", "seconds", "before", "score", "before", "peak MB", "before", "verdict")
    return Table("Against the history", heads, [_row(one) for one in compared], _WORDS)


def _before(line: Line, history: Sequence[Line]) -> list[Line]:
    return [old for old in history if _key(old) == _key(line)][-_LAST:]


def _compared(line: Line, before: Sequence[Line]) -> Compared:
    seconds, score = median(old.seconds for old in before), median(old.score for old in before)
    sizes_mb = [old.peak_mb for old in before if old.peak_mb is not None]
    peak_mb = median(sizes_mb) if sizes_mb else None
    is_larger = line.peak_mb is not None and peak_mb is not None and line.peak_mb > peak_mb * _LARGER
    found = {
        "slower": line.seconds > max(seconds * _SLOWER, seconds + _SLOWER_S),
        "worse": line.score < score * (1 - _WORSE_PERCENT / 100),
        "larger": is_larger,
    }
    return Compared(line, seconds, score, peak_mb, tuple(fault for fault, is_so in found.items() if is_so))


def _row(one: Compared) -> tuple[str, ...]:
    line = one.line
    return (
        line.instance,
        line.method,
        f"{line.seconds:.2f}",
        f"{one.seconds:.2f}",
        f"{line.score:,}",
        f"{one.score:,.0f}",
        _mb(line.peak_mb),
        _mb(one.peak_mb),
        " and ".join(one.faults) or "as before",
    )


def _mb(value: float | None) -> str:
    return "-" if value is None else f"{value:.0f}"


def _key(line: Line) -> tuple[Any, ...]:
    return line.instance, line.method, line.limit_s, line.machine["processor"]


def _commit() -> str:
    words = ["git", "rev-parse", "--short", "HEAD"]
    git = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603 - our own words
    return git.stdout.strip() if git.returncode == 0 else ""
