"""Every feasible match of a small instance, and the best plan, by trying all: slow, plain, no shared algorithm."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import pytest
from hypothesis import reject

from matching import CommitmentBroken, Instance, Offer, Parts, Place, Request, check, solve
from matching.travel import walk_m, walk_s

FAR = 10**12
MOST_ROUTES = 10_000


class TooDense(Exception):
    """So many orders of stops are feasible that trying all would take minutes."""


class Way(NamedTuple):
    """A stop: one place where a rider may be picked up or dropped off, with its window; rider -1 is the driver."""

    rider: int
    place: Place
    earliest: int
    latest: int


class Route(NamedTuple):
    """The first stops of a car, and when it can be ready to leave the last: at ``max(d + busy, ready)``.

    ``d`` is the departure, which is ``latest_departure`` at the latest. ``boarded``: for each rider aboard the
    driving and boarding since they boarded. ``aboard`` and ``done`` are bit sets of riders.
    """

    stops: tuple[Way, ...]
    aboard: int
    done: int
    driving: int
    busy: int
    ready: int
    latest_departure: int
    boarded: dict[int, int]


@dataclass(frozen=True)
class Car:
    offer: str
    riders: frozenset[str]
    score: int


def hold_to_all_plans(instance: Instance, parts: Parts | None = None) -> None:
    """The solver's plan keeps the rules, is the best of all plans, and its bound says so."""
    try:
        expected = best_score(instance)
    except TooDense:
        reject()
    if expected is None:
        with pytest.raises(CommitmentBroken):
            solve(instance, parts=parts)
        return
    plan = solve(instance, parts=parts)
    assert check(instance, plan) == []
    assert (plan.score, plan.bound, plan.bound_scope) == (expected, expected, "complete")


def best_score(instance: Instance) -> int | None:
    """Return the score of the best plan, or None where no plan keeps the commitments."""
    cars: dict[str, list[Car]] = {offer.id: [] for offer in instance.offers}
    for car in feasible_cars(instance):
        cars[car.offer].append(car)
    return best_choice(instance, cars)


def best_choice(instance: Instance, cars: dict[str, list[Car]]) -> int | None:
    """Return the score of the best choice of at most one car for each offer, or None where none keeps the rules."""
    plans: dict[frozenset[str], int] = {frozenset(): 0}  # the trips used so far: the best score
    for offer in instance.offers:
        extended = {} if offer.committed else dict(plans)
        for used, score in plans.items():
            for car in cars[offer.id]:
                taken = used | car.riders | {offer.id}
                if used & car.riders or not eithers_hold(instance, taken):
                    continue
                extended[taken] = max(extended.get(taken, -FAR), score + car.score)
        # Only riders and the drivers in groups matter to the cars that follow.
        grouped = {o.id for o in instance.offers if o.either}
        plans = {}
        for used, score in extended.items():
            key = frozenset(t for t in used if t in grouped or t not in cars)
            plans[key] = max(plans.get(key, -FAR), score)
    return max((score for used, score in plans.items() if _keeps_returns(instance, used)), default=None)


def feasible_cars(instance: Instance, most_routes: int = MOST_ROUTES) -> Iterator[Car]:
    """Yield every car that keeps rules 1 to 8, holds the riders committed to it and none committed elsewhere."""
    for offer in instance.offers:
        riders = [r for r in instance.requests if may_ride(instance, offer, r) and least_driving(instance, offer, [r])]
        for taken, driving in least_driving(instance, offer, riders, most_routes).items():
            people = [rider for n, rider in enumerate(riders) if taken >> n & 1]
            ids = frozenset(rider.id for rider in people)
            if ids >= set(offer.committed) and eithers_hold(instance, ids | {offer.id}):
                yield Car(offer.id, ids, _score(instance, offer, people, driving))


def may_ride(instance: Instance, offer: Offer, rider: Request) -> bool:
    """Say whether an offer's driver may carry a rider, as far as people and commitments go."""
    homes = {r: o.id for o in instance.offers for r in o.committed}
    alone = offer.either is None or offer.either != rider.either
    return homes.get(rider.id, offer.id) == offer.id and alone and get_along(instance, offer, rider)


