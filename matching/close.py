"""Closing the gap: all columns that could be in a better plan, packed exactly.

A plan falls short of the bound by the sum of what its cars fall short of the prices. So a plan better than the one at
hand has no column that falls short by more than the gap; where these are few, packing all of them ends the matter.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from matching.budget import Budget
from matching.candidates import Pairs
from matching.columns import Columns, Pricer
from matching.duals import Prices
from matching.packing import pack_exactly, unserved
from matching.rows import Rows
from matching.tables import Tables

_WIDEST_GAP = 6_000  # seconds; beyond, nearly all columns are within it
_MOST_COLUMNS = 20_000
_KEEP = 2_000
_WORK = 4_000_000
_NODES = 500


class Assignment(NamedTuple):
    """The columns chosen, and a bound on the score of any plan. ``broken``: cars that cannot keep commitments."""

    chosen: Columns
    bound: int
    broken: tuple[int, ...]


def close(tables: Tables, pairs: Pairs, rows: Rows, prices: Prices, best: Assignment, budget: Budget) -> Assignment:
    """Return a best plan and its score as the bound, where all columns within the gap can be packed; else ``best``."""
    score = int(best.chosen[:, 1].sum())
    gap = best.bound - score
    if not best.broken and not 0 < gap <= _WIDEST_GAP:
        return best
    floor = -float(gap) - 1.0 if not best.broken else -float("inf")
    pricer = Pricer(tables, pairs, _KEEP)
    priced = pricer.price(prices, floor, _WORK, lambda: budget() <= 0)
    columns = priced.columns
    per_car = np.bincount(columns[:, 0], minlength=rows.offers)
    if not priced.complete or len(columns) > _MOST_COLUMNS or per_car.max(initial=0) >= _KEEP:
        return best
    everything = np.arange(len(columns))
    packed = pack_exactly(rows, columns, everything, everything[:0], budget(), 0.0, _NODES)
    if packed is None or not packed.proven:
        return best
    chosen = columns[packed.chosen]
    return Assignment(chosen, max(int(chosen[:, 1].sum()), score), tuple(unserved(rows, chosen).tolist()))
