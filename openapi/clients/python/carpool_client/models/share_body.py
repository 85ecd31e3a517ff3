from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

T = TypeVar("T", bound="ShareBody")


@_attrs_define
class ShareBody:
    """Whose part of the ride is shared.

    Attributes:
        trip_id (str):
    """

    trip_id: str

    def to_dict(self) -> dict[str, Any]:
        trip_id = self.trip_id

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "trip_id": trip_id,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        trip_id = d.pop("trip_id")

        share_body = cls(
            trip_id=trip_id,
        )

        return share_body
