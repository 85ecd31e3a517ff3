"""Prices of the master's rows by a subgradient method: near the linear program's, a hundred times sooner.

The function minimised is Lagrange's: what all rows pay, and for each car the best of its columns at the prices. Steps
aim at a level a little below the best value met; where the level is out of reach for long it is raised (path-based
target levels after Goffin and Kiwiel 1999), and directions are averaged against zigzagging.

How often the method chose a column is about how much of it a solution of the linear program has (Shor 1985; Barahona
and Anbil 2000 use a like average), so :func:`shares_of` needs no such program.

References
----------
J.-L. Goffin, K. C. Kiwiel (1999), Convergence of a simple subgradient level method, doi:10.1007/s101070050055.
N. Z. Shor (1985), Minimization methods for non-differentiable functions, doi:10.1007/978-3-642-82118-9.
F. Barahona, R. Anbil (2000), The volume algorithm, doi:10.1007/s101070050002.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from matching.budget import is_ample
from matching.columns import Columns
from matching.jit import kernel
from matching.milp import F64
from matching.rows import Rows

_PATIENCE = 20  # steps without a fall before the level is raised
_STEPS = 50  # at most, for each of these
_MOMENTUM = 0.7
_FIRST_LEVEL = 0.01  # below the start, as a share of its value
_NEAR_LEVEL, _PATIENCE_OF_SHARES = 0.0005, 60  # where the start is near the best
# Least levels, as shares of the value: for prices that do for a while, and for those that stay.
ROUGH, FINE = 1e-4, 1e-6
_COLUMNS_A_SECOND = 70_000_000.0  # of which a step looks at each, about
# More than any car earns. Directions that nearly cancel make a step without end, and sums of such prices are not exact.
_MOST = 2.0**28


def ascend(
    rows: Rows,
    columns: Columns,
    dual: F64,
    left: Callable[[], float],
    last_level: float = FINE,
    patience: int = _PATIENCE,
) -> F64:
    """Return duals of all rows for a master of these columns, from a start; a car's is its best column's gain.

    More ``patience`` takes as much more time, for duals that are nearer to the best; the seconds ``left`` end it early.
    It ends where a step would gain less than the ``last_level``, as a share of the value.
    """
    best, _ = _run(rows, columns, dual, left, patience, (_FIRST_LEVEL, last_level))
    return best


def shares_of(rows: Rows, columns: Columns, dual: F64, left: Callable[[], float]) -> F64:
    """Return about how much of each column a solution of the linear program has, from duals near the best: 0 to 1."""
    _, share = _run(rows, columns, dual, left, _PATIENCE_OF_SHARES, (_NEAR_LEVEL, FINE))
    return share


def _run(
    rows: Rows, columns: Columns, dual: F64, left: Callable[[], float], patience: int, levels: tuple[float, float]
) -> tuple[F64, F64]:
    """Return the duals of all rows, and in which part of the steps each column was its car's best."""
    by_car = np.argsort(columns[:, 0], kind="stable")
    columns = columns[by_car]
    entries = rows.entries(columns)
    priced = entries.row >= rows.offers
    order = np.argsort(entries.column[priced], kind="stable")
    column = entries.column[priced][order]
    count = rows.size - rows.offers
    free = np.zeros(count, np.bool_)
    free[count - len(rows.returns) :] = True
    now, best = dual[rows.offers :].copy(), np.zeros(count)
    earned, times = np.zeros(rows.offers), np.zeros(len(columns))
    steps = _descend(
        columns[:, 1].astype(np.float64),
        _starts(column, len(columns)),
        entries.row[priced][order] - rows.offers,
        entries.value[priced][order],
        _starts(columns[:, 0], rows.offers),
        rows.must_drive,
        free,
        now,
        best,
        np.zeros((2, count)),
        earned,
        times,
        patience,
        *levels,
        _affordable_steps(columns, patience, left()),
    )
    share = np.empty(len(columns))
    share[by_car] = times / steps
    return np.concatenate([earned, best]), share


