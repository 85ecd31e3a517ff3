"""The matcher process: hold a market's lease, wait for the tick, run batches, hand over at the end."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import structlog
from prometheus_client import Counter

from matching import Instance, Plan
from service.batch_runs import BatchRuns, Solve
from service.clock import monotonic_s, to_ms
from service.errors import StaleLease, StoreUnavailable
from service.holdings import Holdings
from service.model.batches import Batch
from service.model.markets import Market
from service.model.trips import kind_of
from service.processes import aside
from service.store import batches as store_batches
from service.store import certificates as store_certificates
from service.store import matches, trips
from service.store.damaged import set_aside
from service.store.leases import Lease
from service.usecases import batches, certificates, moves, occurrences
from service.usecases.context import Context, in_world
from service.usecases.places import market_of_worker

_RENEW_S = 5.0
_LAST_ROUND_S = 10.0  # what is under way at the end has this long
_PAUSE_S = 2.0  # before a market whose round failed is looked after again
_LOOK_S = 0.25  # how soon a batch that was asked for is seen, and what is due ends
ROUNDS_FAILED = Counter("carpool_market_rounds_failed", "Rounds over a market that failed for want of sound records")
log = structlog.get_logger()


class Matcher:
    """Looks after its share of the markets, one batch at a time."""

    def __init__(self, context: Context, new_solver: Callable[[], Solve], warm_up: Callable[[], None]) -> None:
        self._context = context
        self._new_solver = new_solver
        self._warm_up = warm_up
        self._warm = False
        self._stop = asyncio.Event()  # no new work
        self._runs = BatchRuns(new_solver, self._stop.is_set)
        self._over = asyncio.Event()  # and the last is done
        self._holdings = Holdings(context)
        self._paused_until_s: dict[str, float] = {}
        self._next_batch_s: dict[str, float] = {}
        self._matched_changes: dict[str, tuple[int, ...]] = {}
        self._ahead_ms: dict[str, int] = {}  # by sandbox, how far its time was moved on

    async def run(self, stop: asyncio.Event) -> None:
        """Work until `stop` is set; a batch under way takes its best plan so far, and leases are given back.

        A fault of the warm-up or of the renewal of leases is raised: without them there is no matching, and a
        process that ends is seen and started afresh.
        """
        working = asyncio.create_task(self._work(), name="rounds")
        others: set[asyncio.Task[Any]] = {
            asyncio.create_task(stop.wait(), name="stop"),
            asyncio.create_task(self._renew_leases(), name="leases"),
            asyncio.create_task(self._get_warm(), name="warm_up"),
        }
        under_way = {working, *others}
        try:
            while not stop.is_set():
                done, under_way = await asyncio.wait(under_way, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    _raise_fault(task)
        finally:
            # By flags first: a cancellation may be swallowed on the way, and a batch is better ended than cut off.
            self._stop.set()
            await asyncio.wait({working}, timeout=_LAST_ROUND_S)
            self._over.set()
            for task in (working, *others):
                task.cancel()
            await asyncio.gather(working, *others, return_exceptions=True)
            with suppress(StoreUnavailable):
                await self._holdings.give_back_all()

    async def _work(self) -> None:
        stop = self._stop
        while not stop.is_set():
            try:
                await self._round(stop)
            except StoreUnavailable as error:
                log.warning("matcher_waits", error=type(error).__name__)
                await _pause(stop, 1.0)
            await _pause(stop, _LOOK_S)

    async def _get_warm(self) -> None:
        log.info("engine_prepares")
        began_s = monotonic_s()
        await aside(self._warm_up)
        self._warm = True
        log.info("engine_ready", s=round(monotonic_s() - began_s, 1))

    async def _round(self, stop: asyncio.Event) -> None:
        markets = await trips.markets(self._context.store)
        for market in await self._holdings.in_order(markets, self._next_batch_s):
            if stop.is_set():
                return
            if monotonic_s() < self._paused_until_s.get(market, 0.0):
                continue
            try:
                lease = await self._holdings.take(market)
                if lease is not None:
                    await self._look_after(market, lease)
                else:
                    self._runs.forget_solver(market)
            except StoreUnavailable:
                raise
            except StaleLease as error:  # another looks after it by now, or a sandbox is being emptied
                log.warning("matcher_waits", error=type(error).__name__, market=market)
                self._paused_until_s[market] = monotonic_s() + _PAUSE_S
            except Exception:
                # One market's trouble is not the others'. It gets no tick, so that readiness tells of it.
                ROUNDS_FAILED.inc()
                log.exception("market_failed", market=market)
                self._paused_until_s[market] = monotonic_s() + _PAUSE_S
        await self._holdings.give_back_surplus(self._runs.last_s)

    async def _look_after(self, market: str, lease: Lease) -> None:
        context = await self._in_world(market)
        await self._runs.clear(context, market, lease)
        await moves.finish_left(context, market)
        await batches.expire_due(context, market)
        await occurrences.look_after_due(context, market)
        if self._warm:
            await self._run_requested(context, market, lease)
            await self._run_when_due(context, market, lease)
            await self._make_certificate(market, lease)
        elif await self._is_waited_for(market):
            return  # no tick: what people wait for does not happen yet
        await store_batches.mark_tick(context.store, market, self._context.clock.now())

    async def _in_world(self, market: str) -> Context:
        """Return the context with the market's time; where that was moved on, the next batch is due."""
        context = await in_world(self._context, market)
        if context.ahead_ms != self._ahead_ms.get(market, 0):
            self._ahead_ms[market] = context.ahead_ms
            self._next_batch_s.pop(market, None)
            self._matched_changes.pop(market, None)
        return context

    async def _run_requested(self, context: Context, market: str, lease: Lease) -> None:
        store = self._context.store
        for batch_id in await store_batches.requested_batches(store, market):
            if self._stop.is_set():
                return
            (asked,), damaged = await store_batches.read_each(store, market, [batch_id])
            if damaged:
                await set_aside(store, market, "batch", batch_id)
            elif asked is None:  # purged while it waited
                await store_batches.forget_request(store, market, batch_id)
            else:
                await self._runs.run(context, lease, asked)

    async def _run_when_due(self, context: Context, market: str, lease: Lease) -> None:
        now_s = monotonic_s()
        if now_s < self._next_batch_s.get(market, 0.0) or self._stop.is_set():
            return
        known = await market_of_worker(self._context, market)
        self._next_batch_s[market] = now_s + known.settings(self._context.settings).batch_interval_s
        changes = await self._changes(known)
        if changes == self._matched_changes.get(market):
            return
        if await self._run_scheduled(context, known, changes[0], lease):
            self._matched_changes[market] = changes

    async def _changes(self, market: Market) -> tuple[int, ...]:
        """Return numbers of which one grows when there may be something new to match; the first is the market's own."""
        store = self._context.store
        left = [await trips.seen_count(store, neighbour) for neighbour in market.neighbours]
        return await trips.change_count(store, market.name), *left

    async def _make_certificate(self, market: str, lease: Lease) -> None:
        """Make one coarse certificate that was asked for: not more, so that batches come in between."""
        asked = None if self._stop.is_set() else await store_certificates.take_asked(self._context.store, market)
        if asked is None:
            return
        solve = self._new_solver()  # the market's own keeps what it found for the next batch

        async def solve_aside(instance: Instance) -> Plan | None:
            plan = await aside(lambda: solve(instance, self._stop.is_set))
            return None if self._stop.is_set() else plan

        try:
            await certificates.make_coarse(self._context, market, lease, asked, solve_aside)
        except (StoreUnavailable, StaleLease):
            raise
        except Exception:
            log.exception("certificate_failed", batch=asked, market=market)
            await certificates.keep_coarse(self._context, market, lease, asked, None)

    async def _is_waited_for(self, market: str) -> bool:
        asked = await store_batches.requested_batches(self._context.store, market)
        return bool(asked) or await self._has_both_kinds(market)

    async def _has_both_kinds(self, market: str) -> bool:
        """Tell whether the market has any open trips or agreed cars, and with its neighbours' both cars and riders."""
        store, now_ms = self._context.store, to_ms(self._context.clock.now())
        ids = await trips.open_trip_ids(store, market)
        cars = await matches.cars_ahead(store, market, now_ms)
        if ids or cars:
            for neighbour in (await market_of_worker(self._context, market)).neighbours:
                ids += await trips.open_trip_ids(store, neighbour)
        kinds = {kind_of(id_) for id_ in ids}
        return "request" in kinds and ("offer" in kinds or bool(cars))

    async def _run_scheduled(self, context: Context, market: Market, changes: int, lease: Lease) -> bool:
        """Run a batch over what is open; tells whether there is nothing to do until something changes.

        `changes`: the market's count of them, read before.
        """
        if not await self._has_both_kinds(market.name):
            await trips.note_seen(self._context.store, market.name, changes)
            return True  # nobody to drive, or nobody to ride
        batch = Batch(context.new_id("batch", market.number), market.name, "requested", context.clock.now())
        done = await self._runs.run(context, lease, batch)
        return done.status == "completed" and done.withdrawn == 0  # cars withdrawn leave trips that may yet be matched

    async def _renew_leases(self) -> None:
        while not self._over.is_set():
            await self._holdings.renew(self._next_batch_s)
            await _pause(self._over, _RENEW_S)


def _raise_fault(task: asyncio.Task[Any]) -> None:
    try:
        task.result()
    except Exception:
        log.exception("matcher_ends", task=task.get_name())
        raise


async def _pause(stop: asyncio.Event, seconds: float) -> None:
    with suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), seconds)
