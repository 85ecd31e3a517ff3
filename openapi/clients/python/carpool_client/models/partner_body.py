from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define

from ..types import UNSET, Unset

T = TypeVar("T", bound="PartnerBody")


@_attrs_define
class PartnerBody:
    """A partner to be.

    Attributes:
        name (str):
        shares_with (str | Unset): "own", "all", or partner ids with commas between. Default: 'own'.
        origins (list[str] | Unset): Origins of web pages whose scripts may read what this partner's credentials are
            answered (CORS).
    """

    name: str
    shares_with: str | Unset = "own"
    origins: list[str] | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        name = self.name

        shares_with = self.shares_with

        origins: list[str] | Unset = UNSET
        if not isinstance(self.origins, Unset):
            origins = self.origins

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "name": name,
            }
        )
        if shares_with is not UNSET:
            field_dict["shares_with"] = shares_with
        if origins is not UNSET:
            field_dict["origins"] = origins

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        name = d.pop("name")

        shares_with = d.pop("shares_with", UNSET)

        origins = cast(list[str], d.pop("origins", UNSET))

        partner_body = cls(
            name=name,
            shares_with=shares_with,
            origins=origins,
        )

        return partner_body
