from __future__ import annotations

from collections.abc import Mapping
from typing import (
    TYPE_CHECKING,
    Any,
    Literal,
    TypeVar,
    cast,
)

from attrs import define as _attrs_define

if TYPE_CHECKING:
    from ..models.decide_by_lead import DecideByLead
    from ..models.decide_daily import DecideDaily
    from ..models.fallback import Fallback
    from ..models.multi_polygon import MultiPolygon
    from ..models.polygon import Polygon


T = TypeVar("T", bound="Market")


@_attrs_define
class Market:
    """A named area that is matched by itself.

    Attributes:
        name (str):
        area (MultiPolygon | None | Polygon): GeoJSON (RFC 7946). Null: it takes what is in no other's area.
        timezone (str):
        currency (str): ISO 4217 code of cost shares.
        decide (DecideByLead | DecideDaily | Literal['at_once']): When its trips are matched.
        fallback (Fallback | None): What is said to who loses their way back on the way.
    """

    name: str
    area: MultiPolygon | None | Polygon
    timezone: str
    currency: str
    decide: DecideByLead | DecideDaily | Literal["at_once"]
    fallback: Fallback | None

    def to_dict(self) -> dict[str, Any]:
        from ..models.decide_by_lead import DecideByLead  # noqa: PLC0415
        from ..models.decide_daily import DecideDaily  # noqa: PLC0415
        from ..models.fallback import Fallback  # noqa: PLC0415
        from ..models.multi_polygon import MultiPolygon  # noqa: PLC0415
        from ..models.polygon import Polygon  # noqa: PLC0415

        name = self.name

        area: dict[str, Any] | None
        if isinstance(self.area, Polygon):
            area = self.area.to_dict()
        elif isinstance(self.area, MultiPolygon):
            area = self.area.to_dict()
        else:
            area = self.area

        timezone = self.timezone

        currency = self.currency

        decide: dict[str, Any] | Literal["at_once"]
        if isinstance(self.decide, DecideByLead):
            decide = self.decide.to_dict()
        elif isinstance(self.decide, DecideDaily):
            decide = self.decide.to_dict()
        else:
            decide = self.decide

        fallback: dict[str, Any] | None
        if isinstance(self.fallback, Fallback):
            fallback = self.fallback.to_dict()
        else:
            fallback = self.fallback

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "name": name,
                "area": area,
                "timezone": timezone,
                "currency": currency,
                "decide": decide,
                "fallback": fallback,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.decide_by_lead import DecideByLead  # noqa: PLC0415
        from ..models.decide_daily import DecideDaily  # noqa: PLC0415
        from ..models.fallback import Fallback  # noqa: PLC0415
        from ..models.multi_polygon import MultiPolygon  # noqa: PLC0415
        from ..models.polygon import Polygon  # noqa: PLC0415

        d = dict(src_dict)
        name = d.pop("name")

        def _parse_area(data: object) -> MultiPolygon | None | Polygon:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                area_type_0_type_0 = Polygon.from_dict(data)

                return area_type_0_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                area_type_0_type_1 = MultiPolygon.from_dict(data)

                return area_type_0_type_1
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(MultiPolygon | None | Polygon, data)

        area = _parse_area(d.pop("area"))

        timezone = d.pop("timezone")

        currency = d.pop("currency")

        def _parse_decide(data: object) -> DecideByLead | DecideDaily | Literal["at_once"]:
            decide_type_0 = cast(Literal["at_once"], data)
            if decide_type_0 != "at_once":
                raise ValueError(f"decide_type_0 must match const 'at_once', got '{decide_type_0}'")
            return decide_type_0
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                decide_type_1 = DecideByLead.from_dict(data)

                return decide_type_1
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            if not isinstance(data, dict):
                raise TypeError()
            decide_type_2 = DecideDaily.from_dict(data)

            return decide_type_2

        decide = _parse_decide(d.pop("decide"))

        def _parse_fallback(data: object) -> Fallback | None:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                fallback_type_0 = Fallback.from_dict(data)

                return fallback_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(Fallback | None, data)

        fallback = _parse_fallback(d.pop("fallback"))

        market = cls(
            name=name,
            area=area,
            timezone=timezone,
            currency=currency,
            decide=decide,
            fallback=fallback,
        )

        return market
