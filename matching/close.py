"""Closing the gap: all columns that could be in a better plan, packed exactly.

A plan falls short of the bound by the sum of what its cars fall short of the prices. So a plan better than the one at
hand has no column that falls short by more than the gap; where these are few, packing all of them ends the matter.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from matching.columns import Columns, Pricer
from matching.duals import gains_of
from matching.generate import Generated
from matching.packing import pack_exactly, unserved
from matching.rows import Rows

_MOST_COLUMNS = 20_000
_MOST_GAP_S = 20_000  # with a larger gap there are too many
_MOST_KNOWN = 10_000  # columns; where more are known to be within the gap, there are too many with those unknown
_KEEP = 2_000
_WORK = 4_000_000


class Assignment(NamedTuple):
    """The columns chosen, and a bound on the score of any plan.

    ``broken``: cars whose commitments are not kept; ``hopeless``: no plan keeps all.
    """

    chosen: Columns
    bound: int
    broken: tuple[int, ...]
    hopeless: bool = False


def close_gap(
    pricer: Pricer,
    rows: Rows,
    proof: Generated,
    known: Columns,
    best: Assignment,
    nodes: int,
    left: Callable[[], float],
) -> Assignment:
    """Return a plan and a bound at least as good, from all columns within the gap; ``best`` where they are many.

    ``proof`` has the prices and the bound that they prove, ``known`` are the columns at hand; ``nodes`` limits the
    optimiser's tree.
    """
    score = int(best.chosen[:, 1].sum())
    gap = proof.bound - score
    if left() <= 0 or not (best.broken or score < best.bound <= score + _MOST_GAP_S):
        return best
    if np.count_nonzero(-gains_of(proof.prices, known) <= gap) > _MOST_KNOWN:
        return best
    floor = -float(gap) - 1.0 if not best.broken else -math.inf
    priced = pricer.keeping(_KEEP).price(proof.prices, floor, _WORK, left, most=_MOST_COLUMNS)
    columns = priced.columns
    if not priced.everything or left() <= 0:
        return best
    everything = np.arange(len(columns))
    packed = pack_exactly(rows, columns, everything, everything[:0], left(), 0.0, nodes)
    if packed is None:
        return best
    chosen = columns[packed.chosen]
    found = Assignment(chosen, best.bound, tuple(unserved(rows, chosen).tolist()))
    if (len(found.broken), -chosen[:, 1].sum()) > (len(best.broken), -score):
        found = best
    found = found._replace(hopeless=bool(found.broken) and packed.fewest)
    if packed.proven or not found.broken:
        proven = int(found.chosen[:, 1].sum()) if packed.proven else math.floor(packed.bound) + 1
        found = found._replace(bound=min(best.bound, max(proven, score)))
    return found
