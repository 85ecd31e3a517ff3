from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define

from ..models.endpoint_patch_event_types_type_0_item import (
    EndpointPatchEventTypesType0Item,
)
from ..models.endpoint_patch_status import EndpointPatchStatus
from ..types import UNSET, Unset

T = TypeVar("T", bound="EndpointPatch")


@_attrs_define
class EndpointPatch:
    """What is to change of an endpoint (RFC 7396).

    Attributes:
        url (str | Unset): https, to a public address.
        event_types (list[EndpointPatchEventTypesType0Item] | None | Unset): Only these; absent or empty for all, also
            those that come later.
        communities (list[str] | None | Unset): Of events about trips only those about a trip of yours that names one of
            these; absent or empty for all. Events about no trip come always.
        description (None | str | Unset):
        status (EndpointPatchStatus | None | Unset):
    """

    url: str | Unset = UNSET
    event_types: list[EndpointPatchEventTypesType0Item] | None | Unset = UNSET
    communities: list[str] | None | Unset = UNSET
    description: None | str | Unset = UNSET
    status: EndpointPatchStatus | None | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        url = self.url

        event_types: list[str] | None | Unset
        if isinstance(self.event_types, Unset):
            event_types = UNSET
        elif isinstance(self.event_types, list):
            event_types = []
            for event_types_type_0_item_data in self.event_types:
                event_types_type_0_item = event_types_type_0_item_data.value
                event_types.append(event_types_type_0_item)

        else:
            event_types = self.event_types

        communities: list[str] | None | Unset
        if isinstance(self.communities, Unset):
            communities = UNSET
        elif isinstance(self.communities, list):
            communities = self.communities

        else:
            communities = self.communities

        description: None | str | Unset
        if isinstance(self.description, Unset):
            description = UNSET
        else:
            description = self.description

        status: None | str | Unset
        if isinstance(self.status, Unset):
            status = UNSET
        elif isinstance(self.status, EndpointPatchStatus):
            status = self.status.value
        else:
            status = self.status

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if url is not UNSET:
            field_dict["url"] = url
        if event_types is not UNSET:
            field_dict["event_types"] = event_types
        if communities is not UNSET:
            field_dict["communities"] = communities
        if description is not UNSET:
            field_dict["description"] = description
        if status is not UNSET:
            field_dict["status"] = status

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        url = d.pop("url", UNSET)

        def _parse_event_types(data: object) -> list[EndpointPatchEventTypesType0Item] | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, list):
                    raise TypeError()
                event_types_type_0 = []
                _event_types_type_0 = data
                for event_types_type_0_item_data in _event_types_type_0:
                    event_types_type_0_item = EndpointPatchEventTypesType0Item(event_types_type_0_item_data)

                    event_types_type_0.append(event_types_type_0_item)

                return event_types_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(list[EndpointPatchEventTypesType0Item] | None | Unset, data)

        event_types = _parse_event_types(d.pop("event_types", UNSET))

        def _parse_communities(data: object) -> list[str] | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, list):
                    raise TypeError()
                communities_type_0 = cast(list[str], data)

                return communities_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(list[str] | None | Unset, data)

        communities = _parse_communities(d.pop("communities", UNSET))

        def _parse_description(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        description = _parse_description(d.pop("description", UNSET))

        def _parse_status(data: object) -> EndpointPatchStatus | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                status_status = EndpointPatchStatus(data)

                return status_status
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(EndpointPatchStatus | None | Unset, data)

        status = _parse_status(d.pop("status", UNSET))

        endpoint_patch = cls(
            url=url,
            event_types=event_types,
            communities=communities,
            description=description,
            status=status,
        )

        return endpoint_patch
