"""Claims what is due, has it delivered, settles it: a lane per endpoint, so that none waits for another.

A claim is a lease: a worker that dies leaves deliveries that are due again when it ends. A worker that was only
paused finds at settling that its claim is no longer the newest; that event was then sent twice, under one id.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from datetime import timedelta

import structlog

from service.clock import AheadClock, Clock, monotonic_s
from service.delivery import metrics
from service.delivery.courier import Courier
from service.delivery.lanes import FIRST, Lanes, Ticket
from service.delivery.settling import Settler
from service.errors import StoreUnavailable
from service.model.webhooks import Claimed
from service.settings import Settings
from service.store import deliveries, endpoints, worlds
from service.store.client import Store
from service.store.deliveries import Settled, Wanted

PLACES = 512
_LOOK_S = 0.5  # how soon what others queued, and what is due again, is seen
_LOGS_A_LOOK_S = 0.001  # with many logs we look less often, so that looking never costs much
_LOGS_AT_ONCE = 100
_MOST_A_CLAIM = 32  # attempts that begin before others are looked at again: each takes the processor for a while
_GRACE_S = 5.0  # a lease outlasts the longest attempt by this, for waiting and settling
log = structlog.get_logger()


class Worker:
    """Delivers for all partners until it is told to stop."""

    def __init__(self, store: Store, settings: Settings, clock: Clock, courier: Courier) -> None:
        self._store = store
        self._clock = clock
        self._courier = courier
        self.keep = settings.events_kept
        self._lease = timedelta(seconds=settings.webhook_timeout_s + _GRACE_S)
        self._settler = Settler(store, self.keep, patience_s=_GRACE_S)
        self._lanes = Lanes(PLACES)
        self._due: dict[str, None] = {}  # logs to look at now, in the order in which they were named
        self._ahead_ms: dict[str, int] = {}  # how far the logs of sandboxes were moved on
        self._wake = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()

    def look_at(self, owners: Collection[str]) -> None:
        """Look at these logs at once: something was queued there."""
        if owners:
            self._due.update(dict.fromkeys(owners))
            self._wake.set()

    async def run(self, stop: asyncio.Event) -> None:
        """Deliver until `stop` is set; what is under way then is left to `drain`."""
        stopping = asyncio.create_task(stop.wait())
        stopping.add_done_callback(lambda _: self._wake.set())
        look_again_s = 0.0
        try:
            while not stop.is_set():
                try:
                    if monotonic_s() >= look_again_s:
                        everyone = await endpoints.listeners(self._store)
                        await self._look_at_clocks(everyone)
                        self._due.update(dict.fromkeys(everyone))
                        self._lanes.forget_idle(monotonic_s())
                        look_again_s = monotonic_s() + max(_LOOK_S, len(everyone) * _LOGS_A_LOOK_S)
                    await self._claim(stop)
                except StoreUnavailable as error:
                    log.warning("worker_waits", error=str(error))
                    await asyncio.sleep(_LOOK_S)
                await self._rest(look_again_s)
        finally:
            stopping.cancel()

    async def drain(self, seconds: float) -> None:
        """Let what is under way finish; what does not in time is due again when its lease ends."""
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=seconds)
            for task in late:
                task.cancel()
            if late:
                await asyncio.wait(late, timeout=1.0)

    async def _rest(self, until_s: float) -> None:
        if self._due and self._lanes.free > 0:
            await asyncio.sleep(0)
            return
        self._wake.clear()
        try:
            async with asyncio.timeout(max(0.0, until_s - monotonic_s())):
                await self._wake.wait()
        except TimeoutError:
            pass

    async def _look_at_clocks(self, owners: Collection[str]) -> None:
        """Learn how far sandboxes were moved on; what was to wait for later there waits no longer."""
        was, self._ahead_ms = self._ahead_ms, await worlds.ahead_of_logs(self._store, owners)
        for owner, ahead_ms in self._ahead_ms.items():
            if ahead_ms != was.get(owner, 0):
                self._lanes.resume(owner)

    def _clock_of(self, owner: str) -> Clock:
        return AheadClock(self._clock, self._ahead_ms.get(owner, 0))

    async def _claim(self, stop: asyncio.Event) -> None:
        while self._due and self._lanes.free > 0 and not stop.is_set():
            owners = list(self._due)[:_LOGS_AT_ONCE]
            share = max(1, min(_MOST_A_CLAIM, self._lanes.free) // len(owners))
            owners = owners[: self._lanes.free]
            for owner in owners:
                del self._due[owner]
            now_s = monotonic_s()
            rooms = self._lanes.rooms(owners, now_s)
            wanted = [
                Wanted(owner, share, FIRST, room, self._ahead_ms.get(owner, 0))
                for owner, room in zip(owners, rooms, strict=True)
            ]
            found = await deliveries.claim(self._store, wanted, self._clock.now(), self._lease, self.keep)
            for want, claims in zip(wanted, found, strict=True):
                self._start(claims.claimed)
                if claims.fault is not None:
                    log.error("log_unreadable", owner=want.owner, error=str(claims.fault))
                if len(claims.claimed) == share:
                    self._due[want.owner] = None  # cut off by the share, not by the lanes
                for endpoint in claims.broken:
                    log.error("endpoint_unreadable", endpoint=endpoint)

    def _start(self, claimed: Sequence[Claimed]) -> None:
        for one in claimed:
            ticket = self._lanes.enter(one.owner, one.endpoint.id)
            task = asyncio.create_task(self._deliver(one, ticket))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _deliver(self, claimed: Claimed, ticket: Ticket) -> None:
        lane = ticket.lane
        metrics.IN_FLIGHT.inc()
        settled = Settled("stale", None)
        try:
            settlement = await self._courier.attempt(claimed, lane, self._clock_of(claimed.owner))
            settled = await self._settler.settle(settlement)
            if settled.answer == "disabled" and settlement.disable is not None:
                reason = settlement.disable.reason
                metrics.DISABLED.labels(reason).inc()
                log.warning("endpoint_disabled", endpoint=claimed.endpoint.id, reason=reason)
        except Exception:  # a lane's failure is its own; the lease brings the delivery back
            log.exception("delivery_failed_here", endpoint=claimed.endpoint.id, delivery=claimed.delivery_id)
        finally:
            metrics.IN_FLIGHT.dec()
            self._lanes.leave(ticket)
            due = settled.next_due
            if settled.answer == "disabled" or (
                due is not None and due <= self._clock_of(claimed.owner).now() and lane.under_way <= lane.holds // 2
            ):
                self.look_at([claimed.owner])
            elif self._due:
                self._wake.set()
