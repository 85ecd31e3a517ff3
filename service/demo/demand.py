"""Seeded draws of a morning's commuters, as the bodies that the HTTP API takes.

Used by the demo, the load tests and the benchmarks. Pure: a seed, a city and a day give the same people every time.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import compress
from typing import Any, Literal
from zoneinfo import ZoneInfo

import numpy as np

from matching.model import Place
from matching.travel import Crowfly, great_circle_m
from service.demo.cities import CITIES, CityName
from service.demo.flows import Floats, Flows, Ints, load_flows

Role = Literal["driver", "rider", "flexible"]

# Shares of the people who use the service: two in five drive, two in five ride, one in five does either.
_ROLES: tuple[Role, ...] = ("driver", "rider", "flexible")
_ROLE_SHARES = (0.4, 0.4, 0.2)
# When work starts, in hours after midnight, and how many start then: the mean of who leaves home is around 8:00.
_WORK_STARTS_H = (7.0, 7.5, 8.0, 8.5, 9.0, 9.5, 10.0)
_WORK_START_SHARES = (0.03, 0.06, 0.14, 0.24, 0.29, 0.16, 0.08)
_ARRIVAL_SPREAD_S = 600
_SLACKS_S = (900, 1200, 1800, 2700)
_FREE_SEATS = (1, 2, 3, 4)
_FREE_SEAT_SHARES = (0.2, 0.2, 0.45, 0.15)
_TRAITS = ("non_smoker", "woman")
_TRAIT_SHARES = (0.85, 0.5)
_ASKING_SHARES = (0.3, 0.08)
_SHORTEST_M = 2_000
_FIRST_DEPARTURE_S = 4 * 3600
# Cars differ: one in ten drives on electricity, the others spread around the city's mean (`City.co2_g_per_km`).
# North America: EPA's typical passenger vehicle, pickups included, emits 400 g a mile, so 249 g/km (EPA-420-F-23-014,
# 2023); commuters' cars are taken somewhat below. Europe: new cars of 2010-2019 were registered at 118-140 g/km (EEA,
# TERM 017), about a fifth more on the road. These are figures of the tailpipe, so a battery car's is zero.
_ELECTRIC_SHARE = 0.1
_CO2_SPREAD = 0.18
_TRAVEL = Crowfly()


@dataclass(frozen=True, slots=True)
class Commuter:
    """One person of the morning. Places are bodies of the API; times RFC 3339 at the city's own offset."""

    id: str
    role: Role
    origin: dict[str, Any]
    destination: dict[str, Any]
    earliest_departure: str
    latest_arrival: str
    seats: int
    max_detour_s: int
    max_ride_s: int
    co2_g_per_km: int
    drives_today: bool
    """Whether this person goes in their own car when nobody takes them along."""
    traits: tuple[str, ...]
    requires: tuple[str, ...]

    @property
    def offers(self) -> bool:
        """Whether this person would drive others."""
        return self.role != "rider"

    @property
    def asks(self) -> bool:
        """Whether this person would ride with others."""
        return self.role != "driver"

    def as_offer(self) -> dict[str, Any]:
        """Return the body of ``POST /v1/offers``."""
        return self._trip() | {
            "seats": self.seats, "max_detour_s": self.max_detour_s, "vehicle": {"co2_g_per_km": self.co2_g_per_km}
        }  # fmt: skip

    def as_request(self) -> dict[str, Any]:
        """Return the body of ``POST /v1/requests``."""
        return self._trip() | {"seats": 1, "max_ride_s": self.max_ride_s}

    def _trip(self) -> dict[str, Any]:
        return {
            "commuter_id": self.id, "origin": self.origin, "destination": self.destination,
            "earliest_departure": self.earliest_departure, "latest_arrival": self.latest_arrival,
            "traits": list(self.traits), "requires": list(self.requires),
        } | ({"either": self.id} if self.role == "flexible" else {})  # fmt: skip


def next_working_day(now: datetime, city: CityName) -> date:
    """Return the first Monday to Friday after today, where the city is. `now` is aware."""
    day = now.astimezone(ZoneInfo(CITIES[city].timezone)).date() + timedelta(days=1)
    while day.weekday() >= 5:
        day += timedelta(days=1)
    return day


