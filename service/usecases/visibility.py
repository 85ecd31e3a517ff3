"""What one partner, or one commuter, sees of a car that also carries others.

Before a match is confirmed another's places are rounded to a grid of about 500 m; after it, pick-ups and
drop-offs are exact and names are told, and the driver's own two ends stay rounded for everybody else. Travel times are
a distance in disguise, so the time of a rounded place is rounded too, as are the driver's figures for
everybody else: what is left can not be solved for a front door. Who walks to a meeting point gets in and out there;
nobody else reads where from, nor how far.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from service.clock import rfc3339
from service.model.matches import MatchRecord, Party
from service.model.partners import Whose
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


def coarse_figure(name: str, number: int) -> int:
    """Return a figure of a car (``saved_s`` …) as they read it from whom places in the car are hidden."""
    return _rounded(number, _STEPS[name])


def _rounded(number: int, step: int) -> int:
    return round(number / step) * step


def _coarse_time(at: datetime) -> datetime:
    return datetime.fromtimestamp(coarse_s(int(at.timestamp())), UTC)


def match_document(match: MatchRecord, whose: Whose) -> dict[str, Any]:
    """Return a match as these people may read it: all of a partner's, or one commuter.

    Who is invited to it and has nobody else in it reads it as proposed; others do not hear of them.
    """
    invites = any(map(whose.has, match.invited))
    if invites and not any(map(whose.has, match.ever_parties)):
        return match_document(match.with_invited(), whose)
    invitation = match_document(match.with_invited(), whose) if invites else None
    own = {party.trip_id for party in match.parties if whose.has(party)} - match.erased
    shown = narrowed(_whole(match), own)
    if invitation is not None:
        shown["awaiting"], shown["expires_at"] = invitation["awaiting"], rfc3339(match.due_at)
        shown["invitation"] = {name: invitation[name] for name in _OF_INVITATION}
    return shown


_OF_INVITATION = ("riders", "stops", "detour_s", "saved_s", "saved_m", "co2_saved_g", "batch_id")


def narrowed(document: Mapping[str, Any], own: Collection[str]) -> dict[str, Any]:
    """Return a match's document as it is for whom these trips in it are, who are among those that it was made for."""
    drives = document["offer_id"] in own
    stops = [_stop(document, stop, own) for stop in document["stops"]]
    ends = {(stop["request_id"], stop["kind"]): stop for stop in stops if stop["request_id"]}

    def end(request_id: str, kind: str) -> dict[str, Any]:
        stop = ends[request_id, kind]
        return {name: stop[name] for name in ("lat", "lon", "at", "walk_m", "meeting_point")}

    riders = [
        {
            **rider, "display_name": rider.get("display_name") if own else None,
            "pickup": end(rider["request_id"], "pickup"), "dropoff": end(rider["request_id"], "dropoff"),
            "other_way": rider["other_way"] if rider["request_id"] in own else None,
            "cost_share": rider["cost_share"] if drives or rider["request_id"] in own else None,
        } for rider in document["riders"]
    ]  # fmt: skip
    figures = {name: coarse_figure(name, document[name]) for name in _inexact(document, own)}
    return {
        **document, "riders": riders, "stops": stops, **figures, "invitation": None,
        "driver": {**document["driver"], "display_name": document["driver"].get("display_name") if own else None},
        "position": document["position"] if own else None,
    }  # fmt: skip


def _inexact(document: Mapping[str, Any], own: Collection[str]) -> Iterable[str]:
    """Return the figures that are rounded: to all but the driver all, to the driver those that tell where others walk.

    What a car saves is measured against riders' own drives, from door to door.
    """
    if document["offer_id"] not in own:
        return _STEPS
    walked = any(stop["meeting_point"] and stop["request_id"] not in own for stop in document["stops"])
    return _STEPS.keys() - {"detour_s"} if walked else ()


_STEPS = {"detour_s": _TIME_S, "saved_s": _TIME_S, "saved_m": _DISTANCE_M, "co2_saved_g": _CO2_G}


def _whole(match: MatchRecord) -> dict[str, Any]:
    """Return a match with all that there is to know of it, but for the ends of riders, which are stops."""
    names = match.names if match.status in AGREED else {}
    return {
        "id": match.id, "status": match.status, "version": match.version, "offer_id": match.driver.trip_id,
        "riders": [
            {
                "request_id": rider.trip_id, "display_name": names.get(rider.trip_id),
                "pickup": None, "dropoff": None, "answer": rider.answer,
                "picked_up_at": _instant(rider.picked_up_at), "dropped_off_at": _instant(rider.dropped_off_at),
                "other_way": _way(rider),
                "cost_share": {"amount": match.cost_shares[rider.trip_id], "currency": match.currency},
            } for rider in match.riders if rider.trip_id not in match.erased
        ],
        "driver": {"answer": match.driver.answer, "display_name": names.get(match.driver.trip_id)},
        "stops": [
            {
                "kind": stop.kind, "request_id": stop.request_id, "at": rfc3339(stop.at), "lat": stop.lat,
                "lon": stop.lon, "meeting_point": stop.meeting_point, "walk_m": stop.walk_m, "exact": True,
            } for stop in match.stops if (stop.request_id or match.driver.trip_id) not in match.erased
        ],
        "detour_s": match.detour_s, "saved_s": match.saved_s, "saved_m": match.saved_m,
        "co2_saved_g": match.co2_saved_g, "awaiting": match.awaiting, "expires_at": rfc3339(match.expires_at),
        "reason": match.reason, "invitation": None,
        "left": [
            {"trip_id": leaver.trip_id, "at": rfc3339(leaver.at), "reason": leaver.reason, "late": leaver.late}
            for leaver in match.left
        ],
        "position": _position(match), "batch_id": match.batch_id, "created_at": rfc3339(match.created_at),
    }  # fmt: skip


def _way(rider: Party) -> dict[str, str] | None:
    if rider.other_request_id is None or rider.other_match_id is None:
        return None
    return {"request_id": rider.other_request_id, "match_id": rider.other_match_id}


def _instant(at: datetime | None) -> str | None:
    return None if at is None else rfc3339(at)


def _position(match: MatchRecord) -> dict[str, Any] | None:
    where = match.position
    return None if where is None else {"lat": where.lat, "lon": where.lon, "at": rfc3339(where.at)}


def _stop(document: Mapping[str, Any], stop: Mapping[str, Any], own: Collection[str]) -> dict[str, Any]:
    if not stop["exact"]:
        return dict(stop)
    request_id = stop["request_id"]
    is_own = (request_id or document["offer_id"]) in own
    agreed = document["status"] in AGREED and request_id is not None
    if is_own or (agreed and own):  # who left the car sees no more of it than before
        return {**stop, "walk_m": stop["walk_m"] if is_own else 0}
    lat, lon = coarse(stop["lat"], stop["lon"])
    at = rfc3339(_coarse_time(datetime.fromisoformat(stop["at"])))
    return {**stop, "at": at, "lat": lat, "lon": lon, "walk_m": 0, "meeting_point": None, "exact": False}
