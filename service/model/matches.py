"""Matches: a car as it is kept and answered."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

MatchStatus = Literal["proposed", "confirmed", "under_way", "completed", "declined", "expired", "cancelled"]
Answer = Literal["accepted", "declined"]


@dataclass(frozen=True, slots=True)
class Party:
    """One trip's part in a match: whose it is and what they answered."""

    trip_id: str
    partner_id: str
    commuter_id: str
    answer: Answer | None = None


@dataclass(frozen=True, slots=True)
class Call:
    """A stop of the car: `at` is when its work starts. `walk_m` is the rider's walk to or from it."""

    kind: Literal["depart", "pickup", "dropoff", "arrive"]
    at: datetime
    lat: float
    lon: float
    request_id: str | None = None
    meeting_point: str | None = None
    walk_m: int = 0


@dataclass(frozen=True, slots=True)
class MatchRecord:
    """A match as it is kept. The driver is the first party; `seq` is that of its newest event."""

    id: str
    status: MatchStatus
    version: int
    seq: int
    driver: Party
    riders: tuple[Party, ...]
    stops: tuple[Call, ...]
    detour_s: int
    saved_s: int
    saved_m: int
    co2_saved_g: int
    cost_shares: dict[str, str]
    currency: str
    expires_at: datetime
    batch_id: str
    created_at: datetime
    reason: str | None = None

    @property
    def parties(self) -> tuple[Party, ...]:
        """Driver first, then the riders."""
        return (self.driver, *self.riders)

    @property
    def partner_ids(self) -> tuple[str, ...]:
        """Partners whose people are in the car, each once."""
        return tuple(dict.fromkeys(party.partner_id for party in self.parties))

    @property
    def awaiting(self) -> list[str]:
        """Trips that have yet to answer."""
        return [p.trip_id for p in self.parties if p.answer is None] if self.status == "proposed" else []

    def party_of(self, trip_id: str) -> Party | None:
        """Return the party of a trip, None where it is not in this car."""
        return next((party for party in self.parties if party.trip_id == trip_id), None)

    def answered(self, trip_id: str, answer: Answer) -> MatchRecord:
        """Return the match with one party's answer written down."""

        def mark(party: Party) -> Party:
            return replace(party, answer=answer) if party.trip_id == trip_id else party

        return replace(self, driver=mark(self.driver), riders=tuple(map(mark, self.riders)))


def match_from_json(doc: dict[str, Any]) -> MatchRecord:
    """Return the match of its kept JSON."""
    return MatchRecord(**{
        **doc,
        "driver": Party(**doc["driver"]),
        "riders": tuple(Party(**party) for party in doc["riders"]),
        "stops": tuple(Call(**{**stop, "at": datetime.fromisoformat(stop["at"])}) for stop in doc["stops"]),
        "expires_at": datetime.fromisoformat(doc["expires_at"]),
        "created_at": datetime.fromisoformat(doc["created_at"]),
    })  # fmt: skip
