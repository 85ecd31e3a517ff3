"""What the matcher asks of a travel model.

Every model must keep the triangle inequality (a way over a third place is never shorter), which the
search relies on: leaving a rider out never makes a car later.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from matching.jit import kernel
from matching.travel.earth import WHOLE_S, chord_m

if TYPE_CHECKING:
    from matching.model import Place


class TravelArrays(NamedTuple):
    """A travel model over numbered places, as the kernels read it.

    ``places`` (n, 4): the places on the unit sphere, and the zone of each. ``table_s`` (m, m) int32: seconds
    between zones, empty where great circles are meant. ``circuity``, ``m_per_s``: of the great circles; they never
    give more seconds than a table does.
    """

    places: NDArray[np.float64]
    circuity: float
    m_per_s: float
    table_s: NDArray[np.int32]


class Travel(Protocol):
    """Driving between places."""

    def seconds(self, a: Place, b: Place) -> int:
        """Return the whole seconds that driving from ``a`` to ``b`` takes."""
        ...

    def metres(self, a: Place, b: Place) -> float:
        """Return the metres driven from ``a`` to ``b``."""
        ...

    def arrays(self, places: Sequence[Place]) -> TravelArrays:
        """Return the model over these places; :func:`drive_s` of two of them equals ``seconds``."""
        ...


@kernel
def drive_s(travel: Any, a: int, b: int) -> int:
    """Return the whole seconds of driving between two numbered places of a :class:`TravelArrays`."""
    places = travel.places
    if travel.table_s.shape[0] > 0:
        return int(travel.table_s[int(places[a, 3]), int(places[b, 3])])
    metres: float = chord_m(places[a, 0] - places[b, 0], places[a, 1] - places[b, 1], places[a, 2] - places[b, 2])
    seconds: int = math.ceil(metres * travel.circuity / travel.m_per_s - WHOLE_S)
    return seconds
