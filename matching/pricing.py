"""Exact pricing: the sets of riders that earn most for each car at given prices.

The sets are walked as a tree. A node holds every feasible order of its riders, and the others who fit in with the
least driving ``d`` of the set with them. A child takes one of these, and keeps only those of no larger ``d``, so
each set is met once, its dearest rider first. As driving never falls when riders are added, no set below a child
earns more than its riders and the best of those left, less the child's ``d``. Children that cannot beat the columns
at hand stay closed; what a limit leaves closed counts with that ceiling, so a car's bound holds at all times.
"""

from __future__ import annotations

from typing import Any

from matching.jit import kernel
from matching.nodes import enter_set, enter_with, is_chosen, likes, list_next, list_sorted, with_rider
from matching.shared import CLASH, shared_s
from matching.tables import NEVER, O_COMMITTED, O_COMMITTED_END, O_LIMIT, R_WORTH
from matching.workspace import HEAD, MAX_RIDERS, WIDTH

NOTHING = -1e18


@kernel
def price_cars(  # noqa: PLR0913, PLR0917 - a kernel takes its arrays one by one
    tables: Any,
    ptr: Any,
    pairs: Any,
    shared: Any,
    cars: Any,
    prices: Any,
    fares: Any,
    floor: float,
    work: int,
    space: Any,
    out: Any,
    bound: Any,
) -> tuple[int, int, bool]:
    """Write the best columns of each car in ``cars`` at the prices, as far as there is room in ``out``.

    A column earns its riders' worth and bonuses less their ``prices`` (R,), the added driving and the car's
    ``fares`` (O,). Columns that earn more than ``floor`` are written, the best ``len(space.kept)`` of
    a car. ``work`` limits the orders of stops tried for a car. ``bound`` (O,) gets a bound on what any column of
    the car earns, where that is above ``floor``; :data:`NOTHING` for a committed car that cannot be driven.

    Returns
    -------
    tuple
        How many of ``cars`` are done, how many columns are written, and whether these are all columns above ``floor``.
    """
    n, everything = 0, True
    for at in range(cars.shape[0]):
        car = cars[at]
        if n + space.kept_gain.shape[0] > out.shape[0]:
            return at, n, False
        kept, best, left_closed = _price_car(
            tables, car, pairs[ptr[car] : ptr[car + 1]], shared, prices, fares[car], floor, work, space
        )
        bound[car] = max(best, left_closed)
        everything = everything and left_closed <= floor and kept < space.kept_gain.shape[0]
        for k in range(kept):
            for field in range(WIDTH):
                out[n, field] = space.kept[k, field]
            n += 1
    return cars.shape[0], n, everything


@kernel
def _price_car(  # noqa: C901, PLR0913, PLR0917 - one walk of the tree with an explicit stack
    tables: Any, car: int, pairs: Any, shared: Any, prices: Any, fare: float, floor: float, work: int, space: Any
) -> tuple[int, float, float]:
    """Walk the tree of one car; return how many columns are kept, the best gain met and the best ceiling not met."""
    trips = tables.trips
    stop_s = 2 * trips.boarding_s
    for n in range(pairs.shape[0]):
        rider = pairs[n, 1]
        space.rider[n] = rider
        space.rider_value[n] = trips.requests[rider, R_WORTH] + pairs[n, 3]
        space.rider_paid[n] = space.rider_value[n] - prices[rider]
    base = _board_committed(tables, car, pairs.shape[0], fare, space)
    if base < 0:
        return 0, NOTHING, NOTHING
    _list_first(tables, car, pairs, base, floor, space)
    best, left_closed, cut, kept, worked = NOTHING, NOTHING, floor, 0, 0
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
        most, total, last = _best_of(shared, car, k, p, c, d, more, space)
        ceiling = gain + most
        if ceiling <= cut:
            continue
        if worked >= work or k + 2 > MAX_RIDERS:
            left_closed = max(left_closed, ceiling)
            continue
        if k == 0:
            _open_first(tables, car, shared, p, c, d, space)
        elif list_next(tables, car, shared, k, p, c, gain + total - cut, last, space):
            left_closed = max(left_closed, ceiling)
        worked += p * space.orders[k + 1] + 10
        k += 1
    return kept, best, left_closed


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
        if c < 0 or k + 1 >= MAX_RIDERS or not likes(tables, c, k, space):
            return -1
        space.chosen[k] = c
        k += 1
    if enter_set(tables.trips, car, k, space) == 0:
        return -1
    for n in range(k + 1):
        space.paid[n] -= fare
    return k


