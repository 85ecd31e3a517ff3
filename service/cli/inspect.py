"""``carpool openapi``, ``carpool lifecycle`` and ``carpool check``."""

from __future__ import annotations

import asyncio
import json
from typing import Annotated

import typer

from service.cli.options import DataDir, Json, RedisUrl, settings_of
from service.cli.output import show
from service.settings import Settings


def openapi(as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of YAML.")] = False) -> None:
    """Print the API's OpenAPI document."""
    import yaml

    from service.roles.api import application

    document = application(Settings()).openapi()
    print(json.dumps(document) if as_json else yaml.safe_dump(document, sort_keys=False, allow_unicode=True), end="")


def lifecycle() -> None:
    """Print the table of all transitions of trips and matches, as a page in Markdown."""
    from service.model.lifecycle import page

    print(page(), end="")


def check_setup(data_dir: DataDir = None, redis_url: RedisUrl = None, json_: Json = False) -> None:
    """Check the configuration and, where one is given, the store."""
    settings = settings_of(data_dir=data_dir, redis_url=redis_url)
    found = {"settings": "ok", "store": "embedded, started by carpool serve"}
    if settings.redis_url is not None:
        found["store"] = asyncio.run(_check_store(settings))
    show(found, as_json=json_, text="\n".join(f"{name}: {state}" for name, state in found.items()))


async def _check_store(settings: Settings) -> str:
    from service.wiring import opened

    async with opened(settings):
        return "ok: it answers, keeps what it acknowledges, and has the functions"
