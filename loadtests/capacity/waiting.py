"""Waiting for what other processes do, and doing many things at once within a bound."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import TypeVar

Item = TypeVar("Item")
Found = TypeVar("Found")


async def eventually(holds: Callable[[], Awaitable[Found]], within_s: float, every_s: float = 0.05) -> Found:
    """Return the first true answer. Raises TimeoutError."""
    async with asyncio.timeout(within_s):
        while True:
            found = await holds()
            if found:
                return found
            await asyncio.sleep(every_s)


async def each(items: Iterable[Item], act: Callable[[Item], Awaitable[object]], at_once: int = 48) -> None:
    """Act on every item, so many at once."""
    left = iter(items)

    async def work() -> None:
        for item in left:
            await act(item)

    await asyncio.gather(*(work() for _ in range(at_once)))
