"""A travel model by a table: one-way streets and ways round, so that no time says much about another."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from matching import Crowfly, Instance, Place
from matching.travel import TravelArrays


@dataclass(frozen=True)
class Streets:
    """Seconds between the places of ``number`` by ``table``, (n, n): at least the crow's, over other places no less."""

    number: dict[Place, int]
    table: tuple[tuple[int, ...], ...]

    def seconds(self, a: Place, b: Place) -> int:
        return self.table[self.number[a]][self.number[b]]

    def metres(self, a: Place, b: Place) -> float:
        return Crowfly().metres(a, b)

    def arrays(self, places: Sequence[Place]) -> TravelArrays:
        crow = Crowfly().arrays(places)
        crow.places[:, 3] = [self.number[place] for place in places]
        return crow._replace(table_s=np.array(self.table, np.int32))


def along_streets(instance: Instance, seed: int) -> Instance:
    """Return the instance with driving times drawn between the crow's and three times as much, each way its own."""
    chance = random.Random(seed)
    ends = [place for trip in instance.trips for place in (trip.origin, trip.destination)]
    places = list(dict.fromkeys([*ends, *(point.place for point in instance.meeting_points)]))
    crow = Crowfly()
    table = [[int(crow.seconds(a, b) * chance.uniform(1, 3)) for b in places] for a in places]
    for via in range(len(places)):
        for row in table:
            row[:] = [min(s, row[via] + onward) for s, onward in zip(row, table[via], strict=True)]
    streets = Streets({place: n for n, place in enumerate(places)}, tuple(tuple(row) for row in table))
    return replace(instance, travel=streets)
