from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.recurrence import Recurrence
    from ..models.request_patch_metadata import RequestPatchMetadata
    from ..models.spot import Spot


T = TypeVar("T", bound="RequestPatch")


@_attrs_define
class RequestPatch:
    """What is to change of a request (RFC 7396).

    Attributes:
        commuter_id (str | Unset): Your id of the person.
        origin (Spot | Unset): A place in WGS 84 degrees, with the words a person would use for it.
        destination (Spot | Unset): A place in WGS 84 degrees, with the words a person would use for it.
        earliest_departure (datetime.datetime | Unset):
        latest_arrival (datetime.datetime | Unset):
        traits (list[str] | None | Unset):
        requires (list[str] | None | Unset):
        communities (list[str] | None | Unset):
        either (None | str | Unset): Trips of yours that share this: at most one of them is matched (drive or ride).
        external_id (None | str | Unset):
        metadata (None | RequestPatchMetadata | Unset):
        recurrence (None | Recurrence | Unset): The trip recurs: it is posted as a series.
        seats (int | None | Unset):
        max_walk_m (int | None | Unset):
        max_ride_s (int | None | Unset): Longest time aboard.
        return_of (None | str | Unset): The request of the way out: both are matched or neither.
    """

    commuter_id: str | Unset = UNSET
    origin: Spot | Unset = UNSET
    destination: Spot | Unset = UNSET
    earliest_departure: datetime.datetime | Unset = UNSET
    latest_arrival: datetime.datetime | Unset = UNSET
    traits: list[str] | None | Unset = UNSET
    requires: list[str] | None | Unset = UNSET
    communities: list[str] | None | Unset = UNSET
    either: None | str | Unset = UNSET
    external_id: None | str | Unset = UNSET
    metadata: None | RequestPatchMetadata | Unset = UNSET
    recurrence: None | Recurrence | Unset = UNSET
    seats: int | None | Unset = UNSET
    max_walk_m: int | None | Unset = UNSET
    max_ride_s: int | None | Unset = UNSET
    return_of: None | str | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        from ..models.recurrence import Recurrence  # noqa: PLC0415
        from ..models.request_patch_metadata import RequestPatchMetadata  # noqa: PLC0415

        commuter_id = self.commuter_id

        origin: dict[str, Any] | Unset = UNSET
        if not isinstance(self.origin, Unset):
            origin = self.origin.to_dict()

        destination: dict[str, Any] | Unset = UNSET
        if not isinstance(self.destination, Unset):
            destination = self.destination.to_dict()

        earliest_departure: str | Unset = UNSET
        if not isinstance(self.earliest_departure, Unset):
            earliest_departure = self.earliest_departure.isoformat()

        latest_arrival: str | Unset = UNSET
        if not isinstance(self.latest_arrival, Unset):
            latest_arrival = self.latest_arrival.isoformat()

        traits: list[str] | None | Unset
        if isinstance(self.traits, Unset):
            traits = UNSET
        elif isinstance(self.traits, list):
            traits = self.traits

        else:
            traits = self.traits

        requires: list[str] | None | Unset
        if isinstance(self.requires, Unset):
            requires = UNSET
        elif isinstance(self.requires, list):
            requires = self.requires

        else:
            requires = self.requires

        communities: list[str] | None | Unset
        if isinstance(self.communities, Unset):
            communities = UNSET
        elif isinstance(self.communities, list):
            communities = self.communities

        else:
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

        metadata: dict[str, Any] | None | Unset
        if isinstance(self.metadata, Unset):
            metadata = UNSET
        elif isinstance(self.metadata, RequestPatchMetadata):
            metadata = self.metadata.to_dict()
        else:
            metadata = self.metadata

        recurrence: dict[str, Any] | None | Unset
        if isinstance(self.recurrence, Unset):
            recurrence = UNSET
        elif isinstance(self.recurrence, Recurrence):
            recurrence = self.recurrence.to_dict()
        else:
            recurrence = self.recurrence

        seats: int | None | Unset
        if isinstance(self.seats, Unset):
            seats = UNSET
        else:
            seats = self.seats

        max_walk_m: int | None | Unset
        if isinstance(self.max_walk_m, Unset):
            max_walk_m = UNSET
        else:
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

        field_dict.update({})
        if commuter_id is not UNSET:
            field_dict["commuter_id"] = commuter_id
        if origin is not UNSET:
            field_dict["origin"] = origin
        if destination is not UNSET:
            field_dict["destination"] = destination
        if earliest_departure is not UNSET:
            field_dict["earliest_departure"] = earliest_departure
        if latest_arrival is not UNSET:
            field_dict["latest_arrival"] = latest_arrival
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
        from ..models.recurrence import Recurrence  # noqa: PLC0415
        from ..models.request_patch_metadata import RequestPatchMetadata  # noqa: PLC0415
        from ..models.spot import Spot  # noqa: PLC0415

        d = dict(src_dict)
        commuter_id = d.pop("commuter_id", UNSET)

        _origin = d.pop("origin", UNSET)
        origin: Spot | Unset
        if isinstance(_origin, Unset):
            origin = UNSET
        else:
            origin = Spot.from_dict(_origin)

        _destination = d.pop("destination", UNSET)
        destination: Spot | Unset
        if isinstance(_destination, Unset):
            destination = UNSET
        else:
            destination = Spot.from_dict(_destination)

        _earliest_departure = d.pop("earliest_departure", UNSET)
        earliest_departure: datetime.datetime | Unset
        if isinstance(_earliest_departure, Unset):
            earliest_departure = UNSET
        else:
            earliest_departure = datetime.datetime.fromisoformat(_earliest_departure)

        _latest_arrival = d.pop("latest_arrival", UNSET)
        latest_arrival: datetime.datetime | Unset
        if isinstance(_latest_arrival, Unset):
            latest_arrival = UNSET
        else:
            latest_arrival = datetime.datetime.fromisoformat(_latest_arrival)

        def _parse_traits(data: object) -> list[str] | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, list):
                    raise TypeError()
                traits_traits = cast(list[str], data)

                return traits_traits
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(list[str] | None | Unset, data)

        traits = _parse_traits(d.pop("traits", UNSET))

        def _parse_requires(data: object) -> list[str] | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, list):
                    raise TypeError()
                requires_requires = cast(list[str], data)

                return requires_requires
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(list[str] | None | Unset, data)

        requires = _parse_requires(d.pop("requires", UNSET))

        def _parse_communities(data: object) -> list[str] | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, list):
                    raise TypeError()
                communities_communities = cast(list[str], data)

                return communities_communities
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(list[str] | None | Unset, data)

        communities = _parse_communities(d.pop("communities", UNSET))

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

        def _parse_metadata(data: object) -> None | RequestPatchMetadata | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                metadata_metadata = RequestPatchMetadata.from_dict(data)

                return metadata_metadata
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | RequestPatchMetadata | Unset, data)

        metadata = _parse_metadata(d.pop("metadata", UNSET))

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

        def _parse_seats(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        seats = _parse_seats(d.pop("seats", UNSET))

        def _parse_max_walk_m(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        max_walk_m = _parse_max_walk_m(d.pop("max_walk_m", UNSET))

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

        request_patch = cls(
            commuter_id=commuter_id,
            origin=origin,
            destination=destination,
            earliest_departure=earliest_departure,
            latest_arrival=latest_arrival,
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

        return request_patch
