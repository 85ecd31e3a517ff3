"""Matches: a car as it is kept and answered."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Literal, TypeVar

from service.model.blocks import Person

MatchStatus = Literal["proposed", "confirmed", "under_way", "completed", "declined", "expired", "cancelled"]
Answer = Literal["accepted", "declined"]
Kept = TypeVar("Kept")
UNSAID = timedelta(hours=6)  # after its last stop a ride under way is over, whether or not anybody says so
_TIMES = (
    "at", "picked_up_at", "dropped_off_at", "promised_start_at", "promised_end_at", "expires_at",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Party:
    """One trip's part in a match: whose it is, what they answered and, of a rider, how far they have come.

    Without a `commuter_id` the person was erased: nobody is shown their part or their stops.

    Promised, once it is agreed: a rider's pick-up and drop-off, a driver's departure and arrival. The other way is that
    back of a way out, or that out of a way back, where they were proposed together.
    """

    trip_id: str
    partner_id: str
    commuter_id: str
    answer: Answer | None = None
    picked_up_at: datetime | None = None
    dropped_off_at: datetime | None = None
    promised_start_at: datetime | None = None
    promised_end_at: datetime | None = None
    other_request_id: str | None = None
    other_match_id: str | None = None

    @property
    def person(self) -> Person:
        """Whose it is."""
        return self.partner_id, self.commuter_id


@dataclass(frozen=True, slots=True)
class Leaver:
    """A trip that left a match that goes on, or ended it. `late`: it was agreed, and the trip's part in it near."""

    trip_id: str
    partner_id: str
    commuter_id: str
    at: datetime
    reason: str
    late: bool

    @property
    def person(self) -> Person:
        """Whose it is."""
        return self.partner_id, self.commuter_id


@dataclass(frozen=True, slots=True)
class Position:
    """Where the car was, in WGS 84 degrees, and when."""

    lat: float
    lon: float
    at: datetime


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
class Invitation:
    """Riders whom a batch would add to an agreed car, and the car as it is once all of them have accepted."""

    riders: tuple[Party, ...]
    stops: tuple[Call, ...]
    detour_s: int
    saved_s: int
    saved_m: int
    co2_saved_g: int
    cost_shares: dict[str, str]
    expires_at: datetime
    batch_id: str


