"""``carpool audit``: what was administered, and by whom."""

from __future__ import annotations

from typing import Annotated

import typer

from service.cli.connected import on_store
from service.cli.options import DataDir, Json, RedisUrl
from service.cli.output import show
from service.clock import rfc3339
from service.store.listing import PageOf
from service.usecases.audit import list_acts


def audit(
    partner: Annotated[str | None, typer.Option(help="Only what was done to this partner and its keys.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=500, help="How many, the newest.")] = 50,
    data_dir: DataDir = None, redis_url: RedisUrl = None, json_: Json = False,
) -> None:  # fmt: skip
    """Show who made and changed partners, keys and markets, newest first."""
    found = on_store(data_dir, redis_url, lambda context: list_acts(context, PageOf(limit), partner)).items
    text = "\n".join(f"{rfc3339(act.at)}  {act.by}  {act.what}  {act.target}" for act in found) or "nothing yet"
    show([act.document() for act in found], as_json=json_, text=text)
