"""A plan in a moment: columns taken greedily, and the cars left over priced again with the riders left over."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from matching.budget import GRACE_S
from matching.columns import Columns, Pricer
from matching.duals import Prices, gains_of
from matching.milp import F64
from matching.packing import pack_exactly, pack_greedily
from matching.rows import Rows
from matching.tables import I64
from matching.workspace import HEAD

_WORK = 1_500
_TAKEN = 1e7  # a price that nobody pays
# What those left over are still asked to pay, as a share of their price: whom nobody takes, the plan loses.
_SHARES = (0.8, 0.5, 0.2, 0.0, 0.0, 0.0)
_SPECIAL_COLUMNS = 3_000


def dive(
    rows: Rows, pricer: Pricer, prices: Prices, columns: Columns, chosen: I64, left: Callable[[], float]
) -> tuple[Columns, I64]:
    """Return more columns, and a choice with those at hand that has some of them, as long as they bring anything."""
    for share in _SHARES:
        if left() <= 0:
            break
        cars, asked = _left_over(rows, pricer, prices, columns[chosen], share)
        found = pricer.price(asked, 0.0, _WORK, left, cars=cars).columns
        if len(found):
            gains = gains_of(asked, found)
            more = pack_greedily(rows, found, gains, columns[chosen])
            chosen = np.concatenate([chosen, len(columns) + more])
            columns = np.concatenate([columns, found])
    return columns, chosen


def complete(rows: Rows, columns: Columns, gains: F64, taken: I64, left: Callable[[], float]) -> I64:
    """Return positions of columns that break no row: those ``taken``, or else those of commitments and returns exactly.

    The rest are taken by gain.
    """
    special = np.flatnonzero(rows.must_drive[columns[:, 0]] | rows.linked(columns))
    chosen = taken
    if len(special) and not len(taken):
        best = special[np.argsort(-gains[special], kind="stable")]
        must = best[rows.must_drive[columns[best, 0]]]
        some = np.union1d(best[:_SPECIAL_COLUMNS], must)
        packed = pack_exactly(rows, columns, some, special[:0], max(left(), GRACE_S), 1e-3, 1)
        if packed is not None:
            chosen = packed.chosen
    more = pack_greedily(rows, columns, gains, columns[chosen])
    return np.concatenate([chosen, more])


def _left_over(rows: Rows, pricer: Pricer, prices: Prices, taken: Columns, share: float) -> tuple[I64, Prices]:
    """Return the cars that are free, and prices at which they take free riders only."""
    riders = taken[:, HEAD:]
    gone = rows.linked_requests.copy()
    gone[riders[riders >= 0]] = True
    used = np.zeros(rows.groups + 1, np.bool_)  # the last is no group, numbered -1
    used[rows.offer_group[taken[:, 0]]] = True
    used[rows.request_group[riders[riders >= 0]]] = True
    used[-1] = False
    gone |= used[rows.request_group]
    driven = used[rows.offer_group]
    driven[taken[:, 0]] = True
    request = np.where(gone, _TAKEN, np.maximum(prices.request, 0.0) * share)
    return pricer.cars[~driven[pricer.cars]], Prices(request, np.zeros(rows.offers), 0.0)
