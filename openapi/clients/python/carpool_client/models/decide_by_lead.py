from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

T = TypeVar("T", bound="DecideByLead")


@_attrs_define
class DecideByLead:
    """Trips are matched from some time before their earliest departure on.

    Attributes:
        lead_s (int):
    """

    lead_s: int

    def to_dict(self) -> dict[str, Any]:
        lead_s = self.lead_s

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "lead_s": lead_s,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        lead_s = d.pop("lead_s")

        decide_by_lead = cls(
            lead_s=lead_s,
        )

        return decide_by_lead
