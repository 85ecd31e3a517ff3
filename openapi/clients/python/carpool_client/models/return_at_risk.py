from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define

if TYPE_CHECKING:
    from ..models.fallback import Fallback


T = TypeVar("T", bound="ReturnAtRisk")


@_attrs_define
class ReturnAtRisk:
    """A way back without a car, while its way out is under way or ridden.

    Attributes:
        request_id (str):
        fallback (Fallback | None): What the first of the trip's communities that has a fall-back says, else the market.
    """

    request_id: str
    fallback: Fallback | None

    def to_dict(self) -> dict[str, Any]:
        from ..models.fallback import Fallback  # noqa: PLC0415

        request_id = self.request_id

        fallback: dict[str, Any] | None
        if isinstance(self.fallback, Fallback):
            fallback = self.fallback.to_dict()
        else:
            fallback = self.fallback

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "request_id": request_id,
                "fallback": fallback,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.fallback import Fallback  # noqa: PLC0415

        d = dict(src_dict)
        request_id = d.pop("request_id")

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

        return_at_risk = cls(
            request_id=request_id,
            fallback=fallback,
        )

        return return_at_risk
