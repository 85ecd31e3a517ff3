"""What a process asks of the store in one turn of its loop goes together; nobody gets another's answer."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from itertools import chain
from pathlib import Path

import pytest

from loadtests.capacity.proxy import counting
from service.errors import StoreUnavailable
from service.store import keys
from service.store.client import Store
from service.store.embedded import EmbeddedStore
from service.store.together import Together

pytestmark = pytest.mark.anyio
LEASE = {"name": "jobs", "now_ms": "0", "until_ms": "1"}


class Doubler:
    """Answers each number with its double, a negative one with an error; keeps what came together."""

    def __init__(self) -> None:
        self.groups: list[list[int]] = []
        self.away = False

    async def run(self, numbers: Sequence[int]) -> list[int | ValueError]:
        self.groups.append(list(numbers))
        await asyncio.sleep(0)
        if self.away:
            raise ConnectionError("away")
        return [ValueError(number) if number < 0 else 2 * number for number in numbers]


async def test_what_is_ready_at_once_goes_together_and_each_gets_its_own_answer() -> None:
    doubler = Doubler()
    together = Together(doubler.run)
    assert await asyncio.gather(*map(together.ask, range(10))) == [2 * n for n in range(10)]
    assert await together.ask(7) == 14
    assert doubler.groups == [list(range(10)), [7]]


async def test_what_is_for_different_servers_goes_apart() -> None:
    doubler = Doubler()
    together = Together(doubler.run, lambda number: str(number % 2))
    assert await asyncio.gather(*map(together.ask, range(5))) == [0, 2, 4, 6, 8]
    assert doubler.groups == [[0, 2, 4], [1, 3]]


async def test_an_error_is_its_own_command_s_alone() -> None:
    good, bad = await asyncio.gather(*map(Together(Doubler().run).ask, (1, -1)))
    assert good == 2
    assert isinstance(bad, ValueError)


async def test_a_failure_of_the_whole_run_is_everybody_s() -> None:
    doubler = Doubler()
    doubler.away = True
    found = await asyncio.gather(*map(Together(doubler.run).ask, range(3)), return_exceptions=True)
    assert [type(error) for error in found] == [ConnectionError] * 3


async def test_who_leaves_disturbs_nobody() -> None:
    doubler = Doubler()
    together = Together(doubler.run)
    before, left, after = (asyncio.create_task(together.ask(n)) for n in range(3))
    await asyncio.sleep(0)
    left.cancel()
    assert [await before, await after] == [0, 4]
    with pytest.raises(asyncio.CancelledError):
        await left
    gone = asyncio.create_task(together.ask(9))
    await asyncio.sleep(0)
    await asyncio.sleep(0)  # it is under way
    gone.cancel()
    assert await together.ask(5) == 10


async def test_a_crowd_goes_in_groups_of_bounded_size() -> None:
    doubler = Doubler()
    await asyncio.gather(*map(Together(doubler.run).ask, range(300)))
    assert list(chain(*doubler.groups)) == list(range(300))
    assert max(map(len, doubler.groups)) <= 128


async def test_functions_called_at_once_are_one_round_trip(valkey: EmbeddedStore, store: Store, tmp_path: Path) -> None:
    async with counting(valkey.socket, tmp_path / "counted.sock") as trips:
        counted = Store(f"unix://{tmp_path / 'counted.sock'}")
        await counted.ready()
        before = trips.count
        argument = {**LEASE, "owner": "me"}
        answers = await asyncio.gather(
            *(counted.call("take_lease", keys.market_tag(f"m{n}"), argument) for n in range(20))
        )
        assert trips.count - before == 1
        assert len(answers) == 20
        await counted.close()


async def test_without_a_store_everybody_is_told(tmp_path: Path) -> None:
    nowhere = Store(f"unix://{tmp_path / 'none.sock'}")
    found = await asyncio.gather(*(nowhere.ready() for _ in range(3)), return_exceptions=True)
    assert [type(error) for error in found] == [StoreUnavailable] * 3
    await nowhere.close()
