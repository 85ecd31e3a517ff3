"""What the API answered, as the matching problem's own JSON: `carpool match` and a referee read it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from service.settings import Settings

_Json = Mapping[str, Any]
_TRIP = (
    "id", "either", "earliest_departure", "latest_arrival", "seats", "max_detour_s", "max_ride_s", "max_walk_m",
    "traits", "requires", "return_of",
)  # fmt: skip


def instance_from_trips(
    offers: Iterable[_Json], requests: Iterable[_Json], settings: Settings | None = None
) -> dict[str, Any]:
    """Return the instance that a batch over these trips solves, under the service's settings (the defaults)."""
    settings = settings or Settings()
    return {
        "travel": {"model": "crowfly", "circuity": settings.circuity, "speed_kmh": settings.speed_kmh},
        "boarding_s": settings.boarding_s, "rider_value_s": settings.rider_value_s,
        "offers": [_trip(offer) for offer in offers], "requests": [_trip(request) for request in requests],
    }  # fmt: skip


def plan_from_matches(matches: Iterable[_Json], batch: _Json | None = None) -> dict[str, Any]:
    """Return the plan that these matches are; with the batch that made them, its score and bound too."""
    plan: dict[str, Any] = {"matches": [_match(match) for match in matches]}
    if batch is not None:
        plan |= {name: batch[name] for name in ("score", "bound", "bound_scope", "timing_s")}
    return plan


def _trip(trip: _Json) -> dict[str, Any]:
    ends = {end: {"lat": trip[end]["lat"], "lon": trip[end]["lon"]} for end in ("origin", "destination")}
    return {name: trip[name] for name in _TRIP if trip.get(name) is not None} | ends


def _match(match: _Json) -> dict[str, Any]:
    return {
        "offer": match["offer_id"], "requests": [rider["request_id"] for rider in match["riders"]],
        "stops": [_stop(stop) for stop in match["stops"]],
        "detour_s": match["detour_s"], "saved_s": match["saved_s"],
    }  # fmt: skip


def _stop(stop: _Json) -> dict[str, Any]:
    shared = {name: stop[name] for name in ("kind", "at", "lat", "lon")}
    if stop["request_id"] is None:
        return shared
    return shared | {"request": stop["request_id"], "meeting_point": stop["meeting_point"]}
