"""Meeting points: places of a market where cars may stop for riders who walk, and what makes a list of them good.

Given as a GeoJSON (RFC 7946) collection of points; positions there are (longitude, latitude).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter, ValidationError

MOST_POINTS = 2_000
_GOOD = ConfigDict(extra="ignore", allow_inf_nan=False)
_Id = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.:@+-]{1,64}$")]
_Name = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")
]
_Longitude = Annotated[float, Field(ge=-180, le=180)]
_Latitude = Annotated[float, Field(ge=-90, le=90)]


class BadMeetingPoints(ValueError):
    """What was given is no list of meeting points; the words say why."""


@dataclass(frozen=True, slots=True)
class NamedPoint:
    """A meeting point as people know it, in WGS 84 degrees."""

    id: str
    name: str
    lat: float
    lon: float

    def record(self) -> dict[str, Any]:
        """Return the point as it is kept, and as partners read it."""
        return asdict(self)


class _Point(BaseModel):
    model_config = _GOOD

    type: Literal["Point"]
    coordinates: tuple[_Longitude, _Latitude] | tuple[_Longitude, _Latitude, float]


class _Properties(BaseModel):
    model_config = _GOOD

    id: _Id
    name: _Name


class _Feature(BaseModel):
    model_config = _GOOD

    type: Literal["Feature"]
    geometry: _Point
    properties: _Properties


class _Collection(BaseModel):
    model_config = _GOOD

    type: Literal["FeatureCollection"]
    features: Annotated[list[_Feature], Field(max_length=MOST_POINTS)]


_ADAPTER = TypeAdapter(_Collection)


def read_meeting_points(document: Any) -> tuple[NamedPoint, ...]:
    """Return the points of a GeoJSON collection, each with the properties `id` and `name`. Raises BadMeetingPoints."""
    try:
        features = _ADAPTER.validate_python(document).features
    except ValidationError as error:
        fault = error.errors(include_url=False, include_input=False, include_context=False)[0]
        where = "/".join(map(str, fault["loc"])) or "it"
        raise BadMeetingPoints(
            f"is no GeoJSON FeatureCollection of at most {MOST_POINTS:,} Points with the properties id and name: "
            f"{where}: {fault['msg'].lower()}"
        ) from None
    return tuple(
        NamedPoint(
            feature.properties.id, feature.properties.name,
            lat=feature.geometry.coordinates[1], lon=feature.geometry.coordinates[0],
        ) for feature in features
    )  # fmt: skip


def points_from_records(records: Sequence[Mapping[str, Any]]) -> tuple[NamedPoint, ...]:
    """Return the points of their records."""
    return tuple(NamedPoint(doc["id"], doc["name"], float(doc["lat"]), float(doc["lon"])) for doc in records)


def as_collection(points: Sequence[NamedPoint]) -> dict[str, Any]:
    """Return points as the document that they could be given as."""
    return {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature", "geometry": {"type": "Point", "coordinates": [point.lon, point.lat]},
                "properties": {"id": point.id, "name": point.name},
            } for point in points
        ],
    }  # fmt: skip
