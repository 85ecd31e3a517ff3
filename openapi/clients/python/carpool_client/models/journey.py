from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define

from ..models.journey_role import JourneyRole

if TYPE_CHECKING:
    from ..models.coarse_place import CoarsePlace
    from ..models.cost_share import CostShare


T = TypeVar("T", bound="Journey")


@_attrs_define
class Journey:
    """Somebody whom a trip could share a car with. Places are on a ~500 m grid, times on one of 5 minutes.

    Attributes:
        role (JourneyRole): What the other would be.
        trip_id (None | str): The other's trip, where it is one of yours.
        origin (CoarsePlace): A place on a ~500 m grid.
        destination (CoarsePlace): A place on a ~500 m grid.
        earliest_departure (datetime.datetime):
        latest_arrival (datetime.datetime):
        seats (int): A driver's free seats before anybody got in, a rider's needed.
        riders (int): How many have agreed to ride in the car already.
        pickup_at (datetime.datetime):
        dropoff_at (datetime.datetime):
        pickup_meeting_point (None | str): Where a rider who looks would walk to, by its id; null: from their own place.
        dropoff_meeting_point (None | str): Where that rider would walk from; null: to their own place.
        detour_s (int): The driver's, beside what the car drives anyhow; rounded up to minutes.
        saved_s (int): Driving that the two save; rounded down to minutes.
        cost_share (CostShare): What a rider pays the driver.
        certain (bool): The two fit wherever in their cells the other's places are.
    """

    role: JourneyRole
    trip_id: None | str
    origin: CoarsePlace
    destination: CoarsePlace
    earliest_departure: datetime.datetime
    latest_arrival: datetime.datetime
    seats: int
    riders: int
    pickup_at: datetime.datetime
    dropoff_at: datetime.datetime
    pickup_meeting_point: None | str
    dropoff_meeting_point: None | str
    detour_s: int
    saved_s: int
    cost_share: CostShare
    certain: bool

    def to_dict(self) -> dict[str, Any]:
        role = self.role.value

        trip_id: None | str
        trip_id = self.trip_id

        origin = self.origin.to_dict()

        destination = self.destination.to_dict()

        earliest_departure = self.earliest_departure.isoformat()

        latest_arrival = self.latest_arrival.isoformat()

        seats = self.seats

        riders = self.riders

        pickup_at = self.pickup_at.isoformat()

        dropoff_at = self.dropoff_at.isoformat()

        pickup_meeting_point: None | str
        pickup_meeting_point = self.pickup_meeting_point

        dropoff_meeting_point: None | str
        dropoff_meeting_point = self.dropoff_meeting_point

        detour_s = self.detour_s

        saved_s = self.saved_s

        cost_share = self.cost_share.to_dict()

        certain = self.certain

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "role": role,
                "trip_id": trip_id,
                "origin": origin,
                "destination": destination,
                "earliest_departure": earliest_departure,
                "latest_arrival": latest_arrival,
                "seats": seats,
                "riders": riders,
                "pickup_at": pickup_at,
                "dropoff_at": dropoff_at,
                "pickup_meeting_point": pickup_meeting_point,
                "dropoff_meeting_point": dropoff_meeting_point,
                "detour_s": detour_s,
                "saved_s": saved_s,
                "cost_share": cost_share,
                "certain": certain,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.coarse_place import CoarsePlace  # noqa: PLC0415
        from ..models.cost_share import CostShare  # noqa: PLC0415

        d = dict(src_dict)
        role = JourneyRole(d.pop("role"))

        def _parse_trip_id(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        trip_id = _parse_trip_id(d.pop("trip_id"))

        origin = CoarsePlace.from_dict(d.pop("origin"))

        destination = CoarsePlace.from_dict(d.pop("destination"))

        earliest_departure = datetime.datetime.fromisoformat(d.pop("earliest_departure"))

        latest_arrival = datetime.datetime.fromisoformat(d.pop("latest_arrival"))

        seats = d.pop("seats")

        riders = d.pop("riders")

        pickup_at = datetime.datetime.fromisoformat(d.pop("pickup_at"))

        dropoff_at = datetime.datetime.fromisoformat(d.pop("dropoff_at"))

        def _parse_pickup_meeting_point(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        pickup_meeting_point = _parse_pickup_meeting_point(d.pop("pickup_meeting_point"))

        def _parse_dropoff_meeting_point(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        dropoff_meeting_point = _parse_dropoff_meeting_point(d.pop("dropoff_meeting_point"))

        detour_s = d.pop("detour_s")

        saved_s = d.pop("saved_s")

        cost_share = CostShare.from_dict(d.pop("cost_share"))

        certain = d.pop("certain")

        journey = cls(
            role=role,
            trip_id=trip_id,
            origin=origin,
            destination=destination,
            earliest_departure=earliest_departure,
            latest_arrival=latest_arrival,
            seats=seats,
            riders=riders,
            pickup_at=pickup_at,
            dropoff_at=dropoff_at,
            pickup_meeting_point=pickup_meeting_point,
            dropoff_meeting_point=dropoff_meeting_point,
            detour_s=detour_s,
            saved_s=saved_s,
            cost_share=cost_share,
            certain=certain,
        )

        return journey
