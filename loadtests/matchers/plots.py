"""Pictures of the figures; matplotlib comes with the ``bench`` extra."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from loadtests.matchers.figures import GROWTH_PERCENT, Row, gap_percent, gaps_of, growth_of
from loadtests.matchers.runs import Run

_LEAST_PERCENT = 1e-3  # a gap of nothing, on a logarithmic axis


def draw_plots(runs: Sequence[Run], rows: Sequence[Row], folder: Path) -> list[Path]:
    """Write the pictures that the figures suffice for, and return their files."""
    from matplotlib.figure import Figure

    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, draw in (("gap", _draw_gaps), ("methods", _draw_methods), ("growth", _draw_growth)):
        figure = Figure(figsize=(8, 4.5), dpi=110, layout="constrained")
        axes = figure.add_subplot()
        if draw(axes, runs, rows):
            axes.grid(visible=True, which="major", alpha=0.3)
            axes.legend(fontsize=8)
            path = folder / f"{name}.png"
            figure.savefig(path)
            written.append(path)
    return written


def _first_runs(runs: Sequence[Run]) -> list[Run]:
    """Return the engine's first good run of each instance."""
    found: dict[str, Run] = {}
    for run in runs:
        if run.method == "engine" and run.error is None:
            found.setdefault(run.instance, run)
    return list(found.values())


def _draw_gaps(axes: Any, runs: Sequence[Run], _: Sequence[Row]) -> bool:
    """Draw each instance's proven gap over time."""
    for run in _first_runs(runs):
        times, gaps = zip(*gaps_of(run), strict=True)
        axes.step(times, [max(gap, _LEAST_PERCENT) for gap in gaps], where="post", label=run.instance, linewidth=1.2)
    axes.set(xscale="log", yscale="log", xlabel="seconds", ylabel="proven gap, %", title="The engine's gap over time")
    return bool(_first_runs(runs))


def _draw_methods(axes: Any, runs: Sequence[Run], rows: Sequence[Row]) -> bool:
    """Draw how far each method's plan is from the bound, and after how long; lines show the engine on its way."""
    bounds = {run.instance: run.bound for run in _first_runs(runs)}
    for run in _first_runs(runs):
        bound = bounds[run.instance] or 0
        way = [(at, gap_percent(score, bound)) for at, score, _ in run.trace or [] if score]
        gaps = [max(gap, _LEAST_PERCENT) for _, gap in way]
        axes.step([at for at, _ in way], gaps, where="post", color="0.7", linewidth=0.8)
    known = [row for row in rows if row.gap_percent is not None]
    for number, method in enumerate(dict.fromkeys(row.method for row in known)):
        mine = [row for row in known if row.method == method]
        gaps = [max(row.gap_percent or 0.0, _LEAST_PERCENT) for row in mine]
        axes.scatter([row.seconds for row in mine], gaps, label=method, s=24, marker="osD^vP*Xph<>8"[number % 13])
    axes.set(xscale="log", yscale="log", xlabel="seconds", ylabel="score below the engine's bound, %")
    axes.set_title("Every method's plans: lower and to the left is better")
    return bool(known)


def _draw_growth(axes: Any, _: Sequence[Run], rows: Sequence[Row]) -> bool:
    """Draw how the time to a gap grows with the trips."""
    curves = [(gap, *curve) for gap in GROWTH_PERCENT for curve in growth_of(rows, gap).items()]
    for gap, family, growth in curves:
        trips, seconds = zip(*growth.points, strict=True)
        axes.plot(
            trips,
            seconds,
            "-o",
            markersize=4,
            linewidth=1,
            label=f"{family}, {gap:g} %: trips to the power {growth.exponent:.2f}",
        )
    axes.set(xscale="log", yscale="log", xlabel="trips", ylabel="seconds until the gap was proven", title="Growth")
    return bool(curves)
