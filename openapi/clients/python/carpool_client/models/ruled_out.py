from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

from ..models.ruled_out_name import RuledOutName

T = TypeVar("T", bound="RuledOut")


@_attrs_define
class RuledOut:
    """How many others a rule ruled out.

    Attributes:
        rule (int): Its number in the problem's statement.
        name (RuledOutName):
        count (int):
    """

    rule: int
    name: RuledOutName
    count: int

    def to_dict(self) -> dict[str, Any]:
        rule = self.rule

        name = self.name.value

        count = self.count

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "rule": rule,
                "name": name,
                "count": count,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        rule = d.pop("rule")

        name = RuledOutName(d.pop("name"))

        count = d.pop("count")

        ruled_out = cls(
            rule=rule,
            name=name,
            count=count,
        )

        return ruled_out
