"""A history of runs tells a slower or worse one from those before on the same machine, and from no others."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from loadtests.matchers.figures import rows_of
from loadtests.matchers.history import Line, append_history, compare, lines_of, read_history, table_of
from loadtests.matchers.runs import Run

HERE = {"processor": "quick, 2 cores"}


def measured(seconds: float = 2.0, score: int = 1000, peak_mb: float | None = 200.0) -> Line:
    run = Run("city-1000-1", 1000, 500, "engine", seconds, {"solve": seconds}, [], peak_mb, score=score, bound=score)
    (line,) = lines_of(rows_of([run]), HERE, {"engine": 30.0})
    return line


def verdicts(now: Line, history: list[Line]) -> list[str]:
    return [row[-1] for row in table_of(compare([now], history)).rows]


def test_what_is_written_is_read_and_nothing_is_lost(tmp_path: Path) -> None:
    file = tmp_path / "history.jsonl"
    assert read_history(file) == []
    append_history(file, [measured()])
    append_history(file, [measured(3.0)])
    assert read_history(file) == [measured(), measured(3.0)]
    assert (measured().limit_s, measured().gap_percent) == (30.0, 0.0)


def test_a_regression_shows_against_the_last_runs() -> None:
    history = [measured(9.0)] * 5 + [measured(2.0), measured(1.9), measured(2.1), measured(8.0), measured(2.0)]
    assert verdicts(measured(2.4), history) == ["as before"]
    assert verdicts(measured(2.6), history) == ["slower"]
    assert verdicts(measured(score=998), history) == ["worse"]
    assert verdicts(measured(2.6, score=998), history) == ["slower and worse"]
    assert verdicts(measured(peak_mb=240.0), history) == ["as before"]
    assert verdicts(measured(peak_mb=260.0), history) == ["larger"]
    assert verdicts(measured(peak_mb=None), history) == ["as before"]


def test_a_tenth_of_a_second_is_no_regression() -> None:
    assert verdicts(measured(0.19), [measured(0.1)]) == ["as before"]
    assert verdicts(measured(0.21), [measured(0.1)]) == ["slower"]


def test_other_machines_limits_and_instances_are_no_measure() -> None:
    elsewhere = replace(measured(), machine={"processor": "slow, 1 core"})
    assert verdicts(measured(), [elsewhere]) == []
    assert verdicts(measured(), [replace(measured(), limit_s=60.0), replace(measured(), instance="town")]) == []


def test_a_run_without_a_plan_leaves_no_line() -> None:
    failed = Run("city-1000-1", 1000, 500, "engine", error="out of memory")
    assert lines_of(rows_of([failed]), HERE, {}) == []
