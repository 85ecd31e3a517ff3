"""What of one instance still holds in the next: trips that stand in both, under their numbers in each.

A column and a feasible pair depend on their trips, on travel, boarding, the rider's value and the meeting points,
and on exclusions, bonuses and commitments of these trips. Whatever of this changed makes a trip a new one.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from matching.candidates import Known, Pairs
from matching.columns import Columns
from matching.jit import kernel
from matching.milp import F64
from matching.model import Instance, Offer, Request
from matching.rows import Rows
from matching.shared import Shared
from matching.tables import I64
from matching.workspace import HEAD

Trip = TypeVar("Trip", Offer, Request)


class Numbers(NamedTuple):
    """The new number of each old trip, or -1: ``offer`` (O,), ``request`` (R,)."""

    offer: I64
    request: I64


def same_names(old: Instance, new: Instance) -> Numbers:
    """Return where trips of the same id are, changed or not."""
    return Numbers(_where(old.offers, new.offers), _where(old.requests, new.requests))


def unchanged(old: Instance, new: Instance) -> Numbers:
    """Return where trips are of which nothing changed that a column or a pair depends on."""
    if not _same_world(old, new):
        return Numbers(np.full(len(old.offers), -1), np.full(len(old.requests), -1))
    # Of two trips one is enough: no column and no pair of both is left then.
    spoilt = {first for first, _ in old.excluded ^ new.excluded}
    if old.bonuses != new.bonuses:
        spoilt |= {offer for (offer, _), _ in old.bonuses.items() ^ new.bonuses.items()}
    spoilt |= {request for request, _ in _homes(old) ^ _homes(new)}
    return Numbers(_where(old.offers, new.offers, spoilt), _where(old.requests, new.requests, spoilt))


def carry_columns(to: Numbers, columns: Columns) -> Columns:
    """Return the columns of unchanged trips under their new numbers."""
    request = np.append(to.request, -1)  # the last is nobody, numbered -1
    riders = columns[:, HEAD:]
    offer, moved = to.offer[columns[:, 0]], request[riders]
    held = (offer >= 0) & np.all((moved >= 0) | (riders < 0), axis=1)
    carried: Columns = np.hstack([offer[:, None], columns[:, 1:HEAD], moved])[held]
    return carried


def carry_pairs(to: Numbers, pairs: Pairs, new: Instance) -> Known:
    """Return the feasible pairs of unchanged trips under their new numbers, and which trips are not among these."""
    rows = pairs.rows.copy()
    rows[:, 0], rows[:, 1] = to.offer[rows[:, 0]], to.request[rows[:, 1]]
    return Known(
        rows[(rows[:, 0] >= 0) & (rows[:, 1] >= 0)],
        new_ones(to.offer, len(new.offers)),
        new_ones(to.request, len(new.requests)),
    )


def new_ones(to: I64, size: int) -> NDArray[np.bool_]:
    """Say of each of ``size`` new trips whether no old one's number ``to`` leads there."""
    new = np.ones(size, np.bool_)
    new[to[to >= 0]] = False
    return new


def carry_shared(to: Numbers, pairs: Pairs, shared: Shared, new_pairs: Pairs, new_shared: Shared) -> None:
    """Write what is known of two riders in a car of unchanged trips into the memory of the next instance."""
    position = np.full(int(max(to.request.max(initial=-1), new_pairs.rows[:, 1].max(initial=-1))) + 1, -1)
    _carry_shared(to, pairs, shared, new_pairs, new_shared, position, np.full(pairs.most, -1))


