from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define

from ..models.explanation_reason import ExplanationReason
from ..models.explanation_status import ExplanationStatus

if TYPE_CHECKING:
    from ..models.helpful_change import HelpfulChange
    from ..models.other_way_explained import OtherWayExplained
    from ..models.return_at_risk import ReturnAtRisk
    from ..models.ruled_out import RuledOut


T = TypeVar("T", bound="Explanation")


@_attrs_define
class Explanation:
    """Why a trip has no match now. Others are taken at places on a ~500 m grid.

    Attributes:
        trip_id (str):
        status (ExplanationStatus):
        match_id (None | str):
        reason (ExplanationReason): `others_gain_more`: it fits with trips that a match holds by now. `either_held`:
            another trip of its `either` is held. `other_way`: this way fits with somebody, and the other does not. Of a
            trip that is not open, its status; nothing else is told of it then.
        decide_at (datetime.datetime):
        as_of (datetime.datetime): What happened by then is in it; seldom more than a second ago, at most 10.
        complete (bool): False where the market has so many open trips that some are not seen.
        counterparts (int): Open trips of the other kind, and agreed cars; over a border, as far as batches match over
            it.
        ruled_out (list[RuledOut]): By the first rule that each breaks, in this order: people, seats, detour, the
            driver's window, the rider's window, the ride's length, and riders who have agreed to ride in a car.
        possible (int): Those that no rule ruled out.
        taken (int): Those that would fit, but that a match holds.
        seat_worth_s (int | None): What each of these was worth to the batch that matched it, in seconds of its score:
            the middle of them, rounded up to 10 minutes. Null where they are fewer than five.
        changes (list[HelpfulChange]): Each by itself would help, wherever in their cells the others are. Of a request
            with another way: to be matched, that one has to fit with somebody, too; none where it alone does not.
        other_way (None | OtherWayExplained): Of a request whose way out or way back is open or proposed, too.
        at_risk (None | ReturnAtRisk): Of a way back whose way out is under way or ridden: how to get home.
    """

    trip_id: str
    status: ExplanationStatus
    match_id: None | str
    reason: ExplanationReason
    decide_at: datetime.datetime
    as_of: datetime.datetime
    complete: bool
    counterparts: int
    ruled_out: list[RuledOut]
    possible: int
    taken: int
    seat_worth_s: int | None
    changes: list[HelpfulChange]
    other_way: None | OtherWayExplained
    at_risk: None | ReturnAtRisk

    def to_dict(self) -> dict[str, Any]:
        from ..models.other_way_explained import OtherWayExplained  # noqa: PLC0415
        from ..models.return_at_risk import ReturnAtRisk  # noqa: PLC0415

        trip_id = self.trip_id

        status = self.status.value

        match_id: None | str
        match_id = self.match_id

        reason = self.reason.value

        decide_at = self.decide_at.isoformat()

        as_of = self.as_of.isoformat()

        complete = self.complete

        counterparts = self.counterparts

        ruled_out = []
        for ruled_out_item_data in self.ruled_out:
            ruled_out_item = ruled_out_item_data.to_dict()
            ruled_out.append(ruled_out_item)

        possible = self.possible

        taken = self.taken

        seat_worth_s: int | None
        seat_worth_s = self.seat_worth_s

        changes = []
        for changes_item_data in self.changes:
            changes_item = changes_item_data.to_dict()
            changes.append(changes_item)

        other_way: dict[str, Any] | None
        if isinstance(self.other_way, OtherWayExplained):
            other_way = self.other_way.to_dict()
        else:
            other_way = self.other_way

        at_risk: dict[str, Any] | None
        if isinstance(self.at_risk, ReturnAtRisk):
            at_risk = self.at_risk.to_dict()
        else:
            at_risk = self.at_risk

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "trip_id": trip_id,
                "status": status,
                "match_id": match_id,
                "reason": reason,
                "decide_at": decide_at,
                "as_of": as_of,
                "complete": complete,
                "counterparts": counterparts,
                "ruled_out": ruled_out,
                "possible": possible,
                "taken": taken,
                "seat_worth_s": seat_worth_s,
                "changes": changes,
                "other_way": other_way,
                "at_risk": at_risk,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.helpful_change import HelpfulChange  # noqa: PLC0415
        from ..models.other_way_explained import OtherWayExplained  # noqa: PLC0415
        from ..models.return_at_risk import ReturnAtRisk  # noqa: PLC0415
        from ..models.ruled_out import RuledOut  # noqa: PLC0415

        d = dict(src_dict)
        trip_id = d.pop("trip_id")

        status = ExplanationStatus(d.pop("status"))

        def _parse_match_id(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        match_id = _parse_match_id(d.pop("match_id"))

        reason = ExplanationReason(d.pop("reason"))

        decide_at = datetime.datetime.fromisoformat(d.pop("decide_at"))

        as_of = datetime.datetime.fromisoformat(d.pop("as_of"))

        complete = d.pop("complete")

        counterparts = d.pop("counterparts")

        ruled_out = []
        _ruled_out = d.pop("ruled_out")
        for ruled_out_item_data in _ruled_out:
            ruled_out_item = RuledOut.from_dict(ruled_out_item_data)

            ruled_out.append(ruled_out_item)

        possible = d.pop("possible")

        taken = d.pop("taken")

        def _parse_seat_worth_s(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        seat_worth_s = _parse_seat_worth_s(d.pop("seat_worth_s"))

        changes = []
        _changes = d.pop("changes")
        for changes_item_data in _changes:
            changes_item = HelpfulChange.from_dict(changes_item_data)

            changes.append(changes_item)

        def _parse_other_way(data: object) -> None | OtherWayExplained:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                other_way_type_0 = OtherWayExplained.from_dict(data)

                return other_way_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | OtherWayExplained, data)

        other_way = _parse_other_way(d.pop("other_way"))

        def _parse_at_risk(data: object) -> None | ReturnAtRisk:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                at_risk_type_0 = ReturnAtRisk.from_dict(data)

                return at_risk_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | ReturnAtRisk, data)

        at_risk = _parse_at_risk(d.pop("at_risk"))

        explanation = cls(
            trip_id=trip_id,
            status=status,
            match_id=match_id,
            reason=reason,
            decide_at=decide_at,
            as_of=as_of,
            complete=complete,
            counterparts=counterparts,
            ruled_out=ruled_out,
            possible=possible,
            taken=taken,
            seat_worth_s=seat_worth_s,
            changes=changes,
            other_way=other_way,
            at_risk=at_risk,
        )

        return explanation
