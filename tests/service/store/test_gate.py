"""A process asks the store for so much at once, and sheds load early where the store has become slow."""

from __future__ import annotations

import asyncio

import pytest

from service.errors import StoreUnavailable
from service.store.gate import Gate
from tests.service.making import eventually

pytestmark = pytest.mark.anyio


class Line:
    """Users of a gate who stay until they are let go."""

    def __init__(self, gate: Gate) -> None:
        self.gate = gate
        self.inside = 0
        self.most = 0
        self.go = asyncio.Event()

    async def use(self) -> None:
        async with self.gate.passing():
            self.inside += 1
            self.most = max(self.most, self.inside)
            await self.go.wait()
            self.inside -= 1

    async def full(self, inside: int) -> None:
        async def holds() -> bool:
            return self.inside == inside

        await eventually(holds)


async def test_no_more_than_so_many_pass_at_once_and_all_get_their_turn() -> None:
    line = Line(Gate(3))
    users = [asyncio.create_task(line.use()) for _ in range(20)]
    await line.full(3)
    line.go.set()
    await asyncio.gather(*users)
    assert line.most == 3


async def test_who_comes_while_the_line_stands_still_is_refused_at_once() -> None:
    line = Line(Gate(1, patience_s=0, longest_s=60))
    inside = asyncio.create_task(line.use())
    await line.full(1)
    waiting = asyncio.create_task(line.use())
    await asyncio.sleep(0)
    with pytest.raises(StoreUnavailable, match="too slow"):
        await line.use()
    line.go.set()
    await asyncio.gather(inside, waiting)  # who was in line before still gets through
    await line.use()  # and who comes later


async def test_nobody_waits_for_longer_than_the_longest() -> None:
    line = Line(Gate(1, longest_s=0.01))
    inside = asyncio.create_task(line.use())
    await line.full(1)
    with pytest.raises(StoreUnavailable, match="too slow"):
        await line.use()
    line.go.set()
    await inside


async def test_who_gives_up_waiting_leaves_no_place_behind() -> None:
    line = Line(Gate(1, patience_s=0))
    inside = asyncio.create_task(line.use())
    await line.full(1)
    waiting = asyncio.create_task(line.use())
    await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    line.go.set()
    await inside
    await asyncio.wait_for(line.use(), 5)
