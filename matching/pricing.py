"""Exact pricing: the sets of riders that earn most for each car at given prices.

The sets are walked as a tree. A node holds every feasible order of its riders, and the others who fit in with the
least driving ``d`` of the set with them. A child takes one of these, and keeps only those of no larger ``d``, so
each set is met once, its dearest rider first. As driving never falls when riders are added, no set below a child
earns more than its riders and the best of those left, less the child's ``d``. Children that cannot beat the columns
at hand stay closed; what a limit leaves closed counts with that ceiling, so a car's bound holds at all times.
"""

from __future__ import annotations

from typing import Any

from matching.insertion import insert_rider
from matching.jit import kernel
from matching.people import may_share
from matching.routes import empty_route
from matching.tables import NEVER, O_COMMITTED, O_COMMITTED_END, O_DIRECT, O_LIMIT, R_RIDE, R_WORTH
from matching.workspace import HEAD, MAX_RIDERS, WIDTH

_UNKNOWN, _FITS, _CLASHES = 0, 1, 2
NOTHING = -1e18


@kernel
def price_cars(  # noqa: PLR0913, PLR0917 - a kernel takes its arrays one by one
    tables: Any,
    ptr: Any,
    pairs: Any,
    cars: Any,
    prices: Any,
    fares: Any,
    floor: float,
    opens: int,
    space: Any,
    out: Any,
    bound: Any,
) -> tuple[int, int]:
    """Write the best columns of each car in ``cars`` at the prices, as far as there is room in ``out``.

    A column earns its riders' worth and bonuses less their ``prices`` (R,), the added driving and the car's
    ``fares`` (O,). Columns that earn more than ``floor`` (at most 0) are written, the best ``len(space.kept)`` of
    a car. ``opens`` limits the nodes opened for a car. ``bound`` (O,) gets a bound on what any column of the car
    earns, where that is above ``floor``; :data:`NOTHING` for a committed car that cannot be driven.

    Returns
    -------
    tuple
        How many of ``cars`` are done and how many columns are written.
    """
    n = 0
    for at in range(cars.shape[0]):
        car = cars[at]
        if n + space.kept_gain.shape[0] > out.shape[0]:
            return at, n
        kept, bound[car] = _price_car(
            tables, car, pairs[ptr[car] : ptr[car + 1]], prices, fares[car], floor, opens, space
        )
        for k in range(kept):
            for field in range(WIDTH):
                out[n, field] = space.kept[k, field]
            n += 1
    return cars.shape[0], n


