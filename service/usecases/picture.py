"""What a process knows of a market's open trips and agreed cars, with all places coarse.

Whatever is worked out from a picture depends on coarse places alone, so no number of questions finds a front door.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from matching import Board, Instance, Match, Offer, Place, Request, Travel, carry_all
from service.clock import to_ms
from service.model.blocks import Person
from service.model.markets import Market
from service.model.matches import Call, MatchRecord
from service.model.meeting_points import NamedPoint
from service.model.partners import Partner
from service.model.transitions import HELD
from service.model.trips import RequestDraft, Trip
from service.usecases.commitments import PROMISE_S
from service.usecases.context import Context
from service.usecases.moves import stays
from service.usecases.people import Party, People, sharing_traits, with_sharing
from service.usecases.places import matcher_points
from service.usecases.visibility import COARSE_DEG, coarse, coarse_s

CARS_TRIED = 60  # with riders, a look: each takes about half a millisecond
MAKE = People(0, {})


@dataclass(frozen=True, slots=True)
class Seen:
    """A trip that somebody could ride with: as the matcher takes it, at a coarse place, and whose it is.

    `stays`: whether it is no trip that moves to a neighbouring market.
    """

    trip: Offer | Request
    partner_id: str
    commuter_id: str
    excluded: frozenset[str]
    price_s: int | None
    stays: bool = True

    @property
    def person(self) -> Person:
        """Whose it is."""
        return self.partner_id, self.commuter_id


@dataclass(frozen=True, slots=True)
class Car:
    """An agreed car that may have room: its riders as they were promised, and when it arrives, epoch seconds.

    `people`: who rides in it.
    """

    match_id: str
    riders: tuple[Request, ...]
    arrives_s: int
    people: frozenset[Person] = frozenset()


@dataclass(frozen=True, slots=True)
class Look:
    """Who asks, at exact places, and the second before which nobody leaves.

    `parted`: people who never ride with who asks: they are not there for each other. `movers`: only trips that may
    move out of the market are looked at, for that which asks is in another.
    """

    asked: Offer | Request
    excluded: frozenset[str]
    commuter: Person | None
    soonest_s: int
    parted: frozenset[Person] = frozenset()
    movers: bool = False


@dataclass(slots=True)
class Picture:
    """Open trips and agreed cars of a market, and `taken`, those that a match holds.

    `held`: by either, the trips that keep their fellows from riding. `ways_out`: by a trip, the open trips that are its
    way back. `number`: the market's. Who looks may walk to the board's points; those in the picture are at coarse
    places, and walk nowhere.
    """

    travel: Travel
    boarding_s: int
    rider_value_s: int
    board: Board
    taken_board: Board
    seen: dict[str, Seen] = field(default_factory=dict)
    taken: dict[str, Seen] = field(default_factory=dict)
    cars: dict[str, Car] = field(default_factory=dict)
    held: dict[str, set[str]] = field(default_factory=dict)
    sharing: dict[str, frozenset[str]] = field(default_factory=dict)
    partners: dict[str, Partner] = field(default_factory=dict)
    ways_out: dict[str, set[str]] = field(default_factory=dict)
    number: int = 0

    @classmethod
    def empty(cls, context: Context, market: Market, points: Sequence[NamedPoint] = ()) -> Picture:
        """Return a picture of nobody in a market, by its settings; `points`: where who looks may walk to."""
        settings, travel, at = context.settings, context.travel, matcher_points(points)
        own, others = (Board(travel, settings.boarding_s, at) for _ in range(2))
        return cls(travel, settings.boarding_s, settings.rider_value_s, own, others, number=market.number)

    def __len__(self) -> int:
        return len(self.seen) + len(self.taken)

    @property
    def blur_s(self) -> int:
        """By so much a way to or from a coarse place may take longer or shorter than the real one."""
        return self.travel.seconds(Place(lat=0.0, lon=0.0), Place(lat=COARSE_DEG, lon=0.0))

    @property
    def room_s(self) -> int:
        """Room in the rules of time with which two fit wherever in its cell the other's places are.

        At most four of a car's ways begin or end at a coarse place: to, from and between the other's, and the driver's
        own, which a detour is measured against.
        """
        return 4 * self.blur_s

    def put_trip(self, trip: Trip) -> None:
        """Take in what a trip has come to be."""
        either = trip.draft.either and f"{trip.partner_id}/{trip.draft.either}"
        if either:
            holders = self.held.setdefault(either, set())
            (holders.add if trip.status in HELD else holders.discard)(trip.id)
            if not holders:
                del self.held[either]
        if trip.status == "confirmed" and trip.id in self.cars:
            return  # its match tells of it
        self.drop(trip.id)
        if trip.status == "open" and trip.moving_to is None:
            self._put(trip)
        elif trip.status in ("proposed", "confirmed"):
            self.taken[trip.id] = made = self._seen(trip)
            self.taken_board.put(made.trip)

    def put_car(self, match: MatchRecord, people: Mapping[str, Trip]) -> None:
        """Take in what a match has come to be; `people`: its trips."""
        driver = match.driver.trip_id
        known = self.cars.get(driver)
        whole = all(party.trip_id in people for party in match.parties)
        if match.status != "confirmed" or match.invited or not whole:  # who is invited may yet take the seats
            if known is not None and known.match_id == match.id:
                self.drop(driver)
            return
        self._put(people[driver])
        self.cars[driver] = Car(
            match.id, tuple(_promised(people[rider.trip_id], match) for rider in match.riders),
            to_ms(match.stops[-1].at) // 1000,
            frozenset(rider.person for rider in match.riders),
        )  # fmt: skip

    def drop(self, id_: str) -> None:
        """Forget a trip."""
        self.board.drop(id_)
        self.taken_board.drop(id_)
        gone = self.seen.pop(id_, None)
        if gone is not None and (way_out := _way_out(gone)):
            self.ways_out[way_out].discard(id_)
            if not self.ways_out[way_out]:
                del self.ways_out[way_out]
        self.taken.pop(id_, None)
        self.cars.pop(id_, None)

    def drop_arrived(self, now: datetime) -> None:
        """Forget cars that have arrived, and whoever should have, whatever was said of them."""
        now_s = to_ms(now) // 1000
        gone = [id_ for id_, car in self.cars.items() if car.arrives_s < now_s]
        for id_ in gone + [id_ for id_, seen in self.taken.items() if seen.trip.latest_arrival < now_s]:
            self.drop(id_)

    def know(self, partners: Iterable[Partner]) -> None:
        """Take in who shares with whom."""
        known = {partner.id: partner for partner in partners}
        if known != self.partners:
            self.partners, self.sharing = known, sharing_traits(list(known.values()))

    def allows(self, look: Look) -> Callable[[Seen], bool]:
        """Return what says of a trip of the other kind whether people and their ties allow it (rule 8)."""
        asked = self._social(look.asked)
        known: dict[tuple[frozenset[str], frozenset[str]], bool] = {}

        def allowed(seen: Seen) -> bool:
            trip = seen.trip
            people = trip.traits, trip.requires
            if people not in known:
                known[people] = asked.requires <= self._social(trip).traits and trip.requires <= asked.traits
            return (
                known[people] and trip.id not in look.excluded and asked.id not in seen.excluded
                and seen.person != look.commuter
                and (trip.either is None or trip.either != asked.either) and self.is_there(look, seen)
            )  # fmt: skip

        return allowed

    def is_there(self, look: Look, seen: Seen) -> bool:
        """Tell whether a trip is there for who asks: neither its person nor anybody in its car is parted from them.

        For who asks from another market, it has to be one that may move.
        """
        if look.movers and not self.may_move(seen):
            return False
        if not look.parted:
            return True
        car = self.cars.get(seen.trip.id)
        people = {seen.person} | (car.people if car else frozenset())
        return look.parted.isdisjoint(people)

    def may_move(self, seen: Seen) -> bool:
        """Tell whether a trip may be matched by a neighbouring market: not with its way back, nor with its riders."""
        return not seen.stays and seen.trip.id not in self.cars and not self.is_way_out(seen.trip.id)

    def is_way_out(self, id_: str) -> bool:
        """Tell whether the way back of a trip is open."""
        return id_ in self.ways_out

    def ways_back(self, id_: str) -> list[str]:
        """Return the open trips that are the way back of a trip."""
        return sorted(self.ways_out.get(id_, ()))

    def is_free(self, seen: Seen) -> bool:
        """Tell whether no other trip is held for what this one and it are `either`."""
        holders = self.held.get(seen.trip.either or "", set())
        return not holders or seen.trip.id in holders

    def car_of(self, look: Look, seen: Seen) -> Match | None:
        """Return the car in which two share, with whoever has agreed to ride in it; None where the rules forbid it."""
        offer, request = (look.asked, seen.trip) if isinstance(look.asked, Offer) else (seen.trip, look.asked)
        return self._carry(offer, [*self.riders_of(offer.id), request], look.soonest_s)

    def riders_of(self, offer_id: str) -> tuple[Request, ...]:
        """Return those who have agreed to ride in a car."""
        car = self.cars.get(offer_id)
        return car.riders if car else ()

    def agreed_car(self, look: Look, seen: Seen) -> Match | None:
        """Return a car with those alone who have agreed to ride in it."""
        return self._carry(seen.trip, list(self.riders_of(seen.trip.id)), look.soonest_s)

    def _carry(self, offer: Offer | Request, riders: Sequence[Offer | Request], soonest_s: int) -> Match | None:
        def ready(trip: Party) -> Party:
            soonest = max(trip.earliest_departure, soonest_s)
            return replace(self._social(trip), either=None, earliest_departure=soonest)

        requests = tuple(replace(ready(r), return_of=None) for r in riders if isinstance(r, Request))
        return carry_all(Instance(
            offers=tuple(ready(trip) for trip in (offer,) if isinstance(trip, Offer)), requests=requests,
            travel=self.travel, boarding_s=self.boarding_s, rider_value_s=self.rider_value_s,
            meeting_points=self.board.points.near(*requests),
        ))  # fmt: skip

    def _social(self, trip: Party) -> Party:
        return with_sharing(trip, self.sharing)

    def _put(self, trip: Trip) -> None:
        self.drop(trip.id)
        self.seen[trip.id] = made = self._seen(trip)
        if way_out := _way_out(made):
            self.ways_out.setdefault(way_out, set()).add(trip.id)
        self.board.put(made.trip)

    def _seen(self, trip: Trip) -> Seen:
        return Seen(
            _coarse(MAKE.record(trip)), trip.partner_id, trip.draft.commuter_id, trip.excluded, trip.price_s,
            stays(trip, self.number),
        )  # fmt: skip


def _way_out(seen: Seen) -> str | None:
    return seen.trip.return_of if isinstance(seen.trip, Request) else None


def _coarse(trip: Offer | Request) -> Offer | Request:
    there = replace(trip, origin=_coarse_place(trip.origin), destination=_coarse_place(trip.destination))
    return replace(there, max_walk_m=0) if isinstance(there, Request) else there


def _coarse_place(place: Place) -> Place:
    lat, lon = coarse(place.lat, place.lon)
    return Place(lat=lat, lon=lon)


def _promised(rider: Trip, match: MatchRecord) -> Request:
    """Return a rider of an agreed car, who gets in and out about where and when was promised.

    A promised time tells of places; to the nearest five minutes it tells no more than coarse places do.
    """
    stops = {stop.kind: stop for stop in match.stops if stop.request_id == rider.id}
    at_s, off_s = (coarse_s(to_ms(stops[kind].at) // 1000) for kind in ("pickup", "dropoff"))
    assert isinstance(rider.draft, RequestDraft)  # noqa: S101 - a match's riders are requests
    return replace(
        MAKE.request(rider, rider.draft), origin=_place(stops["pickup"]), destination=_place(stops["dropoff"]),
        max_ride_s=None, max_walk_m=0, earliest_departure=at_s - PROMISE_S, latest_pickup=at_s + PROMISE_S,
        latest_arrival=off_s + PROMISE_S,
    )  # fmt: skip


def _place(stop: Call) -> Place:
    return _coarse_place(Place(lat=stop.lat, lon=stop.lon))
