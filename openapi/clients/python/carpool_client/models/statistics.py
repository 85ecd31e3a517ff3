from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define

if TYPE_CHECKING:
    from ..models.day_figures import DayFigures
    from ..models.figures import Figures


T = TypeVar("T", bound="Statistics")


@_attrs_define
class Statistics:
    """What rides came to, by day and in all.

    Attributes:
        items (list[DayFigures]):
        totals (Figures): What rides came to. A car's savings are divided evenly among its people, rounded where of
            several partners.
        complete (bool): False where so many matches are kept that only the newest are counted.
    """

    items: list[DayFigures]
    totals: Figures
    complete: bool

    def to_dict(self) -> dict[str, Any]:
        items = []
        for items_item_data in self.items:
            items_item = items_item_data.to_dict()
            items.append(items_item)

        totals = self.totals.to_dict()

        complete = self.complete

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "items": items,
                "totals": totals,
                "complete": complete,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.day_figures import DayFigures  # noqa: PLC0415
        from ..models.figures import Figures  # noqa: PLC0415

        d = dict(src_dict)
        items = []
        _items = d.pop("items")
        for items_item_data in _items:
            items_item = DayFigures.from_dict(items_item_data)

            items.append(items_item)

        totals = Figures.from_dict(d.pop("totals"))

        complete = d.pop("complete")

        statistics = cls(
            items=items,
            totals=totals,
            complete=complete,
        )

        return statistics
