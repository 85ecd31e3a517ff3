"""Nodes of the pricing tree: a set of riders of one car, its feasible orders, and who fits in next."""

from __future__ import annotations

from typing import Any

from matching.insertion import insert_rider
from matching.jit import kernel
from matching.people import may_share
from matching.routes import empty_route
from matching.shared import CLASH, UNKNOWN
from matching.tables import NEVER, O_DIRECT, R_RIDE


@kernel
def enter_set(trips: Any, car: int, riders: int, space: Any) -> int:
    """Put the driver and the ``riders`` chosen in ``space`` on the stack; return in how many orders they can ride."""
    space.drives[0, 0] = empty_route(trips, space.routes[0, 0], car)
    space.orders[0] = 1
    space.least_s[0] = space.drives[0, 0]
    space.paid[0] = trips.offers[car, O_DIRECT]
    space.value[0] = trips.offers[car, O_DIRECT]
    for k in range(riders):
        enter_with(space, k, space.chosen[k], 0)
        if make_orders(trips, car, k, space) == 0:
            return 0
    return int(space.orders[riders])


@kernel
def enter_with(space: Any, k: int, c: int, d: int) -> None:
    """Make the node of depth ``k + 1`` with one more rider and the least driving ``d``; its orders are yet to make."""
    space.orders[k + 1] = 0
    space.least_s[k + 1] = d
    space.paid[k + 1] = space.paid[k] + space.rider_paid[c]
    space.value[k + 1] = space.value[k] + space.rider_value[c]
    space.length[k + 1] = 0
    space.position[k + 1] = 0


@kernel
def make_orders(trips: Any, car: int, k: int, space: Any) -> int:
    """Make the orders of the node of depth ``k + 1``, and its least driving; return how many orders there are."""
    routes, drives = space.routes, space.drives
    ways, least, _ = insert_rider(
        trips,
        car,
        space.rider[space.chosen[k]],
        routes[k],
        drives[k],
        space.orders[k],
        2 * k + 2,
        _limited(trips, k + 1, space),
        routes[k + 1],
        drives[k + 1],
        space.legs,
    )
    space.orders[k + 1] = min(ways, routes.shape[1] - 1)
    space.least_s[k + 1] = least
    return int(ways)


@kernel
def list_next(  # noqa: PLR0913, PLR0917 - a kernel takes its arrays one by one
    tables: Any, car: int, shared: Any, k: int, p: int, c: int, slack: float, last: float, space: Any
) -> bool:
    """Make the child that takes the rider listed at ``p`` and list who fits in next; say if orders were left out.

    ``slack`` is what the child's riders and the best who could join earn above what is worth looking at, and ``last``
    what the least of those who join pays. One who adds more driving, or pays less than these by more, is left out:
    no set with both is worth looking at.
    """
    trips, requests = tables.trips, tables.trips.requests
    routes, drives, legs = space.routes, space.drives, space.legs
    if space.orders[k] == 0:
        make_orders(trips, car, k - 1, space)
    enter_with(space, k, c, 0)
    ways = make_orders(trips, car, k, space)
    limited = _limited(trips, k + 1, space)
    none = routes[k + 1, routes.shape[1] - 1 :]
    known, start = shared.known[car], shared.ptr[car]
    for n in range(p):
        other = space.listed[k, n]
        together = UNKNOWN
        if c < known and other < known:
            high, low = max(c, other), min(c, other)
            together = shared.least_s[start + high * (high - 1) // 2 + low]
        rider = space.rider[other]
        spare = slack - max(last - space.rider_paid[other], 0.0)
        if together == CLASH or together - space.least_s[k + 1] >= spare or spare <= 0.0:
            continue
        if together == UNKNOWN and not may_share(trips, tables.people, space.rider[c], rider):
            continue
        _, d, _ = insert_rider(
            trips,
            car,
            rider,
            routes[k + 1],
            drives[k + 1],
            space.orders[k + 1],
            2 * k + 4,
            limited or requests[rider, R_RIDE] < NEVER,
            none,
            drives[k + 1],
            legs,
        )
        if d < NEVER and d - space.least_s[k + 1] < spare:
            list_sorted(space, k + 1, other, d)
    return bool(ways > space.orders[k + 1])


@kernel
def with_rider(trips: Any, car: int, c: int, k: int, space: Any) -> int:
    """Return the least driving of the set at depth ``k`` and a rider, or NEVER if they do not fit."""
    _, least, _ = insert_rider(
        trips,
        car,
        space.rider[c],
        space.routes[k],
        space.drives[k],
        space.orders[k],
        2 * k + 2,
        _limited(trips, k, space) or trips.requests[space.rider[c], R_RIDE] < NEVER,
        space.routes[k, space.routes.shape[1] - 1 :],
        space.drives[k],
        space.legs,
    )
    return int(least)


@kernel
def list_sorted(space: Any, k: int, c: int, d: int) -> None:
    """Put a rider into the list of a node, which is sorted by driving time."""
    listed, listed_s = space.listed, space.listed_s
    at = space.length[k]
    while at > 0 and listed_s[k, at - 1] > d:
        listed[k, at], listed_s[k, at] = listed[k, at - 1], listed_s[k, at - 1]
        at -= 1
    listed[k, at], listed_s[k, at] = c, d
    space.length[k] += 1


@kernel
def likes(tables: Any, c: int, k: int, space: Any) -> bool:
    """Say whether a rider gets along with the ``k`` riders chosen so far."""
    for n in range(k):  # noqa: SIM110 - kernels have no generators
        if not may_share(tables.trips, tables.people, space.rider[c], space.rider[space.chosen[n]]):
            return False
    return True


@kernel
def is_chosen(c: int, k: int, space: Any) -> bool:
    """Say whether a rider is one of the ``k`` chosen so far."""
    for n in range(k):  # noqa: SIM110 - kernels have no generators
        if space.chosen[n] == c:
            return True
    return False


@kernel
def _limited(trips: Any, k: int, space: Any) -> bool:
    """Say whether anyone of the ``k`` riders chosen has a limit on the ride."""
    for n in range(k):  # noqa: SIM110 - kernels have no generators
        if trips.requests[space.rider[space.chosen[n]], R_RIDE] < NEVER:
            return True
    return False
