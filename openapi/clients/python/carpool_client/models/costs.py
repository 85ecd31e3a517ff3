from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

T = TypeVar("T", bound="Costs")


@_attrs_define
class Costs:
    """What was paid, in one currency.

    Attributes:
        currency (str):
        paid (str): By riders to drivers. Decimal, as text.
        received (str): By drivers from riders.
    """

    currency: str
    paid: str
    received: str

    def to_dict(self) -> dict[str, Any]:
        currency = self.currency

        paid = self.paid

        received = self.received

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "currency": currency,
                "paid": paid,
                "received": received,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        currency = d.pop("currency")

        paid = d.pop("paid")

        received = d.pop("received")

        costs = cls(
            currency=currency,
            paid=paid,
            received=received,
        )

        return costs
