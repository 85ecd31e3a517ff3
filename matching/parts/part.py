"""One part of an instance: an instance of its own, what is known of it, and what its run found."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from matching.assign import assign
from matching.budget import Budget
from matching.candidates import feasible_pairs
from matching.carry import Numbers, carry_columns
from matching.columns import Columns
from matching.kept import nearest_columns
from matching.milp import F64
from matching.model import Instance
from matching.rows import Rows, build_rows
from matching.start import from_nothing
from matching.tables import I64, build_tables

_MOST_COLUMNS = 6  # of a car, handed back: the whole has to go through all of them


class Part(NamedTuple):
    """The numbers of its offers and requests in the whole, ascending."""

    offers: I64
    requests: I64


class TripDuals(NamedTuple):
    """Duals by trip: ``offer`` (O, 2), its own and its group's; ``request`` (R, 3), also that of its being a return."""

    offer: F64
    request: F64

    def of(self, part: Part) -> TripDuals:
        """Return those of a part."""
        return TripDuals(self.offer[part.offers], self.request[part.requests])


class Task(NamedTuple):
    """A part to solve in ``limit_s`` seconds, from duals, if any, and from columns and a choice in its own numbers.

    ``allowance`` makes the budget of so many seconds, where the work is done.
    """

    instance: Instance
    duals: TripDuals | None
    columns: Columns
    chosen: Columns
    seed: int
    limit_s: float
    allowance: Callable[[float], Budget]


class Solved(NamedTuple):
    """What a part's run ended with, in its own numbers."""

    duals: TripDuals
    columns: Columns
    chosen: Columns


def parts_of(labels: I64, offers: int) -> list[Part]:
    """Return the parts that the labels of all trips (O + R,) make, the largest first."""
    order = np.argsort(labels, kind="stable")
    pieces = np.split(order, np.flatnonzero(np.diff(labels[order])) + 1)
    pieces.sort(key=len, reverse=True)
    return [Part(piece[piece < offers], piece[piece >= offers] - offers) for piece in pieces]


def split(instance: Instance, parts: list[Part]) -> list[Instance]:
    """Return the instance of each part; exclusions and bonuses across parts are left out."""
    trips = [
        ([instance.offers[n] for n in part.offers.tolist()], [instance.requests[n] for n in part.requests.tolist()])
        for part in parts
    ]
    part_of = {trip.id: n for n, (offers, requests) in enumerate(trips) for trip in (*offers, *requests)}
    excluded: list[set[tuple[str, str]]] = [set() for _ in parts]
    bonuses: list[dict[tuple[str, str], int]] = [{} for _ in parts]
    for pair in instance.excluded:
        if part_of[pair[0]] == part_of[pair[1]]:
            excluded[part_of[pair[0]]].add(pair)
    for pair, bonus in instance.bonuses.items():
        if part_of[pair[0]] == part_of[pair[1]]:
            bonuses[part_of[pair[0]]][pair] = bonus
    return [
        replace(
            instance,
            offers=tuple(offers),
            requests=tuple(requests),
            excluded=frozenset(excluded[n]),
            bonuses=bonuses[n],
        )
        for n, (offers, requests) in enumerate(trips)
    ]


def into_part(part: Part, rows: Rows, columns: Columns) -> Columns:
    """Return the columns whose trips are all in a part, in its numbers."""
    offer, request = np.full(rows.offers, -1), np.full(rows.requests, -1)
    offer[part.offers], request[part.requests] = np.arange(len(part.offers)), np.arange(len(part.requests))
    return carry_columns(Numbers(offer, request), columns)


def out_of_part(part: Part, columns: Columns) -> Columns:
    """Return columns of a part in the numbers of the whole."""
    return carry_columns(Numbers(part.offers, part.requests), columns)


def by_trip(rows: Rows, dual: F64) -> TripDuals:
    """Return the duals of all rows by trip; those of cuts are left out."""
    offer, request, group, _, back = rows.split(dual)
    group = np.append(group, 0.0)  # the last is no group, numbered -1
    returned = np.zeros(rows.requests)
    returned[rows.returns[:, 0]] = back
    return TripDuals(
        np.stack([offer, group[rows.offer_group]], axis=1),
        np.stack([request, group[rows.request_group], returned], axis=1),
    )


def by_row(rows: Rows, duals: TripDuals) -> F64:
    """Return the duals of all rows, of which none are cuts, from those by trip."""
    group = np.zeros(rows.groups + 1)
    group[rows.offer_group] = duals.offer[:, 1]
    group[rows.request_group] = duals.request[:, 1]
    back = duals.request[rows.returns[:, 0], 2]
    return np.concatenate([duals.offer[:, 0], duals.request[:, 0], group[:-1], back])


def solve_part(task: Task) -> Solved:
    """Solve a part by itself; also what a worker process does."""
    budget = task.allowance(task.limit_s)
    tables = build_tables(task.instance)
    pairs = feasible_pairs(tables)
    rows = build_rows(task.instance, tables)
    start = from_nothing(tables, pairs, rows)
    if task.duals is not None:
        start = start._replace(dual=by_row(rows, task.duals), columns=task.columns, chosen=task.chosen)
    result, end = assign(tables, pairs, rows, start, budget, task.seed, lambda _: None)
    rows = rows._replace(cuts=end.cuts)
    columns = nearest_columns(rows, end.dual, np.concatenate([end.columns, result.chosen]), _MOST_COLUMNS)
    return Solved(by_trip(rows, end.dual), columns, result.chosen)
