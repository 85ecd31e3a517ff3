"""What a run of the demo gathered, and how each of its figures is counted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from matching.model import Place
from matching.travel import Travel
from service.demo.cities import CITIES, CityName
from service.demo.demand import Commuter
from service.demo.receiver import Received

_Json = Mapping[str, Any]


@dataclass(slots=True)
class Morning:
    """All that a run of the demo gathered, in the API's JSON."""

    city: CityName
    day: date
    commuters: Sequence[Commuter]
    offers: list[_Json] = field(default_factory=list)
    requests: list[_Json] = field(default_factory=list)
    batches: list[_Json] = field(default_factory=list)
    proposed: list[_Json] = field(default_factory=list)
    """Matches of the first batch as they were proposed, before anybody answered."""
    declined: int = 0
    matches: list[_Json] = field(default_factory=list)
    """Matches that everybody in them accepted."""
    events: list[_Json] = field(default_factory=list)
    received: Received = field(default_factory=Received)
    seconds: dict[str, float] = field(default_factory=dict)
    """How long each stage took."""


@dataclass(frozen=True, slots=True)
class Figures:
    """What the morning came to. The docstring of each counted thing is its definition."""

    cars: int
    """Drivers who take somebody along."""
    riders_served: int
    riders_asked: int
    """People who asked for a ride and do not drive somebody themselves."""
    cars_off_road: int
    """Served riders who would have gone in their own car, which now stays at home."""
    saved_m: int
    """What those riders would have driven, less all detours of the drivers."""
    co2_saved_g: int
    """The same in CO2, each driver's detour at their own car's figure."""
    mean_detour_s: float
    gap: float
    bound_scope: str


def figures_of(morning: Morning, travel: Travel) -> Figures:
    """Count the morning. `travel` is what the service drives by."""
    people = {commuter.id: commuter for commuter in morning.commuters}
    requests = {request["id"]: request for request in morning.requests}
    drivers = {offer["id"]: offer["commuter_id"] for offer in morning.offers}
    driving = {drivers[match["offer_id"]] for match in morning.matches}
    served = [requests[rider["request_id"]] for match in morning.matches for rider in match["riders"]]
    # The API counts every rider's own way as saved; whoever is driven by somebody else today saves none.
    driven_m = sum(_own_way_m(ride, travel) for ride in served if not people[ride["commuter_id"]].drives_today)
    return Figures(
        cars=len(morning.matches),
        riders_served=len(served),
        riders_asked=sum(commuter.asks and commuter.id not in driving for commuter in morning.commuters),
        cars_off_road=sum(people[ride["commuter_id"]].drives_today for ride in served),
        saved_m=round(sum(match["saved_m"] for match in morning.matches) - driven_m),
        co2_saved_g=round(
            sum(match["co2_saved_g"] for match in morning.matches)
            - driven_m / 1000 * CITIES[morning.city].co2_g_per_km
        ),
        mean_detour_s=sum(match["detour_s"] for match in morning.matches) / max(1, len(morning.matches)),
        gap=morning.batches[0]["gap"],
        bound_scope=morning.batches[0]["bound_scope"],
    )  # fmt: skip


def _own_way_m(request: _Json, travel: Travel) -> float:
    origin, destination = (Place(request[end]["lat"], request[end]["lon"]) for end in ("origin", "destination"))
    return travel.metres(origin, destination)
