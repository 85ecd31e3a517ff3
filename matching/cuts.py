"""Cuts: of three trips, at most one car holds two or more (subset-row inequalities, Jepsen et al. 2008).

Each trip is in one car at most. Half the sum of three such rows, its parts rounded down, still holds for whole columns,
and cuts off halves of columns that share these trips two by two.

References
----------
M. Jepsen, B. Petersen, S. Spoorendonk, D. Pisinger (2008), Subset-row inequalities applied to the vehicle-routing
problem with time windows, doi:10.1287/opre.1070.0449.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from matching.jit import kernel
from matching.join import equal_pairs
from matching.milp import F64
from matching.tables import I64
from matching.workspace import HEAD

NO_CUTS = np.empty((0, 3), np.int64)


class Charges(NamedTuple):
    """What cuts ask of columns: ``trips`` (n, 3), the trips of each cut, offers first, and its ``dual`` (n,).

    ``cut[ptr[r]:ptr[r + 1]]`` are the cuts that a request is in.
    """

    trips: I64
    dual: F64
    ptr: I64
    cut: I64


NO_CHARGES = Charges(NO_CUTS, np.empty(0), np.zeros(1, np.int64), np.empty(0, np.int64))


def charges_of(trips: I64, dual: F64, offers: int, requests: int) -> Charges:
    """Return the charges of cuts with duals above 0."""
    trips, dual = trips[dual > 0], dual[dual > 0]
    request = trips.reshape(-1) - offers
    order = np.argsort(request, kind="stable")
    order = order[request[order] >= 0]
    ptr = np.searchsorted(request[order], np.arange(requests + 1))
    return Charges(trips, dual, ptr.astype(np.int64), order // 3)


def held_twice(trips: I64, columns: NDArray[np.int64], offers: int) -> tuple[I64, I64]:
    """Return the pairs of a cut and a column that holds two of its three trips or more, as two arrays."""
    at, slot = np.nonzero(columns[:, HEAD:] >= 0)
    trip = np.concatenate([columns[:, 0], offers + columns[at, HEAD + slot]])
    column = np.concatenate([np.arange(len(columns)), at])
    held, cut = equal_pairs(trip, trips.reshape(-1))
    place = cut // 3 * len(columns) + column[held]
    place, times = np.unique(place, return_counts=True)
    place = place[times > 1]
    return place // max(len(columns), 1), place % max(len(columns), 1)


@kernel
def charge(charges: Any, offers: int, car: int, riders: int, c: int, space: Any) -> float:
    """Return what cuts charge a car with the ``riders`` chosen in ``space`` once ``c`` joins them."""
    total = 0.0
    if charges.dual.shape[0] == 0:
        return total
    rider = space.rider[c]
    for at in range(charges.ptr[rider], charges.ptr[rider + 1]):
        cut, held = charges.cut[at], 0
        for place in range(3):
            trip = charges.trips[cut, place]
            held += int(trip == car)
            for n in range(riders):
                held += int(trip == offers + space.rider[space.chosen[n]])
        if held == 1:
            total += charges.dual[cut]
    return total
