"""The engine and greedy best insertion on the same instances, side by side, each plan judged.

usage: python loadtests/bench_matching.py INSTANCE.json … [--time-limit S] [--referee CHECK_PLAN.py] [--json]

Each plan is judged by the engine's own referee, and by another program where one is named. Times are wall-clock
seconds of one run; the engine's kernels are compiled before.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from loadtests.greedy import insert_greedily
from matching import Deadline, Instance, Plan, check, instance_from_json, plan_to_json, solve, warm_up


def main() -> None:
    """Run every method on every instance and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("instances", nargs="+", type=Path)
    parser.add_argument("--time-limit", type=float, help="seconds for the engine; without it, it ends by itself")
    parser.add_argument(
        "--referee", type=Path, help="a program that takes an instance and a plan; exit 0 is a good one"
    )
    parser.add_argument("--json", action="store_true", help="one JSON document instead of the table")
    options = parser.parse_args()
    warm_up()
    rows = [
        measure(path, name, method, options.referee)
        for path in options.instances
        for name, method in (("engine", engine(options.time_limit)), ("greedy", insert_greedily))
    ]
    print(json.dumps(rows, indent=1) if options.json else table(rows))
    sys.exit(any(row["broken"] for row in rows))


def engine(limit_s: float | None) -> Callable[[Instance], Plan]:
    """Return this engine with a thread per core."""

    def run(instance: Instance) -> Plan:
        with ThreadPoolExecutor(os.cpu_count()) as executor:
            budget = Deadline(time.monotonic, limit_s) if limit_s else None
            return solve(instance, budget, clock=time.monotonic, executor=executor)

    return run


def measure(path: Path, name: str, method: Callable[[Instance], Plan], referee: Path | None) -> dict[str, Any]:
    """Return the figures of one method on one instance."""
    instance = instance_from_json(json.loads(path.read_text()))
    start = time.perf_counter()
    plan = method(instance)
    took = time.perf_counter() - start
    faults = [fault for fault in check(instance, plan) if not fault.startswith("the bound")]
    return {
        "instance": path.stem,
        "method": name,
        "score": plan.score,
        "served": sum(len(match.requests) for match in plan.matches),
        "requests": len(instance.requests),
        "gap_percent": 100 * (plan.bound - plan.score) / max(1, plan.score) if name == "engine" else None,
        "seconds": took,
        "stages_s": plan.timing_s,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "broken": len(faults) + (0 if referee is None else judged(referee, path, plan)),
    }


def judged(referee: Path, path: Path, plan: Plan) -> int:
    """Return 0 if another program finds the plan good, else 1."""
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(plan_to_json(plan), file)
        file.flush()
        run = subprocess.run([sys.executable, referee, path, file.name], capture_output=True, check=False)  # noqa: S603 - named by the user
    return int(run.returncode != 0)


def table(rows: list[dict[str, Any]]) -> str:
    """Return the figures as a table for people, with the engine's lead over greedy insertion."""
    greedy = {row["instance"]: row for row in rows if row["method"] == "greedy"}
    lines = [
        f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}",
        f"{'instance':24} {'method':7} {'score':>11} {'served':>7} {'gap':>8} {'seconds':>8} {'vs greedy':>10} broken",
    ]
    for row in rows:
        lead = 100 * (row["score"] / greedy[row["instance"]]["score"] - 1)
        gap = "" if row["gap_percent"] is None else f"{row['gap_percent']:.3f} %"
        lines.append(
            f"{row['instance'][:24]:24} {row['method']:7} {row['score']:>11} {row['served']:>7} {gap:>8}"
            f" {row['seconds']:>8.2f} {lead:>+8.1f} % {row['broken']}"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    main()