def _affordable_steps(columns: Columns, patience: int, left_s: float) -> int:
    steps = _STEPS * patience
    return steps if is_ample(left_s) else max(1, min(steps, int(left_s * _COLUMNS_A_SECOND / max(1, len(columns)))))


def _starts(sorted_keys: Any, size: int) -> Any:
    return np.concatenate([[0], np.cumsum(np.bincount(sorted_keys, minlength=size))]).astype(np.int64)


@kernel
def _descend(  # noqa: PLR0913, PLR0917 - a kernel takes its arrays one by one
    value: Any,
    entry_ptr: Any,
    row: Any,
    sign: Any,
    car_ptr: Any,
    must: Any,
    free: Any,
    now: Any,
    best: Any,
    work: Any,
    earned: Any,
    times: Any,
    most_patience: int,
    first_level: float,
    last_level: float,
    most_steps: int,
) -> int:
    """Write the best prices met into ``best`` and what each car earns at them into ``earned``.

    ``times`` counts in how many steps each column was its car's best; returns how many there were.
    """
    slope, direction = work[0], work[1]
    lowest, level, patience = np.inf, 0.0, most_patience
    steps = 0
    while steps < most_steps:
        total = _value_at(value, entry_ptr, row, sign, car_ptr, must, free, now, slope, earned, times)
        if steps == 0:
            level = first_level * max(total, 1.0)
        steps += 1
        patience -= 1
        if total < lowest:
            if total < lowest - 0.25 * level:
                patience = most_patience
            lowest = total
            for i in range(now.shape[0]):
                best[i] = now[i]
        if patience <= 0:
            patience = most_patience
            level *= 0.5
            if level < last_level * max(lowest, 1.0):
                break
            for i in range(now.shape[0]):
                now[i] = best[i]
                direction[i] = 0.0
            continue
        if not _move(now, free, slope, direction, total - (lowest - level)):
            break
    _value_at(value, entry_ptr, row, sign, car_ptr, must, free, best, slope, earned, times)
    return steps + 1


@kernel
def _value_at(  # noqa: PLR0913, PLR0917 - a kernel takes its arrays one by one
    value: Any,
    entry_ptr: Any,
    row: Any,
    sign: Any,
    car_ptr: Any,
    must: Any,
    free: Any,
    prices: Any,
    slope: Any,
    earned: Any,
    times: Any,
) -> float:
    """Return Lagrange's value at the prices, write its slope, and count each car's best column."""
    total = 0.0
    for i in range(prices.shape[0]):
        slope[i] = 0.0 if free[i] else 1.0
        total += 0.0 if free[i] else prices[i]
    for car in range(car_ptr.shape[0] - 1):
        top, chosen = 0.0, -1
        for j in range(car_ptr[car], car_ptr[car + 1]):
            gain = value[j]
            for k in range(entry_ptr[j], entry_ptr[j + 1]):
                gain -= sign[k] * prices[row[k]]
            if gain > top or (must[car] and chosen < 0):
                top, chosen = gain, j
        earned[car] = top
        total += top
        if chosen >= 0:
            times[chosen] += 1.0
            for k in range(entry_ptr[chosen], entry_ptr[chosen + 1]):
                slope[row[k]] -= sign[k]
    return total


@kernel
def _move(now: Any, free: Any, slope: Any, direction: Any, drop: float) -> bool:
    """Step against the averaged slope, far enough for a fall of ``drop``; say if there was anywhere to go."""
    norm = 0.0
    for i in range(now.shape[0]):
        direction[i] = slope[i] + _MOMENTUM * direction[i]
        if free[i] or now[i] > 0.0 or direction[i] < 0.0:
            norm += direction[i] * direction[i]
    if norm <= 0.0:
        return False
    step = drop / norm
    for i in range(now.shape[0]):
        now[i] = max(min(now[i] - step * direction[i], _MOST), -_MOST if free[i] else 0.0)
    return True
