"""Matches: their records, the indexes they stand in, the trips they hold."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from service.store import keys
from service.store.checks.reading import Pass, judge
from service.store.damaged import DAMAGE
from service.store.match_changes import index_argument
from service.store.matches import BESIDE, match_of


async def check_records(on: Pass, tag: str, ids: Sequence[str]) -> list[str]:
    """Judge matches; returns those that do not agree with their trips."""
    on.report.read("match records", len(ids))
    arguments = []
    for id_, argument in zip(ids, await _arguments(on, tag, ids), strict=True):
        if isinstance(argument, Exception):
            on.report.unreadable("match records", id_, argument)
        elif argument is not None:
            arguments.append({"id": id_, "match": argument, "index": ""})
    on.report.read("cars", len(arguments))
    return [id_ for id_, what in await judge(on, "check_match", tag, arguments) if what == "car"]


async def check_found(on: Pass, check: str, tag: str, places: Sequence[tuple[str, str]]) -> None:
    """Judge whether matches stand rightly in indexes, given as (index, id); a damaged record can not tell."""
    arguments = [
        {"id": id_, "match": argument, "index": index}
        for (index, id_), argument in zip(places, await _arguments(on, tag, [id_ for _, id_ in places]), strict=True)
        if not isinstance(argument, Exception)
    ]
    await judge(on, "check_match", tag, arguments, astray=check)


async def _arguments(on: Pass, tag: str, ids: Sequence[str]) -> list[dict[str, Any] | Exception | None]:
    def fill(pipe: Any) -> None:
        for id_ in ids:
            pipe.hmget(keys.MATCH(tag, id_), "status", "version", "trips", "invited", "doc", *BESIDE)

    rows = await on.store.pipeline(fill, each=True) if ids else []
    return [_argument(id_, row) for id_, row in zip(ids, rows, strict=True)]


def _argument(id_: str, row: Any) -> dict[str, Any] | Exception | None:
    try:
        if isinstance(row, Exception):
            return row
        match = match_of(*row[4:])
        if match is None:
            return KeyError("doc") if any(value is not None for value in row) else None
        argument = index_argument(match)
        trips = (",".join(argument["parties"]), ",".join(argument["invited"]))
        if (match.id, *row[:3], row[3] or "") != (id_, argument["status"], argument["version"], *trips):
            raise ValueError("status, version, trips or invited")
    except DAMAGE as error:
        return error
    return argument
