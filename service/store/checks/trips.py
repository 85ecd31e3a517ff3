"""Trips: their records, the indexes they stand in, the cars they say they are in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, get_args

from service.ids import is_id
from service.model.trips import Trip, TripStatus
from service.store import keys
from service.store.checks.reading import Pass, judge, read_records
from service.store.markets import read_markets
from service.store.trips import FIELDS, MOVED, trip_of

_DERIVED = ("commuter", "either", "external")  # copies from the body, for the functions


async def check_records(on: Pass, tag: str, ids: Sequence[str]) -> None:
    """Judge trips; a damaged record is written down, and nothing of it is touched."""
    sound = await read_records(
        on, "trip records", ids, lambda pipe, id_: pipe.hmget(keys.TRIP(tag, id_), (*FIELDS, *_DERIVED)), _trip
    )
    on.report.read("cars", len(sound))
    await judge(on, "check_trip", tag, [{"id": id_, "index": ""} for id_ in sound])
    await _check_moved(on, tag, [id_ for id_ in ids if id_ not in sound])
    await _check_home(on, tag, [id_ for id_, trip in sound.items() if trip.moving_to is None])


async def check_found(on: Pass, check: str, tag: str, places: Sequence[tuple[str, str]]) -> None:
    """Judge whether trips stand rightly in indexes, given as (index, id)."""
    await judge(on, "check_trip", tag, [{"id": id_, "index": index} for index, id_ in places], astray=check)


async def _check_moved(on: Pass, tag: str, ids: Sequence[str]) -> None:
    """See that trips are where they have moved to."""
    rows = await _where(on, [(tag, id_) for id_ in ids])
    moved = [(keys.market_tag(to), id_) for id_, (status, to) in zip(ids, rows, strict=True) if status == MOVED and to]
    on.report.read("moves", len(moved))
    for (there, id_), (status, _) in zip(moved, await _where(on, moved), strict=True):
        if status is None:
            on.report.found("moves", f"{id_} has moved to {keys.owner_of(there)} and is not there")


async def _check_home(on: Pass, tag: str, ids: Sequence[str]) -> None:
    """See that trips that are not in the market that their ids name have left that one."""
    _, markets = await read_markets(on.store)
    market = keys.owner_of(tag)
    homes = [(markets.of_id(id_)[0].name, id_) for id_ in ids] if markets.named(market) else []
    away = [(home, id_) for home, id_ in homes if home != market]
    on.report.read("moves", len(away))
    rows = await _where(on, [(keys.market_tag(home), id_) for home, id_ in away])
    for (home, id_), (status, to) in zip(away, rows, strict=True):
        if status is not None and to != market:
            on.report.found("moves", f"{id_} is in {market} and in {home}, too")


async def _where(on: Pass, found: Sequence[tuple[str, str]]) -> list[tuple[str | None, str | None]]:
    """Return the status of trips, given as (tag, id), and where they have moved to."""
    names = [keys.TRIP(tag, id_) for tag, id_ in found]
    rows = await on.store.pipeline(lambda pipe: [pipe.hmget(name, "status", "to") for name in names], each=True)
    return [(None, None) if isinstance(row, Exception) else (row[0], row[1]) for row in rows]


def _trip(id_: str, row: Any) -> Trip | None:
    trip = trip_of(row[: len(FIELDS)])
    if trip is None:
        if row[FIELDS.index("status")] == MOVED and row[FIELDS.index("to")]:
            return None
        if any(value is not None for value in row):
            raise KeyError("id")
        return None
    if trip.id != id_ or not is_id(id_, trip.kind) or trip.status not in get_args(TripStatus):
        raise ValueError("id, kind or status")
    draft = trip.draft
    if tuple(row[len(FIELDS) :]) != (draft.commuter_id, draft.either or "", draft.external_id or ""):
        raise ValueError("commuter, either or external id")
    return trip
