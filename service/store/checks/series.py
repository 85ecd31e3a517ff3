"""Series: their records, and the indexes that they stand in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from service.model.series import Series
from service.store import keys
from service.store.checks.reading import Pass, found_in, judge, read_records
from service.store.series import FIELDS, series_of


async def check_records(on: Pass, tag: str, ids: Sequence[str]) -> None:
    """Judge series; a damaged record is written down, and nothing of it is touched."""
    sound = await read_records(
        on, "series records", ids, lambda pipe, id_: pipe.hmget(keys.SERIES(tag, id_), (*FIELDS, "commuter")),
        lambda _, row: _series(row),
    )  # fmt: skip
    await judge(on, "check_series", tag, [{"id": id_, "index": ""} for id_ in sound])


async def check_found(on: Pass, tag: str, index: str) -> None:
    """See that each series in an index belongs there."""
    async for places in found_in(on, "series", [index], "zset"):
        await judge(on, "check_series", tag, [{"id": id_, "index": name} for name, id_ in places], astray="series")


def _series(row: Any) -> Series | None:
    *record, commuter = row
    series = series_of(record)
    if series is not None and commuter != series.commuter_id:  # a copy from the document, for the functions
        raise ValueError("commuter")
    return series
