"""Records that can not be read: counted, and taken out of the way of all others.

One bad record must cost nobody else anything. A list leaves it out; what works through ids takes it out of the sets
it works from. No event tells of it: the contract's event types are final, each with the resource it is about, and that
is what can not be read here. Log and metric tell the operator, and the record stays as it is for them to look at.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal, TypeVar

import structlog
from prometheus_client import Counter
from redis.exceptions import ResponseError

from service.errors import Damaged
from service.store import keys
from service.store.client import Store

Kind = Literal["trip", "match", "batch", "partner", "market", "series", "import"]
Row = TypeVar("Row")
Item = TypeVar("Item")

# What reading a record raises when it is not as it was written; ResponseError: its key is of another type.
DAMAGE = (ValueError, KeyError, TypeError, AttributeError, ResponseError)
SET_ASIDE = Counter("carpool_set_aside", "Times a record was found that can not be read", ["kind"])
for _kind in ("trip", "match", "batch", "partner"):
    SET_ASIDE.labels(_kind)  # told of as 0 before there is one, as alerts need it
log = structlog.get_logger()


def read_sound(
    kind: Kind, ids: Sequence[str], rows: Sequence[Row], parse: Callable[[Row], Item | None]
) -> tuple[list[Item | None], list[str]]:
    """Parse each row by itself: the items, None where there is none or it is damaged, and the damaged ones' ids."""
    items: list[Item | None] = []
    damaged: list[str] = []
    for id_, row in zip(ids, rows, strict=True):
        try:
            if isinstance(row, Exception):
                raise row
            items.append(parse(row))
        except DAMAGE:
            items.append(None)
            damaged.append(id_)
    if damaged:
        SET_ASIDE.labels(kind).inc(len(damaged))
    return items, damaged


def read_all(
    kind: Kind, ids: Sequence[str], rows: Sequence[Row], parse: Callable[[Row], Item | None]
) -> list[Item | None]:
    """Parse rows that are all needed, None for each that is not there. Raises Damaged."""
    items, damaged = read_sound(kind, ids, rows, parse)
    if damaged:
        raise Damaged(kind, damaged[0])
    return items


class Contradiction(Damaged):
    """A match and the trips it names do not agree: it can not be moved on."""

    def __init__(self, match_id: str) -> None:
        super().__init__("match", match_id)


async def set_aside(
    store: Store, market: str, kind: Literal["trip", "match", "batch"], id_: str, *, unless: str = ""
) -> None:
    """Take an id out of all that a matcher works through, in one step; its record stays as it is.

    The trips that a proposed match held are open again. Nothing happens to what is no longer worked through, nor,
    where `unless` is said, to what has that status by now or is not due any more.
    """
    argument = {"kind": kind, "id": id_, "unless": unless}
    answer = await store.call("set_aside_record", keys.market_tag(market), argument)
    if answer[0] == "ok":
        log.error(f"{kind}_set_aside", id=id_, market=market, freed=answer[1:])