@kernel
def _carry_shared(to: Any, pairs: Any, shared: Any, new_pairs: Any, new_shared: Any, position: Any, moved: Any) -> None:
    """``position``, ``moved`` are scratch: a request's number among the riders of the new car, and each old rider's."""
    for car in range(to.offer.shape[0]):
        new_car = to.offer[car]
        if new_car < 0:
            continue
        first, new_first = pairs.ptr[car], new_pairs.ptr[new_car]
        for n in range(new_shared.known[new_car]):
            position[new_pairs.rows[new_first + n, 1]] = n
        for n in range(shared.known[car]):
            rider = to.request[pairs.rows[first + n, 1]]
            moved[n] = -1 if rider < 0 else position[rider]
        at = shared.ptr[car]
        for b in range(shared.known[car]):
            for a in range(b):
                high, low = max(moved[a], moved[b]), min(moved[a], moved[b])
                if low >= 0:
                    new_shared.least_s[new_shared.ptr[new_car] + high * (high - 1) // 2 + low] = shared.least_s[at]
                at += 1
        for n in range(new_shared.known[new_car]):
            position[new_pairs.rows[new_first + n, 1]] = -1


def moved_cuts(to: Numbers, cuts: I64, offers: int) -> I64:
    """Return cuts under the numbers of their trips among so many ``offers``; -1 comes first, where one is gone.

    A cut holds whatever its trips are like, so it is enough that they are there.
    """
    trip = np.concatenate([to.offer, np.where(to.request >= 0, offers + to.request, -1)])
    return np.sort(trip[cuts], axis=1)


def carry_duals(to: Numbers, old: Instance, old_rows: Rows, dual: F64, new: Instance, rows: Rows, first: F64) -> F64:
    """Return duals of the new rows: those of trips, groups, cuts and returns of the same names, else ``first``."""
    carried = first.copy()
    for where, start, new_start in (
        (to.offer, 0, 0),
        (to.request, old_rows.offers, rows.offers),
        (_groups(old, old_rows, new, rows), old_rows.offers + old_rows.requests, rows.offers + rows.requests),
        (_cuts(to, old_rows, rows), old_rows.cut_rows.start, rows.cut_rows.start),
        (_returns(to, old_rows, rows), old_rows.size - len(old_rows.returns), rows.size - len(rows.returns)),
    ):
        held = np.flatnonzero(where >= 0)
        carried[new_start + where[held]] = dual[start + held]
    return carried


def _same_world(old: Instance, new: Instance) -> bool:
    return (old.travel, old.boarding_s, old.rider_value_s, old.meeting_points) == (
        new.travel,
        new.boarding_s,
        new.rider_value_s,
        new.meeting_points,
    )


def _homes(instance: Instance) -> set[tuple[str, str]]:
    return {(request, offer.id) for offer in instance.offers for request in offer.committed}


def _where(old: Sequence[Trip], new: Sequence[Trip], spoilt: set[str] | None = None) -> I64:
    """Return the new number of each old trip, or -1; with ``spoilt`` ids, of those that are equal and not spoilt."""
    number = {trip.id: n for n, trip in enumerate(new)}
    where = (number.get(trip.id, -1) for trip in old)
    if spoilt is not None:
        where = (
            -1 if n < 0 or trip.id in spoilt or (new[n] is not trip and new[n] != trip) else n
            for n, trip in zip(where, old, strict=True)
        )
    return np.fromiter(where, np.int64, len(old))


def _groups(old: Instance, old_rows: Rows, new: Instance, rows: Rows) -> I64:
    groups = [*rows.offer_group.tolist(), *rows.request_group.tolist()]
    number = {trip.either: group for trip, group in zip(new.trips, groups, strict=True)}
    where = np.full(old_rows.groups, -1)
    old_groups = [*old_rows.offer_group.tolist(), *old_rows.request_group.tolist()]
    for trip, group in zip(old.trips, old_groups, strict=True):
        if trip.either is not None:
            where[group] = number.get(trip.either, -1)
    return where


def _cuts(to: Numbers, old_rows: Rows, rows: Rows) -> I64:
    number = {tuple(cut): n for n, cut in enumerate(rows.cuts.tolist())}
    moved = moved_cuts(to, old_rows.cuts, rows.offers).tolist()
    return np.fromiter((number.get(tuple(cut), -1) for cut in moved), np.int64, len(moved))


def _returns(to: Numbers, old_rows: Rows, rows: Rows) -> I64:
    number = {tuple(pair): n for n, pair in enumerate(rows.returns.tolist())}
    pairs = to.request[old_rows.returns].reshape(-1, 2).tolist()
    return np.fromiter((number.get(tuple(pair), -1) for pair in pairs), np.int64, len(pairs))
