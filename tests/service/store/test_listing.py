"""Pages over an index: complete, in order, and bounded in what one call reads."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from service.store.client import Store
from service.store.listing import Found, PageOf, read_page

pytestmark = pytest.mark.anyio
IDS = [f"req_{number:026d}" for number in range(12_000)]


async def indexes_of(store: Store) -> dict[str, str]:
    """Return the indexes of three markets that share the ids."""
    markets = {"main": "listing:0", "north": "listing:1", "south": "listing:2"}
    for number, index in enumerate(markets.values()):
        await store.redis.zadd(index, dict.fromkeys(IDS[number::3], 0))
    return markets


async def test_a_filter_that_keeps_little_is_walked_in_bounded_steps_to_its_end(store: Store) -> None:
    indexes, reads = await indexes_of(store), 0

    async def load(found: Sequence[Found]) -> list[str | None]:
        nonlocal reads
        reads += len(found)
        return [id_ for _, id_ in found]

    found: list[str] = []
    page = PageOf(limit=2)
    calls = 0
    while True:
        before = reads
        answer = await read_page(store, indexes, page, "request", load, lambda id_: id_.endswith("500"))
        assert reads - before <= 5500
        found += answer.items
        calls += 1
        if answer.next_cursor is None:
            break
        page = PageOf(limit=2, cursor=answer.next_cursor)
    assert found == [id_ for id_ in reversed(IDS) if id_.endswith("500")]
    assert calls < 12


async def test_without_a_filter_a_page_reads_what_it_shows_and_one_more(store: Store) -> None:
    indexes, reads = await indexes_of(store), 0

    async def load(found: Sequence[Found]) -> list[str | None]:
        nonlocal reads
        reads += len(found)
        return [id_ for _, id_ in found]

    answer = await read_page(store, indexes, PageOf(limit=50), "request", load)
    assert answer.items == IDS[:-51:-1]
    assert answer.next_cursor == IDS[-50]
    assert reads == 51


async def test_what_is_in_several_indexes_is_shown_once_and_loaded_from_where_it_is(store: Store) -> None:
    await store.redis.zadd("listing:0", dict.fromkeys(IDS[:4], 0))
    await store.redis.zadd("listing:1", dict.fromkeys(IDS[2:6], 0))

    async def load(found: Sequence[Found]) -> list[Found | None]:
        return list(found)

    answer = await read_page(store, {"main": "listing:0", "north": "listing:1"}, PageOf(limit=5), "request", load)
    assert [id_ for _, id_ in answer.items] == IDS[5:0:-1]
    assert {id_: market for market, id_ in answer.items} == {
        IDS[1]: "main", IDS[2]: "north", IDS[3]: "north", IDS[4]: "north", IDS[5]: "north",
    }  # fmt: skip
