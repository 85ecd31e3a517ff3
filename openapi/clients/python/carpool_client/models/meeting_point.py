from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

T = TypeVar("T", bound="MeetingPoint")


@_attrs_define
class MeetingPoint:
    """A place where cars may stop for riders who walk.

    Attributes:
        id (str): As the stops of a match name it; of one point in all markets.
        name (str):
        lat (float):
        lon (float):
    """

    id: str
    name: str
    lat: float
    lon: float

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        name = self.name

        lat = self.lat

        lon = self.lon

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "id": id,
                "name": name,
                "lat": lat,
                "lon": lon,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        id = d.pop("id")

        name = d.pop("name")

        lat = d.pop("lat")

        lon = d.pop("lon")

        meeting_point = cls(
            id=id,
            name=name,
            lat=lat,
            lon=lon,
        )

        return meeting_point
