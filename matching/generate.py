"""Column generation: prices and columns in turn until no column earns more than it pays.

The prices come from a subgradient method over the columns at hand, the columns from exact pricing. Each round of
pricing bounds every plan; the first rounds look at few sets of riders, the last at all.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from matching.ascent import ascend
from matching.columns import Columns, Pricer
from matching.duals import Prices, bound_of, gains_of, prices_of
from matching.pricing import NOTHING
from matching.rows import Rows
from matching.tables import R_WORTH, Tables

_FIRST_PRICE = 0.9
# What a column must earn to be looked for, in seconds, and the orders tried for a car: at first the prices are far off.
_SEARCHES = ((100.0, 1_500), (100.0, 6_000), (100.0, 30_000), (20.0, 20_000_000), (0.0, 1_000_000_000))
_FEW = 0.2  # of the columns: with more new ones in a round, the next looks no deeper
_NEW = 0.05  # seconds; less is a column that the prices know already, but for rounding
_CLOSE = 1e-5  # of the bound: what rounds may still gain where it is not worth one


class Generated(NamedTuple):
    """The columns found, duals of all rows with their prices, a bound on every plan, and cars that cannot drive."""

    columns: Columns
    prices: Prices
    bound: int
    broken: tuple[int, ...]


def generate(
    tables: Tables, rows: Rows, pricer: Pricer, over: Callable[[], bool], report: Callable[[Columns, int], None]
) -> Generated:
    """Return columns and prices; ``over`` ends the search early, ``report`` is told of each round."""
    worth = tables.trips.requests[:, R_WORTH].astype(np.float64)
    dual = np.zeros(rows.size)
    dual[rows.offers : rows.offers + rows.requests] = np.maximum(np.round(worth * _FIRST_PRICE), 0.0)
    prices = best_prices = prices_of(rows, dual)
    priced = pricer.price(prices, 0.0, _SEARCHES[0][1], lambda: False)
    bound = bound_of(prices, priced.best)
    broken = tuple(np.flatnonzero((priced.best == NOTHING) & rows.must_drive).tolist())
    columns = priced.columns
    depth = 0
    while not broken and not over():
        report(columns, bound)
        dual = ascend(rows, columns, dual)
        prices = prices_of(rows, dual)
        priced = pricer.price(prices, *_SEARCHES[depth], over)
        if not priced.complete:
            return Generated(np.concatenate([columns, priced.columns]), best_prices, bound, broken)
        now = bound_of(prices, priced.best)
        if now <= bound:
            bound, best_prices = now, prices
        fresh = priced.columns[gains_of(prices, priced.columns) > _NEW]
        columns = np.concatenate([columns, fresh])
        if depth + 1 == len(_SEARCHES) and (not len(fresh) or now - prices.constant < _CLOSE * bound):
            break
        if len(fresh) <= _FEW * len(columns):
            depth = min(depth + 1, len(_SEARCHES) - 1)
    return Generated(columns, best_prices, bound, broken)
