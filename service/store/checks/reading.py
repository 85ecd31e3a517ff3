"""Indexes in windows, and the functions that judge what is in them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from redis.exceptions import ResponseError

from service.store import keys
from service.store.checks.report import Report
from service.store.client import Store
from service.store.damaged import DAMAGE
from service.store.parts import in_parts
from service.store.reading import windows

_AT_ONCE, _CALLS = 25, 20  # things a call, which blocks the server while it runs; calls a round trip
# Each kind of index with the check that it belongs to.
INDEXES = {
    keys.TRIPS: "by partner", keys.MATCHES: "by partner", keys.TRIPS_BY_COMMUTER: "by commuter",
    keys.MATCHES_BY_COMMUTER: "by commuter", keys.TRIPS_BY_STATUS: "by status", keys.MATCHES_BY_STATUS: "by status",
    keys.TRIPS_BY_EXTERNAL_ID: "by external id", keys.TRIPS_BY_SERIES: "by series", keys.OPEN: "open",
    keys.CARS: "agreed", keys.DECIDING: "deciding", keys.DUE: "due", keys.EITHER: "either", keys.RETURNS: "returns",
    keys.SET_ASIDE: "set aside", keys.MOVING: "moving",
}  # fmt: skip
# What the functions find, as the check it belongs to and in words.
_WORDS = {
    "by partner": ("by partner", "is not in the list of its partner"),
    "by commuter": ("by commuter", "is not in the list of its commuter"),
    "by status": ("by status", "is not in the list of its status"),
    "by external id": ("by external id", "is not in the list of its external id"),
    "by series": ("by series", "is not in the list of its series"),
    "deciding": ("deciding", "is open, and batches are not told from when on they match it"),
    "agreed": ("agreed", "is confirmed and not among the cars that may take more riders"),
    "open": ("open", "is open and not among what is matched"),
    "due": ("due", "is not due when its record says"),
    "either": ("either", "is in a car, and another trip or none is noted for its `either`"),
    "returns": ("returns", "is not noted as the way back of its way out"),
    "moving": ("moving", "is moving to another market and not among the moves that are finished"),
    "ended": ("ended", "has ended and is not among what is dropped in time"),
    "car": ("cars", "and the trip or match on the other side do not agree"),
    "set aside": ("set aside", "is set aside and can be read again"),
    "listed": ("batches", "is not in the list of batches"),
    "imports": ("imports", "is not in the list of imports"),
    "imports open": ("imports", "is not finished and not among what is posted"),
    "known": ("known", "is not in the list of endpoints"),
    "asked for": ("batches", "was asked for and is not queued"),
    "lane": ("lanes", "is not due when its queue says"),
    "queue": ("queues", "has a queue and no record"),
    "order": ("queues", "has an entry queued whose subject is not noted: later ones would overtake it"),
    "stuck": ("queues", "holds events back behind one that is not queued"),
    "outbox": ("outboxes", "gives its next events numbers that their log has passed: they would be lost"),
}


@dataclass(frozen=True, slots=True)
class Pass:
    """One pass over a store: whether what is wrong is mended, and where it is written down."""

    store: Store
    mend: bool
    now: datetime
    report: Report


async def found_in(on: Pass, check: str, names: Sequence[str], type_: str) -> AsyncIterator[list[tuple[str, str]]]:
    """Yield (index, id) of all that stand in these indexes, some at a time; keys of another type are written down."""
    on.report.read(check, len(names))
    found: list[tuple[str, str]] = []
    for name, window in zip(names, await windows(on.store, names, type_), strict=True):
        if window is None:
            on.report.found(check, "a key is of another type than it has to be")
            continue
        rows, cursor = window
        found += [(name, _id(row, type_)) for row in rows]
        while cursor:
            yield found
            ((rows, cursor),) = filter(None, await windows(on.store, [name], type_, cursor))
            found = [(name, _id(row, type_)) for row in rows]
    yield found


def _id(row: Any, type_: str) -> str:
    return str(row[0] if type_ == "zset" else row)


async def read_records(
    on: Pass, check: str, ids: Sequence[str], read: Callable[[Any, str], Any], parse: Callable[[str, Any], Any], *,
    label: str | None = None,
) -> dict[str, Any]:  # fmt: skip
    """Return what is parsed of each id and its row, where it is there and can be read.

    The rest is written down, by `label` or its id.
    """
    rows = await on.store.pipeline(lambda pipe: [read(pipe, id_) for id_ in ids], each=True)
    on.report.read(check, len(ids))
    sound = {}
    for id_, row in zip(ids, rows, strict=True):
        try:
            if isinstance(row, Exception):
                raise row
            item = parse(id_, row)
        except DAMAGE as error:
            on.report.unreadable(check, label or id_, error)
            continue
        if item is not None:
            sound[id_] = item
    return sound


async def judge(
    on: Pass, function: str, tag: str, things: Sequence[Mapping[str, Any]], *, astray: str = "", at_once: int = _AT_ONCE
) -> list[tuple[str, str]]:
    """Have things judged, `at_once` a call, and write down what is found; returns (id, what) of that.

    `astray`: the check that an id belongs to which is found where it should not be.
    """
    found: list[tuple[str, str]] = []
    for start in range(0, len(things), at_once * _CALLS):
        some = things[start : start + at_once * _CALLS]
        for thing, answer in zip(some, await _answers(on, function, tag, some, at_once), strict=True):
            id_ = str(thing["id"])
            if answer is None:
                on.report.found(astray or "cars", f"{id_} can not be judged: a key beside it is of another type")
                continue
            wrong, mended = answer
            found += [(id_, what) for what in wrong]
            for what in wrong:
                check, words = _WORDS.get(what, (astray, "stands where its record says it should not"))
                on.report.found(check, f"{id_} {words}", mended=what in mended)
    return found


async def _answers(
    on: Pass, function: str, tag: str, things: Sequence[Mapping[str, Any]], at_once: int
) -> list[tuple[list[str], list[str]] | None]:
    """Return what is found of each thing, None for one that can not be judged."""
    groups = in_parts(things, at_once)
    try:
        answers = await on.store.call_many(function, [(tag, {"things": group, "mend": on.mend}) for group in groups])
    except ResponseError as error:
        if "WRONGTYPE" not in str(error):
            raise
        if len(things) == 1:
            return [None]
        return [answer for thing in things for answer in await _answers(on, function, tag, [thing], 1)]
    return [tuple(answer) for of_group in answers for answer in of_group]
