"""The shareability graph of each car: which two of its possible riders fit in together, and the driving then.

Every larger set is one of riders who fit together two by two, so most sets are ruled out here. A pair is worked out
when pricing first asks for it, and kept.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from matching.insertion import insert_rider
from matching.jit import kernel
from matching.people import may_share
from matching.routes import empty_route
from matching.tables import I64, NEVER, R_RIDE

UNKNOWN, CLASH = 0, 2**31 - 1
_MOST_ENTRIES = 200_000_000


class Shared(NamedTuple):
    """``least_s[ptr[o] + b * (b - 1) // 2 + a]``: the least driving of car ``o`` with its riders ``a < b``.

    Riders are numbered as the car's pairs are; ``known`` (O,) of each car are kept. The driving is 0 where it
    is not known yet, and CLASH where the two do not fit.
    """

    ptr: I64
    known: I64
    least_s: NDArray[np.int32]


def make_shared(sizes: I64) -> Shared:
    """Return an empty memory for cars of ``sizes`` possible riders; the system gives pages as they are written."""
    limit = int(sizes.max(initial=0))
    while True:
        known = np.minimum(sizes, limit)
        entries = known * (known - 1) // 2
        if entries.sum() <= _MOST_ENTRIES:
            break
        limit = limit * 9 // 10
    ptr = np.concatenate([[0], np.cumsum(entries)]).astype(np.int64)
    return Shared(ptr, known, np.zeros(int(ptr[-1]), np.int32))


@kernel
def known_s(shared: Any, car: int, c: int, other: int) -> int:
    """Return the least driving of a car with two riders, CLASH if they do not fit, UNKNOWN if nobody asked yet."""
    high, low = max(c, other), min(c, other)
    if high >= shared.known[car]:
        return UNKNOWN
    return int(shared.least_s[shared.ptr[car] + high * (high - 1) // 2 + low])


@kernel
def shared_s(tables: Any, car: int, shared: Any, c: int, other: int, space: Any) -> int:
    """Return the least driving of a car with two riders, or CLASH; ``c`` is the one chosen first in ``space``."""
    known = known_s(shared, car, c, other)
    if known != UNKNOWN:
        return int(known)
    trips, requests = tables.trips, tables.trips.requests
    routes, drives = space.routes, space.drives
    first, second = space.rider[c], space.rider[other]
    least = CLASH
    if may_share(trips, tables.people, first, second):
        limited = requests[first, R_RIDE] < NEVER
        if space.orders[1] == 0:
            drives[0, 0] = empty_route(trips, routes[0, 0], car)
            ways, _ = insert_rider(
                trips, car, first, routes[0], drives[0], 1, 2, limited, NEVER, routes[1], drives[1], space.legs
            )
            space.orders[1] = min(ways, routes.shape[1] - 1)
        limited = limited or requests[second, R_RIDE] < NEVER
        none = routes[1, routes.shape[1] - 1 :]
        _, d = insert_rider(
            trips, car, second, routes[1], drives[1], space.orders[1], 4, limited, NEVER, none, drives[1], space.legs
        )
        least = min(d, CLASH)
    high, low = max(c, other), min(c, other)
    if high < shared.known[car]:
        shared.least_s[shared.ptr[car] + high * (high - 1) // 2 + low] = least
    return int(least)
