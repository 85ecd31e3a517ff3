"""Compiling, or loading, all kernels before they are needed."""

from __future__ import annotations

from matching.model import Instance, MeetingPoint, Offer, Place, Request
from matching.session import Session


def warm_up() -> None:
    """Compile all kernels, or load them where a process has compiled them before: seconds now, none in a batch."""
    session = Session(_sample())
    session.solve()
    session.solve()


def _sample() -> Instance:
    """Return trips that use every rule, and some that want the same cars, so that every kernel runs."""
    here, there = Place(lat=52.30, lon=4.86), Place(lat=52.37, lon=4.90)
    rivals = [(_corner(n), _corner(3 * n + 2)) for n in range(4)]
    return Instance(
        offers=(
            Offer("o1", here, there, 0, 7200, 3, 1800, traits=frozenset({"a"}), committed=("r1",)),
            *(Offer(f"car {n}", *ends, 0, 7200, 3, 900) for n, ends in enumerate(rivals[:2])),
        ),
        requests=(
            Request("r1", here, there, 0, 7200, max_ride_s=3600, max_walk_m=500),
            Request("r2", here, there, 0, 7200, requires=frozenset({"a"}), traits=frozenset({"a"})),
            *(Request(f"rival {n}", *ends, 0, 7200) for n, ends in enumerate(rivals)),
        ),
        meeting_points=(MeetingPoint("m1", Place(lat=52.301, lon=4.86)),),
        excluded=frozenset({("r1", "r2")}),
        bonuses={("o1", "r2"): 60},
    )


def _corner(n: int) -> Place:
    return Place(lat=52.30 + 0.003 * (n * 7 % 11), lon=4.86 + 0.004 * (n * 5 % 13))
