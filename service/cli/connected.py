"""The store that a command acts on: the one that is set, a running service's, or the directory's own."""

from __future__ import annotations

import asyncio
import getpass
import json
import os
from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from service import telemetry
from service.cli.options import settings_of
from service.settings import Settings
from service.store.embedded import EmbeddedStore, answers
from service.supervisor import SERVICE_FILE
from service.usecases.context import Context

Result = TypeVar("Result")


def on_store(data_dir: Path | None, redis_url: str | None, act: Callable[[Context], Awaitable[Result]]) -> Result:
    """Act on the store, once it is known to be of this version and to keep what it acknowledges."""
    with store_at(data_dir, redis_url) as settings:
        return asyncio.run(_act(settings, act))


@contextmanager
def store_at(data_dir: Path | None, redis_url: str | None) -> Iterator[Settings]:
    """Yield settings with the store that is set, else a running service's, else the directory's own, started for it."""
    settings = settings_of(data_dir=data_dir, redis_url=redis_url)
    telemetry.configure_logging(settings.log_level, "command")
    with ExitStack() as owned:
        url = settings.redis_url or running_url(settings)
        if url is None:
            url = owned.enter_context(EmbeddedStore(settings.data_dir)).url
        yield settings.model_copy(update={"redis_url": url})


async def _act(settings: Settings, act: Callable[[Context], Awaitable[Result]]) -> Result:
    from service.wiring import opened

    async with opened(settings, with_secrets=False) as context:
        return await act(replace(context, actor=f"cli:{_user()}"))


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a user id that has no name here
        return str(os.getuid())


def running_url(settings: Settings) -> str | None:
    """Return the store of the service that runs on the data directory, None where none does."""
    try:
        url = str(json.loads((settings.data_dir / SERVICE_FILE).read_text())["redis_url"])
    except (OSError, ValueError, KeyError):
        return None
    if not url.startswith("unix://"):
        return url  # a store of the operator's own: whether it answers is told when it is asked
    return url if answers(url) else None
