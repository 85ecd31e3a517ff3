from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define

if TYPE_CHECKING:
    from ..models.journey import Journey


T = TypeVar("T", bound="Journeys")


@_attrs_define
class Journeys:
    """Who could ride together now, what saves most first.

    Attributes:
        market (str):
        as_of (datetime.datetime): What happened by then is in it; seldom more than a second ago, at most 10.
        complete (bool): False where the market has so many open trips that some are not seen.
        items (list[Journey]):
    """

    market: str
    as_of: datetime.datetime
    complete: bool
    items: list[Journey]

    def to_dict(self) -> dict[str, Any]:
        market = self.market

        as_of = self.as_of.isoformat()

        complete = self.complete

        items = []
        for items_item_data in self.items:
            items_item = items_item_data.to_dict()
            items.append(items_item)

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "market": market,
                "as_of": as_of,
                "complete": complete,
                "items": items,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.journey import Journey  # noqa: PLC0415

        d = dict(src_dict)
        market = d.pop("market")

        as_of = datetime.datetime.fromisoformat(d.pop("as_of"))

        complete = d.pop("complete")

        items = []
        _items = d.pop("items")
        for items_item_data in _items:
            items_item = Journey.from_dict(items_item_data)

            items.append(items_item)

        journeys = cls(
            market=market,
            as_of=as_of,
            complete=complete,
            items=items,
        )

        return journeys
