from __future__ import annotations

from collections.abc import Mapping
from typing import (
    Any,
    Literal,
    TypeVar,
    cast,
)

from attrs import define as _attrs_define

T = TypeVar("T", bound="BulkPosted")


@_attrs_define
class BulkPosted:
    """An item that was posted.

    Attributes:
        status (Literal[201]):
        id (str): Of the trip, or with a `recurrence` of the series.
    """

    status: Literal[201]
    id: str

    def to_dict(self) -> dict[str, Any]:
        status = self.status

        id = self.id

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "status": status,
                "id": id,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        status = cast(Literal[201], d.pop("status"))
        if status != 201:
            raise ValueError(f"status must match const 201, got '{status}'")

        id = d.pop("id")

        bulk_posted = cls(
            status=status,
            id=id,
        )

        return bulk_posted
