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

    ``xyz`` (n, 3): the places on the unit sphere. ``circuity``, ``m_per_s``: of the great circles.
    ``table_s`` (m, m) int32: seconds between zones, empty where great circles are meant;
    ``zone`` (n,) int32: the zone of each place.
    """

    xyz: NDArray[np.float64]
    circuity: float
    m_per_s: float
    table_s: NDArray[np.int32]
    zone: NDArray[np.int32]


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
    if travel.table_s.shape[0] > 0:
        return int(travel.table_s[travel.zone[a], travel.zone[b]])
    xyz = travel.xyz
    metres: float = chord_m(xyz[a, 0] - xyz[b, 0], xyz[a, 1] - xyz[b, 1], xyz[a, 2] - xyz[b, 2])
    return math.ceil(metres * travel.circuity / travel.m_per_s - WHOLE_S)
