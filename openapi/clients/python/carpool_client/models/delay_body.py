from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

T = TypeVar("T", bound="DelayBody")


@_attrs_define
class DelayBody:
    """Who is late, and by how much.

    Attributes:
        trip_id (str):
        delay_s (int): Later than the match says now. Send If-Match, so that a repeat is not added to it.
    """

    trip_id: str
    delay_s: int

    def to_dict(self) -> dict[str, Any]:
        trip_id = self.trip_id

        delay_s = self.delay_s

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "trip_id": trip_id,
                "delay_s": delay_s,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        trip_id = d.pop("trip_id")

        delay_s = d.pop("delay_s")

        delay_body = cls(
            trip_id=trip_id,
            delay_s=delay_s,
        )

        return delay_body
