"""The keeper of the retention, as a deliverer runs it; what it drops is told in the tests of the retention."""

from __future__ import annotations

import asyncio

import pytest

from service.delivery.keeper import Keeper
from service.usecases.context import Context

pytestmark = pytest.mark.anyio


async def test_it_ends_when_told_to_even_where_its_cancellation_is_lost(context: Context) -> None:
    over = asyncio.Event()
    running = asyncio.create_task(Keeper(context).run(over))
    await asyncio.sleep(0)  # it has begun
    over.set()
    await asyncio.wait_for(running, 60)
