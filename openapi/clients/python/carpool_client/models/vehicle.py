from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define

from ..types import UNSET, Unset

T = TypeVar("T", bound="Vehicle")


@_attrs_define
class Vehicle:
    """The car, as its riders will look for it.

    Attributes:
        label (None | str | Unset):
        plate (None | str | Unset):
        co2_g_per_km (float | None | Unset): Grams of CO2 the car emits per kilometre.
    """

    label: None | str | Unset = UNSET
    plate: None | str | Unset = UNSET
    co2_g_per_km: float | None | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        label: None | str | Unset
        if isinstance(self.label, Unset):
            label = UNSET
        else:
            label = self.label

        plate: None | str | Unset
        if isinstance(self.plate, Unset):
            plate = UNSET
        else:
            plate = self.plate

        co2_g_per_km: float | None | Unset
        if isinstance(self.co2_g_per_km, Unset):
            co2_g_per_km = UNSET
        else:
            co2_g_per_km = self.co2_g_per_km

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if label is not UNSET:
            field_dict["label"] = label
        if plate is not UNSET:
            field_dict["plate"] = plate
        if co2_g_per_km is not UNSET:
            field_dict["co2_g_per_km"] = co2_g_per_km

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)

        def _parse_label(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        label = _parse_label(d.pop("label", UNSET))

        def _parse_plate(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        plate = _parse_plate(d.pop("plate", UNSET))

        def _parse_co2_g_per_km(data: object) -> float | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(float | None | Unset, data)

        co2_g_per_km = _parse_co2_g_per_km(d.pop("co2_g_per_km", UNSET))

        vehicle = cls(
            label=label,
            plate=plate,
            co2_g_per_km=co2_g_per_km,
        )

        return vehicle
