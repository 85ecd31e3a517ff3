"""What a second and a fourth matcher or deliverer add, over several markets, and whether anything comes out twice."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from loadtests.capacity.fleet import Fleet, Worker
from loadtests.capacity.owed import emit, make_endpoint, nothing_owed
from loadtests.capacity.people import post_morning
from loadtests.capacity.receiver import receiving
from loadtests.capacity.waiting import eventually
from loadtests.tables import Table
from service.model.batches import Batch
from service.model.events import log_owner
from service.model.partners import SCOPES, Caller, sandbox_market
from service.store import batches, keys
from service.store.events import read_outboxes
from service.usecases import partners
from service.usecases.context import Context

PROCESSES = (1, 2, 4)
MARKETS = 8
_NEVER_S = 86_400.0  # between scheduled batches: each market has one
_TIME_LIMIT_S = 20.0
_WITHIN_S = 300.0
_QUIET_SHARE = 0.05  # of a core: a process that takes less has come to rest


@dataclass(frozen=True, slots=True)
class Row:
    """So many processes of a role: what they got done together, in how long, and what came out more than once."""

    role: str
    processes: int
    done: int
    seconds: float
    role_cpu_s: float
    store_cpu_s: float
    expected: int
    distinct: int
    doubled: int


async def measure(
    directory: Path, *, processes: Sequence[int] = PROCESSES, markets: int = MARKETS, trips_each: int = 1500,
    events_each: int = 1500,
) -> dict[str, Any]:  # fmt: skip
    """Return the figures as a JSON document."""
    rows: list[Row] = []
    for count in processes:
        async with (
            Fleet(
                directory / f"{count}", batch_interval_s=_NEVER_S, batch_time_limit_s=_TIME_LIMIT_S, hold_s=3600
            ) as fleet,
            fleet.context() as context,
        ):
            rows.append(await _match(fleet, context, count, markets, trips_each))
            rows.append(await _deliver(fleet, context, count, markets, events_each))
    return {"rows": [asdict(row) for row in sorted(rows, key=lambda row: (row.role, row.processes))]}


async def _match(fleet: Fleet, context: Context, count: int, markets: int, trips_each: int) -> Row:
    """Give each market a morning, and let all of them be found at once."""
    callers = [await _sandbox(context) for _ in range(markets)]
    for seed, caller in enumerate(callers):
        await post_morning(context, caller, trips_each, seed)
    matchers = [await fleet.start("matcher") for _ in range(count)]
    await _at_rest(matchers)
    before, began = _cpu_s(fleet, matchers), time.perf_counter()
    await context.store.redis.sadd(keys.MARKETS, *map(_market, callers))

    async def all_matched() -> bool:
        return all([await _completed(context, caller) for caller in callers])

    await eventually(all_matched, _WITHIN_S)
    seconds, after = time.perf_counter() - began, _cpu_s(fleet, matchers)
    await asyncio.gather(*(matcher.stop() for matcher in matchers))
    proposed = Counter[tuple[str, str]]()
    expected = 0
    for caller in callers:
        expected += sum(batch.matches for batch in await _batches(context, caller))
        outbox = await read_outboxes(context.store, [_market(caller)], most=10 * trips_each, wait_ms=1)
        proposed.update((entry.fields["subject"], entry.fields["type"]) for entry in outbox)
    return Row(
        "matcher", count, markets * trips_each, seconds, after[0] - before[0], after[1] - before[1],
        expected, len(proposed), sum(times > 1 for times in proposed.values()),
    )  # fmt: skip


async def _deliver(fleet: Fleet, context: Context, count: int, markets: int, events_each: int) -> Row:
    """Put events into every market's outbox, each owed to an endpoint of its partner's."""
    assert context.cipher is not None  # noqa: S101 - the fleet has a key
    callers = [await _sandbox(context) for _ in range(markets)]
    async with receiving() as receiver:
        owners = [log_owner(_market(caller), caller.partner_id) for caller in callers]
        made = [await make_endpoint(context.store, context.cipher, owner, receiver.url) for owner in owners]
        for caller in callers:
            await emit(context.store, caller.partner_id, events_each, market=_market(caller))
        deliverers = [await fleet.start("deliverer") for _ in range(count)]
        await _at_rest(deliverers)
        before, began = _cpu_s(fleet, deliverers), time.perf_counter()
        await context.store.redis.sadd(keys.MARKETS, *map(_market, callers))
        expected = markets * events_each

        async def all_delivered() -> bool:
            return len(receiver.arrivals) >= expected and all(
                [
                    await nothing_owed(context.store, owner, [endpoint], _market(caller))
                    for owner, endpoint, caller in zip(owners, made, callers, strict=True)
                ]
            )

        await eventually(all_delivered, _WITHIN_S)
        seconds, after = time.perf_counter() - began, _cpu_s(fleet, deliverers)
        await asyncio.gather(*(deliverer.stop() for deliverer in deliverers))
        return Row(
            "deliverer", count, expected, seconds, after[0] - before[0], after[1] - before[1],
            expected, len(receiver.arrivals), receiver.doubled,
        )  # fmt: skip


async def _sandbox(context: Context) -> Caller:
    """Make a partner that calls into its sandbox; its market is not known to any process yet."""
    partner = await partners.create_partner(context, "bench")
    return Caller(partner.id, "", frozenset(SCOPES), sandbox=True)


async def _completed(context: Context, caller: Caller) -> bool:
    found = await _batches(context, caller)
    return bool(found) and all(batch.status == "completed" for batch in found)


async def _batches(context: Context, caller: Caller) -> list[Batch]:
    market = _market(caller)
    ids: list[str] = await context.store.read(lambda redis: redis.zrange(keys.BATCHES(keys.market_tag(market)), 0, -1))
    return [batch for batch in await batches.get_batches(context.store, market, ids) if batch is not None]


def _market(caller: Caller) -> str:
    return sandbox_market(caller.partner_id)


def _cpu_s(fleet: Fleet, workers: Sequence[Worker]) -> tuple[float, float]:
    return sum(worker.cpu_s for worker in workers), fleet.store_cpu_s


async def _at_rest(workers: Sequence[Worker]) -> None:
    """Wait until processes have started and, matchers, loaded their kernels: until they take hardly any time."""
    spent: list[float] = []

    async def quiet() -> bool:
        nonlocal spent
        before, spent = spent, [worker.cpu_s for worker in workers]
        return bool(before) and all(now - then < _QUIET_SHARE for then, now in zip(before, spent, strict=True))

    await eventually(quiet, _WITHIN_S, every_s=1.0)


def tables(document: dict[str, Any]) -> list[Table]:
    """Return the figures as tables."""
    rows = [Row(**row) for row in document["rows"]]
    heads = (
        "role", "processes", "done", "seconds", "a second", "times one process", "processor s of the role",
        "of the store", "ids expected", "ids seen", "seen twice",
    )  # fmt: skip
    one = {row.role: row.done / row.seconds for row in rows if row.processes == 1}
    lines = [
        (
            row.role, str(row.processes), f"{row.done:,} {'trips' if row.role == 'matcher' else 'deliveries'}",
            f"{row.seconds:.1f}", f"{row.done / row.seconds:,.0f}",
            f"{row.done / row.seconds / one[row.role]:.2f}" if row.role in one else "-",
            f"{row.role_cpu_s:.1f}", f"{row.store_cpu_s:.1f}", f"{row.expected:,}", f"{row.distinct:,}",
            f"{row.doubled:,}",
        )
        for row in rows
    ]  # fmt: skip
    return [Table("Several matchers and deliverers", heads, lines, frozenset({"role"}))]
