"""The command line of `bench_matching.py`."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

from loadtests.matchers.instances import Drawing
from loadtests.matchers.methods import NAMES, ROUTING_LIMIT_S, is_installed, is_method


class Wanted(NamedTuple):
    """A method, and the most trips of the instances that it runs on."""

    name: str
    most_trips: int | None


class _Parser(argparse.ArgumentParser):
    """A parser whose files hold several words a line, and comments."""

    def convert_arg_line_to_args(self, arg_line: str) -> list[str]:
        return arg_line.partition("#")[0].split()


def parser_of(words: str | None) -> argparse.ArgumentParser:
    """Return the parser."""
    form = argparse.RawDescriptionHelpFormatter
    parser = _Parser(description=words, formatter_class=form, fromfile_prefix_chars="@")
    add = parser.add_argument
    add("instances", nargs="*", type=Path, help="instance files")
    add("--generate", nargs="+", default=[], type=_drawing, metavar="CITY:TRIPS:SEED[:rich]", help="drawn instances")
    add("--generator", type=Path, help="the program that draws them: takes TRIPS --seed N --city C [--rich]")
    add("--methods", nargs="+", type=_method, default=[Wanted("engine", None), Wanted("greedy", None)],
        metavar="METHOD[:MOST_TRIPS]", help=f"{NAMES}; e.g. vroom-3:1000 leaves larger instances out")  # fmt: skip
    add("--time-limit", nargs="+", default=[], type=_of_method(_seconds), metavar="[METHOD=]S",
        help=f"seconds for all methods or for one; routing takes {ROUTING_LIMIT_S:g}, others what they need. Greedy "
        "insertion knows no limit; VROOM looks at it now and then")  # fmt: skip
    add("--repeat", nargs="+", default=[], type=_of_method(_count), metavar="[METHOD=]N",
        help="runs for all methods or for one; medians are shown")  # fmt: skip
    add("--patience", type=_seconds, default=3600.0, metavar="S", help="a run is ended after this")
    add("--referee", type=Path, help="a program that takes an instance and a plan; exit 0 says that the plan is good")
    add("--json", type=Path, metavar="FILE", help="write all runs")
    add("--from", dest="earlier", nargs="+", default=[], type=Path, metavar="FILE", help="show runs of --json too")
    add("--history", type=Path, metavar="FILE",
        help="compare with what the file has of this machine, add a line for each row to it, and exit with 1 where the "
        "engine is slower, larger or worse")  # fmt: skip
    add("--plot", type=Path, metavar="DIR", help="draw pictures (needs matplotlib)")
    add("--markdown", metavar="PAGE", help="replace what follows a page's line of figures by them; - prints it")
    return parser


def check_options(parser: argparse.ArgumentParser, options: argparse.Namespace) -> None:
    """End the program with what to do where options don't go together."""
    if not (options.instances or options.generate or options.earlier):
        parser.error("name instance files, or --generate with --generator, or --from")
    if options.generate and not options.generator:
        parser.error("--generate needs --generator PATH, the program that draws instances")
    for path in (*options.instances, *options.earlier, *filter(None, [options.generator, options.referee])):
        if not path.is_file():
            parser.error(f"there is no file {path}")
    missing = [method.name for method in options.methods if not is_installed(method.name)]
    if options.plot and find_spec("matplotlib") is None:
        missing.append("--plot")
    if missing:
        parser.error(f"{', '.join(missing)}: install the bench extra, pip install '.[bench]'")


def value_for(method: str, values: list[tuple[str | None, float]], default: float | None) -> float | None:
    """Return the value of an option for a method: its own, else that for all."""
    found = dict(values)
    return found.get(method, found.get(None, default))


def _drawing(text: str) -> Drawing:
    try:
        return Drawing.parse(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not CITY:TRIPS:SEED or CITY:TRIPS:SEED:rich") from None


def _method(text: str) -> Wanted:
    name, _, most = text.partition(":")
    if not is_method(name):
        raise argparse.ArgumentTypeError(f"{name!r} is none of {NAMES}")
    return Wanted(name, _count(most) if most else None)


def _of_method(value: Callable[[str], float]) -> Callable[[str], tuple[str | None, float]]:
    def parse(text: str) -> tuple[str | None, float]:
        name, _, number = text.rpartition("=")
        if name and not is_method(name):
            raise argparse.ArgumentTypeError(f"{name!r} is none of {NAMES}")
        return name or None, value(number)

    return parse


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds < float("inf"):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of seconds above 0")
    return seconds


def _count(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number above 0")
    return int(text)
