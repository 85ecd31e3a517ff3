"""Pages over an index: complete, in order, and bounded in what one call reads."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from service.store.client import Store
from service.store.listing import PageOf, read_page

pytestmark = pytest.mark.anyio
IDS = [f"req_{number:026d}" for number in range(12_000)]


async def index_of(store: Store) -> str:
    await store.redis.zadd("listing", dict.fromkeys(IDS, 0))
    return "listing"


async def test_a_filter_that_keeps_little_is_walked_in_bounded_steps_to_its_end(store: Store) -> None:
    index, reads = await index_of(store), 0

    async def load(ids: Sequence[str]) -> list[str | None]:
        nonlocal reads
        reads += len(ids)
        return list(ids)

    found: list[str] = []
    page = PageOf(limit=2)
    calls = 0
    while True:
        before = reads
        answer = await read_page(store, index, page, "request", load, lambda id_: id_.endswith("500"))
        assert reads - before <= 5500
        found += answer.items
        calls += 1
        if answer.next_cursor is None:
            break
        page = PageOf(limit=2, cursor=answer.next_cursor)
    assert found == [id_ for id_ in reversed(IDS) if id_.endswith("500")]
    assert calls < 12


async def test_without_a_filter_a_page_reads_what_it_shows_and_one_more(store: Store) -> None:
    index, reads = await index_of(store), 0

    async def load(ids: Sequence[str]) -> list[str | None]:
        nonlocal reads
        reads += len(ids)
        return list(ids)

    answer = await read_page(store, index, PageOf(limit=50), "request", load)
    assert answer.items == IDS[:-51:-1]
    assert answer.next_cursor == IDS[-50]
    assert reads == 51
