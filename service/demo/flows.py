"""Who commutes from where to where: surveyed flows, or a gravity law over towns, as arrays to draw from."""

from __future__ import annotations

import gzip
from dataclasses import dataclass
from functools import cache
from importlib import resources

import numpy as np
from numpy.typing import NDArray

from service.demo.cities import CITIES, CityName

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

# Shares of Dutch car commuters are not surveyed by flow: the mean of the survey's flows stands in for them.
_DRIVER_SHARE = 0.93
# Gravity law: people accept a longer way to work the less of it there is nearby. An exponential with this scale
# (as the crow flies) gives a mean way to work of some 20 km by road.
_GRAVITY_SCALE_M = 14_000.0
# Residents and jobs together fill about this many people a square kilometre of built-up land.
_PEOPLE_PER_KM2 = 5_000.0


@dataclass(frozen=True, slots=True)
class Flows:
    """Zones and the flows between them.

    ``lat``, ``lon`` (degrees), ``spread_m``: (n_zones,). ``origin``, ``destination`` (indexes of zones),
    ``up_to`` (cumulative share of all commuters), ``driver_share`` (of the flow's commuters by car): (n_flows,).
    """

    lat: Floats
    lon: Floats
    spread_m: Floats
    people: Floats
    label: tuple[str, ...]
    origin: Ints
    destination: Ints
    up_to: Floats
    driver_share: Floats


@cache
def load_flows(city: CityName) -> Flows:
    """Return the flows of a city; read once a process."""
    return _surveyed() if city == "toronto" else _gravity(city)


def great_circle_m(lat_a: Floats, lon_a: Floats, lat_b: Floats, lon_b: Floats) -> Floats:
    """Metres along great circles between places given in degrees, element by element."""
    a_lat, a_lon, b_lat, b_lon = (np.radians(x) for x in (lat_a, lon_a, lat_b, lon_b))
    half = np.sin((b_lat - a_lat) / 2) ** 2 + np.cos(a_lat) * np.cos(b_lat) * np.sin((b_lon - a_lon) / 2) ** 2
    metres: Floats = 2 * 6_371_008.8 * np.arcsin(np.sqrt(half))
    return metres


def _surveyed() -> Flows:
    data = resources.files("service.demo") / "data"
    with (data / "toronto_zones.csv").open("rb") as file:
        zones = np.loadtxt(file, delimiter=",", skiprows=1)
    with (data / "toronto_flows.csv.gz").open("rb") as packed, gzip.open(packed) as file:
        flows = np.loadtxt(file, delimiter=",", skiprows=1, dtype=np.int64)
    ids = zones[:, 0].astype(np.int64)
    in_order = np.argsort(ids)
    origin, destination = (in_order[np.searchsorted(ids[in_order], flows[:, end])] for end in (0, 1))
    drivers, passengers = flows[:, 2].astype(float), flows[:, 3].astype(float)
    commuters = drivers + passengers
    return Flows(
        lat=zones[:, 1], lon=zones[:, 2], spread_m=zones[:, 3],
        people=_people(len(zones), origin, destination, commuters), label=_nearest_towns("toronto", zones[:, 1], zones[:, 2]),
        origin=origin, destination=destination, up_to=_up_to(commuters), driver_share=drivers / commuters,
    )  # fmt: skip


def _gravity(city: CityName) -> Flows:
    towns = CITIES[city].towns
    lat, lon, residents, jobs = (
        np.array(column, dtype=float) for column in zip(*((t.lat, t.lon, t.residents_k, t.jobs_k) for t in towns), strict=True)
    )
    origin, destination = (grid.ravel() for grid in np.indices((len(towns), len(towns))))
    apart_m = great_circle_m(lat[origin], lon[origin], lat[destination], lon[destination])
    commuters = residents[origin] * jobs[destination] * np.exp(-apart_m / _GRAVITY_SCALE_M)
    radius_m = 1000 * np.sqrt((residents + jobs) * 1000 / _PEOPLE_PER_KM2 / np.pi)
    return Flows(
        lat=lat, lon=lon, spread_m=radius_m / 2, people=residents + jobs, label=tuple(town.name for town in towns),
        origin=origin, destination=destination, up_to=_up_to(commuters),
        driver_share=np.full(len(origin), _DRIVER_SHARE),
    )  # fmt: skip


def _up_to(commuters: Floats) -> Floats:
    total = np.cumsum(commuters)
    shares: Floats = total / total[-1]
    return shares


def _people(zones: int, origin: Ints, destination: Ints, commuters: Floats) -> Floats:
    return np.bincount(origin, commuters, zones) + np.bincount(destination, commuters, zones)


def _nearest_towns(city: CityName, lat: Floats, lon: Floats) -> tuple[str, ...]:
    towns = CITIES[city].towns
    town_lat, town_lon = np.array([t.lat for t in towns]), np.array([t.lon for t in towns])
    nearest = great_circle_m(lat[:, None], lon[:, None], town_lat, town_lon).argmin(axis=1)
    return tuple(towns[index].name for index in nearest)
