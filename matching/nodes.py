"""Nodes of the pricing tree: a set of riders of one car, its feasible orders, and who fits in next."""

from __future__ import annotations

import math
from typing import Any

from matching.insertion import insert_rider
from matching.jit import kernel
from matching.people import may_share
from matching.routes import empty_route
from matching.shared import CLASH, UNKNOWN, known_s, shared_s
from matching.tables import NEVER, O_DIRECT, R_RIDE


@kernel
def enter_set(trips: Any, car: int, riders: int, most_s: int, space: Any) -> int:
    """Put the driver and the ``riders`` chosen in ``space`` on the stack; return in how many orders they can ride.

    Orders of ``most_s`` driving or more are left out.
    """
    space.drives[0, 0] = empty_route(trips, space.routes[0, 0], car)
    space.orders[0] = 1
    space.least_s[0] = space.drives[0, 0]
    space.paid[0] = trips.offers[car, O_DIRECT]
    space.value[0] = trips.offers[car, O_DIRECT]
    for k in range(riders):
        enter_with(space, k, space.chosen[k], 0)
        if make_orders(trips, car, k, most_s, space) == 0:
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


@kernel
def make_orders(trips: Any, car: int, k: int, most_s: int, space: Any) -> int:
    """Make the orders of the node of depth ``k + 1`` with less driving than ``most_s``, and its least driving.

    Return how many there are.
    """
    routes, drives = space.routes, space.drives
    ways, least = insert_rider(
        trips,
        car,
        space.rider[space.chosen[k]],
        routes[k],
        drives[k],
        space.orders[k],
        2 * k + 2,
        _limited(trips, k + 1, space),
        most_s,
        routes[k + 1],
        drives[k + 1],
        space.legs,
    )
    space.orders[k + 1] = min(ways, routes.shape[1] - 1)
    space.least_s[k + 1] = least
    return int(ways)


@kernel
def list_next(  # noqa: PLR0913, PLR0917 - a kernel takes its arrays one by one
    tables: Any, car: int, shared: Any, k: int, p: int, c: int, d: int, more: int, slack: float, space: Any
) -> tuple[bool, int]:
    """Make the child that takes the rider listed at ``p``, of driving ``d``, and list who of those after fits in next.

    ``slack`` is what the child's set earns above what is worth looking at, mostly less than 0; ``more`` riders may
    join it. One who pays less than the best who could join by more than that is left out: no set with both is worth
    looking at. When those who fit in and those untried are not enough any more, nobody is listed.

    Returns
    -------
    tuple
        Whether orders were left out for want of room, and how many orders were tried.
    """
    fits = space.fits[k, p]
    if k > 0 and space.orders[k] == 0:
        make_orders(tables.trips, car, k - 1, NEVER, space)
    enter_with(space, k, c, d)
    total, window = _sum_best(shared, car, c, k, p + 1, more, space)  # of those who fit in or are untried
    left_out, tried = False, 10
    if k > 0:
        # A set's driving is no less than its part's: longer orders of this part are of no use to sets worth a look.
        most_s = _below_s(d, slack + min(total, fits))
        left_out = make_orders(tables.trips, car, k, most_s, space) > space.orders[k + 1]
    joined, least = 0, 0.0
    for n in range(p + 1, space.length[k]):
        other = space.listed[k, n]
        paid = space.rider_paid[other]
        if slack + min(total, fits) <= 0.0:
            space.length[k + 1] = 0
            break
        spare = slack + min(total if joined < more and paid > 0.0 else total - least + paid, fits)
        if spare <= 0.0:
            break
        if known_s(shared, car, c, other) == CLASH:
            continue
        with_other = _drive_with(tables, car, shared, k, c, d, spare, other, space)
        tried += max(space.orders[k + 1], 1)
        if with_other < NEVER and with_other - d < spare:
            append_rider(space, k + 1, other, with_other)
            if paid > 0.0 and joined < more:
                joined += 1
                least = paid if joined == more else 0.0
        elif n < window and paid > 0.0:
            next_paid, window = _sum_best(shared, car, c, k, window, 1, space)
            total += next_paid - paid
    return left_out, tried


@kernel
def _sum_best(shared: Any, car: int, c: int, k: int, first: int, count: int, space: Any) -> tuple[float, int]:
    """Return what the ``count`` riders pay who pay best of those who may fit in, from a place in a node's list on.

    Also the place after the last of them.
    """
    total, n = 0.0, first
    while n < space.length[k] and count > 0:
        other = space.listed[k, n]
        if space.rider_paid[other] <= 0.0:
            break
        if known_s(shared, car, c, other) != CLASH:
            total += space.rider_paid[other]
            count -= 1
        n += 1
    return total, n


@kernel
def _drive_with(  # noqa: PLR0913, PLR0917 - a kernel takes its arrays one by one
    tables: Any, car: int, shared: Any, k: int, c: int, d: int, spare: float, other: int, space: Any
) -> int:
    """Return the least driving of the set of depth ``k + 1`` with one more rider, or NEVER: also where pairs tell."""
    if k == 0:
        both = shared_s(tables, car, shared, c, other, space)
        return int(both if both < CLASH else NEVER)
    both = known_s(shared, car, c, other)
    if both == CLASH or both - d >= spare:
        return NEVER
    if both == UNKNOWN and not may_share(tables.trips, tables.people, space.rider[c], space.rider[other]):
        return NEVER
    return int(with_rider(tables.trips, car, other, k + 1, _below_s(d, spare), space))


@kernel
def _below_s(drive_s: int, spare: float) -> int:
    """Return the driving, in whole seconds, that uses up what is to spare, which may be without end."""
    return int(drive_s + math.ceil(min(spare, float(NEVER))))


@kernel
def with_rider(trips: Any, car: int, c: int, k: int, most_s: int, space: Any) -> int:
    """Return the least driving of the set at depth ``k`` and a rider, or NEVER if it is not below ``most_s``."""
    _, least = insert_rider(
        trips,
        car,
        space.rider[c],
        space.routes[k],
        space.drives[k],
        space.orders[k],
        2 * k + 2,
        _limited(trips, k, space) or trips.requests[space.rider[c], R_RIDE] < NEVER,
        most_s,
        space.routes[k, space.routes.shape[1] - 1 :],
        space.drives[k],
        space.legs,
    )
    return int(least)


@kernel
def append_rider(space: Any, k: int, c: int, d: int) -> None:
    """Put a rider at the end of the list of a node, where those who pay more are before."""
    space.listed[k, space.length[k]], space.listed_s[k, space.length[k]] = c, d
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
