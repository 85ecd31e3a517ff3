"""One batch of a market, run: with the market's solver, timed, told of in metrics, traces and logs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import structlog
from prometheus_client import Counter, Gauge, Histogram

from matching import Instance, Plan
from service import tracing
from service.clock import monotonic_s
from service.errors import StaleLease, StoreUnavailable
from service.model.batches import Batch
from service.processes import aside
from service.store.leases import Lease
from service.usecases import batches
from service.usecases.context import Context

Solve = Callable[[Instance, Callable[[], bool]], Plan]  # the second says whether to come to an end
BATCHES = Counter("carpool_batches", "Batches run", ["status"])
for _status in ("completed", "failed"):
    BATCHES.labels(_status)  # told of as 0 before there is one, as alerts need it
BATCH_SECONDS = Histogram("carpool_batch_seconds", "Time of a batch", buckets=(0.1, 0.3, 1, 3, 10, 30, 100, 300))
GAP = Gauge("carpool_batch_gap", "Gap of the last batch to its bound", multiprocess_mode="mostrecent")
MATCHED = Counter("carpool_matches_proposed", "Matches proposed")
RIDERS = Counter("carpool_riders_proposed", "Riders in matches proposed")
log = structlog.get_logger()


class BatchRuns:
    """Runs batches of markets whose leases are held; `ends` says whether to come to an end with the best plan so far.

    A market has a solver of its own, which may keep what it found for the next batch, for as long as its lease is held.
    """

    def __init__(self, new_solver: Callable[[], Solve], ends: Callable[[], bool]) -> None:
        self._new_solver = new_solver
        self._ends = ends
        self._solvers: dict[str, tuple[str, Solve]] = {}  # by market, with the token of its lease
        self._cleared: dict[str, str] = {}  # market to the token under which it was freed of abandoned batches
        self.last_s: dict[str, float] = {}
        """How long a market's last batch took."""

    def forget_solver(self, market: str) -> None:
        """Let go of what the solver of a market keeps: another has its lease."""
        self._solvers.pop(market, None)

    async def clear(self, context: Context, market: str, lease: Lease) -> None:
        """Let batches fail that another has left running, once while a lease is held."""
        if self._cleared.get(market) == lease.token:
            return
        for batch in await batches.fail_abandoned(context, market, lease):
            BATCHES.labels("failed").inc()
            log.error("batch_abandoned", batch=batch.id, market=market)
        self._cleared[market] = lease.token

    async def run(self, context: Context, lease: Lease, batch: Batch) -> Batch:
        """Run a batch and tell of it; one that fails is kept as failed. Raises StoreUnavailable, StaleLease."""
        with tracing.span("batch", batch=batch.id, market=batch.market) as span:
            done = await self._run_traced(context, lease, batch)
            span.set(outcome=done.status, offers=done.offers, requests=done.requests, matches=done.matches)
        return done

    async def _run_traced(self, context: Context, lease: Lease, batch: Batch) -> Batch:
        started_s = monotonic_s()
        try:
            done = await batches.run_batch(context, lease, batch, self._solver(lease, batch.market))
        except (StoreUnavailable, StaleLease):
            self._cleared.pop(batch.market, None)  # it may stand there as running
            raise
        except Exception as error:
            log.exception("batch_failed", batch=batch.id, market=batch.market)
            begun = replace(batch, version=batch.version + 1)
            detail = f"the matcher failed ({type(error).__name__}); the log has more"
            done = await batches.fail(context, lease, begun, detail)
        self.last_s[batch.market] = monotonic_s() - started_s
        _record(done, self.last_s[batch.market])
        return done

    def _solver(self, lease: Lease, market: str) -> batches.Solve:
        token, solve = self._solvers.get(market, (None, None))
        if solve is None or token != lease.token:  # or is of a lease that was lost meanwhile
            solve = self._new_solver()
            self._solvers[market] = lease.token, solve

        async def solve_aside(instance: Instance) -> Plan:
            # In a thread, so that leases are renewed while the solver works.
            return await aside(lambda: solve(instance, self._ends))

        return solve_aside


def _record(batch: Batch, seconds: float) -> None:
    BATCHES.labels(batch.status).inc()
    BATCH_SECONDS.observe(seconds)
    MATCHED.inc(batch.matches)
    RIDERS.inc(batch.riders)
    if batch.gap is not None:
        GAP.set(batch.gap)
    log.info(
        "batch", batch=batch.id, market=batch.market, status=batch.status, offers=batch.offers,
        requests=batch.requests, matches=batch.matches, riders=batch.riders, gap=batch.gap, s=round(seconds, 2),
    )  # fmt: skip
