"""Every car that could matter, by the definition: the sets of riders that an offer can carry, grown one by one.

Two facts keep the sets few, both because driving over one more place is never shorter (triangle inequality). A set that
an offer cannot carry stays infeasible with more riders. And driving never falls with more riders, so no set grown from
another pays more than its own riders and those that could still join, less what it drives already.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import NamedTuple

from matching.verify.duals import FINE, Duals
from matching.verify.near import Near
from matching.verify.orders import least_drive_s
from matching.verify.world import World


class Car(NamedTuple):
    """An offer with riders: its score, and what it gains above the duals, in 1/256 s."""

    offer: int
    riders: tuple[int, ...]
    score: int
    gain: int


_SUMMED_A_STEP = 32  # payments added up
_CUTS_A_STEP = 8


class _Joiner(NamedTuple):
    rider: int
    pays: int  # above its price, in 1/256 s
    drive_s: int  # of the set with this rider


class Cars:
    """Prices the cars of a world against duals. ``searched`` counts the sets of riders put to the test."""

    def __init__(self, world: World, duals: Duals) -> None:
        self._world, self._duals = world, duals
        self._near = Near(world)
        self.searched = 0

    def best_gain(self, offer: int) -> int:
        """Return the most that any car of an offer gains, or 0 where none gains."""
        walk = _Walk(self._world, self._duals, offer, 0, self._near.requests(offer))
        for car in walk.cars():
            walk.floor = max(walk.floor, car.gain)
        self.searched += walk.searched
        return walk.floor

    def gaining(self, offer: int, floor: int) -> Iterator[Car]:
        """Yield all cars of an offer that gain more than a floor in 1/256 s."""
        walk = _Walk(self._world, self._duals, offer, floor, self._near.requests(offer))
        yield from walk.cars()
        self.searched += walk.searched


class _Walk:
    """A walk over the sets of riders of one offer that may gain more than ``floor``, which may rise underway."""

    def __init__(self, world: World, duals: Duals, offer: int, floor: int, near: list[int]) -> None:
        self._world, self._offer, self._effort = world, offer, world.effort
        self._effort.spend(len(duals.cuts))
        self._direct_s = world.direct_s[offer]
        self._limit_s = self._direct_s + world.instance.offers[offer].max_detour_s
        self._fare = duals.fare[offer]
        self._near = [r for r in near if world.may_drive(offer, r)]
        self._worth = {r: world.worth[r] + world.bonus(offer, r) for r in self._near}
        self._pays = {r: worth * FINE - duals.price[r] for r, worth in self._worth.items()}
        cuts = ((requests, 1 if offer in offers else 2, dual) for offers, requests, dual in duals.cuts)
        self._cuts = [cut for cut in cuts if len(cut[0] & self._pays.keys()) >= cut[1]]
        self.floor = floor
        self.searched = 0

    def cars(self) -> Iterator[Car]:
        """Yield the cars that gain more than the floor; each holds the committed riders (rule 9)."""
        base = self._world.committed[self._offer]
        together = all(self._world.may_share(*pair) for pair in combinations(base, 2))
        if not (together and self._pays.keys() >= set(base)):
            return
        drive_s: int | None = self._direct_s
        if base:
            drive_s = least_drive_s(self._world, self._offer, base, self._limit_s + 1)
        if drive_s is None:
            return
        if base:
            yield from self._car(base, drive_s)
        others = [r for r in self._near if r not in base and all(self._world.may_share(r, b) for b in base)]
        others.sort(key=lambda r: (-self._pays[r], r))
        yield from self._grow(base, drive_s, [_Joiner(r, self._pays[r], drive_s) for r in others])

    def _grow(self, riders: tuple[int, ...], drive_s: int, others: list[_Joiner]) -> Iterator[Car]:
        """Yield the cars with ``riders`` and one or more of ``others``, who come by falling pay."""
        joiners = []
        for joiner in self._joiners(riders, drive_s, others):
            joiners.append(joiner)
            yield from self._car((*riders, joiner.rider), joiner.drive_s)
        for n, (rider, _, with_s) in enumerate(joiners):
            later = [j for j in joiners[n + 1 :] if self._world.may_share(rider, j.rider)]
            if later:
                yield from self._grow((*riders, rider), with_s, later)

    def _joiners(self, riders: tuple[int, ...], drive_s: int, others: list[_Joiner]) -> Iterator[_Joiner]:
        """Yield those of ``others`` who can join ``riders`` in a car that may gain more than the floor."""
        paid = self._paid(riders)
        most = self._most_more(len(riders), drive_s)
        company = [max(0, other.pays) for other in others]  # what those pay who are not ruled out, falling
        at = 0
        for other in others:
            pays = company.pop(at)
            self._effort.spend(1 + min(max(0, most), len(company)) // _SUMMED_A_STEP)
            ceiling = paid + other.pays + sum(company[: most - 1]) if most > 0 else self.floor
            below_s = self._direct_s - (self.floor - ceiling) // FINE  # more driving, and no car gains enough
            with_s = None
            if other.drive_s < below_s and drive_s < below_s:
                self.searched += 1
                with_s = least_drive_s(self._world, self._offer, (*riders, other.rider), below_s)
            if with_s is not None:
                company.insert(at, pays)
                at += 1
                yield _Joiner(other.rider, other.pays, with_s)

    def _most_more(self, riders: int, drive_s: int) -> int:
        """Return how many more riders the boardings leave time for (rule 4)."""
        boarding_s = 2 * self._world.instance.boarding_s
        if boarding_s == 0:
            return len(self._near)
        return (self._limit_s - drive_s) // boarding_s - riders

    def _paid(self, riders: tuple[int, ...]) -> int:
        """Return what a set of riders pays above all prices before driving, in 1/256 s."""
        self._effort.spend(len(self._cuts) // _CUTS_A_STEP)
        paid = sum(self._pays[r] for r in riders) - self._fare
        return paid - sum(dual for cut, least, dual in self._cuts if len(cut.intersection(riders)) >= least)

    def _car(self, riders: tuple[int, ...], drive_s: int) -> Iterator[Car]:
        extra_s = drive_s - self._direct_s
        gain = self._paid(riders) - extra_s * FINE
        if gain > self.floor:
            yield Car(self._offer, riders, sum(self._worth[r] for r in riders) - extra_s, gain)
