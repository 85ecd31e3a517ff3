"""Pages over an index of ids: newest first, stable while items are added, because ids sort by time."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from service.ids import first_id_at
from service.store.client import Store

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Page(Generic[Item]):
    """Some items and, where there are more, the cursor that goes on behind them."""

    items: list[Item]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class PageOf:
    """Which page: at most `limit` items older than `cursor` and not older than `since`."""

    limit: int = 50
    cursor: str | None = None
    since: datetime | None = None


async def read_page(
    store: Store,
    index: str,
    page: PageOf,
    id_kind: str,
    load: Callable[[Sequence[str]], Awaitable[list[Item | None]]],
    keep: Callable[[Item], bool] = lambda _: True,
) -> Page[Item]:
    """Walk an index from the newest id down until the page is full; `keep` drops what other filters exclude."""
    lowest = "[" + first_id_at(id_kind, page.since) if page.since else "-"
    highest = f"({page.cursor}" if page.cursor else "+"
    found: list[tuple[str, Item]] = []
    while len(found) <= page.limit:
        window = page.limit + 1
        ids: list[str] = await store.read(
            lambda redis, high=highest, n=window: redis.zrange(  # type: ignore[misc]
                index, high, lowest, desc=True, bylex=True, offset=0, num=n
            )
        )
        items = await load(ids)
        found += [(id_, item) for id_, item in zip(ids, items, strict=True) if item is not None and keep(item)]
        if len(ids) < window:
            break
        highest = f"({ids[-1]}"
    more = len(found) > page.limit
    return Page([item for _, item in found[: page.limit]], found[page.limit - 1][0] if more else None)
