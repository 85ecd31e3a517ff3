from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define

if TYPE_CHECKING:
    from ..models.costs import Costs


T = TypeVar("T", bound="Figures")


@_attrs_define
class Figures:
    """What rides came to. A car's savings are divided evenly among its people, rounded where of several partners.

    Attributes:
        drives (int):
        rides (int):
        saved_s (int): Driving saved.
        saved_m (int):
        co2_saved_g (int):
        costs (list[Costs]):
    """

    drives: int
    rides: int
    saved_s: int
    saved_m: int
    co2_saved_g: int
    costs: list[Costs]

    def to_dict(self) -> dict[str, Any]:
        drives = self.drives

        rides = self.rides

        saved_s = self.saved_s

        saved_m = self.saved_m

        co2_saved_g = self.co2_saved_g

        costs = []
        for costs_item_data in self.costs:
            costs_item = costs_item_data.to_dict()
            costs.append(costs_item)

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "drives": drives,
                "rides": rides,
                "saved_s": saved_s,
                "saved_m": saved_m,
                "co2_saved_g": co2_saved_g,
                "costs": costs,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.costs import Costs  # noqa: PLC0415

        d = dict(src_dict)
        drives = d.pop("drives")

        rides = d.pop("rides")

        saved_s = d.pop("saved_s")

        saved_m = d.pop("saved_m")

        co2_saved_g = d.pop("co2_saved_g")

        costs = []
        _costs = d.pop("costs")
        for costs_item_data in _costs:
            costs_item = Costs.from_dict(costs_item_data)

            costs.append(costs_item)

        figures = cls(
            drives=drives,
            rides=rides,
            saved_s=saved_s,
            saved_m=saved_m,
            co2_saved_g=co2_saved_g,
            costs=costs,
        )

        return figures
