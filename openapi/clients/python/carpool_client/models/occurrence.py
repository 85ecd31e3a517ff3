from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define

T = TypeVar("T", bound="Occurrence")


@_attrs_define
class Occurrence:
    """A day of a series.

    Attributes:
        date (datetime.date):
        trip_id (None | str): Null where the clocks change within its window and leave too little.
    """

    date: datetime.date
    trip_id: None | str

    def to_dict(self) -> dict[str, Any]:
        date = self.date.isoformat()

        trip_id: None | str
        trip_id = self.trip_id

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "date": date,
                "trip_id": trip_id,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        date = datetime.date.fromisoformat(d.pop("date"))

        def _parse_trip_id(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        trip_id = _parse_trip_id(d.pop("trip_id"))

        occurrence = cls(
            date=date,
            trip_id=trip_id,
        )

        return occurrence
