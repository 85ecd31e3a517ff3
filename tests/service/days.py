"""A day in the life of a store, so that every index and queue has something in it; and people at work on it."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx

from service.usecases.context import Context
from tests.factories import corridor, offer_body, request_body
from tests.running import relayed, run_batch
from tests.service.api.rides import carrying, confirm, post, status, there_and_back


async def live_a_day(context: Context, caller: httpx.AsyncClient) -> None:
    """Post, match, answer, cancel, so that every index and queue has something in it."""
    url = {"url": "https://203.0.113.7/in"}
    assert (await caller.post("/v1/webhook-endpoints", json=url)).status_code == 201
    await there_and_back(caller)
    either = [await post(caller, kind, {**corridor(body(commuter_id="zoe"), 1), "either": "zoe:morning"})
              for kind, body in (("offer", offer_body), ("request", request_body))]  # fmt: skip
    await post(caller, "request", corridor(request_body(commuter_id="yan"), 1))  # apart: a car that can be agreed
    assert (await run_batch(context)).matches >= 2
    first = await carrying(caller, either[0] if (await status(caller, either[0])) == "proposed" else either[1])
    await confirm(caller, *({"id": trip_id} for trip_id in first["awaiting"]))
    gone = await post(caller, "request", request_body(commuter_id="al"))
    assert (await caller.delete(f"/v1/requests/{gone['id']}")).status_code == 200
    assert (await caller.post("/v1/batches")).status_code == 202
    await post(caller, "request", request_body(commuter_id="colon:ed", external_id="a:{b} %s"))
    await relayed(context)
    assert (await caller.delete(f"/v1/requests/{(await post(caller, 'request', request_body()))['id']}")).is_success


@asynccontextmanager
async def at_work(
    caller: httpx.AsyncClient, meanwhile: Callable[[], Awaitable[Any]] | None = None
) -> AsyncIterator[Counter[str]]:
    """Have four commuters post and cancel for the length of a block; yields how often each has.

    The first of them does what is to be done `meanwhile`, too.
    """
    over, done = asyncio.Event(), Counter[str]()

    async def work(name: str) -> None:
        while not over.is_set():
            trip = await post(caller, "request", request_body(commuter_id=name))
            await caller.delete(f"/v1/requests/{trip['id']}")
            if name == "w0" and meanwhile is not None:
                await meanwhile()
            done[name] += 1

    working = [asyncio.create_task(work(f"w{n}")) for n in range(4)]
    try:
        yield done
    finally:
        over.set()
        await asyncio.gather(*working)
