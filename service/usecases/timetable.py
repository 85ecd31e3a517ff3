"""The times of an agreed car's stops, when somebody leaves it or is late; the order of its stops stays."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from service.model.matches import Call

Drive = Callable[[Call, Call], int]
"""Seconds from one stop to another."""


def without(
    stops: Sequence[Call], request_id: str, drive: Drive, boarding_s: int, *, departed: bool
) -> tuple[Call, ...]:
    """Return the stops of a car that one rider has left: all others' times are kept.

    The driver leaves as late, unless `departed`, and arrives as early as these allow.
    """
    kept = [stop for stop in stops if stop.request_id != request_id]
    if not departed:
        kept[0] = replace(kept[0], at=kept[1].at - timedelta(seconds=drive(kept[0], kept[1])))
    kept[-1] = replace(kept[-1], at=_reached(kept[-2], kept[-1], drive, boarding_s))
    return tuple(kept)


def delayed(stops: Sequence[Call], late: int, delay_s: int, drive: Drive, boarding_s: int) -> tuple[Call, ...]:
    """Return the stops of a car that is late at one of them: later ones move as far as no wait makes good for it."""
    moved = [*stops[:late], replace(stops[late], at=stops[late].at + timedelta(seconds=delay_s))]
    for stop in stops[late + 1 :]:
        moved.append(replace(stop, at=max(stop.at, _reached(moved[-1], stop, drive, boarding_s))))
    return tuple(moved)


def _reached(before: Call, stop: Call, drive: Drive, boarding_s: int) -> datetime:
    work_s = 0 if before.request_id is None else boarding_s
    return before.at + timedelta(seconds=work_s + drive(before, stop))
