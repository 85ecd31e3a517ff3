"""Trips: their records, the indexes they stand in, the cars they say they are in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, get_args

from service.ids import is_id
from service.model.trips import Trip, TripStatus
from service.store import keys
from service.store.checks.reading import Pass, judge, read_records
from service.store.trips import FIELDS, trip_of

_DERIVED = ("commuter", "either", "external")  # copies from the body, for the functions


async def check_records(on: Pass, tag: str, ids: Sequence[str]) -> None:
    """Judge trips; a damaged record is written down, and nothing of it is touched."""
    sound = await read_records(
        on, "trip records", ids, lambda pipe, id_: pipe.hmget(keys.TRIP(tag, id_), (*FIELDS, *_DERIVED)), _trip
    )
    on.report.read("cars", len(sound))
    await judge(on, "check_trip", tag, [{"id": id_, "index": ""} for id_ in sound])


async def check_found(on: Pass, check: str, tag: str, places: Sequence[tuple[str, str]]) -> None:
    """Judge whether trips stand rightly in indexes, given as (index, id)."""
    await judge(on, "check_trip", tag, [{"id": id_, "index": index} for index, id_ in places], astray=check)


def _trip(id_: str, row: Any) -> Trip | None:
    trip = trip_of(row[: len(FIELDS)])
    if trip is None:
        if any(value is not None for value in row):
            raise KeyError("id")
        return None
    if trip.id != id_ or not is_id(id_, trip.kind) or trip.status not in get_args(TripStatus):
        raise ValueError("id, kind or status")
    draft = trip.draft
    if tuple(row[len(FIELDS) :]) != (draft.commuter_id, draft.either or "", draft.external_id or ""):
        raise ValueError("commuter, either or external id")
    return trip
