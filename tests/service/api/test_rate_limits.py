"""Calls are let in as fast as their key, or commuter, may make them, whichever process takes them."""

from __future__ import annotations

import asyncio
import re

import httpx
import pytest

from service.api.app import create_app
from service.store import limits
from service.store.limits import Bucket, Limits
from service.usecases import partners
from service.usecases.context import Context
from tests.conftest import FakeClock

pytestmark = pytest.mark.anyio
BUCKET = Bucket("par_1", "key_1", per_s=10)


async def let_in(context: Context, process: Limits, calls: int, bucket: Bucket = BUCKET) -> int:
    left = [await process.admit(context.store, bucket, context.clock.now()) for _ in range(calls)]
    return sum(not one.wait_s for one in left)


async def test_processes_together_let_in_what_one_bucket_holds(context: Context) -> None:
    processes = [Limits() for _ in range(4)]
    taken = await asyncio.gather(*(let_in(context, process, 60) for process in processes))
    assert sum(taken) == BUCKET.most == 100
    assert await let_in(context, Limits(), 10, Bucket("par_1", "key_2", per_s=10)) == 10


async def test_it_fills_again_evenly_and_never_beyond_its_brim(context: Context, clock: FakeClock) -> None:
    assert await let_in(context, Limits(), 101) == 100
    clock.move(seconds=0.5)
    assert await let_in(context, Limits(), 10) == 5
    clock.move(hours=1)
    assert await let_in(context, Limits(), 200) == 100
    clock.move(hours=-1)  # another machine's clock, behind this one's
    assert await let_in(context, Limits(), 10) == 0


async def test_many_calls_cost_few_round_trips(context: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    asked, call = [], context.store.call

    async def counted(name: str, *rest: object) -> object:
        asked.append(name)
        return await call(name, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(context.store, "call", counted)
    monkeypatch.setattr(limits, "monotonic_s", lambda: 0.0)  # however slow the machine, no call comes in meanwhile
    await let_in(context, context.limits, 100)
    refused = await let_in(context, context.limits, 100)
    assert (refused, asked) == (0, ["take_calls"] * 21)


async def test_who_calls_too_often_is_told_when_to_come_back(context: Context, clock: FakeClock) -> None:
    partner = await partners.create_partner(context, "acme")
    key = await partners.create_key(context, partner.id, calls_per_s=1)
    other = await partners.create_key(context, partner.id)
    transport = httpx.ASGITransport(create_app(context))
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:

        async def call(text: str = key.text) -> httpx.Response:
            return await client.get("/v1/offers", headers={"Authorization": f"Bearer {text}"})

        first = await call()
        assert (first.headers["ratelimit-policy"], first.headers["ratelimit"]) == (
            '"calls";q=10;w=10',
            '"calls";r=9;t=1',
        )
        assert [(await call()).status_code for _ in range(9)] == [200] * 9
        refused = await call()
        assert (refused.status_code, refused.json()["type"].rpartition("/")[2]) == (429, "rate-limited")
        assert (refused.headers["retry-after"], refused.headers["ratelimit"]) == ("1", '"calls";r=0;t=10')
        assert re.fullmatch('"calls";q=20000;w=10', (await call(other.text)).headers["ratelimit-policy"])
        assert (await client.get("/v1/offers")).headers.get("ratelimit") is None
        assert (await client.get("/healthz")).headers.get("ratelimit") is None