@kernel
def _list_first(tables: Any, car: int, pairs: Any, base: int, floor: float, space: Any) -> None:
    """List the riders whom the first node could take; who pays less than 0 and ``floor`` helps none."""
    space.length[base] = 0
    space.position[base] = 0
    for c in range(pairs.shape[0]):
        if space.rider_paid[c] <= min(floor, 0.0):
            continue
        d = pairs[c, 2] + space.least_s[0]
        if base > 0:
            if is_chosen(c, base, space) or not likes(tables, c, base, space):
                continue
            d = with_rider(tables.trips, car, c, base, space)
        if d < NEVER:
            list_sorted(space, base, c, d)


@kernel
def _open_first(tables: Any, car: int, shared: Any, p: int, c: int, d: int, space: Any) -> None:
    """Make the node of a single rider, with the others who can ride along; its orders are made when they are needed."""
    enter_with(space, 0, c, d)
    for n in range(p):
        other = space.listed[0, n]
        both = shared_s(tables, car, shared, c, other, space)
        if both < CLASH:
            list_sorted(space, 1, other, both)


@kernel
def _best_of(
    shared: Any, car: int, k: int, p: int, c: int, d: int, more: int, space: Any
) -> tuple[float, float, float]:
    """Return the most that one to ``more`` riders listed before ``p`` could add to a set that ends in ``c``.

    Also what these pay at most, more driving or not, and what the least of the ``more`` who pay best pays, or 0 where
    there are fewer. A rider with whom ``c`` alone means more driving than ``d``, that of the set, pushes it up; so
    either only the others come along, or all who pay best, less the least such push.
    """
    top, easy = space.top[0], space.top[1]
    count, count_easy = 0, 0
    total, total_easy = 0.0, 0.0
    least_bad, least_push = NOTHING, NEVER
    more = min(more, top.shape[0])
    known, start = shared.known[car], shared.ptr[car]
    for n in range(p):
        other = space.listed[k, n]
        paid = space.rider_paid[other]
        push = 0
        if c < known and other < known:
            high, low = max(c, other), min(c, other)
            both = shared.least_s[start + high * (high - 1) // 2 + low]
            if both == CLASH:
                continue
            push = both - d
        if paid <= 0:
            least_bad = max(least_bad, paid)
            continue
        count, total = _take(top, count, total, paid, more)
        if push <= 0:
            count_easy, total_easy = _take(easy, count_easy, total_easy, paid, more)
        else:
            least_push = min(least_push, push)
    last = top[more - 1] if count == more else 0.0
    if count == 0:
        return least_bad, 0.0, last
    if count == count_easy and least_push == NEVER:
        return total, total, last
    return max(total_easy, total - least_push), total, last


@kernel
def _take(top: Any, count: int, total: float, paid: float, most: int) -> tuple[int, float]:
    """Put a payment among the ``most`` highest; return how many there are now and their sum."""
    if count < most:
        at = count
        count += 1
    elif paid > top[count - 1]:
        at = count - 1
        total -= top[at]
    else:
        return count, total
    total += paid
    while at > 0 and top[at - 1] < paid:
        top[at] = top[at - 1]
        at -= 1
    top[at] = paid
    return count, total


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
