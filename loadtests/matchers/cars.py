"""One car of a method that is not the engine's: who may share it, and the times that make the least detour."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from itertools import combinations, pairwise
from typing import NamedTuple

from matching import Instance, Match, Offer, Place, Request, Stop

Seconds = Callable[[Place, Place], int]


class Visit(NamedTuple):
    """A stop for one request: its rider boards or leaves, at the request's own place."""

    request: Request
    boards: bool

    @property
    def place(self) -> Place:
        """Where it is."""
        return self.request.origin if self.boards else self.request.destination


def remembered(instance: Instance) -> Seconds:
    """Return the instance's driving seconds, remembered for pairs asked of late."""
    return lru_cache(maxsize=1 << 20)(instance.travel.seconds)


def get_along(instance: Instance, a: Offer | Request, b: Offer | Request) -> bool:
    """Say whether two people may share a car (rule 8)."""
    excluded = instance.excluded
    wanted = a.requires <= b.traits and b.requires <= a.traits
    return wanted and (a.id, b.id) not in excluded and (b.id, a.id) not in excluded


def times_of(instance: Instance, seconds: Seconds, offer: Offer, visits: Sequence[Visit]) -> list[int] | None:
    """Return the times of departure, visits and arrival that leave the least detour; None where rules 2 to 6 forbid.

    Leaving later never makes a trip longer, so the car leaves as late as it can, and then makes no stop wait.
    """
    if not _have_seats(offer, visits):
        return None
    places = [offer.origin, *(visit.place for visit in visits), offer.destination]
    steps = [
        seconds(a, b) + (instance.boarding_s if n else 0)  # the work at a stop, and the way to the next
        for n, (a, b) in enumerate(pairwise(places))
    ]
    due = [visit.request.latest_arrival for visit in visits]
    for n, visit in enumerate(visits):
        if visit.boards and visit.request.latest_pickup is not None:
            due[n] = min(due[n], visit.request.latest_pickup)
    latest = [offer.latest_arrival, *due, offer.latest_arrival]
    rides = _limited_rides(instance, visits)
    if not _pull_back(latest, steps, rides) or latest[0] < offer.earliest_departure:
        return None
    depart = latest[0]
    opens = [visit.request.earliest_departure if visit.boards else depart for visit in visits]
    at = [depart, *opens, depart]
    if not _push_on(at, latest, steps, rides):
        return None
    longest = seconds(offer.origin, offer.destination) + offer.max_detour_s
    return at if at[-1] - at[0] <= longest else None


def _have_seats(offer: Offer, visits: Sequence[Visit]) -> bool:
    taken = 0
    for visit in visits:
        taken += visit.request.seats if visit.boards else -visit.request.seats
        if taken > offer.seats:
            return False
    return True


def _limited_rides(instance: Instance, visits: Sequence[Visit]) -> list[tuple[int, int, int]]:
    """Return (stop of boarding, stop of leaving, most seconds between them) of each limited ride."""
    boards = {visit.request.id: n for n, visit in enumerate(visits, 1) if visit.boards}
    return [
        (boards[visit.request.id], n, visit.request.max_ride_s + instance.boarding_s)
        for n, visit in enumerate(visits, 1)
        if not visit.boards and visit.request.max_ride_s is not None
    ]


def _pull_back(latest: list[int], steps: list[int], rides: list[tuple[int, int, int]]) -> bool:
    """Lower the latest times until they agree with each other; say whether they come to."""
    for _ in range(len(latest) + 2):
        for n in range(len(steps) - 1, -1, -1):
            latest[n] = min(latest[n], latest[n + 1] - steps[n])
        late = [(board, leave, most) for board, leave, most in rides if latest[leave] > latest[board] + most]
        for board, leave, most in late:
            latest[leave] = latest[board] + most
        if not late:
            return True
    return False


def _push_on(at: list[int], latest: list[int], steps: list[int], rides: list[tuple[int, int, int]]) -> bool:
    """Raise the earliest times until they agree with each other; say whether they come to, none of them too late."""
    for _ in range(len(at) + 2):
        for n, step in enumerate(steps):
            at[n + 1] = max(at[n + 1], at[n] + step)
        if any(now > last for now, last in zip(at, latest, strict=True)):
            return False
        early = [(board, leave, most) for board, leave, most in rides if at[leave] > at[board] + most]
        for board, leave, most in early:
            at[board] = at[leave] - most
        if not early:
            return True
    return False


def feasible_part(
    instance: Instance, seconds: Seconds, offer: Offer, visits: Sequence[Visit]
) -> tuple[list[Visit], list[int]] | None:
    """Return a car's visits, or those of most of its riders, that keep rules 1 to 6 and 8, and their times."""
    riders = list({visit.request.id: visit.request for visit in visits}.values())
    if not riders:
        return None
    for kept in _parts(offer, riders):
        people: tuple[Offer | Request, ...] = (offer, *kept)
        if all(get_along(instance, a, b) for a, b in combinations(people, 2)):
            part = [visit for visit in visits if visit.request in kept]
            times = times_of(instance, seconds, offer, part)
            if times is not None:
                return part, times
    return None


def _parts(offer: Offer, riders: list[Request]) -> Iterator[tuple[Request, ...]]:
    """Yield all riders, then some of them: those with more committed riders first, then larger ones."""
    yield tuple(riders)
    parts = [part for size in range(len(riders) - 1, 0, -1) for part in combinations(riders, size)]
    yield from sorted(parts, key=lambda part: -sum(rider.id in offer.committed for rider in part))


def match_of(seconds: Seconds, offer: Offer, visits: Sequence[Visit], times: Sequence[int]) -> Match:
    """Return the car as a match."""
    stops = [Stop("depart", times[0], offer.origin)]
    stops += [
        Stop("pickup" if visit.boards else "dropoff", at, visit.place, visit.request.id)
        for visit, at in zip(visits, times[1:-1], strict=True)
    ]
    stops.append(Stop("arrive", times[-1], offer.destination))
    own_s = seconds(offer.origin, offer.destination)
    driving_s = sum(seconds(a.place, b.place) for a, b in pairwise(stops))
    riders = [visit.request for visit in visits if visit.boards]
    rides_s = sum(seconds(rider.origin, rider.destination) for rider in riders)
    detour_s = times[-1] - times[0] - own_s
    return Match(offer.id, tuple(r.id for r in riders), tuple(stops), detour_s, rides_s - (driving_s - own_s))
