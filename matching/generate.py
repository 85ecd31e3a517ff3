"""Column generation: prices and columns in turn until no column earns more than it pays.

The prices come from a subgradient method over the columns at hand, the columns from exact pricing. At each prices all
cars are looked at shortly; while that finds little, those whose best is not certain yet are looked at longer. The
bound holds at every moment: what was not looked at counts with its ceiling.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from matching.ascent import FINE, ROUGH, ascend
from matching.budget import GRACE_S
from matching.ceilings import NOTHING
from matching.columns import ENDLESS, WORK_A_SECOND, Columns, Pricer, distinct
from matching.duals import Prices, best_gains, bound_of, gains_of, prices_of
from matching.milp import F64
from matching.rows import Rows
from matching.start import Start
from matching.tables import I64

_FIRST = 300  # orders of stops tried for a car at the first prices, which are a guess
_SHORT = 1_500  # and at all others
_LONG = 30_000
_LONGER = 4  # times the work of the look before, or, all cars together, of a first look at each; whichever is more
_FEW = 0.003  # of the columns found in this run: with fewer new ones, cars are looked at longer before prices change
_FEW_AGAIN = 0.1  # where a run before has found nearly all, and short looks find little
_HOPELESS = 4  # times the time left is what a long look at all unsure cars takes a thread at most: no good would come
_BETTER = 1  # column of a car, where only its bound is wanted
_NEW = 0.05  # seconds; less is a column that the prices know already, but for rounding
_CLOSE = 1e-5  # of the bound: what rounds may still gain where it is not worth one
_CLOSE_AGAIN = 3e-4  # where a run before has found nearly all columns
_MANY = 0.01  # of the columns at hand: with more new ones, the next prices need not be fine


class Generated(NamedTuple):
    """The columns found, prices and their duals of all ``rows``, and the bound on every plan that they prove, if any.

    ``broken`` are cars that cannot keep their commitments. ``best`` (O,) is what each car earns at these prices at
    most, as far as it was looked at; ``unsure`` are the cars that may earn less.
    """

    columns: Columns
    prices: Prices
    dual: F64
    bound: int
    broken: tuple[int, ...]
    best: F64
    unsure: I64
    rows: Rows


def generate(
    start: Start,
    first: Columns,
    rows: Rows,
    pricer: Pricer,
    left: Callable[[], float],
    report: Callable[[Columns, int], None],
) -> Generated:
    """Return columns, the ``first`` ones among them, and prices.

    The seconds ``left`` end the search early, ``report`` is told of each round.
    """
    dual = start.dual
    prices = prices_of(rows, dual)
    committed = pricer.price(prices, 0.0, 0, cars=pricer.cars[rows.must_drive[pricer.cars]])  # however short the time
    work = _SHORT if len(start.columns) else _FIRST
    priced = pricer.price(prices, 0.0, work, lambda: left() + GRACE_S)
    priced.best[rows.must_drive] = np.minimum(priced.best, committed.best)[rows.must_drive]
    broken = tuple(np.flatnonzero((priced.best == NOTHING) & rows.must_drive).tolist())
    columns, _ = distinct(np.concatenate([first, committed.columns, priced.columns]))
    unsure = pricer.cars[priced.unseen[pricer.cars]]
    found = Generated(columns, prices, dual, bound_of(prices, priced.best), broken, priced.best, unsure, rows)
    new = len(priced.columns)
    share, close = (_FEW_AGAIN, _CLOSE_AGAIN) if len(start.columns) else (_FEW, _CLOSE)
    while not broken and left() > 0:
        report(found.columns, found.bound)
        dual = ascend(rows, found.columns, dual, left, ROUGH if new > _MANY * len(found.columns) else FINE)
        prices = prices_of(rows, dual)
        few = share * (len(found.columns) - len(start.columns))
        look = look_at_all(pricer, prices, few, left)
        bound = bound_of(prices, look.best)
        found, new = found._replace(columns=np.concatenate([found.columns, look.columns])), len(look.columns)
        if bound <= found.bound:
            found = found._replace(prices=prices, dual=dual, bound=bound, best=look.best, unsure=look.unsure)
        if not len(look.unsure) and (not len(look.columns) or bound - prices.constant < close * found.bound):
            break
    return found


def tighten(pricer: Pricer, found: Generated, left: Callable[[], float]) -> Generated:
    """Return the bound that a longer look at unsure cars proves at the same prices, and the columns met."""
    if len(found.unsure) * _LONG > _HOPELESS * WORK_A_SECOND * left():
        return found
    known = best_gains(found.columns, gains_of(found.prices, found.columns), len(found.best))
    look = _look(pricer.keeping(_BETTER), found.prices, known, found.best, found.unsure, _LONG, math.inf, left)
    columns = np.concatenate([found.columns, look.columns])
    bound = min(found.bound, bound_of(found.prices, look.best))
    return found._replace(columns=columns, bound=bound, best=look.best, unsure=look.unsure)


class Look(NamedTuple):
    """New columns, what each car earns at most, and the cars that may have other columns."""

    columns: Columns
    best: F64
    unsure: I64


def look_at_all(pricer: Pricer, prices: Prices, few: float, left: Callable[[], float]) -> Look:
    """Look at all cars at new prices, for longer and longer until there are more than a ``few`` new columns."""
    known, best = np.zeros(len(prices.fare)), np.full(len(prices.fare), np.inf)
    return _look(pricer, prices, known, best, pricer.cars, _SHORT, few, left)


def _look(
    pricer: Pricer,
    prices: Prices,
    known: F64,
    best: F64,
    cars: I64,
    work: int,
    few: float,
    left: Callable[[], float],
) -> Look:
    """Look at cars for longer and longer, until there are more than a ``few`` new columns.

    ``known`` (O,) is what the best known column of each car earns: only better ones are looked for. A look starts from
    scratch, so cars that are still open are looked at much longer at once where they are few. ``work`` is the first's.
    """
    fresh: list[Columns] = []
    affordable = _LONGER * work * len(cars)
    while True:
        priced = pricer.price(prices, known, work, left, cars=cars)
        best = np.minimum(best, priced.best)
        gains = gains_of(prices, priced.columns)
        known = np.maximum(known, best_gains(priced.columns, gains, len(known)))
        fresh.append(priced.columns[gains > _NEW])
        cars = cars[priced.unseen[cars]]
        if sum(map(len, fresh)) > few or not len(cars) or left() <= 0:
            break
        work = min(max(_LONGER * work, affordable // len(cars)), ENDLESS)
    return Look(distinct(np.concatenate(fresh))[0], best, cars)
