from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

T = TypeVar("T", bound="OtherWay")


@_attrs_define
class OtherWay:
    """The way back of a way out, or the way out of a way back.

    Attributes:
        request_id (str):
        match_id (str):
    """

    request_id: str
    match_id: str

    def to_dict(self) -> dict[str, Any]:
        request_id = self.request_id

        match_id = self.match_id

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "request_id": request_id,
                "match_id": match_id,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        request_id = d.pop("request_id")

        match_id = d.pop("match_id")

        other_way = cls(
            request_id=request_id,
            match_id=match_id,
        )

        return other_way
