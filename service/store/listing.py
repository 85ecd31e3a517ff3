"""Pages over indexes of ids, one a market: newest first, stable while items are added, because ids sort by time."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Generic, TypeVar

from service.ids import first_id_at
from service.store.client import Store

Item = TypeVar("Item")
Found = tuple[str, str]  # a market (or other owner), and an id found in it
_WINDOW, _SCANNED = 500, 5000
_AT_A_TIME = 200


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
    indexes: Mapping[str, str],
    page: PageOf,
    id_kind: str,
    load: Callable[[Sequence[Found]], Awaitable[list[Item | None]]],
    keep: Callable[[Item], bool] = lambda _: True,
) -> Page[Item]:
    """Walk indexes from the newest id down until the page is full; `keep` drops what other filters exclude.

    `indexes`: by the market (or other owner) whose ids they hold; an id that is in several is shown once. A
    page may be short, with a cursor, where a filter keeps little of much: one call reads no more than `_SCANNED` ids.
    """
    lowest = "[" + first_id_at(id_kind, page.since) if page.since else "-"
    highest = f"({page.cursor}" if page.cursor else "+"
    found: list[tuple[str, Item]] = []
    last = page.cursor
    for window in _windows(page.limit):
        places = await _newest(store, indexes, lowest, highest, window)
        ids = [id_ for _, id_ in places]
        items = await load(places)
        found += [(id_, item) for id_, item in zip(ids, items, strict=True) if item is not None and keep(item)]
        if len(found) > page.limit:
            return Page([item for _, item in found[: page.limit]], found[page.limit - 1][0])
        if len(ids) < window:
            return Page([item for _, item in found], None)
        last = ids[-1]
        highest = f"({last}"
    return Page([item for _, item in found], last)


async def items_of(read: Callable[[PageOf], Awaitable[Page[Item]]]) -> AsyncIterator[Item]:
    """Yield what is on all pages of a list; no more than a page of it is held."""
    page = PageOf(limit=_AT_A_TIME)
    while True:
        found = await read(page)
        for item in found.items:
            yield item
        if found.next_cursor is None:
            return
        page = replace(page, cursor=found.next_cursor)


async def _newest(store: Store, indexes: Mapping[str, str], lowest: str, highest: str, most: int) -> list[Found]:
    """Return the newest ids of all indexes in a range, in one round trip."""

    def fill(pipe: Any) -> None:
        for index in indexes.values():
            pipe.zrange(index, highest, lowest, desc=True, bylex=True, offset=0, num=most)

    newest = await store.pipeline(fill) if indexes else []
    where = {id_: market for market, ids in zip(indexes, newest, strict=True) for id_ in ids}
    return [(where[id_], id_) for id_ in sorted(where, reverse=True)[:most]]


def _windows(limit: int) -> Iterator[int]:
    """Yield how many ids to read at a time: as many as the page has at first, then more, `_SCANNED` in all."""
    window, scanned = limit + 1, 0
    while scanned < _SCANNED:
        yield window
        scanned += window
        window = _WINDOW
