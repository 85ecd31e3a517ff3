"""What has changed in a market since somebody last looked: a stream of ids, which is cut at its old end.

Each change of the open trips is counted, and its entry carries the count. So whoever reads on sees by the counts
whether entries are missing, be it that they were cut off, or that a process of an earlier version made the changes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from service.ids import is_id
from service.store import keys
from service.store.client import Store

_AT_ONCE = 5000


@dataclass(frozen=True, slots=True)
class Mark:
    """A place in a market's stream of changes: the entry, and how many changes there had been by then."""

    entry: str
    count: int


async def newest(store: Store, market: str) -> Mark:
    """Return the newest place: what is read of the market from now on is not older."""
    tag = keys.market_tag(market)

    def fill(pipe: Any) -> None:
        pipe.get(keys.CHANGES(tag))  # in this order: changes that come between the two have entries
        pipe.xrevrange(keys.CHANGED(tag), count=1)

    count, rows = await store.pipeline(fill)
    entry, fields = rows[0] if rows else ("0-0", {"count": "0"})
    return Mark(entry, max(int(count or 0), int(fields["count"])))


async def since(store: Store, market: str, mark: Mark) -> tuple[set[str], Mark] | None:
    """Return the ids of what has changed since a place, and the place to go on from; None where entries are missing."""
    tag = keys.market_tag(market)
    changed: set[str] = set()
    while True:
        read_from = mark.entry

        def fill(pipe: Any, start: str = read_from) -> None:
            pipe.get(keys.CHANGES(tag))
            pipe.xrange(keys.CHANGED(tag), start, "+", count=_AT_ONCE)

        count, rows = await store.pipeline(fill)
        if read_from != "0-0":
            if not rows or rows[0][0] != read_from:
                return None
            rows = rows[1:]
        followed = _followed(mark, rows)
        if followed is None:
            return None
        mark = followed
        changed |= {fields["id"] for _, fields in rows}
        if len(rows) < _AT_ONCE - 1:
            return (changed, mark) if mark.count >= int(count or 0) else None


def _followed(mark: Mark, rows: Sequence[tuple[str, dict[str, str]]]) -> Mark | None:
    """Return the place behind these entries, None where the counts of trips among them skip one."""
    count = mark.count
    for _, fields in rows:
        if not is_id(fields["id"], "match"):
            count += 1
            if int(fields["count"]) != count:
                return None
    return Mark(rows[-1][0], count) if rows else mark
