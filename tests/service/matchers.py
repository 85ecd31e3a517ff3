"""A matcher process's loop on a real store, and what it finds there."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import datetime, timedelta

from matching import Instance, Plan, solve
from service.batch_runs import Solve
from service.matcher import Matcher
from service.model.batches import Batch
from service.model.partners import Caller
from service.model.trips import OfferDraft, RequestDraft
from service.store import batches
from service.store.client import Store
from service.usecases.context import Context
from service.usecases.trips import post_trip
from tests.factories import offer_body, request_body


def matching(context: Context, run: Solve) -> AbstractAsyncContextManager[Matcher]:
    """Run a matcher of one engine for the length of a block."""
    return running(Matcher(context, lambda: run, lambda: None))


@asynccontextmanager
async def running(matcher: Matcher) -> AsyncIterator[Matcher]:
    """Run a matcher for the length of a block."""
    stop = asyncio.Event()
    task = asyncio.create_task(matcher.run(stop))
    try:
        yield matcher
    finally:
        stop.set()
        await asyncio.wait_for(task, 20)


def engine(instance: Instance, stopped: Callable[[], bool]) -> Plan:
    return solve(instance)


def breaks_once(call: int = 0) -> Solve:
    """Return an engine one of whose runs fails, the first unless another is named."""
    calls = itertools.count()

    def run(instance: Instance, stopped: Callable[[], bool]) -> Plan:
        if next(calls) == call:
            raise ArithmeticError("no")
        return solve(instance)

    return run


async def ask_for_batch(context: Context, digit: str = "0") -> str:
    """Ask for a batch of the market; return its id."""
    asked = Batch("bat_" + digit * 26, "main", "requested", context.clock.now())
    await batches.request_batch(context.store, asked, "par_x", None)
    return asked.id


async def last_tick(store: Store, market: str = "main") -> datetime | None:
    """Return when a matcher last looked after a market."""
    (tick,) = await batches.last_ticks(store, [market])
    return tick


async def is_looked_after(store: Store, market: str = "main") -> bool:
    """Say whether a matcher has looked after a market."""
    return await last_tick(store, market) is not None


async def offer_and_request(context: Context) -> None:
    """Post two trips of an hour from now that fit together."""
    leave = context.clock.now() + timedelta(hours=1)
    times = {"earliest_departure": leave, "latest_arrival": leave + timedelta(hours=1)}
    caller = Caller("par_x", "key_x", frozenset(), sandbox=False)
    drafts = (OfferDraft(**offer_body(**times)), RequestDraft(**request_body(**times)))
    for kind, draft in zip(("offer", "request"), drafts, strict=True):
        await post_trip(context, caller, kind, draft, lambda _: None)
