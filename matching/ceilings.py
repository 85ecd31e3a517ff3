"""Ceilings of the pricing tree: the most that riders who may yet join a set could add to what it earns."""

from __future__ import annotations

from typing import Any

from matching.jit import kernel
from matching.shared import CLASH, known_s
from matching.tables import NEVER, O_LIMIT, O_SEATS

NOTHING = -1e18


@kernel
def most_who_join(shared: Any, car: int, k: int, p: int, c: int, d: int, more: int, space: Any) -> float:
    """Return the most that one to ``more`` riders listed after ``p`` could add to a set that ends in ``c``.

    A rider with whom ``c`` alone means more driving than ``d``, that of the set, pushes it up; so either only the
    others come along, or all who pay best, less the least such push.
    """
    count, count_easy = 0, 0
    total, total_easy = 0.0, 0.0
    least_push = NEVER
    for n in range(p + 1, space.length[k]):
        other = space.listed[k, n]
        paid = space.rider_paid[other]
        both = known_s(shared, car, c, other)
        if both == CLASH:
            continue
        if paid <= 0.0:
            if count == 0:
                return float(paid)
            break
        if count < more:
            count += 1
            total += paid
        if both > d:
            least_push = min(least_push, both - d)
        elif count_easy < more:
            count_easy += 1
            total_easy += paid
            if count_easy == more and total_easy == total:
                break
    if count == 0:
        return NOTHING
    return float(total if least_push == NEVER else max(total_easy, total - least_push))


@kernel
def most_that_fits(trips: Any, shared: Any, car: int, k: int, p: int, c: int, d: int, space: Any) -> float:
    """Return the most that riders listed after ``p`` could add to a set that ends in ``c``, by the seats they take.

    Each rider takes seats for the own ride at least, and all of them have the car's seats for as long as it drives:
    ``d``, or longer for a second's cost a second. A knapsack filled in parts by yield (Dantzig 1957).
    """
    seats = float(trips.offers[car, O_SEATS])
    room = seats * d - space.load[k] - space.rider_load[c]
    room = max(room, 0.0)
    longer = seats * (trips.offers[car, O_LIMIT] - d)
    for n in range(p + 1, space.length[k]):
        space.mark[space.listed[k, n]] = 1
    total, left = 0.0, space.length[k] - p - 1
    for n in range(space.paying[0]):
        other = space.by_yield[n]
        if left == 0:
            break
        if space.mark[other] == 0:
            continue
        left -= 1
        if known_s(shared, car, c, other) == CLASH:
            continue
        load, paid = space.rider_load[other], space.rider_paid[other]
        if load <= room:
            room -= load
            total += paid
            continue
        if longer <= 0.0 or paid * seats <= load:  # no longer drive is allowed, or it costs more than this one pays
            total += paid * room / load
            break
        over = min(load - room, longer)
        total += paid * (room + over) / load - over / seats
        room = 0.0
        longer -= over
    for n in range(p + 1, space.length[k]):
        space.mark[space.listed[k, n]] = 0
    return float(total)


@kernel
def sort_riders(space: Any, riders: int) -> None:
    """Sort the riders of a car by what they pay, and those who pay by what they pay for a second on a seat."""
    paid = space.rider_paid
    for n in range(riders):
        space.by_paid[n] = n
    _sort(space.by_paid, riders, paid, space.rider_load, False)
    paying = 0
    while paying < riders and paid[space.by_paid[paying]] > 0.0:
        space.by_yield[paying] = space.by_paid[paying]
        paying += 1
    space.paying[0] = paying
    _sort(space.by_yield, paying, paid, space.rider_load, True)


@kernel
def _sort(order: Any, count: int, paid: Any, load: Any, by_yield: bool) -> None:
    """Sort the first riders of ``order`` by falling payment, or by falling payment a load.

    Shell sort, as kernels allocate nothing.
    """
    step = count // 2
    while step > 0:
        for n in range(step, count):
            one, at = order[n], n
            while at >= step:
                other = order[at - step]
                less = paid[other] * load[one] < paid[one] * load[other] if by_yield else paid[other] < paid[one]
                if not less:
                    break
                order[at] = other
                at -= step
            order[at] = one
        step //= 2
