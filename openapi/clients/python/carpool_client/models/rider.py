from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define

from ..models.rider_answer_type_0 import RiderAnswerType0

if TYPE_CHECKING:
    from ..models.cost_share import CostShare
    from ..models.other_way import OtherWay
    from ..models.rider_end import RiderEnd


T = TypeVar("T", bound="Rider")


@_attrs_define
class Rider:
    """One rider of a match.

    Attributes:
        request_id (str):
        display_name (None | str): Once the car is agreed, for the partners of who is in it.
        pickup (RiderEnd): Where and when a rider gets in or out.
        dropoff (RiderEnd): Where and when a rider gets in or out.
        cost_share (CostShare | None): Null for other partners' riders, unless your driver is paid.
        answer (None | RiderAnswerType0):
        picked_up_at (datetime.datetime | None):
        dropped_off_at (datetime.datetime | None):
        other_way (None | OtherWay): Of your riders, where both ways were proposed together.
    """

    request_id: str
    display_name: None | str
    pickup: RiderEnd
    dropoff: RiderEnd
    cost_share: CostShare | None
    answer: None | RiderAnswerType0
    picked_up_at: datetime.datetime | None
    dropped_off_at: datetime.datetime | None
    other_way: None | OtherWay

    def to_dict(self) -> dict[str, Any]:
        from ..models.cost_share import CostShare  # noqa: PLC0415
        from ..models.other_way import OtherWay  # noqa: PLC0415

        request_id = self.request_id

        display_name: None | str
        display_name = self.display_name

        pickup = self.pickup.to_dict()

        dropoff = self.dropoff.to_dict()

        cost_share: dict[str, Any] | None
        if isinstance(self.cost_share, CostShare):
            cost_share = self.cost_share.to_dict()
        else:
            cost_share = self.cost_share

        answer: None | str
        if isinstance(self.answer, RiderAnswerType0):
            answer = self.answer.value
        else:
            answer = self.answer

        picked_up_at: None | str
        if isinstance(self.picked_up_at, datetime.datetime):
            picked_up_at = self.picked_up_at.isoformat()
        else:
            picked_up_at = self.picked_up_at

        dropped_off_at: None | str
        if isinstance(self.dropped_off_at, datetime.datetime):
            dropped_off_at = self.dropped_off_at.isoformat()
        else:
            dropped_off_at = self.dropped_off_at

        other_way: dict[str, Any] | None
        if isinstance(self.other_way, OtherWay):
            other_way = self.other_way.to_dict()
        else:
            other_way = self.other_way

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "request_id": request_id,
                "display_name": display_name,
                "pickup": pickup,
                "dropoff": dropoff,
                "cost_share": cost_share,
                "answer": answer,
                "picked_up_at": picked_up_at,
                "dropped_off_at": dropped_off_at,
                "other_way": other_way,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.cost_share import CostShare  # noqa: PLC0415
        from ..models.other_way import OtherWay  # noqa: PLC0415
        from ..models.rider_end import RiderEnd  # noqa: PLC0415

        d = dict(src_dict)
        request_id = d.pop("request_id")

        def _parse_display_name(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        display_name = _parse_display_name(d.pop("display_name"))

        pickup = RiderEnd.from_dict(d.pop("pickup"))

        dropoff = RiderEnd.from_dict(d.pop("dropoff"))

        def _parse_cost_share(data: object) -> CostShare | None:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                cost_share_type_0 = CostShare.from_dict(data)

                return cost_share_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(CostShare | None, data)

        cost_share = _parse_cost_share(d.pop("cost_share"))

        def _parse_answer(data: object) -> None | RiderAnswerType0:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                answer_type_0 = RiderAnswerType0(data)

                return answer_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | RiderAnswerType0, data)

        answer = _parse_answer(d.pop("answer"))

        def _parse_picked_up_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                picked_up_at_type_0 = datetime.datetime.fromisoformat(data)

                return picked_up_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        picked_up_at = _parse_picked_up_at(d.pop("picked_up_at"))

        def _parse_dropped_off_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                dropped_off_at_type_0 = datetime.datetime.fromisoformat(data)

                return dropped_off_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        dropped_off_at = _parse_dropped_off_at(d.pop("dropped_off_at"))

        def _parse_other_way(data: object) -> None | OtherWay:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                other_way_type_0 = OtherWay.from_dict(data)

                return other_way_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | OtherWay, data)

        other_way = _parse_other_way(d.pop("other_way"))

        rider = cls(
            request_id=request_id,
            display_name=display_name,
            pickup=pickup,
            dropoff=dropoff,
            cost_share=cost_share,
            answer=answer,
            picked_up_at=picked_up_at,
            dropped_off_at=dropped_off_at,
            other_way=other_way,
        )

        return rider
