"""What a run keeps for the next one, and the start that the next one makes of it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from matching.candidates import Known, Pairs
from matching.carry import (
    Numbers,
    carry_columns,
    carry_duals,
    carry_pairs,
    carry_shared,
    moved_cuts,
    new_ones,
    same_names,
    unchanged,
)
from matching.columns import Columns, distinct
from matching.duals import gains_of, prices_of
from matching.milp import F64
from matching.model import Instance
from matching.packing import standing
from matching.rows import Rows
from matching.start import Start, from_nothing
from matching.tables import Tables

MOST_COLUMNS = 60  # of a car, those nearest to their prices
MOST_PAIRS = 20_000_000  # of riders in a car; what is known of more is worked out again


class Kept(NamedTuple):
    """An instance as it was solved, its rows and feasible pairs, and where the search ended."""

    instance: Instance
    rows: Rows
    pairs: Pairs
    end: Start


class Carried(NamedTuple):
    """What is kept for an instance, and which of its trips it holds for."""

    kept: Kept
    to: Numbers

    def pairs(self, instance: Instance) -> Known:
        """Return the feasible pairs that are known."""
        return carry_pairs(self.to, self.kept.pairs, instance)

    def start(self, instance: Instance, tables: Tables, pairs: Pairs, rows: Rows) -> Start:
        """Return where the search starts from."""
        kept = self.kept
        names = same_names(kept.instance, instance)
        cuts = moved_cuts(names, kept.rows.cuts, rows.offers)
        rows = rows._replace(cuts=cuts[cuts[:, 0] >= 0])
        start = from_nothing(tables, pairs, rows)
        carry_shared(self.to, kept.pairs, kept.end.shared, pairs, start.shared)
        return start._replace(
            dual=carry_duals(names, kept.instance, kept.rows, kept.end.dual, instance, rows, start.dual),
            columns=carry_columns(self.to, kept.end.columns),
            fresh=_fresh(self.to, pairs, rows),
            chosen=standing(rows, carry_columns(self.to, kept.end.chosen)),
            cuts=rows.cuts,
        )


def carry(kept: Kept, instance: Instance) -> Carried:
    """Return what of a run before holds for an instance."""
    return Carried(kept, unchanged(kept.instance, instance))


def keep(instance: Instance, rows: Rows, pairs: Pairs, end: Start) -> Kept:
    """Return what is worth keeping, at most :data:`MOST_COLUMNS` columns a car and :data:`MOST_PAIRS`."""
    columns = nearest_columns(rows, end.dual, np.concatenate([end.columns, end.chosen]), MOST_COLUMNS)
    shared = end.shared
    if shared.ptr[-1] > MOST_PAIRS:
        shared = shared._replace(known=np.zeros_like(shared.known), least_s=shared.least_s[:0])
    return Kept(instance, rows, pairs, end._replace(columns=columns, shared=shared))


def nearest_columns(rows: Rows, dual: F64, columns: Columns, most: int) -> Columns:
    """Return up to ``most`` columns of each car, those nearest to their prices, each once."""
    columns, _ = distinct(columns)
    gains = gains_of(prices_of(rows, dual), columns)
    columns = columns[np.lexsort((-gains, columns[:, 0]))]
    first = np.searchsorted(columns[:, 0], columns[:, 0])
    return columns[np.arange(len(columns)) - first < most]


def _fresh(to: Numbers, pairs: Pairs, rows: Rows) -> NDArray[np.bool_]:
    """Return which cars are new, or fit a new rider."""
    fresh, new = new_ones(to.offer, rows.offers), new_ones(to.request, rows.requests)
    fresh[pairs.rows[new[pairs.rows[:, 1]], 0]] = True
    return fresh
