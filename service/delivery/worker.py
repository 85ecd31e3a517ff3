"""Claims what is due, posts it, settles it: a lane per endpoint, so that none waits for another.

A claim is a lease: a worker that dies leaves deliveries that are due again when it ends. A worker that was only
paused finds at settling that its claim is no longer the newest; that event was then sent twice, under one id.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Collection, Sequence
from datetime import timedelta

import structlog

from service.clock import Clock, monotonic_s, to_ms
from service.delivery import metrics
from service.delivery.attempt import Outcome, Sender
from service.delivery.lanes import FIRST, Lane, Lanes, Ticket
from service.delivery.schedule import retry_after_s
from service.delivery.settling import Settler
from service.delivery.sign import signed_headers
from service.delivery.verdicts import judge, postpone
from service.errors import StoreUnavailable
from service.model.webhooks import Claimed
from service.secrets import Cipher, SecretUnreadable, webhook_secret_bytes
from service.settings import Settings
from service.store import deliveries, endpoints
from service.store.client import Store
from service.store.deliveries import Claims, Settled, Settlement, Wanted

PLACES = 512
_LOOK_S = 0.5  # how soon what others queued, and what is due again, is seen
_LOGS_A_LOOK_S = 0.001  # with many logs we look less often, so that looking never costs much
_LOGS_AT_ONCE = 100
_MOST_A_CLAIM = 64
_LONGEST_WAIT_S = 2.0  # behind others of its lane
_GRACE_S = 5.0  # a lease outlasts the longest attempt by this, for waiting and settling
_PAUSE_S = 60.0
_LONGEST_PAUSE_S = 60.0
_random = secrets.SystemRandom()
log = structlog.get_logger()


class Worker:
    """Delivers for all partners until it is told to stop."""

    def __init__(self, store: Store, settings: Settings, clock: Clock, cipher: Cipher, sender: Sender) -> None:
        self._store = store
        self._settings = settings
        self._clock = clock
        self._cipher = cipher
        self._sender = sender
        self.keep = timedelta(days=settings.retention_days)
        self._lease = timedelta(seconds=settings.webhook_timeout_s + _GRACE_S)
        self._settler = Settler(store, self.keep, patience_s=_GRACE_S)
        self._lanes = Lanes(PLACES)
        self._due: dict[str, None] = {}  # logs to look at now, in the order in which they were named
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

    async def _claim(self, stop: asyncio.Event) -> None:
        while self._due and self._lanes.free > 0 and not stop.is_set():
            owners = list(self._due)[:_LOGS_AT_ONCE]
            share = max(1, min(_MOST_A_CLAIM, self._lanes.free // len(owners)))
            owners = owners[: self._lanes.free]
            for owner in owners:
                del self._due[owner]
            now_s = monotonic_s()
            wanted = [Wanted(owner, share, FIRST, self._lanes.room(owner, now_s)) for owner in owners]
            for want, claims in zip(wanted, await self._claim_each(wanted), strict=True):
                self._start(claims.claimed)
                if len(claims.claimed) == share:
                    self._due[want.owner] = None  # cut off by the share, not by the lanes
                for endpoint in claims.broken:
                    log.error("endpoint_unreadable", endpoint=endpoint)

    async def _claim_each(self, wanted: Sequence[Wanted]) -> list[Claims]:
        try:
            return await deliveries.claim(self._store, wanted, self._clock.now(), self._lease, self.keep)
        except StoreUnavailable:
            raise
        except Exception:
            # What is broken in one log's keys must not stop the others.
            if len(wanted) > 1:
                return [claims for want in wanted for claims in await self._claim_each([want])]
            log.exception("log_unreadable", owner=wanted[0].owner)
            return [Claims([])]

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
            settled = await self._settler.settle(await self._attempt(claimed, lane))
        except Exception:  # a lane's failure is its own; the lease brings the delivery back
            log.exception("delivery_failed_here", endpoint=claimed.endpoint.id, delivery=claimed.delivery_id)
        finally:
            metrics.IN_FLIGHT.dec()
            self._lanes.leave(ticket)
            due = settled.next_due
            if settled.answer == "disabled" or (
                due is not None and due <= self._clock.now() and lane.under_way <= lane.holds // 2
            ):
                self.look_at([claimed.owner])
            elif self._due:
                self._wake.set()

    async def _attempt(self, claimed: Claimed, lane: Lane) -> Settlement:
        try:
            key = webhook_secret_bytes(self._cipher.open(claimed.endpoint.sealed_secret))
        except SecretUnreadable as error:
            log.error("secret_unreadable", endpoint=claimed.endpoint.id, error=str(error))
            lane.failed()
            return postpone(claimed, self._clock.now(), _PAUSE_S)
        claimed_s = monotonic_s()
        async with lane.gate:
            if monotonic_s() - claimed_s > _LONGEST_WAIT_S:
                return postpone(claimed, self._clock.now(), 0)  # those before it took long; its lease would not do
            at = self._clock.now()
            body = claimed.payload()
            headers = signed_headers(claimed.event_id, at, body, [key])
            outcome = await self._sender.post(claimed.endpoint.id, claimed.endpoint.url, headers, body)
        now = self._clock.now()
        asked_s = retry_after_s(outcome.retry_after, now)
        settlement = judge(claimed, outcome, at, now, asked_s, _random.random(), self._settings.webhook_retry_schedule)
        self._take_note(lane, settlement, outcome, asked_s)
        return settlement

    def _take_note(self, lane: Lane, settlement: Settlement, outcome: Outcome, asked_s: float | None) -> None:
        metrics.DELIVERIES.labels(settlement.verdict).inc()
        metrics.DELIVERY_SECONDS.observe(outcome.latency_ms / 1000)
        if settlement.verdict == "succeeded":
            lane.succeeded()
            metrics.EVENT_AGE_SECONDS.observe(max(0, to_ms(settlement.at) - settlement.claimed.logged_ms) / 1000)
            return
        lane.failed()
        if outcome.status in (429, 503) and asked_s:
            lane.paused_until_s = monotonic_s() + min(asked_s, _LONGEST_PAUSE_S)
        log.info(
            "delivery_not_taken", endpoint=settlement.claimed.endpoint.id, delivery=settlement.claimed.delivery_id,
            attempt=settlement.claimed.attempts + 1, status=outcome.status, error=outcome.error,
            latency_ms=outcome.latency_ms, verdict=settlement.verdict,
        )  # fmt: skip
