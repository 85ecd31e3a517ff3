"""The agreed cars that a process has read: a batch asks which of them are as they were, and reads the others anew."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from service.model.matches import MatchRecord
from service.model.trips import Trip
from service.store import matches as store_matches
from service.store.client import Store

_MOST_MARKETS = 256  # those matched last


@dataclass(frozen=True, slots=True)
class Commitment:
    """An agreed car that has not left, and its people's trips by id."""

    match: MatchRecord
    people: dict[str, Trip]

    @property
    def whole(self) -> bool:
        """Whether all its trips could be read."""
        return len(self.people) == len(self.match.parties)


class AgreedCars:
    """Of each market those that its last batch read; versions say whether they still hold, so nothing else has to."""

    def __init__(self) -> None:
        self._known: dict[str, dict[str, Commitment]] = {}

    async def read(self, store: Store, market: str, ids: Sequence[str]) -> tuple[list[Commitment], tuple[str, ...]]:
        """Return the cars of these that are agreed and invite nobody, and the ids of those that can not be read."""
        known = self._known.pop(market, {})
        kept = await _unchanged(store, market, [known[id_] for id_ in ids if id_ in known])
        read, damaged = await store_matches.read_each(store, market, [id_ for id_ in ids if id_ not in kept])
        cars = [match for match in read if match.status == "confirmed" and not match.invited]
        people = await store_matches.read_people(store, market, cars)
        fresh = {match.id: Commitment(match, trips) for match, trips in zip(cars, people, strict=True)}
        both = kept | fresh
        found = {id_: both[id_] for id_ in ids if id_ in both and both[id_].whole}
        self._known[market] = found
        while len(self._known) > _MOST_MARKETS:
            del self._known[next(iter(self._known))]
        return list(found.values()), damaged


async def _unchanged(store: Store, market: str, known: Sequence[Commitment]) -> dict[str, Commitment]:
    as_they_are = await store_matches.are_as_read(store, market, [(car.match, car.people) for car in known])
    return {car.match.id: car for car, same in zip(known, as_they_are, strict=True) if same}
