"""Who commutes from where to where: surveyed flows, or a gravity law over towns, as arrays to draw from."""

from __future__ import annotations

import gzip
from dataclasses import dataclass
from functools import cache
from importlib import resources

import numpy as np
from numpy.typing import NDArray

from matching.model import Place
from matching.travel import great_circle_m, unit_vectors
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
        people=_people(len(zones), origin, destination, commuters),
        label=_nearest_towns("toronto", zones[:, 1], zones[:, 2]),
        origin=origin, destination=destination, up_to=_up_to(commuters), driver_share=drivers / commuters,
    )  # fmt: skip


def _gravity(city: CityName) -> Flows:
    towns = CITIES[city].towns
    lat, lon, residents, jobs = np.array([(t.lat, t.lon, t.residents_k, t.jobs_k) for t in towns], dtype=float).T
    origin, destination = (grid.ravel() for grid in np.indices((len(towns), len(towns))))
    places = [Place(town.lat, town.lon) for town in towns]
    apart_m = np.array([great_circle_m(places[a], places[b]) for a, b in zip(origin, destination, strict=True)])
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
    """Count who lives or works in each zone, as weights of the zones on a map."""
    people = np.bincount(origin, commuters, zones) + np.bincount(destination, commuters, zones)
    return people.astype(np.float64)


def _nearest_towns(city: CityName, lat: Floats, lon: Floats) -> tuple[str, ...]:
    towns = CITIES[city].towns
    zones = unit_vectors([Place(*place) for place in zip(lat.tolist(), lon.tolist(), strict=True)])
    nearest = (zones @ unit_vectors([Place(town.lat, town.lon) for town in towns]).T).argmax(axis=1)
    return tuple(towns[index].name for index in nearest)
