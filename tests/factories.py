"""Bodies of trips along one corridor, so that drivers and riders fit."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

HOME = {"lat": 52.30, "lon": 4.86}
WORK = {"lat": 52.37, "lon": 4.90}


def offer_body(**changes: Any) -> dict[str, Any]:
    """Return a driver's morning; the tests' clock stands at 05:00 UTC of that day."""
    return {
        "commuter_id": "dora", "origin": HOME, "destination": WORK,
        "earliest_departure": "2027-03-01T07:30:00+01:00", "latest_arrival": "2027-03-01T08:45:00+01:00",
        "seats": 3, "max_detour_s": 900, **changes,
    }  # fmt: skip


def request_body(**changes: Any) -> dict[str, Any]:
    """Return a rider's morning on the driver's way."""
    return {
        "commuter_id": "rob", "origin": {"lat": 52.31, "lon": 4.865}, "destination": {"lat": 52.36, "lon": 4.895},
        "earliest_departure": "2027-03-01T07:30:00+01:00", "latest_arrival": "2027-03-01T08:45:00+01:00", **changes,
    }  # fmt: skip


def corridor(body: dict[str, Any], number: int) -> dict[str, Any]:
    """Return a body shifted to a corridor of its own, far from those of other numbers."""
    ends = {end: {"lat": body[end]["lat"] + number * 0.5, "lon": body[end]["lon"]} for end in ("origin", "destination")}
    return {**body, **ends}


def tomorrow(body: dict[str, Any]) -> dict[str, Any]:
    """Return a body with its times moved to tomorrow of the real clock, for services that run on it."""
    day = (datetime.now(UTC) + timedelta(days=1)).date().isoformat()
    moved = {name: day + body[name][10:] for name in ("earliest_departure", "latest_arrival")}
    return {**body, **moved}
