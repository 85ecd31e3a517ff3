from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define

from ..models.offer_series_kind import OfferSeriesKind
from ..models.offer_series_status import OfferSeriesStatus
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.later_offer import LaterOffer
    from ..models.occurrence import Occurrence
    from ..models.offer_series_metadata import OfferSeriesMetadata
    from ..models.recurrence import Recurrence
    from ..models.spot import Spot
    from ..models.vehicle import Vehicle


T = TypeVar("T", bound="OfferSeries")


@_attrs_define
class OfferSeries:
    """A driver's trip that recurs. Its times are those of its first trip.

    Attributes:
        id (str):
        kind (OfferSeriesKind):
        status (OfferSeriesStatus): `ended`: all of its trips have been made.
        version (int):
        series_id (str): Its own id, as its trips name it.
        until (datetime.date | None): The local day from which on it was ended.
        occurrences (list[Occurrence]): The days ahead whose trips have been made.
        created_at (datetime.datetime):
        commuter_id (str): Your id of the person.
        origin (Spot): A place in WGS 84 degrees, with the words a person would use for it.
        destination (Spot): A place in WGS 84 degrees, with the words a person would use for it.
        earliest_departure (datetime.datetime):
        latest_arrival (datetime.datetime):
        seats (int): Free seats.
        later (list[LaterOffer]):
        traits (list[str] | Unset): What you or a community vouch for.
        requires (list[str] | Unset): What this person asks of everyone in the car.
        communities (list[str] | Unset):
        either (None | str | Unset): Trips of yours that share this: at most one of them is matched (drive or ride).
        external_id (None | str | Unset):
        metadata (OfferSeriesMetadata | Unset): Up to 20 short strings of your own, answered as they came.
        recurrence (None | Recurrence | Unset): The trip recurs: it is posted as a series.
        max_detour_s (int | Unset): Longest detour: waiting and boarding count. Default: 900.
        vehicle (None | Unset | Vehicle):
    """

    id: str
    kind: OfferSeriesKind
    status: OfferSeriesStatus
    version: int
    series_id: str
    until: datetime.date | None
    occurrences: list[Occurrence]
    created_at: datetime.datetime
    commuter_id: str
    origin: Spot
    destination: Spot
    earliest_departure: datetime.datetime
    latest_arrival: datetime.datetime
    seats: int
    later: list[LaterOffer]
    traits: list[str] | Unset = UNSET
    requires: list[str] | Unset = UNSET
    communities: list[str] | Unset = UNSET
    either: None | str | Unset = UNSET
    external_id: None | str | Unset = UNSET
    metadata: OfferSeriesMetadata | Unset = UNSET
    recurrence: None | Recurrence | Unset = UNSET
    max_detour_s: int | Unset = 900
    vehicle: None | Unset | Vehicle = UNSET

    def to_dict(self) -> dict[str, Any]:
        from ..models.recurrence import Recurrence  # noqa: PLC0415
        from ..models.vehicle import Vehicle  # noqa: PLC0415

        id = self.id

        kind = self.kind.value

        status = self.status.value

        version = self.version

        series_id = self.series_id

        until: None | str
        if isinstance(self.until, datetime.date):
            until = self.until.isoformat()
        else:
            until = self.until

        occurrences = []
        for occurrences_item_data in self.occurrences:
            occurrences_item = occurrences_item_data.to_dict()
            occurrences.append(occurrences_item)

        created_at = self.created_at.isoformat()

        commuter_id = self.commuter_id

        origin = self.origin.to_dict()

        destination = self.destination.to_dict()

        earliest_departure = self.earliest_departure.isoformat()

        latest_arrival = self.latest_arrival.isoformat()

        seats = self.seats

        later = []
        for later_item_data in self.later:
            later_item = later_item_data.to_dict()
            later.append(later_item)

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

        max_detour_s = self.max_detour_s

        vehicle: dict[str, Any] | None | Unset
        if isinstance(self.vehicle, Unset):
            vehicle = UNSET
        elif isinstance(self.vehicle, Vehicle):
            vehicle = self.vehicle.to_dict()
        else:
            vehicle = self.vehicle

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "id": id,
                "kind": kind,
                "status": status,
                "version": version,
                "series_id": series_id,
                "until": until,
                "occurrences": occurrences,
                "created_at": created_at,
                "commuter_id": commuter_id,
                "origin": origin,
                "destination": destination,
                "earliest_departure": earliest_departure,
                "latest_arrival": latest_arrival,
                "seats": seats,
                "later": later,
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
        if max_detour_s is not UNSET:
            field_dict["max_detour_s"] = max_detour_s
        if vehicle is not UNSET:
            field_dict["vehicle"] = vehicle

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.later_offer import LaterOffer  # noqa: PLC0415
        from ..models.occurrence import Occurrence  # noqa: PLC0415
        from ..models.offer_series_metadata import OfferSeriesMetadata  # noqa: PLC0415
        from ..models.recurrence import Recurrence  # noqa: PLC0415
        from ..models.spot import Spot  # noqa: PLC0415
        from ..models.vehicle import Vehicle  # noqa: PLC0415

        d = dict(src_dict)
        id = d.pop("id")

        kind = OfferSeriesKind(d.pop("kind"))

        status = OfferSeriesStatus(d.pop("status"))

        version = d.pop("version")

        series_id = d.pop("series_id")

        def _parse_until(data: object) -> datetime.date | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                until_type_0 = datetime.date.fromisoformat(data)

                return until_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.date | None, data)

        until = _parse_until(d.pop("until"))

        occurrences = []
        _occurrences = d.pop("occurrences")
        for occurrences_item_data in _occurrences:
            occurrences_item = Occurrence.from_dict(occurrences_item_data)

            occurrences.append(occurrences_item)

        created_at = datetime.datetime.fromisoformat(d.pop("created_at"))

        commuter_id = d.pop("commuter_id")

        origin = Spot.from_dict(d.pop("origin"))

        destination = Spot.from_dict(d.pop("destination"))

        earliest_departure = datetime.datetime.fromisoformat(d.pop("earliest_departure"))

        latest_arrival = datetime.datetime.fromisoformat(d.pop("latest_arrival"))

        seats = d.pop("seats")

        later = []
        _later = d.pop("later")
        for later_item_data in _later:
            later_item = LaterOffer.from_dict(later_item_data)

            later.append(later_item)

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
        metadata: OfferSeriesMetadata | Unset
        if isinstance(_metadata, Unset):
            metadata = UNSET
        else:
            metadata = OfferSeriesMetadata.from_dict(_metadata)

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

        max_detour_s = d.pop("max_detour_s", UNSET)

        def _parse_vehicle(data: object) -> None | Unset | Vehicle:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                vehicle_type_0 = Vehicle.from_dict(data)

                return vehicle_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | Unset | Vehicle, data)

        vehicle = _parse_vehicle(d.pop("vehicle", UNSET))

        offer_series = cls(
            id=id,
            kind=kind,
            status=status,
            version=version,
            series_id=series_id,
            until=until,
            occurrences=occurrences,
            created_at=created_at,
            commuter_id=commuter_id,
            origin=origin,
            destination=destination,
            earliest_departure=earliest_departure,
            latest_arrival=latest_arrival,
            seats=seats,
            later=later,
            traits=traits,
            requires=requires,
            communities=communities,
            either=either,
            external_id=external_id,
            metadata=metadata,
            recurrence=recurrence,
            max_detour_s=max_detour_s,
            vehicle=vehicle,
        )

        return offer_series
