"""The engine on instances cut into parts beside the same instances uncut: what the cuts cost, or bring.

    python loadtests/bench_parts.py @loadtests/parts.args --generator GENERATOR --referee REFEREE

The same limit holds for both. Parts are solved by a process for each core. `docs/performance.md` has its table, and
says what the words mean. Processor seconds tell the work where a machine does other things, too.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from loadtests.machine import describe_machine, told_of
from loadtests.matchers.instances import Drawing, draw
from loadtests.matchers.judge import Judge
from loadtests.matchers.methods import PROVEN
from loadtests.matchers.runs import Run, compile_kernels, run_method

_HEAD = ("instance", "", "limit s", "score", "served", "bound", "gap", "vs uncut", "seconds", "processor s", "broken")
_PATIENCE_S = 3600.0


def main() -> None:
    """Run both ways, and print the table; exit 1 where a plan breaks a rule or is missing."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, fromfile_prefix_chars="@"
    )
    parser.add_argument("drawings", nargs="+", metavar="CITY:TRIPS:SEED[:rich]=LIMIT_S")
    parser.add_argument("--generator", type=Path, required=True, help="draws instances: TRIPS --seed N --city C")
    parser.add_argument("--referee", type=Path, help="a program that takes an instance and a plan; exit 0: it is good")
    parser.add_argument("--repeat", type=int, default=1, help="runs of each; medians are shown")
    options = parser.parse_args()
    compile_kernels()
    print(told_of(describe_machine(["numpy", "numba", "ortools"])), end="\n\n")
    print(_line(_HEAD) + "\n" + _line(["---"] * 2 + ["---:"] * (len(_HEAD) - 2)), flush=True)
    good = True
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        for drawing in options.drawings:
            name, _, limit = drawing.rpartition("=")
            path = draw(Drawing.parse(name), options.generator, Path(folder))
            runs = list(_runs(path, Judge(path, options.referee), float(limit), options.repeat))
            good = good and not any(run.error or run.faults for run in runs)
            uncut = _middle([run for run in runs if run.method == "engine"])
            for method in PROVEN:
                print(_row(_middle([run for run in runs if run.method == method]), limit, uncut), flush=True)
    sys.exit(not good)


def _runs(path: Path, judge: Judge, limit_s: float, repeat: int) -> Iterator[Run]:
    for _ in range(repeat):
        for method in PROVEN:
            yield run_method(method, path, judge, limit_s, _PATIENCE_S)


def _middle(runs: list[Run]) -> Run:
    """Return the run of the median score, or one without a plan where there is one."""
    failed = [run for run in runs if run.error]
    half = median(run.score or 0 for run in runs)
    return failed[0] if failed else min(runs, key=lambda run: abs((run.score or 0) - half))


def _row(run: Run, limit: str, uncut: Run) -> str:
    name = "uncut" if run.method == "engine" else "cut"
    if not (run.score and run.bound and run.seconds and run.processor_s):
        return _line([run.instance, name, limit, run.error or "no plan", *[""] * 7])
    lead = f"{(run.score / uncut.score - 1):+.2%}" if uncut.score else "-"
    gap = f"{run.bound / run.score - 1:.3%}"
    figures = [f"{run.score:,}", f"{run.served:,}", f"{run.bound:,}", gap, lead, f"{run.seconds:.1f}"]
    return _line([run.instance, name, limit, *figures, f"{run.processor_s:.0f}", str(len(run.faults or []))])


def _line(cells: list[str] | tuple[str, ...]) -> str:
    return "| " + " | ".join(cells) + " |"


if __name__ == "__main__":
    main()
