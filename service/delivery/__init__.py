"""The deliverer: the relay from the outboxes, the worker that posts, and the keeper that drops what is old."""

from __future__ import annotations

import asyncio

import structlog

from service.addresses import Resolver
from service.delivery.attempt import Sender
from service.delivery.courier import Courier
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
    courier = Courier(context.clock, context.cipher, sender, settings.webhook_retry_schedule)
    worker = Worker(context.store, settings, context.clock, courier)
    relay = Relay(context.store, context.clock, worker.keep, worker.look_at)
    keeper = Keeper(context)
    over = asyncio.Event()
    stopping = asyncio.create_task(stop.wait())
    working = asyncio.create_task(worker.run(over), name="worker")
    others = {
        asyncio.create_task(relay.run(over), name="relay"),
        asyncio.create_task(keeper.run(over), name="keeper"),
    }
    try:
        done, _ = await asyncio.wait({stopping, working, *others}, return_when=asyncio.FIRST_COMPLETED)
        for task in done - {stopping}:
            task.result()  # a fault, for they end only when told to; it ends the process, which starts afresh
    finally:
        over.set()
        for task in (stopping, *others):
            task.cancel()
        # Not cancelled: what it is claiming would be held up until its lease ends.
        await asyncio.gather(working, *others, return_exceptions=True)
        await worker.drain(_DRAIN_S)
        await sender.connections.close()
