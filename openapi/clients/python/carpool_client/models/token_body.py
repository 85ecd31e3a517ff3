from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define

from ..types import UNSET, Unset

T = TypeVar("T", bound="TokenBody")


@_attrs_define
class TokenBody:
    """For how long, and what you vouch for of this commuter.

    Attributes:
        ttl_s (int | Unset): How long it opens, in seconds. Default: 900.
        traits (list[str] | Unset): What you vouch for: trips posted with the token may have these traits and no others,
            and have them all where they name none.
    """

    ttl_s: int | Unset = 900
    traits: list[str] | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        ttl_s = self.ttl_s

        traits: list[str] | Unset = UNSET
        if not isinstance(self.traits, Unset):
            traits = self.traits

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if ttl_s is not UNSET:
            field_dict["ttl_s"] = ttl_s
        if traits is not UNSET:
            field_dict["traits"] = traits

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        ttl_s = d.pop("ttl_s", UNSET)

        traits = cast(list[str], d.pop("traits", UNSET))

        token_body = cls(
            ttl_s=ttl_s,
            traits=traits,
        )

        return token_body