def get_along(instance: Instance, a: Offer | Request, b: Offer | Request) -> bool:
    """Say whether two people may be in one car by requires, traits and excluded pairs."""
    if (a.id, b.id) in instance.excluded or (b.id, a.id) in instance.excluded:
        return False
    return a.requires <= b.traits and b.requires <= a.traits


def eithers_hold(instance: Instance, used: frozenset[str]) -> bool:
    groups = [trip.either for trip in instance.trips if trip.either and trip.id in used]
    return len(groups) == len(set(groups))


def _keeps_returns(instance: Instance, used: frozenset[str]) -> bool:
    return all((r.id in used) == (r.return_of in used) for r in instance.requests if r.return_of)


def _score(instance: Instance, offer: Offer, riders: Sequence[Request], driving: int) -> int:
    seconds = instance.travel.seconds
    score = -(driving - seconds(offer.origin, offer.destination))
    for rider in riders:
        score += instance.rider_value_s + rider.priority_s + seconds(rider.origin, rider.destination)
        score += instance.bonuses.get((offer.id, rider.id), 0)
    return score


def _ways(instance: Instance, n: int, rider: Request) -> tuple[list[Way], list[Way]]:
    latest_pickup = FAR if rider.latest_pickup is None else rider.latest_pickup
    pickups = [Way(n, rider.origin, rider.earliest_departure, latest_pickup)]
    dropoffs = [Way(n, rider.destination, -FAR, rider.latest_arrival)]
    for point in instance.meeting_points:
        to, back = walk_m(rider.origin, point.place), walk_m(rider.destination, point.place)
        if rider.max_walk_m > 0 and to <= rider.max_walk_m:
            pickups.append(Way(n, point.place, rider.earliest_departure + walk_s(to), latest_pickup))
        if rider.max_walk_m > 0 and back <= rider.max_walk_m:
            dropoffs.append(Way(n, point.place, -FAR, rider.latest_arrival - walk_s(back)))
    return pickups, dropoffs


def least_driving(
    instance: Instance, offer: Offer, riders: Sequence[Request], most_routes: int = MOST_ROUTES
) -> dict[int, int]:
    """Return for each set of riders (a bit set) that the offer can carry the least driving over orders and places.

    Routes are made one stop longer at a time, all of them, but for those that another one with the same riders,
    done and aboard, beats in everything at the same place. Raises TooDense where these are more than ``most_routes``.
    """
    search = _Search(instance, offer, riders)
    least: dict[int, int] = {}
    start = Way(-1, offer.origin, offer.earliest_departure, FAR)
    routes = [Route((start,), 0, 0, 0, 0, offer.earliest_departure, FAR, {})]
    count = 0
    while routes:
        count += len(routes)
        if count > most_routes:
            raise TooDense
        longer: dict[tuple[Place, int, int], list[Route]] = {}
        for route in routes:
            if route.done and not route.aboard:
                total = route.driving + search.seconds(route.stops[-1].place, offer.destination)
                if total < least.get(route.done, FAR) and search.times_exist(route.stops):
                    least[route.done] = total
            for new in search.extensions(route):
                rivals = longer.setdefault((new.stops[-1].place, new.aboard, new.done), [])
                if search.anyone_limited(new):
                    rivals.append(new)
                elif not any(_beats(old, new) for old in rivals):
                    rivals[:] = [old for old in rivals if not _beats(new, old)]
                    rivals.append(new)
        routes = [route for rivals in longer.values() for route in rivals]
    return least


def _beats(a: Route, b: Route) -> bool:
    """Say whether whatever can follow one route can follow another at no more driving."""
    return a.driving <= b.driving and a.ready <= b.ready and a.latest_departure >= b.latest_departure


