from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define

from ..models.endpoint_body_event_types_type_0_item import (
    EndpointBodyEventTypesType0Item,
)
from ..types import UNSET, Unset

T = TypeVar("T", bound="EndpointBody")


@_attrs_define
class EndpointBody:
    """Where to take events.

    Attributes:
        url (str): https, to a public address.
        event_types (list[EndpointBodyEventTypesType0Item] | None | Unset): Only these; absent or empty for all, also
            those that come later.
        communities (list[str] | None | Unset): Of events about trips only those about a trip of yours that names one of
            these; absent or empty for all. Events about no trip come always.
        description (str | Unset):  Default: ''.
        asymmetric (bool | Unset): Sign with ed25519 (`v1a`) as well, which `public_key` verifies and nobody but us can
            make. Default: False.
    """

    url: str
    event_types: list[EndpointBodyEventTypesType0Item] | None | Unset = UNSET
    communities: list[str] | None | Unset = UNSET
    description: str | Unset = ""
    asymmetric: bool | Unset = False

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

        description = self.description

        asymmetric = self.asymmetric

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "url": url,
            }
        )
        if event_types is not UNSET:
            field_dict["event_types"] = event_types
        if communities is not UNSET:
            field_dict["communities"] = communities
        if description is not UNSET:
            field_dict["description"] = description
        if asymmetric is not UNSET:
            field_dict["asymmetric"] = asymmetric

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        url = d.pop("url")

        def _parse_event_types(data: object) -> list[EndpointBodyEventTypesType0Item] | None | Unset:
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
                    event_types_type_0_item = EndpointBodyEventTypesType0Item(event_types_type_0_item_data)

                    event_types_type_0.append(event_types_type_0_item)

                return event_types_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(list[EndpointBodyEventTypesType0Item] | None | Unset, data)

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

        description = d.pop("description", UNSET)

        asymmetric = d.pop("asymmetric", UNSET)

        endpoint_body = cls(
            url=url,
            event_types=event_types,
            communities=communities,
            description=description,
            asymmetric=asymmetric,
        )

        return endpoint_body
