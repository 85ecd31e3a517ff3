"""Exact pricing: the sets of riders that earn most for each car at given prices.

The sets are walked as a tree. A node holds every feasible order of its riders, and the others who fit in with the
least driving ``d`` of the set with them. A child takes one of these, and keeps only those who pay no more, so each
set is met once, who pays best first. As driving never falls when riders are added, no set below a child earns more
than its riders and the best of those left, less the child's ``d``. Children that cannot beat the columns
at hand stay closed; what a limit leaves closed counts with that ceiling, so a car's bound holds at all times.
"""

from __future__ import annotations

from typing import Any

from matching.ceilings import NOTHING, most_that_fits, most_who_join, sort_riders
from matching.cuts import charge
from matching.jit import kernel
from matching.nodes import append_rider, enter_set, is_chosen, likes, list_next, with_rider
from matching.tables import NEVER, O_COMMITTED, O_COMMITTED_END, O_LIMIT, R_SEATS, R_WORTH
from matching.workspace import HEAD, MAX_RIDERS, WIDTH


@kernel
def price_cars(  # noqa: PLR0913, PLR0917 - a kernel takes its arrays one by one
    tables: Any,
    ptr: Any,
    pairs: Any,
    shared: Any,
    cars: Any,
    aboard_s: Any,
    prices: Any,
    fares: Any,
    charges: Any,
    floors: Any,
    work: int,
    most_work: int,
    space: Any,
    out: Any,
    bound: Any,
    left_open: Any,
) -> tuple[int, int, int]:
    """Write the best columns of each car in ``cars`` at the prices, as far as there is room in ``out``.

    ``aboard_s`` (R,) is how long each rider is in a car at least. A column earns its riders' worth and bonuses less
    their ``prices`` (R,), the added driving, the car's ``fares`` (O,) and the ``charges`` of cuts. Columns that earn
    more than the car's ``floors`` (O,) are written, the best ``len(space.kept)`` of a car. ``work`` limits the orders
    of stops tried for a car, ``most_work`` those for all of them, which the first ones may use up. ``bound`` (O,) gets
    a bound on what any column of the car earns, where that is above its floor; :data:`NOTHING` for a committed car that
    cannot be driven. ``left_open`` (O,) gets 2 where the limit left sets above the floor unseen, and 1 where there was
    no room: for more columns, or for sets of so many riders or orders, which more work does not show.

    Returns
    -------
    tuple
        How many of ``cars`` are done, how many columns are written, and how many orders of stops were tried.
    """
    n, tried = 0, 0
    for at in range(cars.shape[0]):
        car = cars[at]
        floor = floors[car]
        if n + space.kept_gain.shape[0] > out.shape[0]:
            return at, n, tried
        near = pairs[ptr[car] : ptr[car + 1]]
        limit = min(work, most_work - tried)
        kept, best, left_closed, too_large, worked = _price_car(
            tables, car, near, shared, aboard_s, prices, fares[car], charges, floor, limit, space
        )
        tried += worked
        bound[car] = max(best, left_closed, too_large)
        full = kept == space.kept_gain.shape[0] or too_large > max(best, floor)
        left_open[car] = 2 if left_closed > max(best, floor) else int(full)
        for k in range(kept):
            for field in range(WIDTH):
                out[n, field] = space.kept[k, field]
            n += 1
    return cars.shape[0], n, tried


@kernel
def _price_car(  # noqa: PLR0913, PLR0917 - a kernel takes its arrays one by one
    tables: Any, car: int, pairs: Any, shared: Any, aboard_s: Any, prices: Any, fare: float, charges: Any, floor: float,
    work: int, space: Any,
) -> tuple[int, float, float, float, int]:  # fmt: skip
    """Walk the tree of one car.

    Returns
    -------
    tuple
        How many columns are kept, the best gain met, the best ceilings not met: for want of work, and of room; and how
        many orders of stops were tried.
    """
    trips = tables.trips
    for n in range(pairs.shape[0]):
        rider = pairs[n, 1]
        space.rider[n] = rider
        space.rider_value[n] = trips.requests[rider, R_WORTH] + pairs[n, 3]
        space.rider_paid[n] = space.rider_value[n] - prices[rider]
        space.rider_load[n] = trips.requests[rider, R_SEATS] * aboard_s[rider]
    space.riders[0] = pairs.shape[0]
    sort_riders(space, pairs.shape[0])
    base = _board_committed(tables, car, pairs.shape[0], fare, charges, space)
    if base < 0:
        return 0, NOTHING, NOTHING, NOTHING, 0
    _list_first(tables, car, pairs, base, floor, space)
    best, left_closed, too_large, cut, kept, worked = NOTHING, NOTHING, NOTHING, floor, 0, 0
    if base > 0:
        cut = NOTHING
        best = space.paid[base] - space.least_s[base]
        kept, cut = _keep(space, kept, best, cut, car, base, space.value[base] - space.least_s[base])
        space.kept_gain[0] = -NOTHING  # never put out: it may be the only one that goes with the other cars
    k = base
    kept, best, cut = _survey(tables, charges, shared, car, k, kept, best, cut, space)
    while k >= base:
        at = space.position[k]
        if at >= space.queued[k] or space.ceiling[k, space.queue[k, at]] <= cut:
            k -= 1
            continue
        p = space.queue[k, at]
        if k + 2 > MAX_RIDERS:
            too_large = max(too_large, space.ceiling[k, p])  # the highest of those left
            k -= 1
            continue
        if worked >= work:
            left_closed = max(left_closed, space.ceiling[k, p])
            k -= 1
            continue
        space.position[k] = at + 1
        c, d = space.listed[k, p], space.listed_s[k, p]
        space.chosen[k] = c
        space.load[k + 1] = space.load[k] + space.rider_load[c]
        gain = space.gain[k, p]
        more = _room_for(trips, car, k + 1, d, space.length[k] - p - 1)
        left_out, tried = list_next(tables, car, shared, k, p, c, d, more, gain - cut, space)
        if left_out:
            too_large = max(too_large, space.ceiling[k, p])
        worked += tried
        k += 1
        space.paid[k] = gain + d
        kept, best, cut = _survey(tables, charges, shared, car, k, kept, best, cut, space)
    return kept, best, left_closed, too_large, worked