@dataclass(frozen=True, slots=True)
class MatchRecord:
    """A match as it is kept. The driver is the first party; `seq` is that of its newest event.

    `late_s`: by how much its stops have moved since all agreed to them, at most. `invitation`: of a confirmed one,
    those who may join it. `position` is kept beside the rest, while the car is under way, and so are `names`: by trip,
    how people want to be called, as of when it was proposed to them. `communities`: by trip those that it names, also
    of those who left or were invited; None: not known, as the match is of before they were kept.
    """

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
    left: tuple[Leaver, ...] = ()
    late_s: int = 0
    invitation: Invitation | None = None
    position: Position | None = None
    communities: dict[str, list[str]] | None = None
    names: Mapping[str, str] = field(default_factory=dict)

    @property
    def parties(self) -> tuple[Party, ...]:
        """Driver first, then the riders."""
        return (self.driver, *self.riders)

    @property
    def erased(self) -> frozenset[str]:
        """The trips of those who were erased: of their part in the car figures are left."""
        return frozenset(party.trip_id for party in self.parties if not party.commuter_id)

    @property
    def partner_ids(self) -> tuple[str, ...]:
        """Partners whose people are in the car, each once."""
        return tuple(dict.fromkeys(party.partner_id for party in self.parties))

    @property
    def ever_parties(self) -> tuple[Party | Leaver, ...]:
        """The parties, and those who left."""
        return (*self.parties, *self.left)

    @property
    def invited(self) -> tuple[Party, ...]:
        """The riders who may join it."""
        return self.invitation.riders if self.invitation is not None else ()

    def communities_of(self, partner_id: str) -> tuple[str, ...] | None:
        """Return the communities that a partner's trips in it name, those of who left among them; None: not known."""
        if self.communities is None:
            return None
        own = [party.trip_id for party in (*self.ever_parties, *self.invited) if party.partner_id == partner_id]
        return tuple(dict.fromkeys(name for trip_id in own for name in self.communities.get(trip_id, ())))

    def with_invited(self) -> MatchRecord:
        """Return the car as it is with those who are invited, of the status that they see: proposed."""
        if self.invitation is None:
            return self
        new = self.invitation
        return replace(
            self, status="proposed", riders=(*self.riders, *new.riders), stops=new.stops, detour_s=new.detour_s,
            saved_s=new.saved_s, saved_m=new.saved_m, co2_saved_g=new.co2_saved_g, cost_shares=new.cost_shares,
            expires_at=new.expires_at, batch_id=new.batch_id, invitation=None,
        )  # fmt: skip

    @property
    def was_agreed(self) -> bool:
        """Whether all in it have agreed, to these times or to earlier ones."""
        return self.status in ("confirmed", "under_way") or self.driver.promised_start_at is not None

    @property
    def asks(self) -> bool:
        """Whether it is proposed to somebody: to all in it, or to the invited."""
        return self.status == "proposed" or self.invitation is not None

    @property
    def due_at(self) -> datetime:
        """By when those who are asked have to answer; of a ride under way when it is over, if nobody says so before."""
        if self.status == "under_way":
            return self.stops[-1].at + UNSAID
        return self.expires_at if self.invitation is None else self.invitation.expires_at

    @property
    def awaiting(self) -> list[str]:
        """Trips that have yet to answer."""
        asked = self.status in ("proposed", "under_way")
        return [party.trip_id for party in self.parties if asked and party.answer is None]

    def party_of(self, trip_id: str) -> Party | None:
        """Return the party of a trip, None where it is not in this car."""
        return next((party for party in self.parties if party.trip_id == trip_id), None)

    def trips_of(self, person: Person) -> set[str]:
        """Return the trips by which somebody is or was in this car, or is invited to it."""
        return {party.trip_id for party in (*self.ever_parties, *self.invited) if party.person == person}

    def waits(self, trip_id: str) -> bool:
        """Tell whether a trip is that of a rider of this car who has yet to get in."""
        return any(rider.trip_id == trip_id and rider.picked_up_at is None for rider in self.riders)

    def stop_of(self, trip_id: str) -> Call:
        """Return where a trip's part begins: a rider's pick-up, the driver's departure."""
        pickups = (stop for stop in self.stops if stop.kind == "pickup" and stop.request_id == trip_id)
        return next(pickups, self.stops[0])

    def last_stop_of(self, trip_id: str) -> Call:
        """Return where a trip's part ends: a rider's drop-off, the driver's arrival."""
        dropoffs = (stop for stop in self.stops if stop.kind == "dropoff" and stop.request_id == trip_id)
        return next(dropoffs, self.stops[-1])

    def promised_to(self, trip_id: str) -> tuple[datetime, datetime]:
        """Return when a party's part begins and ends, as was agreed."""
        party = self.party_of(trip_id)
        start_at, end_at = (party.promised_start_at, party.promised_end_at) if party is not None else (None, None)
        return start_at or self.stop_of(trip_id).at, end_at or self.last_stop_of(trip_id).at

    def promised(self, trip_ids: Collection[str]) -> MatchRecord:
        """Return the match with the times of its stops promised to these parties."""
        match = self
        for id_ in trip_ids:
            times = {"promised_start_at": self.stop_of(id_).at, "promised_end_at": self.last_stop_of(id_).at}
            match = match.marked(id_, **times)
        return match

    def marked(self, trip_id: str, **changes: Any) -> MatchRecord:
        """Return the match with something written down of one party."""

        def mark(party: Party) -> Party:
            return replace(party, **changes) if party.trip_id == trip_id else party

        asked = self.invitation and replace(self.invitation, riders=tuple(map(mark, self.invitation.riders)))
        return replace(self, driver=mark(self.driver), riders=tuple(map(mark, self.riders)), invitation=asked)


def match_from_json(doc: dict[str, Any]) -> MatchRecord:
    """Return the match of its kept JSON."""
    return MatchRecord(**{
        **doc,
        "driver": _with_times(Party, doc["driver"]),
        "riders": tuple(_with_times(Party, party) for party in doc["riders"]),
        "stops": tuple(_with_times(Call, stop) for stop in doc["stops"]),
        "expires_at": datetime.fromisoformat(doc["expires_at"]),
        "created_at": datetime.fromisoformat(doc["created_at"]),
        "left": tuple(_with_times(Leaver, leaver) for leaver in doc.get("left", ())),
        "invitation": _invitation(doc["invitation"]) if doc.get("invitation") else None,
    })  # fmt: skip


def _invitation(doc: dict[str, Any]) -> Invitation:
    riders = tuple(_with_times(Party, party) for party in doc["riders"])
    stops = tuple(_with_times(Call, stop) for stop in doc["stops"])
    return _with_times(Invitation, {**doc, "riders": riders, "stops": stops})


def position_from_json(doc: dict[str, Any]) -> Position:
    """Return the position of its kept JSON."""
    return _with_times(Position, doc)


def _with_times(kind: type[Kept], doc: dict[str, Any]) -> Kept:
    times = {name: datetime.fromisoformat(doc[name]) for name in _TIMES if doc.get(name) is not None}
    return kind(**{**doc, **times})
