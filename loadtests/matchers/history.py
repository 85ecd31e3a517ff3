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
_SLOWER = 1.25  # times the seconds before
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


def compared(now: Sequence[Line], history: Sequence[Line]) -> Table:
    """Return how what was measured now stands to the last lines of the same run on the same machine."""
    heads = ("instance", "method", "seconds", "before", "times", "score", "before", "verdict")
    return Table("Against the history", heads, [row for line in now if (row := _compared(line, history))], _WORDS)


def _compared(line: Line, history: Sequence[Line]) -> tuple[str, ...] | None:
    before = [old for old in history if _key(old) == _key(line)][-_LAST:]
    if not before:
        return None
    seconds, score = median(old.seconds for old in before), median(old.score for old in before)
    times = line.seconds / max(seconds, 1e-3)
    said = [
        *(["slower"] if times > _SLOWER else []),
        *(["worse"] if line.score < score * (1 - _WORSE_PERCENT / 100) else []),
    ]
    return (
        line.instance,
        line.method,
        f"{line.seconds:.2f}",
        f"{seconds:.2f}",
        f"{times:.2f}",
        f"{line.score:,}",
        f"{score:,.0f}",
        " and ".join(said) or "as before",
    )


def _key(line: Line) -> tuple[Any, ...]:
    return line.instance, line.method, line.limit_s, line.machine["processor"]


def _commit() -> str:
    words = ["git", "rev-parse", "--short", "HEAD"]
    git = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603 - our own words
    return git.stdout.strip() if git.returncode == 0 else ""
