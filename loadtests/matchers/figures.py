"""From runs to figures: medians, gaps, leads, times to a gap, and how these grow with the trips."""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median, median_low
from typing import NamedTuple

import numpy as np

from loadtests.matchers.runs import Run

GAPS_PERCENT = (10.0, 1.0, 0.5, 0.25, 0.1)
GROWTH_PERCENT = (10.0, 1.0)  # the first is what the largest instances come to within their limits


@dataclass(frozen=True)
class Row:
    """One method on one instance: medians of its runs. ``broken`` and ``mended`` are the worst of them."""

    instance: str
    trips: int
    requests: int
    method: str
    runs: int
    error: str | None = None
    score: int | None = None
    served: int | None = None
    gap_percent: float | None = None
    seconds: float | None = None
    stages_s: dict[str, float] | None = None
    peak_mb: float | None = None
    vs_greedy_percent: float | None = None
    vs_vroom_percent: float | None = None
    mended: int = 0
    broken: int = 0
    until_s: dict[float, float | None] | None = None
    engine_as_good_s: float | None = None
    pairs: int | None = None


def rows_of(runs: Sequence[Run]) -> list[Row]:
    """Return a row for each instance and method, in the order of the runs."""
    groups: dict[tuple[str, str], list[Run]] = defaultdict(list)
    for run in runs:
        groups[run.instance, run.method].append(run)
    by_instance: dict[str, dict[str, list[Run]]] = defaultdict(dict)
    for (instance, method), group in groups.items():
        by_instance[instance][method] = group
    return [_row(group, by_instance[instance]) for (instance, _), group in groups.items()]


def _row(group: list[Run], beside: dict[str, list[Run]]) -> Row:
    first = group[0]
    good = [run for run in group if run.error is None]
    if not good:
        return Row(first.instance, first.trips, first.requests, first.method, len(group), first.error)
    score = _score(good) or 0
    typical = next(run for run in good if run.score == score)
    engine = [run for run in beside.get("engine", []) if run.error is None]
    bound = min((run.bound for run in engine if run.bound is not None), default=None)
    vroom = max((_score(runs) or 0 for name, runs in beside.items() if name.startswith("vroom")), default=0)
    is_engine = first.method == "engine"
    return Row(
        first.instance,
        first.trips,
        first.requests,
        first.method,
        len(good),
        score=score,
        served=typical.served,
        gap_percent=None if bound is None else gap_percent(score, bound),
        seconds=median(run.seconds or 0.0 for run in good),
        stages_s=_median_stages(good),
        peak_mb=median(run.peak_mb or 0.0 for run in good),
        vs_greedy_percent=_lead(score, _score(beside.get("greedy", []))),
        vs_vroom_percent=_lead(score, vroom),
        mended=max(run.mended for run in good),
        broken=max(len(run.faults or []) for run in good),
        until_s=_median_until(good) if is_engine else None,
        engine_as_good_s=_finite(median(as_good_s(run, score) for run in engine)) if engine and not is_engine else None,
        pairs=typical.pairs,
    )


def _score(runs: Iterable[Run]) -> int | None:
    scores = [run.score for run in runs if run.score is not None]
    return median_low(scores) if scores else None


def _lead(score: int, other: int | None) -> float | None:
    return 100 * (score / other - 1) if other else None


def _median_stages(runs: list[Run]) -> dict[str, float]:
    names = {name: None for run in runs for name in run.stages_s or {}}
    return {name: median((run.stages_s or {}).get(name, 0.0) for run in runs) for name in names}


def _median_until(runs: list[Run]) -> dict[float, float | None]:
    return {gap: _finite(median(until_s(run, gap) for run in runs)) for gap in GAPS_PERCENT}


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def gap_percent(score: int, bound: int) -> float:
    """Return how much a plan may be short of the best one, in percent of its score."""
    return 100 * (bound - score) / score if score > 0 else math.inf if bound > 0 else 0.0


def gaps_of(run: Run) -> list[tuple[float, float]]:
    """Return (seconds, gap in percent) whenever a run's best score or bound changed, from its first plan on."""
    score, bound = -math.inf, math.inf
    gaps: list[tuple[float, float]] = []
    for at, new_score, new_bound in [*(run.trace or []), (run.seconds or 0.0, run.score, run.bound)]:
        score = max(score, -math.inf if new_score is None else new_score)
        bound = min(bound, math.inf if new_bound is None else new_bound)
        if math.isfinite(score) and math.isfinite(bound):
            gaps.append((at, gap_percent(int(score), int(bound))))
    return gaps


def until_s(run: Run, gap: float) -> float:
    """Return when a run's gap first was below ``gap`` percent; infinity where it never was."""
    return next((at for at, now in gaps_of(run) if now < gap), math.inf)


def as_good_s(run: Run, score: int) -> float:
    """Return when a run first had a plan of at least a score; infinity where it never had."""
    known = [*(run.trace or []), (run.seconds or 0.0, run.score, run.bound)]
    return next((at for at, now, _ in known if now is not None and now >= score), math.inf)


def family_of(instance: str) -> str:
    """Return what instances of different sizes and seeds have in common: their name without numbers."""
    return " ".join(part for part in re.split(r"[-_.\d]+", instance) if part)


class Growth(NamedTuple):
    """Of instances of a family: (trips, seconds to a gap), and the exponents of the trips that fit time and pairs."""

    points: list[tuple[int, float]]
    exponent: float
    pairs: list[tuple[int, int]]
    pairs_exponent: float | None


def growth_of(rows: Sequence[Row], gap: float) -> dict[str, Growth]:
    """Return the growth of each family that came to the gap at two sizes or more."""
    reached: dict[str, list[tuple[Row, float]]] = defaultdict(list)
    for row in rows:
        took = (row.until_s or {}).get(gap)
        if took is not None:
            reached[family_of(row.instance)].append((row, took))
    return {family: _growth(found) for family, found in reached.items() if len({row.trips for row, _ in found}) > 1}


def _growth(found: list[tuple[Row, float]]) -> Growth:
    points = sorted((row.trips, took) for row, took in found)
    pairs = sorted((row.trips, row.pairs) for row, _ in found if row.pairs)
    return Growth(points, _exponent(points), pairs, _exponent(pairs) if len(pairs) == len(points) else None)


def _exponent(points: Sequence[tuple[int, float]]) -> float:
    trips, values = np.log(np.array(points, np.float64)).T
    return float(np.polyfit(trips, values, 1)[0])
