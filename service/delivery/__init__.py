"""The deliverer: the relay from the outboxes, the worker that posts, and the keeper that drops what is old."""

from __future__ import annotations

import asyncio

import structlog

from service.addresses import Resolver
from service.delivery.attempt import Sender
from service.delivery.keeper import Keeper
from service.delivery.relay import Relay
from service.delivery.worker import Worker
from service.errors import SettingError
from service.usecases.context import Context

__all__ = ["run_deliverer"]
_DRAIN_S = 10.0
log = structlog.get_logger()


async def run_deliverer(context: Context, stop: asyncio.Event) -> None:
    """Relay and deliver until `stop` is set; deliveries under way then get a moment to finish. Raises SettingError."""
    settings = context.settings
    if context.cipher is None:
        raise SettingError("the deliverer signs webhooks: it needs CARPOOL_SECRET_KEY")
    sender = Sender(Resolver(), timeout_s=settings.webhook_timeout_s, allow_private=settings.allow_private_webhooks)
    worker = Worker(context.store, settings, context.clock, context.cipher, sender)
    relay = Relay(context.store, context.clock, worker.keep, worker.look_at)
    keeper = Keeper(context.store, context.clock, worker.keep)
    tasks = {asyncio.create_task(run, name=name) for name, run in (
        ("relay", relay.run()), ("keeper", keeper.run()), ("worker", worker.run(stop)),
    )}  # fmt: skip
    try:
        # The worker ends when told to; any other end is a fault, and ends the process so that it starts afresh.
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await worker.drain(_DRAIN_S)
        await sender.connections.close()
