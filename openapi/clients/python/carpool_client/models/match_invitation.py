from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define

if TYPE_CHECKING:
    from ..models.match_stop import MatchStop
    from ..models.rider import Rider


T = TypeVar("T", bound="MatchInvitation")


@_attrs_define
class MatchInvitation:
    """Riders whom a batch would add to an agreed car, which is so once they have accepted.

    Attributes:
        riders (list[Rider]): All of the car: those without an answer are invited.
        stops (list[MatchStop]):
        detour_s (int):
        saved_s (int):
        saved_m (int):
        co2_saved_g (int):
        batch_id (str):
    """

    riders: list[Rider]
    stops: list[MatchStop]
    detour_s: int
    saved_s: int
    saved_m: int
    co2_saved_g: int
    batch_id: str

    def to_dict(self) -> dict[str, Any]:
        riders = []
        for riders_item_data in self.riders:
            riders_item = riders_item_data.to_dict()
            riders.append(riders_item)

        stops = []
        for stops_item_data in self.stops:
            stops_item = stops_item_data.to_dict()
            stops.append(stops_item)

        detour_s = self.detour_s

        saved_s = self.saved_s

        saved_m = self.saved_m

        co2_saved_g = self.co2_saved_g

        batch_id = self.batch_id

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "riders": riders,
                "stops": stops,
                "detour_s": detour_s,
                "saved_s": saved_s,
                "saved_m": saved_m,
                "co2_saved_g": co2_saved_g,
                "batch_id": batch_id,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.match_stop import MatchStop  # noqa: PLC0415
        from ..models.rider import Rider  # noqa: PLC0415

        d = dict(src_dict)
        riders = []
        _riders = d.pop("riders")
        for riders_item_data in _riders:
            riders_item = Rider.from_dict(riders_item_data)

            riders.append(riders_item)

        stops = []
        _stops = d.pop("stops")
        for stops_item_data in _stops:
            stops_item = MatchStop.from_dict(stops_item_data)

            stops.append(stops_item)

        detour_s = d.pop("detour_s")

        saved_s = d.pop("saved_s")

        saved_m = d.pop("saved_m")

        co2_saved_g = d.pop("co2_saved_g")

        batch_id = d.pop("batch_id")

        match_invitation = cls(
            riders=riders,
            stops=stops,
            detour_s=detour_s,
            saved_s=saved_s,
            saved_m=saved_m,
            co2_saved_g=co2_saved_g,
            batch_id=batch_id,
        )

        return match_invitation