class _Search:
    """What one offer with its possible riders can do."""

    def __init__(self, instance: Instance, offer: Offer, riders: Sequence[Request]) -> None:
        self._instance, self._offer, self._riders = instance, offer, riders
        self._ways = [_ways(instance, n, rider) for n, rider in enumerate(riders)]
        self._seconds: dict[tuple[Place, Place], int] = {}
        self._longest = self.seconds(offer.origin, offer.destination) + offer.max_detour_s
        self._limited = sum(1 << n for n, rider in enumerate(riders) if rider.max_ride_s is not None)
        self._foes = [
            sum(1 << m for m, b in enumerate(riders) if m != n and not _may_share(instance, a, b))
            for n, a in enumerate(riders)
        ]

    def seconds(self, a: Place, b: Place) -> int:
        if (a, b) not in self._seconds:
            self._seconds[a, b] = self._instance.travel.seconds(a, b)
        return self._seconds[a, b]

    def anyone_limited(self, route: Route) -> bool:
        return bool((route.aboard | route.done) & self._limited)

    def extensions(self, route: Route) -> Iterator[Route]:
        """Yield the routes with one more stop, but for those that are late or too long already."""
        seats = self._offer.seats - sum(r.seats for n, r in enumerate(self._riders) if route.aboard >> n & 1)
        for n, rider in enumerate(self._riders):
            bit = 1 << n
            if route.done & bit:
                continue
            if route.aboard & bit:
                for way in self._ways[n][1]:
                    yield from self._with(route, way, route.aboard ^ bit, route.done | bit)
            elif rider.seats <= seats and not self._foes[n] & (route.aboard | route.done):
                for way in self._ways[n][0]:
                    yield from self._with(route, way, route.aboard | bit, route.done)

    def _with(self, route: Route, way: Way, aboard: int, done: int) -> Iterator[Route]:
        leg, boarding = self.seconds(route.stops[-1].place, way.place), self._instance.boarding_s
        home = self.seconds(way.place, self._offer.destination)
        start = max(route.ready + leg, way.earliest)
        latest_departure = min(route.latest_departure, way.latest - route.busy - leg)
        busy = route.busy + leg + boarding
        end = start + boarding + home
        if start > way.latest or latest_departure < self._offer.earliest_departure:
            return
        if end > self._offer.latest_arrival or max(busy + home, end - latest_departure) > self._longest:
            return
        boarded = {rider: since + leg + boarding for rider, since in route.boarded.items()}
        since = boarded.pop(way.rider, None)
        if since is None:
            boarded[way.rider] = 0
        else:
            most = self._riders[way.rider].max_ride_s
            if most is not None and since - boarding > most:
                return
        driving = route.driving + leg
        yield Route((*route.stops, way), aboard, done, driving, busy, start + boarding, latest_departure, boarded)

    def times_exist(self, stops: tuple[Way, ...]) -> bool:
        """Say whether times keep rules 3 to 6, by longest paths between all stops (Floyd and Warshall)."""
        stops = (*stops, Way(-2, self._offer.destination, -FAR, self._offer.latest_arrival))
        n = len(stops)
        zero = n  # the origin of time
        least = [[-FAR] * (n + 1) for _ in range(n + 1)]  # at[j] - at[i] >= least[i][j]
        boarding = self._instance.boarding_s
        for k, way in enumerate(stops):
            least[zero][k], least[k][zero] = way.earliest, -way.latest
            if k:
                work = boarding if stops[k - 1].rider >= 0 else 0
                least[k - 1][k] = work + self.seconds(stops[k - 1].place, way.place)
            if way.rider >= 0:
                first = next(m for m, other in enumerate(stops) if other.rider == way.rider)
                most = self._riders[way.rider].max_ride_s
                if first < k and most is not None:
                    least[k][first] = max(least[k][first], -(boarding + most))
        least[n - 1][0] = max(least[n - 1][0], -self._longest)
        for k in range(n + 1):
            through = least[k]
            for row in least:
                to = row[k]
                if to > -FAR:
                    row[:] = [max(a, to + b) for a, b in zip(row, through, strict=True)]
        return all(least[k][k] <= 0 for k in range(n + 1))


def _may_share(instance: Instance, a: Request, b: Request) -> bool:
    return get_along(instance, a, b) and (a.either is None or a.either != b.either)