def draw_commuters(count: int, city: CityName, seed: int, day: date) -> list[Commuter]:
    """Draw `count` commuters of a city's morning; nobody lives within two kilometres of work."""
    rng = np.random.default_rng([seed, count, sorted(CITIES).index(city)])
    flows = load_flows(city)
    trips = _draw_trips(rng, flows, count)
    drive_s = np.array([_TRAVEL.seconds(*ends) for ends in _ends(trips.origin, trips.destination)])
    early_s = np.abs(rng.normal(0, _ARRIVAL_SPREAD_S, count))
    latest_s = 3600 * rng.choice(_WORK_STARTS_H, count, p=_WORK_START_SHARES) - early_s
    slack_s = rng.choice(_SLACKS_S, count)
    earliest_s = np.maximum(latest_s - drive_s - slack_s, _FIRST_DEPARTURE_S).round().astype(int)
    latest_s = np.maximum(latest_s.round().astype(int), earliest_s + drive_s + slack_s)
    detour_s = (np.clip(drive_s * 0.3, 600, 1500) / 60).round().astype(int) * 60
    ride_s = (drive_s * 1.5 + 600).round().astype(int)
    role = rng.choice(len(_ROLES), count, p=_ROLE_SHARES)
    seats = rng.choice(_FREE_SEATS, count, p=_FREE_SEAT_SHARES)
    co2 = _draw_co2(rng, CITIES[city].co2_g_per_km, count)
    drives = (rng.random(count) < flows.driver_share[trips.flow]) | (role != _ROLES.index("rider"))
    people = _draw_people(rng, count)
    midnight = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(CITIES[city].timezone))
    return [
        Commuter(
            id=f"{city}-{seed}-{n:05d}", role=_ROLES[role[n]],
            origin=trips.place(flows, "origin", n), destination=trips.place(flows, "destination", n),
            earliest_departure=_wall_clock(midnight, earliest_s[n]), latest_arrival=_wall_clock(midnight, latest_s[n]),
            seats=int(seats[n]), max_detour_s=int(detour_s[n]), max_ride_s=int(ride_s[n]), co2_g_per_km=int(co2[n]),
            drives_today=bool(drives[n]), traits=people[n][0], requires=people[n][1],
        )
        for n in range(count)
    ]  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Trips:
    """Drawn trips: ``flow`` (n,) indexes of flows; places (n, 2) as latitude and longitude."""

    flow: Ints
    origin: Floats
    destination: Floats

    def place(self, flows: Flows, end: Literal["origin", "destination"], n: int) -> dict[str, Any]:
        lat, lon = getattr(self, end)[n].tolist()
        return {"lat": lat, "lon": lon, "label": flows.label[getattr(flows, end)[self.flow[n]]]}


def _draw_trips(rng: np.random.Generator, flows: Flows, count: int) -> _Trips:
    """Draw places of home and work, drawing again whoever could walk it."""
    trips = _Trips(np.zeros(count, np.intp), np.zeros((count, 2)), np.zeros((count, 2)))
    short = np.arange(count)
    while short.size:
        flow = np.searchsorted(flows.up_to, rng.random(short.size), side="right")
        trips.flow[short] = flow
        trips.origin[short] = _scatter(rng, flows, flows.origin[flow])
        trips.destination[short] = _scatter(rng, flows, flows.destination[flow])
        apart_m = np.array([great_circle_m(*ends) for ends in _ends(trips.origin[short], trips.destination[short])])
        short = short[apart_m < _SHORTEST_M]
    return trips


def _ends(origin: Floats, destination: Floats) -> Iterator[tuple[Place, Place]]:
    for start, end in zip(origin.tolist(), destination.tolist(), strict=True):
        yield Place(*start), Place(*end)


def _scatter(rng: np.random.Generator, flows: Flows, zone: Ints) -> Floats:
    """Draw a place around the middle of each zone; half of its extent is the standard deviation."""
    metres = rng.normal(size=(zone.size, 2)) * (flows.spread_m[zone] / 2)[:, None]
    degrees = metres / 111_195 / np.column_stack((np.ones(zone.size), np.cos(np.radians(flows.lat[zone]))))
    places: Floats = (np.column_stack((flows.lat[zone], flows.lon[zone])) + degrees).round(6)
    return places


def _draw_co2(rng: np.random.Generator, mean_g_per_km: float, count: int) -> Ints:
    burning = np.clip(rng.normal(mean_g_per_km, _CO2_SPREAD * mean_g_per_km, count), 80, 350)
    grams: Ints = np.where(rng.random(count) < _ELECTRIC_SHARE, 0, burning).round().astype(np.intp)
    return grams


def _draw_people(rng: np.random.Generator, count: int) -> list[tuple[tuple[str, ...], tuple[str, ...]]]:
    """Draw (traits, requires): what a partner vouches for, and what a few ask of everyone in the car."""
    has = rng.random((count, len(_TRAITS))) < _TRAIT_SHARES
    asks = (rng.random((count, len(_TRAITS))) < _ASKING_SHARES) & has
    return [
        (tuple(compress(_TRAITS, traits)), tuple(compress(_TRAITS, requires)))
        for traits, requires in zip(has.tolist(), asks.tolist(), strict=True)
    ]


def _wall_clock(midnight: datetime, seconds: int) -> str:
    return (midnight + timedelta(seconds=int(seconds))).isoformat()
