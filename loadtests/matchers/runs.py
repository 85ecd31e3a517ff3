"""Runs of methods as child processes, each plan judged; what was measured, as records that go to JSON and back."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from loadtests.matchers.judge import Judge
from loadtests.matchers.methods import PROVEN

ROOT = Path(__file__).resolve().parents[2]
_WARM = "from matching import warm_up; warm_up()"


@dataclass(frozen=True)
class Run:
    """One run; without a plan ``error`` says what happened.

    ``pairs`` are the offers and requests that could share a car alone, as the engine counts them. ``peak_mb`` counts
    the interpreter and libraries too, but of the first process alone, ``processor_s`` all processes.
    """

    instance: str
    trips: int
    requests: int
    method: str
    seconds: float | None = None
    stages_s: dict[str, float] | None = None
    trace: list[tuple[float, int | None, int | None]] | None = None
    peak_mb: float | None = None
    before_mb: float | None = None
    mended: int = 0
    score: int | None = None
    served: int | None = None
    bound: int | None = None
    bound_scope: str | None = None
    faults: list[str] | None = None
    error: str | None = None
    processor_s: float | None = None
    pairs: int | None = None


def compile_kernels() -> None:
    """Let a process compile the engine's kernels, so that no run meets the compiler."""
    subprocess.run([sys.executable, "-c", _WARM], check=True, env=_environ())  # noqa: S603 - our own words


def run_method(method: str, path: Path, judge: Judge, limit_s: float | None, patience_s: float) -> Run:
    """Return one run of a method on the judge's instance; it is ended after ``patience_s``."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        answer = Path(folder) / "answer.json"
        command = [sys.executable, "-m", "loadtests.matchers.child", method, str(path.resolve()), str(answer)]
        command += [] if limit_s is None else [str(limit_s)]
        blank = _blank(method, path, judge)
        try:
            child = subprocess.run(  # noqa: S603 - our own module
                command, capture_output=True, text=True, check=False, timeout=patience_s, env=_environ()
            )
        except subprocess.TimeoutExpired:
            return blank(error=f"no plan after {patience_s:g} s")
        if child.returncode != 0 or not answer.exists():
            return blank(error=_reason(child))
        return _judged(json.loads(answer.read_text()), blank, judge)


def _blank(method: str, path: Path, judge: Judge) -> Callable[..., Run]:
    instance = judge.instance
    trips = len(instance.offers) + len(instance.requests)

    def make(**figures: Any) -> Run:
        return Run(instance=path.stem, trips=trips, requests=len(instance.requests), method=method, **figures)

    return make


def _judged(answer: dict[str, Any], blank: Callable[..., Run], judge: Judge) -> Run:
    plan, faults = judge.judge(answer.pop("plan"))
    served = sum(len(match.requests) for match in plan.matches)
    proven = blank().method in PROVEN  # others prove nothing: their bound is their score
    return blank(
        score=plan.score,
        served=served,
        bound=plan.bound if proven else None,
        bound_scope=plan.bound_scope if proven else None,
        faults=faults,
        **answer,
    )


def _reason(child: subprocess.CompletedProcess[str]) -> str:
    last = (child.stderr.strip() or "it wrote no plan").splitlines()[-1]
    if child.returncode < 0:
        return f"ended by {signal.Signals(-child.returncode).name}: {last}"
    return "out of memory" if "MemoryError" in last or "bad_alloc" in last else last


def _environ() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])}
