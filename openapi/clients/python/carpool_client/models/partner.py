from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define

if TYPE_CHECKING:
    from ..models.partner_fallbacks import PartnerFallbacks


T = TypeVar("T", bound="Partner")


@_attrs_define
class Partner:
    """A tenant.

    Attributes:
        id (str):
        version (int):
        name (str):
        shares_with (str):
        fallbacks (PartnerFallbacks): By community: how its people get home (`carpool partners fallback`).
        origins (list[str]):
        created_at (datetime.datetime):
    """

    id: str
    version: int
    name: str
    shares_with: str
    fallbacks: PartnerFallbacks
    origins: list[str]
    created_at: datetime.datetime

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        version = self.version

        name = self.name

        shares_with = self.shares_with

        fallbacks = self.fallbacks.to_dict()

        origins = self.origins

        created_at = self.created_at.isoformat()

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "id": id,
                "version": version,
                "name": name,
                "shares_with": shares_with,
                "fallbacks": fallbacks,
                "origins": origins,
                "created_at": created_at,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.partner_fallbacks import PartnerFallbacks  # noqa: PLC0415

        d = dict(src_dict)
        id = d.pop("id")

        version = d.pop("version")

        name = d.pop("name")

        shares_with = d.pop("shares_with")

        fallbacks = PartnerFallbacks.from_dict(d.pop("fallbacks"))

        origins = cast(list[str], d.pop("origins"))

        created_at = datetime.datetime.fromisoformat(d.pop("created_at"))

        partner = cls(
            id=id,
            version=version,
            name=name,
            shares_with=shares_with,
            fallbacks=fallbacks,
            origins=origins,
            created_at=created_at,
        )

        return partner
