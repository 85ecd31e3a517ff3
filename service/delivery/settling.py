"""Brings settlements to the store: many in one round trip, again and again while the store is away."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass
from datetime import timedelta

import structlog

from service.clock import monotonic_s
from service.errors import StoreUnavailable
from service.store import deliveries
from service.store.client import Store
from service.store.deliveries import Settled, Settlement

_AT_ONCE = 100
_PAUSE_S = 0.2
log = structlog.get_logger()


class Settler:
    """Settles for many lanes. What comes while a round trip is under way goes with the next one."""

    def __init__(self, store: Store, keep: timedelta, patience_s: float) -> None:
        """Keep trying a settlement for `patience_s`; its lease is over by then, and it is delivered again."""
        self._store = store
        self._keep = keep
        self._patience_s = patience_s
        self._waiting: deque[_Waiting] = deque()
        self._running: asyncio.Task[None] | None = None

    async def settle(self, settlement: Settlement) -> Settled:
        """Settle; a settlement that could not be brought to the store in time is answered as stale."""
        future: asyncio.Future[Settled] = asyncio.get_running_loop().create_future()
        self._waiting.append(_Waiting(settlement, monotonic_s() + self._patience_s, future))
        if self._running is None or self._running.done():
            self._running = asyncio.create_task(self._run())
        return await future

    async def _run(self) -> None:
        while self._waiting:
            await self._bring([self._waiting.popleft() for _ in range(min(_AT_ONCE, len(self._waiting)))])

    async def _bring(self, batch: list[_Waiting]) -> None:
        try:
            answers = await deliveries.settle(self._store, [item.settlement for item in batch], self._keep)
        except StoreUnavailable as error:
            log.warning("settling_waits", error=str(error), deliveries=len(batch))
            self._put_back(batch)
            await asyncio.sleep(_PAUSE_S)
        except Exception as error:  # noqa: BLE001 - what is broken in one lane's keys must not stop the others
            if len(batch) == 1:
                batch[0].fail(error)
                return
            for item in batch:
                await self._bring([item])
        else:
            for item, answer in zip(batch, answers, strict=True):
                item.answer(answer)

    def _put_back(self, batch: list[_Waiting]) -> None:
        now_s = monotonic_s()
        for item in reversed(batch):
            if item.until_s > now_s:
                self._waiting.appendleft(item)
            else:
                item.answer(Settled("stale", None))


@dataclass(frozen=True, slots=True)
class _Waiting:
    settlement: Settlement
    until_s: float
    future: asyncio.Future[Settled]

    def answer(self, settled: Settled) -> None:
        if not self.future.done():
            self.future.set_result(settled)

    def fail(self, error: Exception) -> None:
        if not self.future.done():
            self.future.set_exception(error)