@kernel
def _price_car(  # noqa: C901 - one walk of the tree with an explicit stack
    tables: Any, car: int, pairs: Any, prices: Any, fare: float, floor: float, opens: int, space: Any
) -> tuple[int, float]:
    """Walk the tree of one car; return how many columns are kept, and the bound."""
    trips = tables.trips
    stop_s = 2 * trips.boarding_s
    for n in range(pairs.shape[0]):
        rider = pairs[n, 1]
        space.rider[n] = rider
        space.rider_value[n] = trips.requests[rider, R_WORTH] + pairs[n, 3]
        space.rider_paid[n] = space.rider_value[n] - prices[rider]
    base = _board_committed(tables, car, pairs.shape[0], fare, space)
    if base < 0:
        return 0, NOTHING
    _list_first(tables, car, pairs, base, floor, space)
    best, left_closed, cut, kept, opened = NOTHING, NOTHING, floor, 0, 0
    if base > 0:
        cut = NOTHING
        best = space.paid[base] - space.least_s[base]
        kept, cut = _keep(space, kept, best, cut, car, base, space.value[base] - space.least_s[base])
    k = base
    while k >= base:
        p = space.position[k]
        if p >= space.length[k]:
            k -= 1
            continue
        space.position[k] = p + 1
        c, d = space.listed[k, p], space.listed_s[k, p]
        gain = space.paid[k] + space.rider_paid[c] - d
        best = max(best, gain)
        space.chosen[k] = c
        if gain > cut:
            kept, cut = _keep(space, kept, gain, cut, car, k + 1, space.value[k] + space.rider_value[c] - d)
        more = p
        if stop_s > 0:
            more = min(more, (trips.offers[car, O_LIMIT] - d - stop_s * (k + 1)) // stop_s)
        if more <= 0:
            continue
        ceiling = gain + _best_of(space, k, p, c, more)
        if ceiling <= cut:
            continue
        if opened >= opens or k + 2 > MAX_RIDERS:
            left_closed = max(left_closed, ceiling)
            continue
        opened += 1
        if _open(tables, car, k, p, c, k == base, space):
            left_closed = max(left_closed, ceiling)
        k += 1
    return kept, max(best, left_closed)


@kernel
def _board_committed(tables: Any, car: int, riders: int, fare: float, space: Any) -> int:
    """Put the driver and the committed riders on the stack; return how many these are, or -1 if they cannot ride."""
    offers = tables.trips.offers
    k = 0
    for at in range(offers[car, O_COMMITTED], offers[car, O_COMMITTED_END]):
        c = -1
        for n in range(riders):
            if space.rider[n] == tables.committed[at]:
                c = n
        if c < 0 or k + 1 >= MAX_RIDERS or not _likes(tables, c, k, space):
            return -1
        space.chosen[k] = c
        k += 1
    if enter_set(tables.trips, car, k, space) == 0:
        return -1
    for n in range(k + 1):
        space.paid[n] -= fare
    return k


@kernel
def enter_set(trips: Any, car: int, riders: int, space: Any) -> int:
    """Put the driver and the ``riders`` chosen in ``space`` on the stack; return in how many orders they can ride."""
    space.drives[0, 0] = empty_route(trips, space.routes[0, 0], car)
    space.orders[0] = 1
    space.least_s[0] = space.drives[0, 0]
    space.paid[0] = trips.offers[car, O_DIRECT]
    space.value[0] = trips.offers[car, O_DIRECT]
    for k in range(riders):
        if _enter(trips, car, k, space) == 0:
            return 0
    return int(space.orders[riders])


@kernel
def _likes(tables: Any, c: int, k: int, space: Any) -> bool:
    """Say whether a rider gets along with the ``k`` riders chosen so far."""
    for n in range(k):  # noqa: SIM110 - kernels have no generators
        if not may_share(tables.trips, tables.people, space.rider[c], space.rider[space.chosen[n]]):
            return False
    return True


@kernel
def _limited(trips: Any, k: int, space: Any) -> bool:
    """Say whether anyone of the ``k`` riders chosen has a limit on the ride."""
    for n in range(k):  # noqa: SIM110 - kernels have no generators
        if trips.requests[space.rider[space.chosen[n]], R_RIDE] < NEVER:
            return True
    return False


@kernel
def _enter(trips: Any, car: int, k: int, space: Any) -> int:
    """Make the node of depth ``k + 1`` with the rider chosen at depth ``k``; return the number of orders there are."""
    c = space.chosen[k]
    limited = _limited(trips, k + 1, space)
    routes, drives = space.routes, space.drives
    ways, least, _ = insert_rider(
        trips,
        car,
        space.rider[c],
        routes[k],
        drives[k],
        space.orders[k],
        2 * k + 2,
        limited,
        routes[k + 1],
        drives[k + 1],
    )
    space.orders[k + 1] = min(ways, routes.shape[1] - 1)
    space.least_s[k + 1] = least
    space.paid[k + 1] = space.paid[k] + space.rider_paid[c]
    space.value[k + 1] = space.value[k] + space.rider_value[c]
    space.length[k + 1] = 0
    space.position[k + 1] = 0
    return int(ways)


@kernel
def _with(trips: Any, car: int, c: int, k: int, space: Any) -> int:
    """Return the least driving of the set at depth ``k`` and a rider, or NEVER if they do not fit."""
    limited = _limited(trips, k, space) or trips.requests[space.rider[c], R_RIDE] < NEVER
    none = space.routes[space.routes.shape[0] - 1, space.routes.shape[1] - 1 :]
    _, least, _ = insert_rider(
        trips,
        car,
        space.rider[c],
        space.routes[k],
        space.drives[k],
        space.orders[k],
        2 * k + 2,
        limited,
        none,
        space.drives[k],
    )
    return int(least)


@kernel
def _list_first(tables: Any, car: int, pairs: Any, base: int, floor: float, space: Any) -> None:
    """List the riders whom the first node could take; one who pays no more than ``floor`` makes no column better."""
    space.length[base] = 0
    space.position[base] = 0
    for c in range(pairs.shape[0]):
        if space.rider_paid[c] <= floor:
            continue
        d = pairs[c, 2] + space.least_s[0]
        if base > 0:
            if _is_chosen(c, base, space) or not _likes(tables, c, base, space):
                continue
            d = _with(tables.trips, car, c, base, space)
        if d < NEVER:
            _insert_sorted(space, base, c, d)
    known = min(space.fits.shape[0], pairs.shape[0])
    for a in range(known):
        for b in range(known):
            space.fits[a, b] = _UNKNOWN


@kernel
def _is_chosen(c: int, k: int, space: Any) -> bool:
    for n in range(k):  # noqa: SIM110 - kernels have no generators
        if space.chosen[n] == c:
            return True
    return False


@kernel
def _insert_sorted(space: Any, k: int, c: int, d: int) -> None:
    """Put a rider into the list of a node, which is sorted by driving time."""
    listed, listed_s = space.listed, space.listed_s
    at = space.length[k]
    while at > 0 and listed_s[k, at - 1] > d:
        listed[k, at], listed_s[k, at] = listed[k, at - 1], listed_s[k, at - 1]
        at -= 1
    listed[k, at], listed_s[k, at] = c, d
    space.length[k] += 1


@kernel
def _open(tables: Any, car: int, k: int, p: int, c: int, first: bool, space: Any) -> bool:
    """Make the child that takes the rider listed at ``p`` and list who fits in next; say if orders were left out."""
    trips, fits = tables.trips, space.fits
    ways = _enter(trips, car, k, space)
    for n in range(p):
        other = space.listed[k, n]
        known = c < fits.shape[0] and other < fits.shape[0]
        state = _UNKNOWN
        if known:
            state = fits[c, other]
            if state == _CLASHES:
                continue
        if state == _UNKNOWN and not may_share(trips, tables.people, space.rider[c], space.rider[other]):
            if known:
                fits[c, other] = fits[other, c] = _CLASHES
            continue
        d = _with(trips, car, other, k + 1, space)
        if known and first:
            fits[c, other] = fits[other, c] = _FITS if d < NEVER else _CLASHES
        if d < NEVER:
            _insert_sorted(space, k + 1, other, d)
    return bool(ways > space.orders[k + 1])


@kernel
def _best_of(space: Any, k: int, p: int, c: int, more: int) -> float:
    """Return the most that one to ``more`` riders listed before ``p`` could pay."""
    top = space.top
    count = 0
    total = 0.0
    least_bad = NOTHING
    for n in range(p):
        other = space.listed[k, n]
        paid = space.rider_paid[other]
        if c < space.fits.shape[0] and other < space.fits.shape[0] and space.fits[c, other] == _CLASHES:
            continue
        if paid <= 0:
            least_bad = max(least_bad, paid)
            continue
        if count < more and count < MAX_RIDERS:
            at = count
            count += 1
        elif paid > top[count - 1]:
            at = count - 1
            total -= top[at]
        else:
            continue
        total += paid
        while at > 0 and top[at - 1] < paid:
            top[at] = top[at - 1]
            at -= 1
        top[at] = paid
    return total if count > 0 else least_bad


@kernel
def _keep(space: Any, kept: int, gain: float, cut: float, car: int, riders: int, value: int) -> tuple[int, float]:
    """Keep a column, in place of the least one when there is no room; return the number kept and the new cut."""
    gains, columns = space.kept_gain, space.kept
    at = kept
    if kept == gains.shape[0]:
        at = 0
        for n in range(kept):
            if gains[n] < gains[at]:
                at = n
    else:
        kept += 1
    gains[at] = gain
    columns[at, 0], columns[at, 1], columns[at, 2] = car, value, riders
    for n in range(MAX_RIDERS):
        columns[at, HEAD + n] = space.rider[space.chosen[n]] if n < riders else -1
    if kept == gains.shape[0]:
        least = gains[0]
        for n in range(1, kept):
            least = min(least, gains[n])
        cut = max(cut, least)
    return kept, cut
