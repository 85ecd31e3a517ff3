"""Areas of markets: GeoJSON (RFC 7946) polygons, what makes one good, and which of several a place is in.

Coordinates are (longitude, latitude) here, as GeoJSON and shapely have them. An area may have holes and several parts.
One that reaches across the antimeridian is cut there into two parts (RFC 7946, section 3.1.9).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Annotated, Any, Literal

import numpy as np
import shapely
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError
from shapely.geometry import shape

MOST_POSITIONS = 10_000
_SLIVER_DEG = 1e-6  # 0.1 m: common borders that were drawn twice may overlap by less
_Position = Annotated[list[float], Field(min_length=2, max_length=3)]
_Rings = Annotated[list[Annotated[list[_Position], Field(min_length=4)]], Field(min_length=1)]
_GOOD = ConfigDict(extra="ignore", allow_inf_nan=False)


class Polygon(BaseModel):
    """A ring of [longitude, latitude], and rings of holes in it; each ends where it begins."""

    model_config = _GOOD

    type: Literal["Polygon"]
    coordinates: _Rings


class MultiPolygon(BaseModel):
    """Several polygons that are one area."""

    model_config = _GOOD

    type: Literal["MultiPolygon"]
    coordinates: Annotated[list[_Rings], Field(min_length=1)]


Area = Annotated[Polygon | MultiPolygon, Field(discriminator="type")]
_ADAPTER: TypeAdapter[Polygon | MultiPolygon] = TypeAdapter(Area)


class BadArea(ValueError):
    """What was given is no area; the words say why."""


def read_area(document: Any) -> dict[str, Any]:
    """Return the geometry of a GeoJSON document: a geometry, a feature, or a collection of one. Raises BadArea."""
    geometry = document
    if isinstance(document, dict):
        features = document.get("features")
        if document.get("type") == "FeatureCollection" and isinstance(features, list):
            if len(features) != 1:
                raise BadArea(f"is a collection of {len(features)} features: an area is one (Multi)Polygon")
            geometry = features[0]
        if isinstance(geometry, dict) and geometry.get("type") == "Feature":
            geometry = geometry.get("geometry")
    try:
        area = _ADAPTER.validate_python(geometry)
    except ValidationError as error:
        fault = error.errors(include_url=False, include_input=False, include_context=False)[0]
        where = "/".join(map(str, fault["loc"]))
        raise BadArea(f"is no GeoJSON Polygon or MultiPolygon: {where or 'it'}: {fault['msg'].lower()}") from None
    polygons = [area.coordinates] if isinstance(area, Polygon) else area.coordinates
    for rings in polygons:
        _refuse_bad_rings(rings)
    if sum(len(ring) for rings in polygons for ring in rings) > MOST_POSITIONS:
        raise BadArea(f"has more than {MOST_POSITIONS:,} positions: simplify it")
    found = area.model_dump()
    if not shape(found).is_valid:
        raise BadArea(f"is not simple: {shapely.is_valid_reason(shape(found))} (longitude latitude)")
    return found


def _refuse_bad_rings(rings: Sequence[Sequence[Sequence[float]]]) -> None:
    for ring in rings:
        if list(ring[0]) != list(ring[-1]):
            raise BadArea("has a ring that does not end where it begins")
        for (lon, lat, *_), (next_lon, *_) in pairwise(ring):
            if not (-180 <= lon <= 180 and -90 <= lat <= 90):
                raise BadArea(f"has the position [{lon:g}, {lat:g}]: positions are [longitude, latitude] in degrees")
            if abs(next_lon - lon) > 180:
                raise BadArea("reaches across the antimeridian: cut it there into two polygons (RFC 7946, 3.1.9)")


def overlap(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Tell whether two areas share more than a border, however that was drawn."""
    return not shape(one).intersection(shape(other)).buffer(-_SLIVER_DEG).is_empty


class AreaIndex:
    """Areas to look places up in; a place on the border of several is in the first of them."""

    def __init__(self, areas: Sequence[Mapping[str, Any]]) -> None:
        self._shapes = np.array([shape(area) for area in areas], dtype=object)
        shapely.prepare(self._shapes)
        self._tree = shapely.STRtree(self._shapes)

    def find(self, lats: Sequence[float], lons: Sequence[float]) -> NDArray[np.int64]:
        """Return, for each place, which area it is in; -1 for none. (n,) int64."""
        found = np.full(len(lats), len(self._shapes), dtype=np.int64)
        x, y = np.asarray(lons, dtype=float), np.asarray(lats, dtype=float)
        place, area = self._tree.query(shapely.points(x, y))
        inside = shapely.intersects_xy(self._shapes[area], x[place], y[place])
        np.minimum.at(found, place[inside], area[inside])
        found[found == len(self._shapes)] = -1
        return found
