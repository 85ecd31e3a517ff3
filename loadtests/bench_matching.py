"""The engine, VROOM, OR-Tools' routing and greedy insertion on the same instances, each plan judged.

    python loadtests/bench_matching.py INSTANCE.json … --methods engine greedy vroom-3 --repeat 3 --referee REFEREE.py

Words that start with @ name files with more words. Each run is a process of its own, one after the other; seconds
count from the instance in memory to the plan in memory, after imports and compiled kernels. `docs/performance.md` is
written by this program (--markdown), and says more.
"""

from __future__ import annotations

import json
import sys
import tempfile
from argparse import Namespace
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from loadtests.machine import describe_machine
from loadtests.matchers.figures import rows_of
from loadtests.matchers.history import append_history, compare, lines_of, read_history, table_of
from loadtests.matchers.instances import NotDrawn, draw
from loadtests.matchers.judge import Judge
from loadtests.matchers.options import check_options, parser_of, value_for
from loadtests.matchers.page import NoMark, check_page, figures_of, write_page
from loadtests.matchers.plots import draw_plots
from loadtests.matchers.runs import Run, compile_kernels, run_method
from loadtests.matchers.tables import tables_of
from loadtests.tables import as_text
from matching import MatchingError

_LIBRARIES = ("numpy", "numba", "ortools", "pyvroom")


def main() -> None:
    """Run what is asked for and show it; exit 1 where the engine has no sound plan or was better before."""
    parser = parser_of(__doc__)
    options = parser.parse_args()
    check_options(parser, options)
    machine = describe_machine(_LIBRARIES)
    try:
        if options.markdown and options.markdown != "-":
            check_page(Path(options.markdown))
        earlier = runs = earlier_runs(options.earlier, machine)
        if options.instances or options.generate:
            compile_kernels()
        for run in new_runs(options):
            runs = [*runs, run]
            report(run)
            if options.json:  # after each run: hours are not lost to the last one
                options.json.write_text(json.dumps({"machine": machine, "runs": [asdict(run) for run in runs]}))
    except (MatchingError, NotDrawn, NoMark, OtherMachine) as fault:
        parser.error(str(fault))
    show(runs, machine, options)
    has_regressed = bool(options.history) and remember(runs[len(earlier) :], machine, options)
    sys.exit(has_regressed or any(run.method == "engine" and (run.error or run.faults) for run in runs))


class OtherMachine(Exception):
    """Runs of different machines don't go into one table."""


def earlier_runs(paths: list[Path], machine: dict[str, str]) -> list[Run]:
    """Return the runs that files of ``--json`` hold."""
    runs = []
    for path in paths:
        document = json.loads(path.read_text())
        if document["machine"] != machine:
            raise OtherMachine(f"{path} was measured on {document['machine']}, this is {machine}")
        runs += [Run(**figures) for figures in document["runs"]]
    return runs


def new_runs(options: Namespace) -> Iterator[Run]:
    """Yield runs one by one; methods take turns, so that a busy minute of the machine does not hit one alone."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        drawn = (draw(drawing, options.generator, Path(folder)) for drawing in options.generate)
        for path in (*options.instances, *drawn):
            judge = Judge(path, options.referee)
            trips = len(judge.instance.offers) + len(judge.instance.requests)
            names = [name for name, most in options.methods if most is None or trips <= most]
            repeats = {name: int(value_for(name, options.repeat, 1) or 1) for name in names}
            for turn in range(max(repeats.values(), default=0)):
                for name in names:
                    if turn < repeats[name]:
                        limit_s = value_for(name, options.time_limit, None)
                        yield run_method(name, path, judge, limit_s, options.patience)


def report(run: Run) -> None:
    """Say how far the whole is, and each broken rule, on standard error."""
    said = run.error or f"{run.score:,} in {run.seconds:.2f} s"
    print(f"{run.instance} {run.method}: {said}", file=sys.stderr, flush=True)
    for fault in (run.faults or [])[:10]:
        print(f"  {fault}", file=sys.stderr)


def show(runs: list[Run], machine: dict[str, str], options: Namespace) -> None:
    """Print the tables, draw pictures and write the page, as far as asked for."""
    rows = rows_of(runs)
    tables = tables_of(rows)
    pictures = draw_plots(runs, rows, options.plot) if options.plot else []
    page = Path(options.markdown) if options.markdown and options.markdown != "-" else None
    figures = figures_of(machine, tables, pictures, page.parent if page else Path.cwd())
    if page:
        write_page(page, figures)
    if options.markdown == "-":
        print(figures, end="")
    else:
        print(", ".join(f"{name} {value}" for name, value in machine.items()))
        print("\n\n".join(map(as_text, tables)))


def remember(runs: list[Run], machine: dict[str, str], options: Namespace) -> bool:
    """Show how new runs stand to those before, add them to the history, and say whether the engine has become worse."""
    limits_s = {name: value_for(name, options.time_limit, None) for name, _ in options.methods}
    lines = lines_of(rows_of(runs), machine, limits_s)
    compared = compare(lines, read_history(options.history))
    if compared:
        print(f"\n{as_text(table_of(compared))}")
    append_history(options.history, lines)
    return any(one.faults for one in compared if one.line.method == "engine")


if __name__ == "__main__":
    main()
