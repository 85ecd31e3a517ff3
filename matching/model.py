"""What the matcher works on: frozen records; :mod:`matching.codec` makes them from JSON and says what is wrong.

Instants are integer epoch seconds; units end the names (``_s``, ``_m``). The names mean what the
problem statement says, and are those of the HTTP API.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from matching.travel import Crowfly, Travel

BoundScope = Literal["complete", "restricted"]
StopKind = Literal["depart", "pickup", "dropoff", "arrive"]


class MatchingError(Exception):
    """Root of everything this package raises."""


class CommitmentBroken(MatchingError):
    """An offer cannot carry its committed requests by the rules, so no plan exists."""

    def __init__(self, offer: str, requests: tuple[str, ...]) -> None:
        super().__init__(f"offer {offer} cannot carry its committed requests {', '.join(requests)} by the rules")
        self.offer = offer
        self.requests = requests


class NoPlanFound(MatchingError):
    """No plan that keeps all commitments was found in the time there was; there may be one."""

    def __init__(self, offer: str, requests: tuple[str, ...]) -> None:
        super().__init__(
            f"no plan was found in which offer {offer} carries its committed requests {', '.join(requests)}; "
            "more time may find one"
        )
        self.offer = offer
        self.requests = requests


class InvalidInstance(MatchingError):
    """An instance is not one; ``pointer`` (RFC 6901) says where, ``detail`` what."""

    def __init__(self, pointer: str, detail: str) -> None:
        super().__init__(f"{pointer or '/'}: {detail}")
        self.pointer = pointer
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Place:
    """A point in WGS 84 degrees."""

    lat: float
    lon: float


@dataclass(frozen=True, slots=True)
class MeetingPoint:
    """A place where cars may stop for riders who walk."""

    id: str
    place: Place


@dataclass(frozen=True, slots=True)
class Offer:
    """A driver's trip with free seats. Times are epoch seconds."""

    id: str
    origin: Place
    destination: Place
    earliest_departure: int
    latest_arrival: int
    seats: int
    max_detour_s: int
    either: str | None = None
    traits: frozenset[str] = frozenset()
    requires: frozenset[str] = frozenset()
    committed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Request:
    """A rider's trip. Times are epoch seconds."""

    id: str
    origin: Place
    destination: Place
    earliest_departure: int
    latest_arrival: int
    seats: int = 1
    either: str | None = None
    max_ride_s: int | None = None
    max_walk_m: int = 0
    latest_pickup: int | None = None
    priority_s: int = 0
    traits: frozenset[str] = frozenset()
    requires: frozenset[str] = frozenset()
    return_of: str | None = None


@dataclass(frozen=True, slots=True)
class Instance:
    """All that one run of the matcher may pair."""

    offers: tuple[Offer, ...]
    requests: tuple[Request, ...]
    travel: Travel = field(default_factory=Crowfly)
    boarding_s: int = 45
    rider_value_s: int = 3600
    meeting_points: tuple[MeetingPoint, ...] = ()
    excluded: frozenset[tuple[str, str]] = frozenset()
    bonuses: dict[tuple[str, str], int] = field(default_factory=dict)

    @property
    def trips(self) -> tuple[Offer | Request, ...]:
        """Offers, then requests."""
        return (*self.offers, *self.requests)


@dataclass(frozen=True, slots=True)
class Stop:
    """A place where the car's work starts at ``at`` (for a pick-up: boarding, after any wait)."""

    kind: StopKind
    at: int
    place: Place
    request: str | None = None
    meeting_point: str | None = None


@dataclass(frozen=True, slots=True)
class Match:
    """One car: an offer, its requests and the ordered stops."""

    offer: str
    requests: tuple[str, ...]
    stops: tuple[Stop, ...]
    detour_s: int
    saved_s: int


@dataclass(frozen=True, slots=True)
class Cut:
    """At most one car holds two or more of three ``trips``, its own among them (a subset-row inequality).

    M. Jepsen et al. (2008), doi:10.1287/opre.1070.0449.
    """

    trips: tuple[str, str, str]
    dual: float


@dataclass(frozen=True, slots=True)
class Certificate:
    """Duals that prove a plan's bound, in seconds, multiples of 1/256; a row that is not named has 0.

    ``returns`` are under the id of the request that is the return, ``eithers`` under the either's name.
    """

    offers: dict[str, float] = field(default_factory=dict)
    requests: dict[str, float] = field(default_factory=dict)
    eithers: dict[str, float] = field(default_factory=dict)
    returns: dict[str, float] = field(default_factory=dict)
    cuts: tuple[Cut, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """The cars chosen, their score and an upper bound on the score of any plan, with the duals behind it."""

    matches: tuple[Match, ...]
    score: int
    bound: int
    bound_scope: BoundScope
    timing_s: dict[str, float] = field(default_factory=dict)
    sizes: dict[str, int] = field(default_factory=dict)
    certificate: Certificate | None = None
