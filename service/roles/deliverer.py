"""The deliverer's process: events into their logs, and webhooks."""

from __future__ import annotations

from service.delivery import run_deliverer
from service.monitoring import monitored
from service.processes import until_stopped
from service.settings import Settings
from service.wiring import opened


async def serve_deliverer(settings: Settings) -> None:
    """Run the deliverer until SIGTERM."""
    async with opened(settings, migrate=True) as context, monitored(settings):
        await until_stopped(lambda stop: run_deliverer(context, stop))
