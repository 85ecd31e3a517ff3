"""How long each rider is in a car at least, wherever the rider gets in and out."""

from __future__ import annotations

from typing import Any

import numpy as np

from matching.jit import kernel
from matching.tables import I64, NEVER, R_DROPOFF, R_DROPOFF_END, R_PICKUP, R_PICKUP_END, W_PLACE, Trips
from matching.travel import drive_s


def least_rides(trips: Trips) -> I64:
    """Return the least driving seconds between a pick-up and a drop-off of each request, shape (R,)."""
    out = np.empty(len(trips.requests), np.int64)
    _least_rides(trips, out)
    return out


@kernel
def _least_rides(trips: Any, out: Any) -> None:
    requests, ways = trips.requests, trips.ways
    for rider in range(requests.shape[0]):
        least = NEVER
        for p in range(requests[rider, R_PICKUP], requests[rider, R_PICKUP_END]):
            for d in range(requests[rider, R_DROPOFF], requests[rider, R_DROPOFF_END]):
                least = min(least, drive_s(trips.travel, ways[p, W_PLACE], ways[d, W_PLACE]))
        out[rider] = least