@kernel
def _room_for(trips: Any, car: int, riders: int, drive_s: int, most: int) -> int:
    """Return how many of ``most`` more riders the time would do to let in and out, besides so many and the driving."""
    stop_s = 2 * trips.boarding_s
    if stop_s == 0:
        return most
    return int(min(most, (trips.offers[car, O_LIMIT] - drive_s - stop_s * riders) // stop_s))


@kernel
def _survey(  # noqa: PLR0913, PLR0917 - a kernel takes its arrays one by one
    tables: Any, charges: Any, shared: Any, car: int, k: int, kept: int, best: float, cut: float, space: Any
) -> tuple[int, float, float]:
    """Look at the children of a node: keep those that are good columns, and queue those that may lead to better ones.

    The queue has the highest ceiling first, so that good columns are met early and raise the cut for all others.
    What ``charges`` ask of larger sets is left out of ceilings, which only makes them higher.
    """
    trips, queue, ceilings = tables.trips, space.queue, space.ceiling
    space.queued[k] = 0
    space.position[k] = 0
    for p in range(space.length[k]):
        c, d = space.listed[k, p], space.listed_s[k, p]
        gain = space.paid[k] + space.rider_paid[c] - charge(charges, trips.offers.shape[0], car, k, c, space) - d
        space.gain[k, p] = gain
        best = max(best, gain)
        if gain > cut:
            space.chosen[k] = c
            kept, cut = _keep(space, kept, gain, cut, car, k + 1, space.value[k] + space.rider_value[c] - d)
    for p in range(space.length[k] - 1):
        c, d = space.listed[k, p], space.listed_s[k, p]
        gain = space.gain[k, p]
        more = _room_for(trips, car, k + 1, d, space.length[k] - p - 1)
        if more <= 0:
            continue
        most = most_who_join(shared, car, k, p, c, d, more, space)
        if gain + most <= cut:
            continue
        space.fits[k, p] = most_that_fits(trips, shared, car, k, p, c, d, space)
        ceiling = gain + min(most, space.fits[k, p])
        if ceiling <= cut:
            continue
        ceilings[k, p] = ceiling
        at = space.queued[k]
        while at > 0 and ceilings[k, queue[k, at - 1]] < ceiling:
            queue[k, at] = queue[k, at - 1]
            at -= 1
        queue[k, at] = p
        space.queued[k] += 1
    return kept, best, cut


@kernel
def _board_committed(tables: Any, car: int, riders: int, fare: float, charges: Any, space: Any) -> int:
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
    if enter_set(tables.trips, car, k, NEVER, space) == 0:
        return -1
    for n in range(k + 1):
        space.paid[n] -= fare
        if n < k:
            fare += charge(charges, offers.shape[0], car, n, space.chosen[n], space)
    return k


@kernel
def _list_first(tables: Any, car: int, pairs: Any, base: int, floor: float, space: Any) -> None:
    """List the riders whom the first node could take; who pays less than 0 and ``floor`` helps none."""
    space.length[base] = 0
    space.load[base] = 0.0
    for n in range(base):
        space.load[base] += space.rider_load[space.chosen[n]]
    for c in space.by_paid[: pairs.shape[0]]:
        if space.rider_paid[c] <= min(floor, 0.0):
            break
        d = pairs[c, 2] + space.least_s[0]
        if base > 0:
            if is_chosen(c, base, space) or not likes(tables, c, base, space):
                continue
            d = with_rider(tables.trips, car, c, base, NEVER, space)
        if d < NEVER:
            append_rider(space, base, c, d)


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
