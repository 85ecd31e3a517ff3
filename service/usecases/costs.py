"""What a shared car costs each rider, and what it saves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import ROUND_DOWN, Decimal
from itertools import pairwise

from matching.model import Stop
from matching.travel import Travel

_CENT = Decimal("0.01")


def leg_metres(stops: Sequence[Stop], travel: Travel) -> list[float]:
    """Return the metres driven from each stop to the next."""
    return [travel.metres(a.place, b.place) for a, b in pairwise(stops)]


def cost_shares(
    stops: Sequence[Stop], seats: Mapping[str, int], travel: Travel, cost_per_km: Decimal
) -> dict[str, Decimal]:
    """Split the cost of each leg evenly among all seats taken on it, the driver's included.

    `seats`: seats by request id. Each rider's share is rounded down to the cent, so that the riders' sum never
    exceeds the driver's cost; a leg driven alone is the driver's own.
    """
    owed = dict.fromkeys(seats, Decimal(0))
    aboard: set[str] = set()
    for stop, metres in zip(stops, leg_metres(stops, travel), strict=False):
        if stop.kind == "pickup" and stop.request is not None:
            aboard.add(stop.request)
        elif stop.kind == "dropoff" and stop.request is not None:
            aboard.discard(stop.request)
        cost = Decimal(repr(metres)) / 1000 * cost_per_km
        people = 1 + sum(seats[request] for request in aboard)
        for request in aboard:
            owed[request] += cost * seats[request] / people
    return {request: amount.quantize(_CENT, ROUND_DOWN) for request, amount in owed.items()}
