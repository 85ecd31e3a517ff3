from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define

from ..models.helpful_change_field import HelpfulChangeField

T = TypeVar("T", bound="HelpfulChange")


@_attrs_define
class HelpfulChange:
    """The smallest change of one field by which the trip would fit with somebody, as far as they are free.

    Attributes:
        field (HelpfulChangeField):
        by (int): Seconds, metres, or seats; negative: earlier, or fewer.
        value (datetime.datetime | int): What the field would be.
        counterparts (int): How many it would fit with that it does not fit with now.
    """

    field: HelpfulChangeField
    by: int
    value: datetime.datetime | int
    counterparts: int

    def to_dict(self) -> dict[str, Any]:
        field = self.field.value

        by = self.by

        value: int | str
        if isinstance(self.value, datetime.datetime):
            value = self.value.isoformat()
        else:
            value = self.value

        counterparts = self.counterparts

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "field": field,
                "by": by,
                "value": value,
                "counterparts": counterparts,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        field = HelpfulChangeField(d.pop("field"))

        by = d.pop("by")

        def _parse_value(data: object) -> datetime.datetime | int:
            try:
                if not isinstance(data, str):
                    raise TypeError()
                value_type_0 = datetime.datetime.fromisoformat(data)

                return value_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | int, data)

        value = _parse_value(d.pop("value"))

        counterparts = d.pop("counterparts")

        helpful_change = cls(
            field=field,
            by=by,
            value=value,
            counterparts=counterparts,
        )

        return helpful_change
