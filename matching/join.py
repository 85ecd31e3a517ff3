"""Arrays joined by equal values."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_I64 = NDArray[np.int64]


def equal_pairs(left: _I64, right: _I64) -> tuple[_I64, _I64]:
    """Return where ``left`` (n,) and ``right`` (m,) have equal values: a position in each, for every pair.

    Pairs are in the order of ``left``.
    """
    order = np.argsort(right, kind="stable")
    ordered = right[order]
    begin, end = np.searchsorted(ordered, left, "left"), np.searchsorted(ordered, left, "right")
    count = end - begin
    within = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    return np.repeat(np.arange(len(left)), count), order[np.repeat(begin, count) + within]
