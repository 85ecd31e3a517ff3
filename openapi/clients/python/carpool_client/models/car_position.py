from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

T = TypeVar("T", bound="CarPosition")


@_attrs_define
class CarPosition:
    """Where the car was.

    Attributes:
        lat (float):
        lon (float):
        at (datetime.datetime):
    """

    lat: float
    lon: float
    at: datetime.datetime

    def to_dict(self) -> dict[str, Any]:
        lat = self.lat

        lon = self.lon

        at = self.at.isoformat()

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "lat": lat,
                "lon": lon,
                "at": at,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        lat = d.pop("lat")

        lon = d.pop("lon")

        at = datetime.datetime.fromisoformat(d.pop("at"))

        car_position = cls(
            lat=lat,
            lon=lon,
            at=at,
        )

        return car_position
