"""Travel along great circles, stretched by the circuity of streets, at one speed."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from matching.travel.base import TravelArrays
from matching.travel.earth import WHOLE_S, great_circle_m, unit_vectors

if TYPE_CHECKING:
    from matching.model import Place


@dataclass(frozen=True, slots=True)
class Crowfly:
    """Metres of the great circle times ``circuity``, at one speed."""

    circuity: float = 1.3
    speed_kmh: float = 35.0

    def __post_init__(self) -> None:
        for name in ("circuity", "speed_kmh"):
            value = getattr(self, name)
            if not (math.isfinite(value) and value > 0):
                raise ValueError(f"{name} must be a finite number above 0, not {value}")

    def seconds(self, a: Place, b: Place) -> int:
        """Return the whole seconds that driving from ``a`` to ``b`` takes, rounded up."""
        return math.ceil(self.metres(a, b) / (self.speed_kmh / 3.6) - WHOLE_S)

    def metres(self, a: Place, b: Place) -> float:
        """Return the metres driven from ``a`` to ``b``."""
        return great_circle_m(a, b) * self.circuity

    def arrays(self, places: Sequence[Place]) -> TravelArrays:
        """Return the model over these places for the kernels."""
        return TravelArrays(
            places=np.hstack([unit_vectors(places), np.zeros((len(places), 1))]),
            circuity=float(self.circuity),
            m_per_s=self.speed_kmh / 3.6,
            table_s=np.zeros((0, 0), np.int32),
        )
