from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define

from ..types import UNSET, Unset

T = TypeVar("T", bound="AnswerBody")


@_attrs_define
class AnswerBody:
    """Of which trip, and why.

    Attributes:
        trip_id (str):
        reason (None | str | Unset):
    """

    trip_id: str
    reason: None | str | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        trip_id = self.trip_id

        reason: None | str | Unset
        if isinstance(self.reason, Unset):
            reason = UNSET
        else:
            reason = self.reason

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "trip_id": trip_id,
            }
        )
        if reason is not UNSET:
            field_dict["reason"] = reason

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        trip_id = d.pop("trip_id")

        def _parse_reason(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        reason = _parse_reason(d.pop("reason", UNSET))

        answer_body = cls(
            trip_id=trip_id,
            reason=reason,
        )

        return answer_body
