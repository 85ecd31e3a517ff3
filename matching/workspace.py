"""Scratch memory for pricing: kernels allocate nothing."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from matching.routes import FIELDS
from matching.tables import I64

MAX_RIDERS = 10  # of one car; a car that could take more leaves its bound open
ORDERS = 512  # kept of one set of riders; more exist only where everyone is at one place
HEAD = 3  # a column is offer, value, number of riders, riders …
WIDTH = HEAD + MAX_RIDERS


class Workspace(NamedTuple):
    """A stack of nodes (sets of riders of one car), the riders it could take, and its best columns so far.

    By depth, the number of riders in the set: ``routes``, ``drives`` and ``orders`` hold its feasible orders, their
    driving times and how many there are; ``least_s`` the least driving time; ``paid`` and ``value`` what the set
    earns before driving, with and without prices; ``load`` the seconds that its riders take seats for, at least;
    ``chosen`` the rider who joins it next; ``listed``, ``listed_s`` and ``length`` the riders who fit in next, who
    pays best first, and the least driving with them; ``queue`` and ``queued`` the places in that list of those
    whose sets are worth a look, the highest ceiling first; ``position`` the next of these. By depth and place in
    the list: ``gain``, what the set with this rider earns, ``ceiling`` of what the sets below earn, and ``fits``,
    the most that others could add by the seats they take.

    The riders the car could take are ``riders[0]``. By rider: its number ``rider``, what it earns with and without
    prices, ``rider_paid`` and ``rider_value``, the seconds of seats it takes at least, ``rider_load``, and ``mark``, 1
    for those being looked for and else 0. ``by_paid`` has all by what they pay, ``by_yield`` the ``paying[0]`` who pay
    by what they pay for a second on a seat.

    ``kept`` are the best columns so far, ``kept_gain`` what they earn. ``legs`` is scratch: the driving to and from a
    drop-off.
    """

    routes: I64
    drives: I64
    legs: I64
    orders: I64
    least_s: I64
    paid: NDArray[np.float64]
    value: I64
    chosen: I64
    listed: I64
    listed_s: I64
    length: I64
    position: I64
    rider: I64
    rider_paid: NDArray[np.float64]
    rider_value: I64
    rider_load: NDArray[np.float64]
    riders: I64
    by_paid: I64
    by_yield: I64
    paying: I64
    mark: I64
    load: NDArray[np.float64]
    queue: I64
    queued: I64
    gain: NDArray[np.float64]
    ceiling: NDArray[np.float64]
    fits: NDArray[np.float64]
    kept: NDArray[np.int64]
    kept_gain: NDArray[np.float64]


def make_workspace(most_pairs: int, keep: int) -> Workspace:
    """Return scratch memory for cars of up to ``most_pairs`` possible riders, of whose columns ``keep`` are kept."""
    depth = MAX_RIDERS + 1
    return Workspace(
        routes=np.empty((depth, ORDERS + 1, 2 * MAX_RIDERS + 2, FIELDS), np.int64),
        drives=np.empty((depth, ORDERS + 1), np.int64),
        legs=np.empty((2, 2 * MAX_RIDERS + 2), np.int64),
        orders=np.zeros(depth, np.int64),
        least_s=np.zeros(depth, np.int64),
        paid=np.zeros(depth),
        value=np.zeros(depth, np.int64),
        chosen=np.zeros(depth, np.int64),
        listed=np.empty((depth, most_pairs), np.int64),
        listed_s=np.empty((depth, most_pairs), np.int64),
        length=np.zeros(depth, np.int64),
        position=np.zeros(depth, np.int64),
        rider=np.empty(most_pairs, np.int64),
        rider_paid=np.empty(most_pairs),
        rider_value=np.empty(most_pairs, np.int64),
        rider_load=np.empty(most_pairs),
        riders=np.zeros(1, np.int64),
        by_paid=np.empty(most_pairs, np.int64),
        by_yield=np.empty(most_pairs, np.int64),
        paying=np.zeros(1, np.int64),
        mark=np.zeros(most_pairs, np.int64),
        load=np.zeros(depth),
        queue=np.empty((depth, most_pairs), np.int64),
        queued=np.zeros(depth, np.int64),
        gain=np.empty((depth, most_pairs)),
        ceiling=np.empty((depth, most_pairs)),
        fits=np.empty((depth, most_pairs)),
        kept=np.empty((keep, WIDTH), np.int64),
        kept_gain=np.empty(keep),
    )
