"""The least driving of one car with given riders: a search over all orders of stops and meeting points.

A label is a way through some of the stops: what it has driven, the earliest its last stop can start, and the latest
the car can leave home for it. Of two that have served the same riders and stand at the same place, one that is no
better in all three can be forgotten. Limits on rides tie two stops together, which a label does not see: they are left
out at first, and where the order found breaks one, every order is tried and put to the clock.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from matching.verify.world import FOREVER, Way, World

_MOST_LABELS = 1_000_000  # kept in one search; those beyond are followed, but rule nothing out
_LABELS_A_STEP = 16


class _Stop(NamedTuple):
    rider: int  # its position among the riders of the search, -1 for the driver
    way: Way


_Label = tuple[int, int, int]  # driving so far, earliest start of the last stop, latest departure


def least_drive_s(world: World, offer: int, riders: Sequence[int], below_s: int) -> int | None:
    """Return the least driving seconds of an offer with these riders; None if that is not below ``below_s``.

    Raises
    ------
    Undecided
        If that takes more steps than are left of the world's effort.
    """
    world.effort.seat(len(riders))
    search = _Search(world, offer, riders, below_s)
    search.run(labels={})
    if search.order and not search.keeps_rides(search.order):
        search = _Search(world, offer, riders, below_s)
        search.run(labels=None)
    return search.best if search.order else None


class _Search:
    def __init__(self, world: World, offer: int, riders: Sequence[int], below_s: int) -> None:
        trip = world.instance.offers[offer]
        self._legs = world.legs
        self._effort = world.effort
        self._kept = 0
        self._boarding_s = world.instance.boarding_s
        self._start, self._end = world.ends[offer]
        self._seats = [world.instance.requests[r].seats for r in riders]
        self._ride_s = [world.instance.requests[r].max_ride_s for r in riders]
        self._pickups = [world.pickups[r] for r in riders]
        self._dropoffs = [world.dropoffs[r] for r in riders]
        self._free = trip.seats
        self._earliest, self._latest = trip.earliest_departure, trip.latest_arrival
        self._limit_s = world.direct_s[offer] + trip.max_detour_s
        # Rule 4 without waiting: driving and boarding alone must not be too long.
        self.best = min(below_s, self._limit_s - 2 * len(riders) * self._boarding_s + 1)
        self.order: tuple[_Stop, ...] = ()

    def run(self, labels: dict[tuple[int, int, int], list[_Label]] | None) -> None:
        """Find the least driving; with ``labels`` worse ones are forgotten and rides may be too long."""
        self._labels = labels
        start = _Stop(-1, Way(self._start, self._earliest, FOREVER))
        everyone = (1 << len(self._seats)) - 1
        self._extend(everyone, 0, self._free, (0, self._earliest, FOREVER), (start,))

    def _extend(self, waiting: int, aboard: int, free: int, label: _Label, order: tuple[_Stop, ...]) -> None:
        """Try every next stop: a rider who waits, by ``waiting``, or one ``aboard``, both bit sets."""
        if not waiting and not aboard:
            self._finish(label, order)
            return
        for rider, seats in enumerate(self._seats):
            bit = 1 << rider
            if waiting & bit:
                if seats <= free:
                    for way in self._pickups[rider]:
                        self._visit(waiting ^ bit, aboard | bit, free - seats, label, (*order, _Stop(rider, way)))
            elif aboard & bit:
                for way in self._dropoffs[rider]:
                    self._visit(waiting, aboard ^ bit, free + seats, label, (*order, _Stop(rider, way)))

    def _visit(self, waiting: int, aboard: int, free: int, label: _Label, order: tuple[_Stop, ...]) -> None:
        """Drive on to the last stop of an order, and further if rules 3, 4 and 5 can still be kept."""
        self._effort.spend()
        drive_s, ready, depart = label
        place, earliest, latest = order[-1].way
        done = len(order) - 2  # stops before this one
        leg_s = self._legs[order[-2].way.place][place]
        home_s = self._legs[place][self._end]
        drive_s += leg_s
        if drive_s + home_s >= self.best:
            return
        ready = max(ready + leg_s + (self._boarding_s if done else 0), earliest)
        depart = min(depart, latest - drive_s - done * self._boarding_s)
        left = 2 * waiting.bit_count() + aboard.bit_count() + 1  # boardings from here on
        arrival = ready + left * self._boarding_s + home_s
        if ready > latest or arrival > self._latest or arrival - depart > self._limit_s:
            return
        label = (drive_s, ready, depart)
        if self._labels is not None:
            known = self._labels.setdefault((waiting, aboard, place), [])
            self._effort.spend(len(known) // _LABELS_A_STEP)
            if any(d <= drive_s and r <= ready and at >= depart for d, r, at in known):
                return
            if self._kept < _MOST_LABELS:
                known.append(label)
                self._kept += 1
        self._extend(waiting, aboard, free, label, order)

    def _finish(self, label: _Label, order: tuple[_Stop, ...]) -> None:
        drive_s = label[0] + self._legs[order[-1].way.place][self._end]
        if drive_s < self.best and (self._labels is not None or self.keeps_rides(order)):
            self.best, self.order = drive_s, order

    def keeps_rides(self, order: tuple[_Stop, ...]) -> bool:
        """Say whether times exist that keep rules 3 to 6: the earliest are raised until no rule asks for more."""
        if all(ride_s is None for ride_s in self._ride_s):
            return True
        stops = (*order, _Stop(-1, Way(self._end, -FOREVER, self._latest)))
        after = [  # (i, j, s): stop j starts s seconds after stop i or later
            (n, n + 1, (self._boarding_s if n else 0) + self._legs[a.way.place][b.way.place])
            for n, (a, b) in enumerate(pairwise(stops))
        ]
        after.append((len(stops) - 1, 0, -self._limit_s))
        for rider, ride_s in enumerate(self._ride_s):
            if ride_s is not None:
                pickup, dropoff = (n for n, stop in enumerate(stops) if stop.rider == rider)
                after.append((dropoff, pickup, -ride_s - self._boarding_s))
        at = [stop.way.earliest for stop in stops]
        # Each round settles one stop more; times that still rise after that rise for ever.
        for _ in range(len(stops) + 1):
            self._effort.spend(len(stops))
            before = list(at)
            for i, j, seconds in after:
                at[j] = max(at[j], at[i] + seconds)
            if at == before:
                return all(t <= stop.way.latest for t, stop in zip(at, stops, strict=True))
        return False
