from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

from ..models.erased_trip_status import ErasedTripStatus

T = TypeVar("T", bound="ErasedTrip")


@_attrs_define
class ErasedTrip:
    """What events tell of a trip whose commuter was erased.

    Attributes:
        id (str):
        status (ErasedTripStatus):
        version (int):
    """

    id: str
    status: ErasedTripStatus
    version: int

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        status = self.status.value

        version = self.version

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "id": id,
                "status": status,
                "version": version,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        id = d.pop("id")

        status = ErasedTripStatus(d.pop("status"))

        version = d.pop("version")

        erased_trip = cls(
            id=id,
            status=status,
            version=version,
        )

        return erased_trip
