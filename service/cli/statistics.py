"""``carpool statistics``: what a market's dropped trips and matches came to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

import typer

from service.cli.connected import on_store
from service.cli.options import DataDir, Json, RedisUrl
from service.cli.output import show
from service.usecases import retention


def statistics(
    market: Annotated[str, typer.Argument(help="The market's name.")] = "main",
    data_dir: DataDir = None, redis_url: RedisUrl = None, json_: Json = False,
) -> None:  # fmt: skip
    """Show, by day, how trips and matches ended that were dropped since, and what the rides saved."""
    days = on_store(data_dir, redis_url, lambda context: retention.statistics(context, market))
    text = "\n".join(_line(day, counts) for day, counts in days.items())
    show(days, as_json=json_, text=text or "nothing has been dropped yet")


def _line(day: str, counts: Mapping[str, int]) -> str:
    return "  ".join([day, *(f"{name} {number:,}" for name, number in counts.items())])
