from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

from ..types import UNSET, Unset

T = TypeVar("T", bound="BatchBody")


@_attrs_define
class BatchBody:
    """Of which market.

    Attributes:
        market (str | Unset): A name of GET /v1/markets. A sandbox has but its own. Default: 'main'.
    """

    market: str | Unset = "main"

    def to_dict(self) -> dict[str, Any]:
        market = self.market

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if market is not UNSET:
            field_dict["market"] = market

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        market = d.pop("market", UNSET)

        batch_body = cls(
            market=market,
        )

        return batch_body
