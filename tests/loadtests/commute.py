"""A seeded morning along one corridor, small and dense."""

from __future__ import annotations

import random

from matching import Instance, Offer, Place, Request


def draw_commute(offers: int, requests: int, seed: int = 1, *, limited: bool = False) -> Instance:
    """Return drivers and riders who all go the same way; with ``limited``, no ride takes long."""
    rng = random.Random(seed)

    def trip() -> tuple[Place, Place, int, int]:
        start, end = rng.uniform(0.0, 0.04), rng.uniform(0.07, 0.11)
        leave = rng.randrange(28_000, 29_000)
        a = Place(lat=52.30 + start + rng.gauss(0, 0.004), lon=4.86 + start / 2)
        b = Place(lat=52.30 + end + rng.gauss(0, 0.004), lon=4.86 + end / 2)
        return a, b, leave, leave + 3000

    return Instance(
        offers=tuple(Offer(f"o{n}", *trip(), seats=rng.choice([1, 2, 3]), max_detour_s=900) for n in range(offers)),
        requests=tuple(Request(f"r{n}", *trip(), max_ride_s=1500 if limited else None) for n in range(requests)),
    )
