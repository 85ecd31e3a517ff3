from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define

if TYPE_CHECKING:
    from ..models.offer_series import OfferSeries
    from ..models.request_series import RequestSeries


T = TypeVar("T", bound="ListedUnionOfferSeriesRequestSeries")


@_attrs_define
class ListedUnionOfferSeriesRequestSeries:
    """
    Attributes:
        items (list[OfferSeries | RequestSeries]):
        next_cursor (None | str):
    """

    items: list[OfferSeries | RequestSeries]
    next_cursor: None | str

    def to_dict(self) -> dict[str, Any]:
        from ..models.offer_series import OfferSeries  # noqa: PLC0415

        items = []
        for items_item_data in self.items:
            items_item: dict[str, Any]
            if isinstance(items_item_data, OfferSeries):
                items_item = items_item_data.to_dict()
            else:
                items_item = items_item_data.to_dict()

            items.append(items_item)

        next_cursor: None | str
        next_cursor = self.next_cursor

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "items": items,
                "next_cursor": next_cursor,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.offer_series import OfferSeries  # noqa: PLC0415
        from ..models.request_series import RequestSeries  # noqa: PLC0415

        d = dict(src_dict)
        items = []
        _items = d.pop("items")
        for items_item_data in _items:

            def _parse_items_item(data: object) -> OfferSeries | RequestSeries:
                try:
                    if not isinstance(data, dict):
                        raise TypeError()
                    items_item_type_0 = OfferSeries.from_dict(data)

                    return items_item_type_0
                except (TypeError, ValueError, AttributeError, KeyError):
                    pass
                if not isinstance(data, dict):
                    raise TypeError()
                items_item_type_1 = RequestSeries.from_dict(data)

                return items_item_type_1

            items_item = _parse_items_item(items_item_data)

            items.append(items_item)

        def _parse_next_cursor(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        next_cursor = _parse_next_cursor(d.pop("next_cursor"))

        listed_union_offer_series_request_series = cls(
            items=items,
            next_cursor=next_cursor,
        )

        return listed_union_offer_series_request_series
