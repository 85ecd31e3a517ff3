"""A bound on what a process asks of the store at once. A store that has become slow sheds load early."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from service.clock import monotonic_s
from service.errors import StoreUnavailable

_SLOW = "the store is too slow for what is asked of it just now"


class Gate:
    """Lets `most` pass at once; others wait in line.

    While the first of the line has waited for longer than `patience_s`, who comes now would wait longer still, so it is
    refused at once, and nothing piles up (the idea of CoDel, RFC 8289: judge a queue by its delay, not its length).
    Nobody waits longer than `longest_s`.
    """

    def __init__(self, most: int, *, patience_s: float = 1.0, longest_s: float = 5.0) -> None:
        self._free = asyncio.Semaphore(most)
        self._line: dict[object, float] = {}  # since when; in the order of arrival
        self._patience_s = patience_s
        self._longest_s = longest_s

    @asynccontextmanager
    async def passing(self) -> AsyncIterator[None]:
        """Pass for the length of a block. Raises StoreUnavailable."""
        if self._free.locked():
            await self._wait()
        else:
            await self._free.acquire()
        try:
            yield
        finally:
            self._free.release()

    async def _wait(self) -> None:
        now_s = monotonic_s()
        if self._line and now_s - next(iter(self._line.values())) > self._patience_s:
            raise StoreUnavailable(_SLOW)
        place = object()
        self._line[place] = now_s
        try:
            async with asyncio.timeout(self._longest_s):
                await self._free.acquire()
        except TimeoutError:
            raise StoreUnavailable(_SLOW) from None
        finally:
            del self._line[place]
