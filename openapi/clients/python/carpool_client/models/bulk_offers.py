from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define

if TYPE_CHECKING:
    from ..models.offer_draft import OfferDraft


T = TypeVar("T", bound="BulkOffers")


@_attrs_define
class BulkOffers:
    """Offers to be posted, each by itself.

    Attributes:
        items (list[OfferDraft]):
    """

    items: list[OfferDraft]

    def to_dict(self) -> dict[str, Any]:
        items = []
        for items_item_data in self.items:
            items_item = items_item_data.to_dict()
            items.append(items_item)

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "items": items,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.offer_draft import OfferDraft  # noqa: PLC0415

        d = dict(src_dict)
        items = []
        _items = d.pop("items")
        for items_item_data in _items:
            items_item = OfferDraft.from_dict(items_item_data)

            items.append(items_item)

        bulk_offers = cls(
            items=items,
        )

        return bulk_offers
