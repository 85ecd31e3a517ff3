"""Column generation: prices and columns in turn until no column earns more than it pays.

The prices come from a subgradient method over the columns at hand, the columns from exact pricing. At each prices all
cars are looked at shortly; while that finds little, those whose best is not certain yet are looked at longer. The
bound holds at every moment: what was not looked at counts with its ceiling.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from matching.ascent import ascend
from matching.ceilings import NOTHING
from matching.columns import ENDLESS, Columns, Pricer
from matching.duals import Prices, bound_of, gains_of, prices_of
from matching.rows import Rows
from matching.tables import R_WORTH, Tables

_FIRST_PRICE = 0.95
_WORKS = (1_500, 6_000, 30_000, 150_000, 1_000_000, ENDLESS)  # orders of stops tried for a car, at one set of prices
_FEW = 0.02  # of the columns: with fewer new ones, cars are looked at longer before prices change
_GRACE_S = 0.3  # some columns are found even where there is no time
_NEW = 0.05  # seconds; less is a column that the prices know already, but for rounding
_NO_BOUND = 1 << 62
_CLOSE = 1e-5  # of the bound: what rounds may still gain where it is not worth one


class Generated(NamedTuple):
    """The columns found, duals of all rows with their prices, a bound on every plan, and cars that cannot drive."""

    columns: Columns
    prices: Prices
    bound: int
    broken: tuple[int, ...]


def generate(
    tables: Tables, rows: Rows, pricer: Pricer, left: Callable[[], float], report: Callable[[Columns, int], None]
) -> Generated:
    """Return columns and prices; the seconds ``left`` end the search early, ``report`` is told of each round."""
    worth = tables.trips.requests[:, R_WORTH].astype(np.float64)
    ceiling = int(np.maximum(worth, 0.0).sum()) + int(np.maximum(tables.people.bonus, 0).sum())  # everyone rides
    dual = np.zeros(rows.size)
    dual[rows.offers : rows.offers + rows.requests] = np.maximum(np.round(worth * _FIRST_PRICE), 0.0)
    prices = best_prices = prices_of(rows, dual)
    committed = pricer.price(prices, 0.0, 0, cars=pricer.cars[rows.must_drive[pricer.cars]])  # however short the time
    priced = pricer.price(prices, 0.0, _WORKS[0], lambda: left() + _GRACE_S)
    priced.best[rows.must_drive] = np.minimum(priced.best, committed.best)[rows.must_drive]
    bound = bound_of(prices, priced.best) if np.all(np.isfinite(priced.best)) else ceiling
    broken = tuple(np.flatnonzero((priced.best == NOTHING) & rows.must_drive).tolist())
    columns = np.concatenate([committed.columns, priced.columns])
    while not broken and left() > 0:
        report(columns, bound)
        dual = ascend(rows, columns, dual)
        prices = prices_of(rows, dual)
        fresh, now, certain = _look(rows, pricer, prices, len(columns), left)
        if now <= bound:
            bound, best_prices = now, prices
        columns = np.concatenate([columns, fresh])
        if certain and (not len(fresh) or now - prices.constant < _CLOSE * bound):
            break
    return Generated(columns, best_prices, bound, broken)


def _look(
    rows: Rows, pricer: Pricer, prices: Prices, columns: int, left: Callable[[], float]
) -> tuple[Columns, int, bool]:
    """Return new columns at the prices, a bound on every plan, and whether there are no other columns."""
    best = np.full(rows.offers, np.inf)
    cars = pricer.cars
    found = []
    for work in _WORKS:
        priced = pricer.price(prices, 0.0, work, left, cars=cars)
        best = np.minimum(best, priced.best)
        fresh = priced.columns[gains_of(prices, priced.columns) > _NEW]
        found.append(fresh)
        cars = cars[priced.unseen[cars]]
        if len(fresh) > _FEW * columns or not len(cars) or left() <= 0:
            break
    bound = bound_of(prices, best) if np.all(np.isfinite(best)) else _NO_BOUND
    return np.unique(np.concatenate(found), axis=0), bound, not len(cars)
