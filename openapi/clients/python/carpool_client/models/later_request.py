from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.later_request_metadata import LaterRequestMetadata
    from ..models.recurrence import Recurrence
    from ..models.spot import Spot


T = TypeVar("T", bound="LaterRequest")


@_attrs_define
class LaterRequest:
    """What a request's series is from a day on.

    Attributes:
        commuter_id (str): Your id of the person.
        origin (Spot): A place in WGS 84 degrees, with the words a person would use for it.
        destination (Spot): A place in WGS 84 degrees, with the words a person would use for it.
        earliest_departure (datetime.datetime):
        latest_arrival (datetime.datetime):
        from_ (datetime.date):
        traits (list[str] | Unset): What you or a community vouch for.
        requires (list[str] | Unset): What this person asks of everyone in the car.
        communities (list[str] | Unset):
        either (None | str | Unset): Trips of yours that share this: at most one of them is matched (drive or ride).
        external_id (None | str | Unset):
        metadata (LaterRequestMetadata | Unset): Up to 20 short strings of your own, answered as they came.
        recurrence (None | Recurrence | Unset): The trip recurs: it is posted as a series.
        seats (int | Unset): Seats needed. Default: 1.
        max_walk_m (int | Unset): Farthest walk to or from a meeting point, at each end. Default: 0.
        max_ride_s (int | None | Unset): Longest time aboard.
        return_of (None | str | Unset): The request of the way out: both are matched or neither.
    """

    commuter_id: str
    origin: Spot
    destination: Spot
    earliest_departure: datetime.datetime
    latest_arrival: datetime.datetime
    from_: datetime.date
    traits: list[str] | Unset = UNSET
    requires: list[str] | Unset = UNSET
    communities: list[str] | Unset = UNSET
    either: None | str | Unset = UNSET
    external_id: None | str | Unset = UNSET
    metadata: LaterRequestMetadata | Unset = UNSET
    recurrence: None | Recurrence | Unset = UNSET
    seats: int | Unset = 1
    max_walk_m: int | Unset = 0
    max_ride_s: int | None | Unset = UNSET
    return_of: None | str | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        from ..models.recurrence import Recurrence  # noqa: PLC0415

        commuter_id = self.commuter_id

        origin = self.origin.to_dict()

        destination = self.destination.to_dict()

        earliest_departure = self.earliest_departure.isoformat()

        latest_arrival = self.latest_arrival.isoformat()

        from_ = self.from_.isoformat()

        traits: list[str] | Unset = UNSET
        if not isinstance(self.traits, Unset):
            traits = self.traits

        requires: list[str] | Unset = UNSET
        if not isinstance(self.requires, Unset):
            requires = self.requires

        communities: list[str] | Unset = UNSET
        if not isinstance(self.communities, Unset):
            communities = self.communities

        either: None | str | Unset
        if isinstance(self.either, Unset):
            either = UNSET
        else:
            either = self.either

        external_id: None | str | Unset
        if isinstance(self.external_id, Unset):
            external_id = UNSET
        else:
            external_id = self.external_id

        metadata: dict[str, Any] | Unset = UNSET
        if not isinstance(self.metadata, Unset):
            metadata = self.metadata.to_dict()

        recurrence: dict[str, Any] | None | Unset
        if isinstance(self.recurrence, Unset):
            recurrence = UNSET
        elif isinstance(self.recurrence, Recurrence):
            recurrence = self.recurrence.to_dict()
        else:
            recurrence = self.recurrence

        seats = self.seats

        max_walk_m = self.max_walk_m

        max_ride_s: int | None | Unset
        if isinstance(self.max_ride_s, Unset):
            max_ride_s = UNSET
        else:
            max_ride_s = self.max_ride_s

        return_of: None | str | Unset
        if isinstance(self.return_of, Unset):
            return_of = UNSET
        else:
            return_of = self.return_of

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "commuter_id": commuter_id,
                "origin": origin,
                "destination": destination,
                "earliest_departure": earliest_departure,
                "latest_arrival": latest_arrival,
                "from": from_,
            }
        )
        if traits is not UNSET:
            field_dict["traits"] = traits
        if requires is not UNSET:
            field_dict["requires"] = requires
        if communities is not UNSET:
            field_dict["communities"] = communities
        if either is not UNSET:
            field_dict["either"] = either
        if external_id is not UNSET:
            field_dict["external_id"] = external_id
        if metadata is not UNSET:
            field_dict["metadata"] = metadata
        if recurrence is not UNSET:
            field_dict["recurrence"] = recurrence
        if seats is not UNSET:
            field_dict["seats"] = seats
        if max_walk_m is not UNSET:
            field_dict["max_walk_m"] = max_walk_m
        if max_ride_s is not UNSET:
            field_dict["max_ride_s"] = max_ride_s
        if return_of is not UNSET:
            field_dict["return_of"] = return_of

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.later_request_metadata import LaterRequestMetadata  # noqa: PLC0415
        from ..models.recurrence import Recurrence  # noqa: PLC0415
        from ..models.spot import Spot  # noqa: PLC0415

        d = dict(src_dict)
        commuter_id = d.pop("commuter_id")

        origin = Spot.from_dict(d.pop("origin"))

        destination = Spot.from_dict(d.pop("destination"))

        earliest_departure = datetime.datetime.fromisoformat(d.pop("earliest_departure"))

        latest_arrival = datetime.datetime.fromisoformat(d.pop("latest_arrival"))

        from_ = datetime.date.fromisoformat(d.pop("from"))

        traits = cast(list[str], d.pop("traits", UNSET))

        requires = cast(list[str], d.pop("requires", UNSET))

        communities = cast(list[str], d.pop("communities", UNSET))

        def _parse_either(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        either = _parse_either(d.pop("either", UNSET))

        def _parse_external_id(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        external_id = _parse_external_id(d.pop("external_id", UNSET))

        _metadata = d.pop("metadata", UNSET)
        metadata: LaterRequestMetadata | Unset
        if isinstance(_metadata, Unset):
            metadata = UNSET
        else:
            metadata = LaterRequestMetadata.from_dict(_metadata)

        def _parse_recurrence(data: object) -> None | Recurrence | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                recurrence_type_0 = Recurrence.from_dict(data)

                return recurrence_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | Recurrence | Unset, data)

        recurrence = _parse_recurrence(d.pop("recurrence", UNSET))

        seats = d.pop("seats", UNSET)

        max_walk_m = d.pop("max_walk_m", UNSET)

        def _parse_max_ride_s(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        max_ride_s = _parse_max_ride_s(d.pop("max_ride_s", UNSET))

        def _parse_return_of(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        return_of = _parse_return_of(d.pop("return_of", UNSET))

        later_request = cls(
            commuter_id=commuter_id,
            origin=origin,
            destination=destination,
            earliest_departure=earliest_departure,
            latest_arrival=latest_arrival,
            from_=from_,
            traits=traits,
            requires=requires,
            communities=communities,
            either=either,
            external_id=external_id,
            metadata=metadata,
            recurrence=recurrence,
            seats=seats,
            max_walk_m=max_walk_m,
            max_ride_s=max_ride_s,
            return_of=return_of,
        )

        return later_request
