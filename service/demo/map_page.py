"""The map of the matched cars: one HTML page that needs no network, no server and no other file.

Everything is inline, and a content security policy with the hashes of script and style lets nothing else run.
Text reaches the page escaped or as JSON; its script writes it as text only.
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib import resources
from string import Template
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import shapely

from service.demo.cities import CITIES, City, CityName, Town
from service.demo.flows import Flows, load_flows

_SCRIPTS = ("view.js", "layers.js", "car.js", "panel.js", "main.js")
_DENSITY_STEPS = (0.2, 0.45, 0.7, 0.9)
_METRES_PER_DEGREE = 111_195.0
# Gaps between zones up to twice this wide are land like the zones beside them; wider ones are lakes.
_FEWEST_ZONES = 500
_REACH_M, _MARGIN_M, _COARSE_M = 8_000.0, 1_500.0, 250.0
_Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Figure:
    """One key figure, ready to be read: its name, its value and what it stands against."""

    name: str
    value: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class DemoPicture:
    """What the page shows. Matches, offers and requests are in the API's JSON form; trips may be more than matched."""

    city: CityName
    title: str
    subtitle: str
    figures: Sequence[Figure]
    matches: Sequence[_Json]
    offers: Sequence[_Json]
    requests: Sequence[_Json]


def render_map(picture: DemoPicture) -> str:
    """Return the page as HTML."""
    page = resources.files("service.demo") / "page"
    script = "".join((page / name).read_text("utf-8") for name in _SCRIPTS)
    style = (page / "map.css").read_text("utf-8")
    script = f'"use strict";\n{script}'
    return Template((page / "map.html").read_text("utf-8")).substitute(
        title=html.escape(picture.title), subtitle=html.escape(picture.subtitle),
        figures="\n".join(map(_figure, picture.figures)), car_count=f"{len(picture.matches):,}",
        attribution=html.escape(f"Commuters {CITIES[picture.city].demand}. Ways are drawn straight from stop to stop."),
        picture=_inline_json(_data(picture)), script=script, style=style,
        script_hash=_policy_hash(script), style_hash=_policy_hash(style),
    )  # fmt: skip


def _figure(figure: Figure) -> str:
    note = f"<dd>{html.escape(figure.note)}</dd>" if figure.note else ""
    return f"<div><dt>{html.escape(figure.name)}</dt><dd>{html.escape(figure.value)}</dd>{note}</div>"


def _policy_hash(content: str) -> str:
    """Return a source expression of Content Security Policy level 2 for an inline script or style."""
    return "sha256-" + base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()


def _inline_json(data: Any) -> str:
    """Return JSON that can not end the element it stands in."""
    text = json.dumps(data, separators=(",", ":"))
    return text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")


def _data(picture: DemoPicture) -> dict[str, Any]:
    city, flows = CITIES[picture.city], load_flows(picture.city)
    offers = {offer["id"]: offer for offer in picture.offers}
    requests = {request["id"]: request for request in picture.requests}
    zone = ZoneInfo(city.timezone)
    return {
        "middle": [round(float(np.average(axis, weights=flows.people)), 4) for axis in (flows.lat, flows.lon)],
        "area": _area(flows),
        "zones": _zones(flows),
        "towns": [[town.name, *_place(town.lat, town.lon)] for town in _by_people(city, flows)],
        "waters": [[w.name, *_place(w.lat, w.lon), [_place(*point) for point in w.outline]] for w in city.waters],
        "cars": [_car(match, offers[match["offer_id"]], requests, zone) for match in picture.matches],
        "unmatched": list(_unmatched(picture)),
    }


def _place(lat: float, lon: float) -> list[int]:
    """Return a place in 1e-5 degrees: a metre, in few characters."""
    return [round(lat * 1e5), round(lon * 1e5)]


def _zones(flows: Flows) -> list[list[int]]:
    """Return [latitude, longitude, radius in metres, step of density] per zone."""
    density = flows.people / np.maximum(flows.spread_m, 1) ** 2
    step = np.searchsorted(np.quantile(density, _DENSITY_STEPS), density)
    rows = zip(flows.lat.tolist(), flows.lon.tolist(), flows.spread_m.tolist(), step.tolist(), strict=True)
    return [[*_place(lat, lon), round(spread_m), shade] for lat, lon, spread_m, shade in rows]


def _area(flows: Flows) -> list[list[list[int]]]:
    """Return the rings around zones that lie close together: shores show where nobody lives or works."""
    if len(flows.lat) < _FEWEST_ZONES:
        return []
    east_m, north_m = _METRES_PER_DEGREE * np.cos(np.radians(flows.lat.mean())), _METRES_PER_DEGREE
    middles = shapely.points(flows.lon * east_m, flows.lat * north_m)
    reached = shapely.union_all(shapely.buffer(middles, _REACH_M, quad_segs=4))
    area = shapely.simplify(shapely.buffer(reached, _MARGIN_M - _REACH_M), _COARSE_M)
    rings = (ring for part in shapely.get_parts(area) for ring in (part.exterior, *part.interiors))
    return [[_place(y / north_m, x / east_m) for x, y in ring.coords] for ring in rings]


def _by_people(city: City, flows: Flows) -> list[Town]:
    """Return the city, then its towns by how many live or work there: the order in which a map has room for names."""
    people: dict[str, float] = {}
    for name, count in zip(flows.label, flows.people.tolist(), strict=True):
        people[name] = people.get(name, 0) + count
    itself, *others = city.towns
    return [itself, *sorted(others, key=lambda town: -people.get(town.name, 0))]


def _car(match: _Json, offer: _Json, requests: Mapping[str, _Json], zone: ZoneInfo) -> dict[str, Any]:
    riders = [rider["request_id"] for rider in match["riders"]]
    return {
        "id": match["id"], "seats": offer["seats"], "detour_s": match["detour_s"], "saved_m": match["saved_m"],
        "co2_saved_g": match["co2_saved_g"], "riders": riders,
        "stops": [_stop(stop, offer, requests, riders, zone) for stop in match["stops"]],
    }  # fmt: skip


def _stop(
    stop: _Json, offer: _Json, requests: Mapping[str, _Json], riders: Sequence[str], zone: ZoneInfo
) -> dict[str, Any]:
    kind, request_id = stop["kind"], stop.get("request_id")
    trip = offer if request_id is None else requests[request_id]
    end = trip["origin"] if kind in ("depart", "pickup") else trip["destination"]
    shown = {
        "kind": kind, "at": _place(stop["lat"], stop["lon"]), "label": end.get("label") or "somewhere",
        "time": f"{datetime.fromisoformat(stop['at']).astimezone(zone):%H:%M}",
    }  # fmt: skip
    return shown if request_id is None else shown | {"rider": riders.index(request_id)}


def _unmatched(picture: DemoPicture) -> Iterable[list[list[int]]]:
    """Return origin and destination of every commuter who is in no car, once for those who posted both ways."""
    matched = {match["offer_id"] for match in picture.matches}
    matched |= {rider["request_id"] for match in picture.matches for rider in match["riders"]}
    trips = (*picture.offers, *picture.requests)
    shown = {trip["either"] for trip in trips if trip["id"] in matched and trip.get("either")}
    for trip in trips:
        if trip["id"] not in matched and trip.get("either") not in shown:
            yield [_place(trip[end]["lat"], trip[end]["lon"]) for end in ("origin", "destination")]
            if trip.get("either"):
                shown.add(trip["either"])
