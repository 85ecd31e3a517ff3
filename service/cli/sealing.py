"""``carpool secrets``: how webhook secrets are kept."""

from __future__ import annotations

import asyncio

import typer

from service.cli.connected import store_at
from service.cli.options import DataDir, Json, RedisUrl
from service.cli.output import show
from service.secrets import KEY_FILE, secret_keys
from service.settings import Settings
from service.usecases import webhooks

secrets_app = typer.Typer(add_completion=False, rich_markup_mode=None, help="Webhook secrets, as the store keeps them.")


@secrets_app.callback()
def secrets() -> None:
    """Webhook secrets, as the store keeps them."""


@secrets_app.command("reseal")
def reseal(data_dir: DataDir = None, redis_url: RedisUrl = None, json_: Json = False) -> None:
    """Encrypt all webhook secrets with the newest key; exit 1 where some can be read with none of the keys."""
    with store_at(data_dir, redis_url) as settings:
        keys = secret_keys(settings, embedded=(settings.data_dir / KEY_FILE).exists())
        resealed, unreadable = asyncio.run(_reseal(settings.model_copy(update={"secret_key": keys})))
    text = f"{resealed} encrypted anew" + "".join(f"\n{id_} can not be read: no key fits" for id_ in unreadable)
    show({"resealed": resealed, "unreadable": unreadable}, as_json=json_, text=text)
    if unreadable:
        raise typer.Exit(1)


async def _reseal(settings: Settings) -> tuple[int, list[str]]:
    from service.wiring import opened

    async with opened(settings) as context:
        return await webhooks.reseal_secrets(context)
