from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

T = TypeVar("T", bound="DecideDaily")


@_attrs_define
class DecideDaily:
    """Trips are matched from a time of the day before they leave on, in the market's time zone.

    Attributes:
        daily (str):
    """

    daily: str

    def to_dict(self) -> dict[str, Any]:
        daily = self.daily

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "daily": daily,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        daily = d.pop("daily")

        decide_daily = cls(
            daily=daily,
        )

        return decide_daily
