from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

from ..models.sample_body_type import SampleBodyType

T = TypeVar("T", bound="SampleBody")


@_attrs_define
class SampleBody:
    """Of which type.

    Attributes:
        type_ (SampleBodyType):
    """

    type_: SampleBodyType

    def to_dict(self) -> dict[str, Any]:
        type_ = self.type_.value

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "type": type_,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        type_ = SampleBodyType(d.pop("type"))

        sample_body = cls(
            type_=type_,
        )

        return sample_body
