from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define

from ..models.match_of_lost_return_status import MatchOfLostReturnStatus

if TYPE_CHECKING:
    from ..models.car_position import CarPosition
    from ..models.driver import Driver
    from ..models.match_invitation import MatchInvitation
    from ..models.match_left import MatchLeft
    from ..models.match_stop import MatchStop
    from ..models.return_at_risk import ReturnAtRisk
    from ..models.rider import Rider


T = TypeVar("T", bound="MatchOfLostReturn")


@_attrs_define
class MatchOfLostReturn:
    """A match that a way back has lost.

    Attributes:
        id (str):
        status (MatchOfLostReturnStatus):
        version (int):
        offer_id (str):
        riders (list[Rider]):
        driver (Driver): The driver of a match.
        stops (list[MatchStop]):
        detour_s (int):
        saved_s (int):
        saved_m (int):
        co2_saved_g (int):
        awaiting (list[str]): Trips that have yet to answer.
        expires_at (datetime.datetime):
        invitation (MatchInvitation | None): Of a confirmed car with people of yours, where riders of yours may join it.
            Who has nobody else in it reads it as proposed.
        reason (None | str): Why the match is as it is since its last change.
        left (list[MatchLeft]): Who was in the car, or ended the match.
        position (CarPosition | None): While the car is under way; never in events.
        batch_id (str):
        created_at (datetime.datetime):
        at_risk (ReturnAtRisk): A way back without a car, while its way out is under way or ridden.
    """

    id: str
    status: MatchOfLostReturnStatus
    version: int
    offer_id: str
    riders: list[Rider]
    driver: Driver
    stops: list[MatchStop]
    detour_s: int
    saved_s: int
    saved_m: int
    co2_saved_g: int
    awaiting: list[str]
    expires_at: datetime.datetime
    invitation: MatchInvitation | None
    reason: None | str
    left: list[MatchLeft]
    position: CarPosition | None
    batch_id: str
    created_at: datetime.datetime
    at_risk: ReturnAtRisk

    def to_dict(self) -> dict[str, Any]:
        from ..models.car_position import CarPosition  # noqa: PLC0415
        from ..models.match_invitation import MatchInvitation  # noqa: PLC0415

        id = self.id

        status = self.status.value

        version = self.version

        offer_id = self.offer_id

        riders = []
        for riders_item_data in self.riders:
            riders_item = riders_item_data.to_dict()
            riders.append(riders_item)

        driver = self.driver.to_dict()

        stops = []
        for stops_item_data in self.stops:
            stops_item = stops_item_data.to_dict()
            stops.append(stops_item)

        detour_s = self.detour_s

        saved_s = self.saved_s

        saved_m = self.saved_m

        co2_saved_g = self.co2_saved_g

        awaiting = self.awaiting

        expires_at = self.expires_at.isoformat()

        invitation: dict[str, Any] | None
        if isinstance(self.invitation, MatchInvitation):
            invitation = self.invitation.to_dict()
        else:
            invitation = self.invitation

        reason: None | str
        reason = self.reason

        left = []
        for left_item_data in self.left:
            left_item = left_item_data.to_dict()
            left.append(left_item)

        position: dict[str, Any] | None
        if isinstance(self.position, CarPosition):
            position = self.position.to_dict()
        else:
            position = self.position

        batch_id = self.batch_id

        created_at = self.created_at.isoformat()

        at_risk = self.at_risk.to_dict()

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "id": id,
                "status": status,
                "version": version,
                "offer_id": offer_id,
                "riders": riders,
                "driver": driver,
                "stops": stops,
                "detour_s": detour_s,
                "saved_s": saved_s,
                "saved_m": saved_m,
                "co2_saved_g": co2_saved_g,
                "awaiting": awaiting,
                "expires_at": expires_at,
                "invitation": invitation,
                "reason": reason,
                "left": left,
                "position": position,
                "batch_id": batch_id,
                "created_at": created_at,
                "at_risk": at_risk,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.car_position import CarPosition  # noqa: PLC0415
        from ..models.driver import Driver  # noqa: PLC0415
        from ..models.match_invitation import MatchInvitation  # noqa: PLC0415
        from ..models.match_left import MatchLeft  # noqa: PLC0415
        from ..models.match_stop import MatchStop  # noqa: PLC0415
        from ..models.return_at_risk import ReturnAtRisk  # noqa: PLC0415
        from ..models.rider import Rider  # noqa: PLC0415

        d = dict(src_dict)
        id = d.pop("id")

        status = MatchOfLostReturnStatus(d.pop("status"))

        version = d.pop("version")

        offer_id = d.pop("offer_id")

        riders = []
        _riders = d.pop("riders")
        for riders_item_data in _riders:
            riders_item = Rider.from_dict(riders_item_data)

            riders.append(riders_item)

        driver = Driver.from_dict(d.pop("driver"))

        stops = []
        _stops = d.pop("stops")
        for stops_item_data in _stops:
            stops_item = MatchStop.from_dict(stops_item_data)

            stops.append(stops_item)

        detour_s = d.pop("detour_s")

        saved_s = d.pop("saved_s")

        saved_m = d.pop("saved_m")

        co2_saved_g = d.pop("co2_saved_g")

        awaiting = cast(list[str], d.pop("awaiting"))

        expires_at = datetime.datetime.fromisoformat(d.pop("expires_at"))

        def _parse_invitation(data: object) -> MatchInvitation | None:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                invitation_type_0 = MatchInvitation.from_dict(data)

                return invitation_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(MatchInvitation | None, data)

        invitation = _parse_invitation(d.pop("invitation"))

        def _parse_reason(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        reason = _parse_reason(d.pop("reason"))

        left = []
        _left = d.pop("left")
        for left_item_data in _left:
            left_item = MatchLeft.from_dict(left_item_data)

            left.append(left_item)

        def _parse_position(data: object) -> CarPosition | None:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                position_type_0 = CarPosition.from_dict(data)

                return position_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(CarPosition | None, data)

        position = _parse_position(d.pop("position"))

        batch_id = d.pop("batch_id")

        created_at = datetime.datetime.fromisoformat(d.pop("created_at"))

        at_risk = ReturnAtRisk.from_dict(d.pop("at_risk"))

        match_of_lost_return = cls(
            id=id,
            status=status,
            version=version,
            offer_id=offer_id,
            riders=riders,
            driver=driver,
            stops=stops,
            detour_s=detour_s,
            saved_s=saved_s,
            saved_m=saved_m,
            co2_saved_g=co2_saved_g,
            awaiting=awaiting,
            expires_at=expires_at,
            invitation=invitation,
            reason=reason,
            left=left,
            position=position,
            batch_id=batch_id,
            created_at=created_at,
            at_risk=at_risk,
        )

        return match_of_lost_return
