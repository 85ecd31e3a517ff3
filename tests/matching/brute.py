"""Every feasible match of a small instance, and the best plan, by trying all: slow, plain, no shared algorithm."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import NamedTuple

from matching import Instance, Offer, Place, Request
from matching.travel import walk_m, walk_s

FAR = 10**12


class Way(NamedTuple):
    """One place where a rider may be picked up or dropped off, with its window."""

    place: Place
    earliest: int
    latest: int


@dataclass(frozen=True)
class Car:
    offer: str
    riders: frozenset[str]
    score: int


def best_score(instance: Instance) -> int | None:
    """Return the score of the best plan, or None where no plan keeps the commitments."""
    cars: dict[str, list[Car]] = {offer.id: [] for offer in instance.offers}
    for car in feasible_cars(instance):
        cars[car.offer].append(car)
    return _best(instance, list(instance.offers), cars, frozenset(), 0)


def feasible_cars(instance: Instance) -> Iterator[Car]:
    for offer in instance.offers:
        for size in range(1, len(instance.requests) + 1):
            for riders in combinations(instance.requests, size):
                if not _get_along(instance, offer, riders):
                    continue
                driving = _least_driving(instance, offer, riders)
                if driving < FAR:
                    yield Car(offer.id, frozenset(r.id for r in riders), _score(instance, offer, riders, driving))


def _best(
    instance: Instance, offers: list[Offer], cars: dict[str, list[Car]], used: frozenset[str], score: int
) -> int | None:
    if not offers:
        return score if _keeps_returns(instance, used) else None
    offer, *rest = offers
    choices = [] if offer.committed else [_best(instance, rest, cars, used, score)]
    for car in cars[offer.id]:
        taken = used | car.riders | {offer.id}
        if used & (car.riders | {offer.id}) or not car.riders >= set(offer.committed):
            continue
        if _eithers_hold(instance, taken):
            choices.append(_best(instance, rest, cars, taken, score + car.score))
    return max((choice for choice in choices if choice is not None), default=None)


def _eithers_hold(instance: Instance, used: frozenset[str]) -> bool:
    groups = [trip.either for trip in (*instance.offers, *instance.requests) if trip.either and trip.id in used]
    return len(groups) == len(set(groups))


def _keeps_returns(instance: Instance, used: frozenset[str]) -> bool:
    return all((r.id in used) == (r.return_of in used) for r in instance.requests if r.return_of)


def _get_along(instance: Instance, offer: Offer, riders: tuple[Request, ...]) -> bool:
    people: tuple[Offer | Request, ...] = (offer, *riders)
    for a in people:
        for b in people:
            if a is not b and not (a.requires <= b.traits):
                return False
            if (a.id, b.id) in instance.excluded or (b.id, a.id) in instance.excluded:
                return False
    homes = {r: o.id for o in instance.offers for r in o.committed}
    if any(homes.get(r.id, offer.id) != offer.id for r in riders):
        return False
    return set(offer.committed) <= {r.id for r in riders} and _eithers_hold(instance, frozenset(p.id for p in people))


def _score(instance: Instance, offer: Offer, riders: tuple[Request, ...], driving: int) -> int:
    seconds = instance.travel.seconds
    score = -(driving - seconds(offer.origin, offer.destination))
    for rider in riders:
        score += instance.rider_value_s + rider.priority_s + seconds(rider.origin, rider.destination)
        score += instance.bonuses.get((offer.id, rider.id), 0)
    return score


def _ways(instance: Instance, rider: Request) -> tuple[list[Way], list[Way]]:
    latest_pickup = FAR if rider.latest_pickup is None else rider.latest_pickup
    pickups = [Way(rider.origin, rider.earliest_departure, latest_pickup)]
    dropoffs = [Way(rider.destination, -FAR, rider.latest_arrival)]
    for point in instance.meeting_points:
        to, back = walk_m(rider.origin, point.place), walk_m(rider.destination, point.place)
        if to <= rider.max_walk_m:
            pickups.append(Way(point.place, rider.earliest_departure + walk_s(to), latest_pickup))
        if back <= rider.max_walk_m:
            dropoffs.append(Way(point.place, -FAR, rider.latest_arrival - walk_s(back)))
    return pickups, dropoffs


def _least_driving(instance: Instance, offer: Offer, riders: tuple[Request, ...]) -> int:
    """Return the least driving time over all orders and places, or FAR if none keeps the rules."""
    ways = [_ways(instance, rider) for rider in riders]
    best = FAR
    start = Way(offer.origin, offer.earliest_departure, FAR)
    # A state: the stops so far as (rider or -1, way), who is aboard and done, the earliest end of work, driving.
    stack: list[tuple[list[tuple[int, Way]], frozenset[int], frozenset[int], int, int]] = [
        ([(-1, start)], frozenset(), frozenset(), offer.earliest_departure, 0)
    ]
    while stack:
        stops, aboard, done, ready, driving = stack.pop()
        here = stops[-1][1].place
        if len(done) == len(riders):
            leg = instance.travel.seconds(here, offer.destination)
            total = driving + leg
            end = (-2, Way(offer.destination, -FAR, offer.latest_arrival))
            if total < best and _times_exist(instance, offer, riders, [*stops, end]):
                best = total
            continue
        for n, rider in enumerate(riders):
            if n in done:
                continue
            for way in ways[n][n in aboard]:
                leg = instance.travel.seconds(here, way.place)
                at = max(ready + leg, way.earliest)
                seats = sum(riders[m].seats for m in aboard) + rider.seats
                if at > way.latest or (n not in aboard and seats > offer.seats):
                    continue
                now_aboard, now_done = (aboard - {n}, done | {n}) if n in aboard else (aboard | {n}, done)
                stack.append(([*stops, (n, way)], now_aboard, now_done, at + instance.boarding_s, driving + leg))
    return best


def _times_exist(instance: Instance, offer: Offer, riders: tuple[Request, ...], stops: list[tuple[int, Way]]) -> bool:
    """Say whether times keep rules 3 to 6, by longest paths between all stops (Floyd and Warshall)."""
    n = len(stops)
    zero = n  # the origin of time
    least = [[-FAR] * (n + 1) for _ in range(n + 1)]  # at[j] - at[i] >= least[i][j]
    limit = instance.travel.seconds(offer.origin, offer.destination) + offer.max_detour_s
    for k, (rider, way) in enumerate(stops):
        least[zero][k], least[k][zero] = way.earliest, -way.latest
        if k:
            work = instance.boarding_s if stops[k - 1][0] >= 0 else 0
            least[k - 1][k] = work + instance.travel.seconds(stops[k - 1][1].place, way.place)
        if rider >= 0:
            first = next(m for m, (other, _) in enumerate(stops) if other == rider)
            most = riders[rider].max_ride_s
            if first < k and most is not None:
                least[k][first] = max(least[k][first], -(instance.boarding_s + most))
    least[n - 1][0] = max(least[n - 1][0], -limit)
    for k in range(n + 1):
        for i in range(n + 1):
            for j in range(n + 1):
                least[i][j] = max(least[i][j], least[i][k] + least[k][j])
    return all(least[k][k] <= 0 for k in range(n + 1))
