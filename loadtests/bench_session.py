"""The next batch from what the one before left, beside the same batch from nothing.

usage: python loadtests/bench_session.py INSTANCE.json OTHER.json [--changed SHARE] [--time-limit S] [--runs N]

The next batch is INSTANCE with a share of its offers and of its requests taken out, and as many of OTHER's put in.
Shown is the time until the plan is within a gap of the bound: processor seconds of one thread, medians of the runs.
The last line is for the smallest gap that the run from nothing came to within the limit, which both have.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from matching import Deadline, Instance, Plan, Progress, Session, check, instance_from_json, solve, warm_up

_GAPS_PERCENT = (2.0, 1.0, 0.5, 0.3, 0.2, 0.1, 0.0)
_NEVER = float("inf")


def main() -> None:
    """Run both ways, and print how long each took to each gap."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("instance", type=Path)
    parser.add_argument("other", type=Path)
    parser.add_argument("--changed", type=float, default=0.02, help="share of the trips that change")
    parser.add_argument("--time-limit", type=float, default=20.0, help="processor seconds of a run")
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    warm_up()
    before, other = (instance_from_json(json.loads(path.read_text())) for path in (options.instance, options.other))
    cold, warm = [], []
    for _ in range(options.runs):
        session = Session(before)
        session.solve(budget=Deadline(time.process_time, options.time_limit))
        change(session, other, options.changed)
        after = session.instance
        cold.append(traced(after, solve, options.time_limit))
        warm.append(traced(after, session.solve, options.time_limit))
    print(f"{options.instance.stem}, {options.changed:.0%} of the trips changed\n     gap    cold s   warm s   ratio")
    ends = [min(gap for _, gap in trace) for trace in cold]
    for gaps in [*([gap] * options.runs for gap in _GAPS_PERCENT), ends]:
        from_nothing, again = (median(map(reached, traces, gaps)) for traces in (cold, warm))
        ratio = f"{again / from_nothing:8.0%}" if again < _NEVER and from_nothing < _NEVER else "       -"
        print(f"{median(gaps):6.3f} % {from_nothing:8.3f} {again:8.3f} {ratio}")


def change(session: Session, other: Instance, share: float) -> None:
    """Replace a share of a session's trips by another instance's, under ids of their own."""
    offers, requests = session.instance.offers, session.instance.requests
    drivers, riders = (round(share * len(trips)) for trips in (offers, requests))
    come = (*other.offers[:drivers], *other.requests[:riders])
    session.update(
        [replace(trip, id=f"new-{trip.id}") for trip in come],
        [trip.id for trip in (*offers[:drivers], *requests[:riders])],
    )


Trace = list[tuple[float, float]]


def traced(instance: Instance, run: Callable[..., Plan], limit_s: float) -> Trace:
    """Return the gaps that a run showed, in percent of its score, each with the seconds until then."""
    start = time.process_time()
    score = 0
    trace: Trace = []

    def told(progress: Progress) -> None:
        nonlocal score
        score = max(score, progress.score or 0)
        if score and progress.bound is not None:
            trace.append((time.process_time() - start, 100 * (progress.bound - score) / score))

    plan = run(instance, Deadline(time.process_time, limit_s), progress=told)
    broken = check(instance, plan)
    if broken:
        raise SystemExit(f"the plan breaks rules: {broken}")
    return trace


def reached(trace: Trace, gap: float) -> float:
    """Return the seconds until a gap was shown."""
    return next((seconds for seconds, shown in trace if shown <= gap), _NEVER)


if __name__ == "__main__":
    main()
