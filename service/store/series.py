"""Series in the store: each write of one compares its revision, and makes trips of its days in the same step."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, cast

import orjson

from service.clock import from_ms, to_ms
from service.model.series import Series, SeriesStatus, kept_parts
from service.model.trips import Kind, Trip
from service.store import keys
from service.store.client import Store
from service.store.damaged import read_all, read_sound
from service.store.erasures import ErasedSince, Fence, fence_argument
from service.store.fields import flat
from service.store.listing import Found, Page, PageOf, read_page
from service.store.once import Once, once_arguments, replayed
from service.store.trips import fields_of, made_by, outward_of

FIELDS = ("id", "kind", "partner", "status", "version", "revision", "created_ms", "due_ms", "doc")


class Moved(Exception):
    """A series is not as it was read, or a way out is in another market by now."""


async def put_series(
    store: Store, market: str, series: Series, due_ms: int, trips: Sequence[Trip], *, once: Once | None = None,
    fence: Fence | None = None,
) -> str | None:  # fmt: skip
    """Write a series of this revision with new trips of its days; `due_ms`: when it is to be looked at again.

    `fence`: of an import's line. Returns the first answer where the idempotency key of a new one was seen, else None.
    Raises KeyReused, Moved, ErasedSince.
    """
    fields = {
        "id": series.id, "kind": series.kind, "partner": series.partner_id, "commuter": series.commuter_id,
        "status": series.status, "version": str(series.version), "revision": str(series.revision),
        "created_ms": str(to_ms(series.created_at)), "due_ms": str(due_ms), "doc": series.record(),
    }  # fmt: skip
    answer = await store.call("put_series", keys.market_tag(market), {
        "id": series.id, "partner": series.partner_id,
        "was": str(series.revision - 1) if series.revision > 1 else "",
        "fields": [*flat(fields), *made_by(once)],
        "trips": [{"id": t.id, "outward": outward_of(t) or "", "fields": fields_of(t)} for t in trips],
        **once_arguments(once), **fence_argument(fence, market),
    })  # fmt: skip
    if answer[0] == "erased":
        raise ErasedSince
    if answer[0] == "moved":
        raise Moved
    return replayed(answer)


async def drop_series(store: Store, market: str, series: Series) -> None:
    """Drop a series, unless it has moved on since it was read."""
    await store.call("drop_series", keys.market_tag(market), {"id": series.id, "was": str(series.revision)})


async def get_series(store: Store, market: str, id_: str) -> Series | None:
    """Read a series, None where there is none. Raises Damaged."""
    return read_all("series", [id_], await _rows(store, [(market, id_)]), series_of)[0]


async def read_each(store: Store, market: str, ids: Sequence[str]) -> list[Series | None]:
    """Read series one by one, None for each that is missing or can not be read."""
    return read_sound("series", ids, await _rows(store, [(market, id_) for id_ in ids]), series_of)[0]


async def list_series(
    store: Store, markets: Sequence[str], partner_id: str, page: PageOf, *,
    status: SeriesStatus | None, commuter: str | None,
) -> Page[Series]:  # fmt: skip
    """Read a page of a partner's series; those that can not be read are left out."""
    if commuter is None:
        indexes = keys.in_markets(keys.SERIES_OF, markets, partner_id)
    else:
        indexes = keys.in_markets(keys.SERIES_BY_COMMUTER, markets, partner_id, commuter)

    async def load(found: Sequence[Found]) -> list[Series | None]:
        return read_sound("series", [id_ for _, id_ in found], await _rows(store, found), series_of)[0]

    return await read_page(store, indexes, page, "series", load, lambda series: status in (None, series.status))


async def due_ids(store: Store, market: str, now_ms: int, most: int) -> list[str]:
    """Return series of a market that are to be looked at by now, the most overdue first."""
    name = keys.SERIES_DUE(keys.market_tag(market))
    found: list[str] = await store.read(
        lambda redis: redis.zrange(name, "-inf", now_ms, byscore=True, offset=0, num=most)
    )
    return found


async def put_off(store: Store, market: str, id_: str, due_ms: int) -> None:
    """Look at a series later: one that can not be read would come first for ever."""
    tag = keys.market_tag(market)
    await store.write(tag, "ZADD", keys.SERIES_DUE(tag), "XX", due_ms, id_)


async def pools(store: Store, market: str, series_ids: Sequence[str]) -> dict[str, set[str]]:
    """Return, by drivers' series, the riders' series that have agreed to ride in their cars."""
    tag = keys.market_tag(market)

    def fill(pipe: Any) -> None:
        for id_ in series_ids:
            pipe.zrange(keys.POOL(tag, id_), 0, -1)

    rows = await store.pipeline(fill) if series_ids else []
    return {id_: set(row) for id_, row in zip(series_ids, rows, strict=True) if row}


async def _rows(store: Store, found: Sequence[Found]) -> list[list[str | None]]:
    def fill(pipe: Any) -> None:
        for market, id_ in found:
            pipe.hmget(keys.SERIES(keys.market_tag(market), id_), FIELDS)

    return await store.pipeline(fill, each=True) if found else []


def series_of(row: list[str | None]) -> Series | None:
    """Return the series of its record's `FIELDS`, None where there is none. Raises `damaged.DAMAGE`."""
    if row[0] is None:
        return None
    kept = dict(zip(FIELDS, cast("list[str]", row), strict=True))
    kind, doc = cast("Kind", kept["kind"]), orjson.loads(kept["doc"])
    return Series(
        id=kept["id"], kind=kind, partner_id=kept["partner"], status=cast("SeriesStatus", kept["status"]),
        version=int(kept["version"]), revision=int(kept["revision"]), created_at=from_ms(int(kept["created_ms"])),
        parts=kept_parts(kind, doc["parts"]), was=kept_parts(kind, doc["was"]),
        until=doc["until"] and date.fromisoformat(doc["until"]), through=date.fromisoformat(doc["through"]),
        made={date.fromisoformat(day): trip for day, trip in doc["made"].items()},
    )  # fmt: skip
