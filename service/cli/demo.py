"""``carpool demo``: the whole service at its main job, on surveyed commuters' flows."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer


def demo(
    trips: Annotated[int, typer.Option(min=10, max=100_000, help="Commuters.")] = 2000,
    city: Annotated[Literal["toronto", "amsterdam"], typer.Option(help="Whose commuters.")] = "toronto",
    seed: Annotated[int, typer.Option(help="Seed of the draw.")] = 1,
    out: Annotated[Path, typer.Option(help="Where the map and the plan are written.")] = Path("carpool-demo"),
    keep: Annotated[bool, typer.Option("--keep", help="Keep serving afterwards.")] = False,
) -> None:
    """Start everything, post a morning's trips, match them, deliver and verify the webhooks, draw a map."""
    from service.demo.run import DemoOptions, run_demo

    raise typer.Exit(run_demo(DemoOptions(commuters=trips, city=city, seed=seed, out=out, keep=keep)))
