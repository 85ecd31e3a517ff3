from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define

T = TypeVar("T", bound="RiderEnd")


@_attrs_define
class RiderEnd:
    """Where and when a rider gets in or out.

    Attributes:
        lat (float):
        lon (float):
        at (datetime.datetime):
        walk_m (int): Of your riders: the walk between their own place and this one.
        meeting_point (None | str): Its id. Another's is told once the car is agreed.
    """

    lat: float
    lon: float
    at: datetime.datetime
    walk_m: int
    meeting_point: None | str

    def to_dict(self) -> dict[str, Any]:
        lat = self.lat

        lon = self.lon

        at = self.at.isoformat()

        walk_m = self.walk_m

        meeting_point: None | str
        meeting_point = self.meeting_point

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "lat": lat,
                "lon": lon,
                "at": at,
                "walk_m": walk_m,
                "meeting_point": meeting_point,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        lat = d.pop("lat")

        lon = d.pop("lon")

        at = datetime.datetime.fromisoformat(d.pop("at"))

        walk_m = d.pop("walk_m")

        def _parse_meeting_point(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        meeting_point = _parse_meeting_point(d.pop("meeting_point"))

        rider_end = cls(
            lat=lat,
            lon=lon,
            at=at,
            walk_m=walk_m,
            meeting_point=meeting_point,
        )

        return rider_end
