"""The rows of the master problem: what at most one car may use, and what goes together.

Each offer and each request is in at most one car, of the trips that share an ``either`` at most one is in a car, a
return is in a car exactly when its outward trip is, and an offer with commitments has exactly one car.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from matching.cuts import NO_CUTS, held_twice
from matching.join import equal_pairs
from matching.milp import F64
from matching.model import Instance
from matching.tables import I64, O_COMMITTED, O_COMMITTED_END, O_EITHER, R_EITHER, Tables
from matching.workspace import HEAD


class Entries(NamedTuple):
    """Places of a sparse matrix: ``value`` at (``row``, ``column``)."""

    row: I64
    column: I64
    value: F64


class Rows(NamedTuple):
    """Rows in the order offers, requests, eithers, cuts, returns, with their limits.

    ``returns`` (n, 2): a request and the one whose return it is. ``must_drive`` (O,): has commitments. ``cuts`` (n, 3):
    the trips of each cut, offers first.
    """

    offers: int
    requests: int
    offer_group: I64
    request_group: I64
    groups: int
    returns: I64
    must_drive: NDArray[np.bool_]
    cuts: I64 = NO_CUTS

    @property
    def size(self) -> int:
        """The number of rows."""
        return self.offers + self.requests + self.groups + len(self.cuts) + len(self.returns)

    @property
    def cut_rows(self) -> slice:
        """Where the rows of the cuts are."""
        end = self.size - len(self.returns)
        return slice(end - len(self.cuts), end)

    def split(self, dual: F64) -> tuple[F64, F64, F64, F64, F64]:
        """Return what of ``dual`` (rows,) belongs to offers, requests, eithers, cuts and returns."""
        ends = np.cumsum([self.offers, self.requests, self.groups, len(self.cuts)])
        offer, request, group, cut, back = np.split(dual, ends)
        return offer, request, group, cut, back

    @property
    def linked_requests(self) -> NDArray[np.bool_]:
        """Say of each request, shape (R,), whether it has a return or is one."""
        linked = np.zeros(self.requests, np.bool_)
        linked[self.returns.reshape(-1)] = True
        return linked

    def linked(self, columns: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Say of each column whether a rider of it has a return or is one."""
        linked = np.append(self.linked_requests, False)  # the last is nobody, numbered -1
        return np.asarray(linked[columns[:, HEAD:]].any(axis=1), np.bool_)

    def limits(self) -> tuple[F64, F64]:
        """Return the least and most that each row may come to."""
        low, high = np.full(self.size, -np.inf), np.ones(self.size)
        low[: self.offers][self.must_drive] = 1.0
        together = self.size - len(self.returns)
        low[together:] = high[together:] = 0.0
        return low, high

    def hold(self, columns: NDArray[np.int64]) -> bool:
        """Say whether the columns together keep all limits but those of cars that must drive."""
        entries = self.entries(columns)
        activity = np.bincount(entries.row, entries.value, self.size)
        together = self.size - len(self.returns)
        return bool(np.all(activity[:together] < 1.5) and np.all(np.abs(activity[together:]) < 0.5))

    def entries(self, columns: NDArray[np.int64]) -> Entries:
        """Return the entries of the columns, each place once."""
        offer = columns[:, 0].astype(np.int64)
        at, slot = np.nonzero(columns[:, HEAD:] >= 0)
        rider = columns[at, HEAD + slot].astype(np.int64)
        number = np.arange(len(columns))
        row = [offer, self.offers + rider]
        column = [number, at]
        first_group = self.offers + self.requests
        for group, where in ((self.offer_group[offer], number), (self.request_group[rider], at)):
            row.append(first_group + group[group >= 0])
            column.append(where[group >= 0])
        cut, where = held_twice(self.cuts, columns, self.offers)
        row.append(first_group + self.groups + cut)
        column.append(where)
        value = [np.ones(len(r)) for r in row]
        first_return = self.size - len(self.returns)
        for side, sign in ((0, 1.0), (1, -1.0)):
            linked, back = equal_pairs(rider, self.returns[:, side])
            row.append(first_return + back)
            column.append(at[linked])
            value.append(np.full(len(back), sign))
        return _merged(np.concatenate(row), np.concatenate(column), np.concatenate(value), len(columns))


def _merged(row: I64, column: I64, value: F64, columns: int) -> Entries:
    """Add up what stands at one place: a car with an outward trip and its return has both signs in their row."""
    key, inverse = np.unique(row * max(columns, 1) + column, return_inverse=True)
    total = np.bincount(inverse.reshape(-1), value, len(key)).astype(np.float64)  # nothing is counted in integers
    keep = total != 0
    key = key[keep]
    return Entries(key // max(columns, 1), key % max(columns, 1), total[keep])


def build_rows(instance: Instance, tables: Tables) -> Rows:
    """Return the rows of an instance."""
    offers, requests = tables.trips.offers, tables.trips.requests
    number = {request.id: n for n, request in enumerate(instance.requests)}
    returns = [(n, number[r.return_of]) for n, r in enumerate(instance.requests) if r.return_of is not None]
    groups = np.concatenate([offers[:, O_EITHER], requests[:, R_EITHER]])
    return Rows(
        offers=len(offers),
        requests=len(requests),
        offer_group=offers[:, O_EITHER].copy(),  # a column of its own: kernels are compiled for one layout only
        request_group=requests[:, R_EITHER].copy(),
        groups=int(groups.max(initial=-1)) + 1,
        returns=np.array(returns, np.int64).reshape(len(returns), 2),
        must_drive=offers[:, O_COMMITTED_END] > offers[:, O_COMMITTED],
    )
