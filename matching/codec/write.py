"""An instance as JSON values."""

from __future__ import annotations

from typing import Any

from matching.codec.times import format_time
from matching.model import Instance, MatchingError, Offer, Place, Request
from matching.travel import Crowfly


def instance_to_json(instance: Instance) -> dict[str, Any]:
    """Return the JSON document of an instance; reading it gives the same instance.

    Raises
    ------
    MatchingError
        If the travel model has no JSON form.
    """
    travel = instance.travel
    if not isinstance(travel, Crowfly):
        raise MatchingError(f"the travel model {type(travel).__name__} has no JSON form")
    return {
        "travel": {"model": "crowfly", "circuity": travel.circuity, "speed_kmh": travel.speed_kmh},
        "boarding_s": instance.boarding_s,
        "rider_value_s": instance.rider_value_s,
        "meeting_points": [{"id": point.id, **place_to_json(point.place)} for point in instance.meeting_points],
        "offers": [_offer(offer) for offer in instance.offers],
        "requests": [_request(request) for request in instance.requests],
        "excluded": sorted(list(pair) for pair in instance.excluded),
        "bonuses": [[offer, request, bonus] for (offer, request), bonus in sorted(instance.bonuses.items())],
    }


def place_to_json(place: Place) -> dict[str, Any]:
    """Return a place as its two degrees."""
    return {"lat": place.lat, "lon": place.lon}


def _trip(trip: Offer | Request) -> dict[str, Any]:
    return {
        "id": trip.id,
        "either": trip.either,
        "origin": place_to_json(trip.origin),
        "destination": place_to_json(trip.destination),
        "earliest_departure": format_time(trip.earliest_departure),
        "latest_arrival": format_time(trip.latest_arrival),
        "seats": trip.seats,
        "traits": sorted(trip.traits),
        "requires": sorted(trip.requires),
    }


def _offer(offer: Offer) -> dict[str, Any]:
    return {**_trip(offer), "max_detour_s": offer.max_detour_s, "committed": list(offer.committed)}


def _request(request: Request) -> dict[str, Any]:
    latest_pickup = request.latest_pickup
    return {
        **_trip(request),
        "max_ride_s": request.max_ride_s,
        "max_walk_m": request.max_walk_m,
        "latest_pickup": None if latest_pickup is None else format_time(latest_pickup),
        "priority_s": request.priority_s,
        "return_of": request.return_of,
    }
