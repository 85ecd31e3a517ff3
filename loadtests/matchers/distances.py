"""Driving times between many places at once, by the engine's one distance function."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from matching import Instance, Place
from matching.travel import drive_s


def drives_s(travel: Any, origins: NDArray[np.int64], destinations: NDArray[np.int64]) -> NDArray[np.int32]:
    """Return the driving seconds of each origin (rows) to each destination (columns): places of ``travel``."""
    table = np.empty((len(origins), len(destinations)), np.int32)
    _fill(travel, origins, destinations, table)
    return table


# Compiled in each process, before its clock starts: a stored kernel would outlive a change of the engine's function.
@njit(nogil=True)
def _fill(travel: Any, origins: Any, destinations: Any, table: Any) -> None:
    for i in range(len(origins)):
        for j in range(len(destinations)):
            table[i, j] = drive_s(travel, origins[i], destinations[j])


def matrix_s(instance: Instance, places: list[Place]) -> NDArray[np.int32]:
    """Return the driving seconds between all places."""
    everywhere = np.arange(len(places))
    return drives_s(instance.travel.arrays(places), everywhere, everywhere)


def own_places(instance: Instance) -> list[Place]:
    """Return origin and destination of each offer, then of each request, in the order of the instance."""
    return [place for trip in instance.trips for place in (trip.origin, trip.destination)]


def warm_up() -> None:
    """Compile the kernel."""
    matrix_s(Instance((), ()), [Place(lat=52.30, lon=4.86), Place(lat=52.37, lon=4.90)])
