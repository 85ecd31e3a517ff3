"""What one partner sees of a car that also carries other partners' people.

Before a match is confirmed another's places are rounded to a grid of about 500 m; after it, pick-ups and
drop-offs are exact, and the driver's own two ends stay rounded for everybody else. Travel times are a
distance in disguise, so the time of a rounded place is rounded too, as are the driver's figures for
everybody else: what is left can not be solved for a front door.
"""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import Any

from service.clock import rfc3339
from service.model.matches import Call, MatchRecord, Party
from service.model.transitions import AGREED

_GRID_DEG = 0.0045  # 500 m of latitude
COARSE_DEG = 0.00325  # of latitude, 361 m: no place is farther from its coarse one, half a cell's diagonal
_TIME_S, _DISTANCE_M, _CO2_G = 300, 1000, 500


def coarse(lat: float, lon: float) -> tuple[float, float]:
    """Return the middle of the ~500 m grid cell that a place is in."""
    rounded_lat = round(lat / _GRID_DEG) * _GRID_DEG
    lon_step = _GRID_DEG / max(math.cos(math.radians(rounded_lat)), 0.01)
    rounded_lon = min(max(round(lon / lon_step) * lon_step, -180.0), 180.0)  # the last cell ends at the date line
    return round(rounded_lat, 5), round(rounded_lon, 5)


def coarse_s(at_s: int) -> int:
    """Return the time, in epoch seconds, of those five minutes apart that is nearest."""
    return _rounded(at_s, _TIME_S)


def _rounded(number: int, step: int) -> int:
    return round(number / step) * step


def _coarse_time(at: datetime) -> datetime:
    return datetime.fromtimestamp(coarse_s(int(at.timestamp())), UTC)


def match_document(match: MatchRecord, partner_id: str) -> dict[str, Any]:
    """Return a match as this partner may read it.

    Whose riders are invited to it and who has nobody else in it reads it as proposed; others do not hear of them.
    """
    invites = any(rider.partner_id == partner_id for rider in match.invited)
    if invites and all(party.partner_id != partner_id for party in match.ever_parties):
        return match_document(match.with_invited(), partner_id)
    invitation = match_document(match.with_invited(), partner_id) if invites else None
    drives = match.driver.partner_id == partner_id
    own = {party.trip_id for party in match.parties if party.partner_id == partner_id}
    stops = [_stop(match, stop, own) for stop in match.stops]
    ends = {(stop["request_id"], stop["kind"]): stop for stop in stops if stop["request_id"]}

    def end(request_id: str, kind: str) -> dict[str, Any]:
        stop = ends[request_id, kind]
        return {name: stop[name] for name in ("lat", "lon", "at", "walk_m", "meeting_point")}

    return {
        "id": match.id, "status": match.status, "version": match.version, "offer_id": match.driver.trip_id,
        "riders": [
            {
                "request_id": rider.trip_id, "pickup": end(rider.trip_id, "pickup"),
                "dropoff": end(rider.trip_id, "dropoff"), "answer": rider.answer,
                "picked_up_at": _instant(rider.picked_up_at), "dropped_off_at": _instant(rider.dropped_off_at),
                "other_way": _way(rider) if rider.trip_id in own else None,
                "cost_share": {"amount": match.cost_shares[rider.trip_id], "currency": match.currency}
                if drives or rider.trip_id in own else None,
            } for rider in match.riders
        ],
        "driver": {"answer": match.driver.answer}, "stops": stops,
        "detour_s": match.detour_s if drives else _rounded(match.detour_s, _TIME_S),
        "saved_s": match.saved_s if drives else _rounded(match.saved_s, _TIME_S),
        "saved_m": match.saved_m if drives else _rounded(match.saved_m, _DISTANCE_M),
        "co2_saved_g": match.co2_saved_g if drives else _rounded(match.co2_saved_g, _CO2_G),
        "awaiting": invitation["awaiting"] if invitation else match.awaiting,
        "expires_at": rfc3339(match.due_at if invitation else match.expires_at), "reason": match.reason,
        "invitation": invitation and {name: invitation[name] for name in _OF_INVITATION},
        "left": [
            {"trip_id": leaver.trip_id, "at": rfc3339(leaver.at), "reason": leaver.reason, "late": leaver.late}
            for leaver in match.left
        ],
        "position": _position(match) if own else None,
        "batch_id": match.batch_id, "created_at": rfc3339(match.created_at),
    }  # fmt: skip


_OF_INVITATION = ("riders", "stops", "detour_s", "saved_s", "saved_m", "co2_saved_g", "batch_id")


def _way(rider: Party) -> dict[str, str] | None:
    if rider.other_request_id is None or rider.other_match_id is None:
        return None
    return {"request_id": rider.other_request_id, "match_id": rider.other_match_id}


def _instant(at: datetime | None) -> str | None:
    return None if at is None else rfc3339(at)


def _position(match: MatchRecord) -> dict[str, Any] | None:
    where = match.position
    return None if where is None else {"lat": where.lat, "lon": where.lon, "at": rfc3339(where.at)}


def _stop(match: MatchRecord, stop: Call, own: set[str]) -> dict[str, Any]:
    trip_id = stop.request_id or match.driver.trip_id
    agreed = match.status in AGREED and stop.request_id is not None
    exact = trip_id in own or (agreed and bool(own))  # who left the car sees no more of it than before
    lat, lon = (stop.lat, stop.lon) if exact else coarse(stop.lat, stop.lon)
    return {
        "kind": stop.kind, "request_id": stop.request_id,
        "at": rfc3339(stop.at if exact else _coarse_time(stop.at)), "lat": lat, "lon": lon,
        "meeting_point": stop.meeting_point, "walk_m": stop.walk_m if trip_id in own else 0, "exact": exact,
    }  # fmt: skip
